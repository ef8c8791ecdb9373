import { fromReport, type ErrorReport } from '../engine/errors.ts'
import { startWorker } from '../engine/worker-thread.ts'
import type { CheckProgress, CheckRequest, CheckResult } from './check-types.ts'
import type { HealRequest, HealResult } from './heal-types.ts'

/** What the thread is asked to do. */
export type VerifyJob = { kind: 'check'; request: CheckRequest } | { kind: 'heal'; request: HealRequest }
export type ToVerifyWorker = 'pause' | 'resume' | 'stop'
export type FromVerifyWorker =
  | { kind: 'progress'; progress: CheckProgress }
  | { kind: 'done'; result: CheckResult | HealResult }
  | { kind: 'failed'; error: ErrorReport }

/** A check or heal in a thread of its own: its lists and journals must not hold up anything else. */
export interface VerifyRun<Result> {
  /** Rejects with an ExpectedError where a person can do something about it. */
  readonly done: Promise<Result>
  pause(): void
  resume(): void
  /** Finishes what is in hand; `done` then gives an incomplete result and the journal keeps what was read. */
  stop(): void
}

/** Starts a check in a thread. */
export function runCheck(
  request: CheckRequest,
  onProgress?: (progress: CheckProgress) => void,
): VerifyRun<CheckResult> {
  return run({ kind: 'check', request }, onProgress)
}

/** Starts a heal in a thread. */
export function runHeal(
  request: HealRequest,
  onProgress?: (progress: CheckProgress) => void,
): VerifyRun<HealResult> {
  return run({ kind: 'heal', request }, onProgress)
}

let ending = false

/**
 * A thread that hangs in a read cannot be ended, and Node waits for its threads when it ends: so at the very end the
 * process gives itself up, with its exit code where this Node can (from 22.15 on).
 */
function endDespiteHanging(): void {
  if (ending) return
  ending = true
  process.on('exit', (code) => {
    const { execve } = process as { execve?: (file: string, args: readonly string[]) => never }
    if (process.platform !== 'win32' && execve !== undefined)
      execve.call(process, '/bin/sh', ['sh', '-c', `exit ${String(code)}`])
    process.kill(process.pid, 'SIGKILL')
  })
}

function run<Result extends CheckResult | HealResult>(
  job: VerifyJob,
  onProgress: (progress: CheckProgress) => void = () => undefined,
): VerifyRun<Result> {
  const worker = startWorker('verify-worker', import.meta.url, { workerData: job }, ['check-worker'])
  const done = new Promise<Result>((resolve, reject) => {
    worker.on('message', (message: FromVerifyWorker) => {
      if (message.kind === 'progress') onProgress(message.progress)
      // The thread was given the job whose result this is.
      else if (message.kind === 'done') {
        if (message.result.hanging > 0) endDespiteHanging()
        resolve(message.result as Result)
      } else reject(fromReport(message.error))
    })
    worker.on('error', reject)
    worker.on('exit', (code) => {
      reject(new Error(`The checking thread ended unexpectedly (${String(code)}).`))
    })
  })
  const end = (): void => {
    void worker.terminate()
    // In this order: `terminate` holds the process until the thread has ended, and one that hangs does not.
    worker.unref()
  }
  done.then(end, end)
  const say = (word: ToVerifyWorker): void => {
    worker.postMessage(word)
  }
  return {
    done,
    pause: () => {
      say('pause')
    },
    resume: () => {
      say('resume')
    },
    stop: () => {
      say('stop')
    },
  }
}
