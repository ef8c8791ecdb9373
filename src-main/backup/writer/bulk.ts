import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { BulkReport, BulkShare } from './bulk-worker.ts'
import { newLife, SAMPLE_END, SAMPLE_START } from './life.ts'
import { makeStaff } from './people.ts'
import { prepareTarget, SAMPLE_MARK } from './sample.ts'
import { writeAccountFiles, writeServerFiles } from './server-files.ts'
import { sampleSpelling } from './spelling.ts'
import { itemPath, PathWriter } from './store.ts'
import { Random } from './random.ts'
import { textsOf } from './texts/index.ts'

export interface BulkOptions {
  /** Messages in all accounts together; folders come on top (4 for each account). */
  items: number
  accounts?: number
  seed?: number
  /** Worker threads; default: as many as there are cores. */
  jobs?: number
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal
}

export interface BulkManifest {
  path: string
  synthetic: true
  accounts: number
  /** Item files: messages and folders. */
  items: number
  messages: number
  states: number
  blobs: number
  bytes: number
  seconds: number
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,'

function runShare(
  share: BulkShare,
  tick: (n: number) => void,
  signal?: AbortSignal,
): Promise<{ states: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    const worker = new Worker(new URL(`./bulk-worker${extension}`, import.meta.url), { workerData: share })
    const stop = (): void => {
      void worker.terminate()
      reject(signal?.reason instanceof Error ? signal.reason : new Error('stopped'))
    }
    signal?.addEventListener('abort', stop, { once: true })
    worker.on('message', (message: BulkReport) => {
      if ('done' in message) tick(message.done)
      else {
        signal?.removeEventListener('abort', stop)
        resolve(message.finished)
      }
    })
    worker.on('error', reject)
  })
}

/**
 * Writes a large synthetic Backup Path of small mails for benches: a million in minutes on two cores, with
 * memory that does not grow. The same for the same seed, whatever the number of jobs.
 * @throws SampleTargetError as `writeSample` does.
 */
export async function writeBulk(out: string, options: BulkOptions): Promise<BulkManifest> {
  const began = performance.now()
  const accounts = options.accounts ?? 20
  const seed = options.seed ?? 1
  const { items, signal } = options
  signal?.throwIfAborted()
  const root = prepareTarget(out)
  const writer = new PathWriter(root)
  const staff = makeStaff(accounts, seed)
  writer.write(
    'backupstat',
    `${JSON.stringify({ [SAMPLE_MARK]: { seed, items, note: 'synthetic, written by Lifeboat' }, lastScan: SAMPLE_END })}\n`,
  )
  for (const a of ALPHABET)
    for (const b of ALPHABET) mkdirSync(join(root, 'items', a + b), { recursive: true })
  let states = 0
  for (const [index, member] of staff.entries()) {
    writeAccountFiles(writer, member, Math.ceil(items / accounts) + 4)
    textsOf(member.language)
      .folders.concat(['Archive 2021', 'Archive 2022', 'Archive 2023'])
      .slice(0, 4)
      .forEach((path, n) => {
        const life = newLife(index, 257 + n, 'folder', SAMPLE_START, {
          folder: 1,
          name: path.slice(path.lastIndexOf('/') + 1),
        })
        writer.write(
          itemPath(member.id, life.id),
          sampleSpelling(
            life,
            life.states.map((state) => ({ ...state, digest: null, size: null })),
          ),
        )
        states++
      })
  }
  writeServerFiles(writer, staff, new Random(seed).uuid())
  const jobs = Math.max(1, Math.min(options.jobs ?? availableParallelism(), Math.ceil(items / 1000)))
  let done = 0
  const tick = (n: number): void => {
    done += n
    options.onProgress?.(done, items)
  }
  const shares = Array.from({ length: jobs }, (_, job): BulkShare => ({
    root,
    items,
    accounts,
    seed,
    from: Math.floor((items * job) / jobs),
    to: Math.floor((items * (job + 1)) / jobs),
  }))
  const results = await Promise.all(shares.map((share) => runShare(share, tick, signal)))
  return {
    path: root,
    synthetic: true,
    accounts,
    items: items + accounts * 4,
    messages: items,
    states: results.reduce((sum, one) => sum + one.states, states),
    blobs: items,
    bytes: results.reduce((sum, one) => sum + one.bytes, 0),
    seconds: Math.round(performance.now() - began) / 1000,
  }
}
