import { describe, expect, test } from 'vitest'
import { startWorker } from '../../src-main/engine/worker-thread.ts'
import { temporaryFolder } from '../support/temp.ts'
import { CURRENT, type FuzzJob, type FuzzReport } from './protocol.ts'

/**
 * A mutation fuzzer over everything that reads what it did not write. `LIFEBOAT_FUZZ=2000000` runs so many cases with fresh
 * seeds; a failure prints its seed, and `LIFEBOAT_FUZZ_SEED=<seed> LIFEBOAT_FUZZ_CASES=1` runs that very case again.
 */
const CASES = Number(process.env['LIFEBOAT_FUZZ'] ?? 22_000)
const GIVEN = process.env['LIFEBOAT_FUZZ_SEED']
/** The same cases each time in `npm test`, others in every long run. */
const FIRST = Number(GIVEN ?? (process.env['LIFEBOAT_FUZZ'] === undefined ? 1 : Date.now() % 2 ** 31))
const EXACTLY = GIVEN === undefined ? null : Number(process.env['LIFEBOAT_FUZZ_CASES'] ?? 1)

/** A case may take this long at most, ms. */
const CASE_LIMIT = 5000
/** What a thread may hold more at the end of its run than after its first cases, bytes: two blob readers may keep
 * 64 MiB each until the next blob. */
const GROWTH_LIMIT = 160 * 1024 * 1024
/** A burst above this ends the thread. MiB. */
const HEAP_LIMIT = 512

const AREAS = [
  { name: 'metadata', share: 0.38 },
  { name: 'blobs', share: 0.18 },
  { name: 'account_info', share: 0.12 },
  { name: 'names', share: 0.08 },
  { name: 'mime', share: 0.14 },
  { name: 'queries', share: 0.1 },
]

/** Runs the cases of one area in a thread of its own; rejects with the seed when a case hangs or bursts. */
function fuzz(area: string, count: number): Promise<FuzzReport> {
  const shared = new SharedArrayBuffer(8)
  const places = new Int32Array(shared)
  const workerData: FuzzJob = { area, first: FIRST, count, scratch: temporaryFolder('fuzz'), shared }
  const worker = startWorker('fuzz-worker', import.meta.url, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT },
  })
  return new Promise((resolve, reject) => {
    let last = -1
    let since = performance.now()
    const seedNow = (): string => `case with LIFEBOAT_FUZZ_SEED=${String(FIRST + (places[CURRENT] ?? 0))}`
    const end = (): void => {
      clearInterval(watch)
      void worker.terminate()
    }
    const watch = setInterval(() => {
      const now = Atomics.load(places, CURRENT)
      if (now !== last) {
        last = now
        since = performance.now()
      } else if (performance.now() - since > 6 * CASE_LIMIT) {
        // Far beyond the limit: it will not come back by itself.
        end()
        reject(new Error(`${area}: a hang in the ${seedNow()}`))
      }
    }, 250)
    worker.once('message', (report: FuzzReport) => {
      end()
      resolve(report)
    })
    worker.once('error', (error) => {
      end()
      reject(new Error(`${area}: the thread died in the ${seedNow()}`, { cause: error }))
    })
  })
}

describe('fuzzing', () => {
  test.each(AREAS)(
    '$name: every case ends in data or in a named condition',
    async ({ name, share }) => {
      const count = EXACTLY ?? Math.ceil(CASES * share)
      const began = performance.now()
      const report = await fuzz(name, count)
      const seconds = (performance.now() - began) / 1000
      console.log(
        `${name}: ${String(report.cases)} cases in ${seconds.toFixed(1)} s, longest ${report.slowest.toFixed(0)} ms ` +
          `(seed ${String(report.slowestSeed)}), held ${(Math.max(0, ...report.held) / 2 ** 20).toFixed(0)} MiB at most`,
      )
      const said = report.failures.map(({ seed, text }) => `LIFEBOAT_FUZZ_SEED=${String(seed)}: ${text}`)
      expect(said.join('\n\n'), `${name} from seed ${String(FIRST)}`).toBe('')
      expect(report.cases).toBe(count)
      expect(report.slowest, `seed ${String(report.slowestSeed)}`).toBeLessThan(CASE_LIMIT)
      const [early = 0] = report.held
      expect(Math.max(early, ...report.held) - early, 'bytes held more and more').toBeLessThan(GROWTH_LIMIT)
    },
    EXACTLY === null ? Math.max(120_000, CASES * 20) : 60_000,
  )
})
