/** One thread that runs the cases of one area. A hang or a burst heap ends the thread, not the tests. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { Random } from '../../src-main/backup/writer/random.ts'
import { ACCOUNT_INFO } from './areas/account-info.ts'
import { BLOBS } from './areas/blobs.ts'
import { METADATA } from './areas/metadata.ts'
import { MIME } from './areas/mime.ts'
import { NAMES } from './areas/names.ts'
import { QUERIES } from './areas/queries.ts'
import { CURRENT, STARTED, type FuzzJob, type FuzzReport } from './protocol.ts'

const { area: name, first, count, scratch, shared } = workerData as FuzzJob
const area = [METADATA, BLOBS, ACCOUNT_INFO, NAMES, MIME, QUERIES].find((one) => one.name === name)
const places = new Int32Array(shared)

/** The heap is looked at this often, and only after everything that can be freed was freed. */
const HEAP_EVERY = 500
/** Every thread of the program comes back to its event loop between jobs. */
const TURN_EVERY = 50
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

async function heldBytes(): Promise<number> {
  collectGarbage()
  // What was found dead is freed in a turn of its own.
  await new Promise(setImmediate)
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function work(): Promise<FuzzReport> {
  if (!area) throw new Error(`no area ${name}`)
  const runCase = await area.prepare(scratch)
  const report: FuzzReport = { cases: 0, failures: [], slowest: 0, slowestSeed: 0, held: [] }
  for (let n = 0; n < count && report.failures.length < 5; n++) {
    const seed = first + n
    const began = performance.now()
    Atomics.store(places, CURRENT, n)
    Atomics.store(places, STARTED, Math.floor(began))
    try {
      await runCase(new Random(seed))
    } catch (error) {
      report.failures.push({
        seed,
        text: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
    const took = performance.now() - began
    if (took > report.slowest) Object.assign(report, { slowest: took, slowestSeed: seed })
    report.cases++
    if (n % TURN_EVERY === 0) await new Promise(setImmediate)
    if (n % HEAP_EVERY === HEAP_EVERY - 1) report.held.push(await heldBytes())
  }
  return report
}

work().then(
  (report) => parentPort?.postMessage(report),
  (error: unknown) => {
    throw error
  },
)
