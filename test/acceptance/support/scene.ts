import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { MadePath } from '../../support/make-path.ts'
import { snapshotDifferences, snapshotTree, type SnapshotEntry } from '../../support/snapshot.ts'
import { temporaryFolder } from '../../support/temp.ts'
import { canDropRoot, lifeboat, NOBODY, type RunOptions, type RunResult } from './cli.ts'
import { judgeExport, type JudgeOptions } from './judge.ts'
import { exportResult, type ExportResult } from './results.ts'

/** A place for one trial: the backup, the data folder, the target, and a neighbour that nobody may touch. */
export interface Scene {
  folder: string
  backup: string
  data: string
  out: string
}

export function newScene(name: string): Scene {
  const folder = temporaryFolder(name)
  const scene = {
    folder,
    backup: join(folder, 'backup'),
    data: join(folder, 'data'),
    out: join(folder, 'out'),
  }
  for (const path of [scene.data, scene.out]) {
    mkdirSync(path)
    if (canDropRoot) chownSync(path, NOBODY, NOBODY)
  }
  chmodSync(folder, 0o755)
  return scene
}

/** Runs a command with `--json --data`, checks that stdout is one JSON document. */
export async function run(
  scene: Scene,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return lifeboat([...args, '--json', '--data', scene.data], { plainUser: true, ...options })
}

export function exportArguments(scene: Scene, more: readonly string[] = []): string[] {
  return ['export', scene.backup, '--out', scene.out, '--unclaimed', ...more]
}

/** Reads the result of an export; fails with what the program said when it is none. */
export function parsedExport(result: RunResult): ExportResult {
  const parsed = exportResult.safeParse(result.json)
  if (!parsed.success) {
    throw new Error(
      `no export result (exit ${result.code}): ${parsed.error.message}\n${result.stdout.slice(0, 2000)}\n${result.stderr.slice(-4000)}`,
    )
  }
  return parsed.data
}

function files(tree: ReadonlyMap<string, SnapshotEntry>): Map<string, SnapshotEntry> {
  return new Map([...tree].filter(([, entry]) => entry.kind !== 'folder'))
}

/** Exports everything and judges it: bytes, places, failures, manifest, untouched evidence, and that a second run changes nothing. */
export async function exportAndJudge(
  scene: Scene,
  made: MadePath,
  options: JudgeOptions & RunOptions = {},
): Promise<ExportResult> {
  const before = snapshotTree(scene.backup)
  const result = await run(scene, exportArguments(scene), options)
  const exported = parsedExport(result)
  const faults = judgeExport(made, scene.out, exported, options)
  faults.push(
    ...snapshotDifferences(before, snapshotTree(scene.backup)).map((line) => `the backup changed: ${line}`),
  )
  const wanted = exported.failed.length > 0 ? 1 : 0
  if (result.code !== wanted) faults.push(`exit code ${result.code} with ${exported.failed.length} failures`)
  const after = snapshotTree(scene.out)
  const again = parsedExport(await run(scene, exportArguments(scene), options))
  if (again.exported !== 0) faults.push(`the second run exported ${again.exported} again`)
  if (again.already !== exported.exported + exported.already) {
    faults.push(`the second run found ${again.already} of ${exported.exported + exported.already}`)
  }
  if (again.failed.length !== exported.failed.length) {
    faults.push(`the second run lists ${again.failed.length} failures, the first ${exported.failed.length}`)
  }
  // Folders may have held a temporary file for a moment; the files in them are what counts.
  const rewritten = snapshotDifferences(files(after), files(snapshotTree(scene.out))).filter(
    (line) => !/(manifest|failures)\.csv$|: Damaged/.test(line),
  )
  faults.push(...rewritten.map((line) => `the second run: ${line}`))
  expect(faults.slice(0, 40), `${faults.length} faults`).toEqual([])
  return exported
}
