/** The thread that leads a check or heal; the reading threads are its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { describeError } from '../engine/errors.ts'
import { startCheck } from './checker.ts'
import { startHeal } from './healer.ts'
import type { FromVerifyWorker, ToVerifyWorker, VerifyJob } from './verify-run.ts'

/** Progress is told this often, ms. */
const TELL_MS = 200

const job = workerData as VerifyJob
const handle = job.kind === 'check' ? startCheck(job.request) : startHeal(job.request)

function tell(message: FromVerifyWorker): void {
  parentPort?.postMessage(message)
}

parentPort?.on('message', (word: ToVerifyWorker) => {
  handle[word]()
})
const timer = setInterval(() => {
  tell({ kind: 'progress', progress: { ...handle.progress() } })
}, TELL_MS)

handle.done
  .then(
    (result) => {
      tell({ kind: 'progress', progress: { ...handle.progress() } })
      tell({ kind: 'done', result })
    },
    (error: unknown) => {
      tell({ kind: 'failed', error: describeError(error) })
    },
  )
  .finally(() => {
    clearInterval(timer)
    parentPort?.close()
  })
