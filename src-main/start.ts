/**
 * `npm start [-- PATH]`: the desktop app; where Electron cannot run, says why in one line and serves the same app in
 * the browser. The choice is made within 10 s. Ctrl-C stops everything.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { describeError } from './engine/errors.ts'
import { hasDisplay } from './hosts/browser.ts'
import { ensureBuilt } from './hosts/build.ts'
import { findElectron } from './hosts/electron-binary.ts'
import { runElectron, type ElectronOptions } from './hosts/electron-process.ts'
import { startServer } from './serve.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    browser: { type: 'boolean', default: false },
    data: { type: 'string' },
    port: { type: 'string' },
  },
})

/** A path as the person meant it: npm runs scripts in the package's folder and keeps theirs in INIT_CWD. */
function asMeant(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(process.env['INIT_CWD'] ?? '', path)
}

async function start(): Promise<void> {
  const options = { path: asMeant(positionals[0]), dataFolder: asMeant(values.data) }
  const refusal = values.browser ? null : await tryElectron(options)
  if (refusal === 'ran') return
  if (refusal !== null)
    console.log(`Electron cannot run here (${refusal.why}): Lifeboat opens in the browser instead.`)
  await serve(options)
}

/** Runs the desktop app to its end, or tells why it cannot run. What it needs is built while Electron is looked for. */
async function tryElectron(options: ElectronOptions): Promise<'ran' | { why: string }> {
  const building = hasDisplay() ? ensureBuilt('desktop') : Promise.resolve()
  // heard below, when it matters; without Electron only the page does, and that is built where it is served
  building.catch(() => undefined)
  const electron = await findElectron()
  if ('reason' in electron) return { why: electron.reason }
  await building
  const failure = await runElectron(electron.binary, options)
  return failure === null ? 'ran' : { why: failure }
}

async function serve(options: { path: string | undefined; dataFolder: string | undefined }): Promise<void> {
  const server = await startServer({ ...options, port: Number(values.port ?? 0), open: true })
  console.log(`Lifeboat is at ${server.url} (this address opens it once; Ctrl-C stops it)`)
  const stop = (code: number): void => {
    void server.close().finally(() => process.exit(code))
    // a second Ctrl-C, or a task that does not want to end, must not keep the terminal
    setTimeout(() => process.exit(code), 8000).unref()
  }
  process.once('SIGINT', () => stop(130))
  process.once('SIGTERM', () => stop(143))
  process.once('SIGHUP', () => stop(129))
}

/** npm passes a signal only to its shell, which dies and leaves us: an orphan of npm stops like one told to. */
function stopWhenOrphaned(): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGHUP')
  }, 500).unref()
}

if (process.env['npm_lifecycle_event']) stopWhenOrphaned()
start().catch((error: unknown) => {
  const { message, why, next } = describeError(error)
  console.error([message, why, next].filter(Boolean).join('\n'))
  process.exit(1)
})
