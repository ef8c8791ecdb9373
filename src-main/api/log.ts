import type { LogPage, LogQuery } from '../contract/log.ts'
import { AFTER_MS, BEFORE_MS, diagnosticsText } from '../engine/diagnostics.ts'
import { ExpectedError } from '../engine/errors.ts'
import { logStamp, readLog } from '../engine/log-reader.ts'
import { appVersion } from '../engine/version.ts'
import type { Engine } from './engine.ts'
import { os } from './implementer.ts'

/** The log is looked at for new lines this often, ms. */
const LOOK_MS = 700
/** Lines of the log that go into a diagnosis. */
const DIAGNOSTIC_LINES = 60

export const logRouter = os.log.router({
  watch: os.log.watch.handler(({ context: { engine }, input, signal }) => watchLog(engine, input, signal)),
  showFolder: os.log.showFolder.handler(({ context: { engine } }) => {
    if (engine.showLogs) {
      engine.showLogs()
      return
    }
    throw new ExpectedError('REFUSED', 'The folder cannot be shown from here', {
      why: 'Lifeboat runs in a browser, which may not open the file manager.',
      next: 'Copy its path and open it yourself.',
    })
  }),
  diagnostics: os.log.diagnostics.handler(async ({ context: { engine }, input }) => {
    const { lines } = await readLog(engine.dataFolder, {
      level: 'info',
      since: input.at - BEFORE_MS,
      until: input.at + AFTER_MS,
      limit: DIAGNOSTIC_LINES,
    })
    const facts = {
      version: appVersion(),
      host: engine.host,
      language: engine.settings().language ?? 'system',
      zone: engine.displayZone(),
    }
    const task = input.taskId === null ? null : engine.tasks.list().find(({ id }) => id === input.taskId)
    return { text: diagnosticsText(facts, input, task ?? null, lines) }
  }),
})

async function* watchLog(
  engine: Engine,
  query: LogQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogPage, void, void> {
  let last: string | null = null
  while (!signal?.aborted) {
    const stamp = await logStamp(engine.dataFolder)
    if (stamp !== last) {
      last = stamp
      yield { ...(await readLog(engine.dataFolder, query)), file: engine.log.file }
    }
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, LOOK_MS)
      timer.unref()
      signal?.addEventListener('abort', done)
    })
  }
}
