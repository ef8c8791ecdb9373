import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { startIngest } from '../../../../../src-main/catalog/ingest/ingest.ts'
import type { IngestResult } from '../../../../../src-main/catalog/ingest/ingest.ts'

/** Runs a whole ingest in this process. */
export function indexPath(path: string, catalogFile: string, zone = 'UTC'): Promise<IngestResult> {
  return startIngest({ path, catalogFile, zone, jobs: 2 }).done
}

export interface ChildEnd {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/**
 * Runs an ingest in a process of its own. With `killAt` it is killed without warning after that many commits of this run, plus up to 100 ms:
 * counted in commits, the moment means the same on a slow and on a fast machine.
 */
export function indexInChild(
  path: string,
  catalogFile: string,
  options: { killAt?: number; uid?: number } = {},
): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'run-ingest.ts'), path, catalogFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    let first: number | null = null
    let timer: NodeJS.Timeout | null = null
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
      if (options.killAt === undefined || timer !== null) return
      const revisions = [...stderr.matchAll(/^progress \w+ \d+ ([1-9]\d*)$/gm)].map((match) =>
        Number(match[1]),
      )
      first ??= revisions[0] ?? null
      if (first === null || (revisions.at(-1) ?? 0) - first < options.killAt) return
      timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * 100)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (timer !== null) clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    })
  })
}
