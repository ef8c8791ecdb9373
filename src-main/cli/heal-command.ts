import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { detectLayout } from '../backup/layout.ts'
import { catalogIdFor } from '../catalog/catalog.ts'
import { dataFolder } from '../engine/data-folder.ts'
import { CheckResults } from '../verify/check-results.ts'
import type { Affected } from '../verify/check-types.ts'
import type { HealResult, LostBlob, RestoredBlob } from '../verify/heal-types.ts'
import { runHeal } from '../verify/verify-run.ts'
import { affectedJson, follow, timeoutOf } from './check-command.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT, StoppedError } from './exit.ts'
import type { Terminal } from './terminal.ts'
import { count, counted, plain } from './text.ts'
import { localZone } from './zone.ts'

export interface HealOptions {
  from?: string[]
  out: string
  jobs?: number
  timeout?: number
}

/** `lifeboat heal PATH --from OTHER… --out NEW`: a repaired copy, the path itself is only read. */
export async function healCommand(
  { terminal, signal, data }: CommandContext,
  path: string,
  options: HealOptions,
): Promise<number> {
  const { root } = detectLayout(asMeant(path))
  const folder = dataFolder(data, root)
  const out = asMeant(options.out)
  const from = (options.from ?? []).map(asMeant)
  // One journal for each target, so that the same command goes on where a killed one stopped.
  const name = `heal-${createHash('sha256').update(out).digest('hex').slice(0, 16)}`
  const results = new CheckResults(folder, catalogIdFor(root))
  const request = {
    path: root,
    zone: localZone(),
    jobs: options.jobs ?? availableParallelism(),
    journalFile: results.journalFile(name),
    from,
    out,
    timeoutMs: timeoutOf(options.timeout),
  }
  const result = await follow((tell) => runHeal(request, tell), terminal, signal, 'Healing')
  if (!result.complete) throw new StoppedError()
  print(terminal, result)
  // Last: who is killed before it goes on from here.
  results.remove(name)
  return result.lost.length + result.lostMetadata.length > 0 ? EXIT.failures : EXIT.done
}

function print(terminal: Terminal, result: HealResult): void {
  const { healed, copied, restored, lost, lostMetadata, from, seconds, check, out } = result
  if (terminal.json) {
    const listed = lost.map((blob) => ({ ...blob, affected: affectedJson(blob.affected) }))
    const back = restored.map((blob) => ({ ...blob, affected: affectedJson(blob.affected) }))
    printJson(terminal, {
      healed,
      copied,
      restored: back,
      lost: listed,
      lostMetadata,
      from,
      seconds,
      check,
      out,
    })
    return
  }
  const lines = [
    `${counted(copied, 'file')} in ${out}, ${count(healed)} of them healed`,
    ...Object.entries(from).map(([path, files]) => `  ${count(files)} from ${plain(path)}`),
  ]
  if (check)
    lines.push(
      `Checked where it lies: ${count(check.blobs.ok)} of ${counted(check.blobs.total, 'blob')} sound`,
    )
  if (restored.length > 0)
    lines.push(
      `${counted(restored.length, 'message')} taken from other copies:`,
      ...restored.slice(0, SHOWN).flatMap(restoredLines),
    )
  if (restored.length > SHOWN)
    lines.push(`  … and ${count(restored.length - SHOWN)} more; --json lists them all`)
  if (lost.length > 0)
    lines.push(`${counted(lost.length, 'message')} no copy has:`, ...lost.flatMap(lostLines))
  if (lostMetadata.length > 0) {
    lines.push(
      'Metadata broken here and in no other copy, and other files that could not be copied:',
      ...lostMetadata.map((file) => `  ! ${plain(file)}`),
    )
  }
  terminal.out(`${lines.join('\n')}\n`)
}

const SHOWN = 40

function restoredLines({ affected, from, digest }: RestoredBlob): string[] {
  return [`  ${digest} from ${plain(from)}`, ...whoLines(affected)]
}

function lostLines({ digest, affected, detail }: LostBlob): string[] {
  return [`  ! ${digest}: ${plain(detail)}`, ...whoLines(affected)]
}

function whoLines(affected: readonly Affected[]): string[] {
  return affected.map(({ accountName, account, folder, subject }) =>
    plain(`      ${[accountName ?? account, folder, subject].filter((part) => part !== null).join(' · ')}`),
  )
}
