import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface ElectronOptions {
  /** A Backup Path to open at once. */
  path?: string | undefined
  dataFolder?: string | undefined
}

/** How long Electron has to end by itself after it was asked to, ms. */
const GRACE_MS = 6000

/**
 * Runs the desktop app from `out/` until it is closed. Ctrl-C and an end of this process stop it with all its helpers.
 * @returns null when it ran (the exit code is passed on), else why it could not start: half a sentence
 */
export async function runElectron(binary: string, options: ElectronOptions): Promise<string | null> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  const args = [...(isRoot ? ['--no-sandbox'] : []), root]
  if (options.dataFolder) args.push(`--data=${options.dataFolder}`)
  if (options.path) args.push('--', options.path)
  const env = { ...process.env }
  delete env['ELECTRON_RUN_AS_NODE']
  const child = spawn(binary, args, {
    env,
    // the ipc channel tells us that the window is there, and tells Electron when we are gone
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    // a process group of its own, so that its helpers can be ended with it
    detached: process.platform !== 'win32',
  })
  const heard = { ready: false, errors: '' }
  child.stderr?.on('data', (chunk: Buffer) => {
    heard.errors = (heard.errors + chunk.toString('utf8')).slice(-4000)
    if (heard.ready || process.env['LIFEBOAT_LOG'] === 'debug') process.stderr.write(chunk)
  })
  child.on('message', (message) => {
    if (message === 'ready') heard.ready = true
  })
  const signalled = forwardSignals(child)
  const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>(
    (resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, error }))
      child.once('exit', (code, signal) => resolve({ code, signal }))
    },
  )
  killGroup(child, 'SIGKILL')
  const asked = signalled()
  if (asked !== null) process.exit(asked)
  if (heard.ready || ended.code === 0) {
    process.exitCode = ended.code ?? 1
    return null
  }
  return explain(ended, heard.errors)
}

/** Passes signals on. The returned function tells the exit code when one came, else null. */
function forwardSignals(child: ChildProcess): () => number | null {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
  let code: number | null = null
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // the second time there is no more waiting
      killGroup(child, code === null ? 'SIGTERM' : 'SIGKILL')
      code ??= codes[signal]
      setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS).unref()
    })
  }
  process.once('exit', () => killGroup(child, 'SIGKILL'))
  return () => code
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return
  try {
    // Electron's main process ends the others in good order; only force goes to all of them
    if (process.platform === 'win32' || signal === 'SIGTERM') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // already gone
  }
}

function explain(
  ended: { code: number | null; signal: NodeJS.Signals | null; error?: Error },
  errors: string,
): string {
  if (ended.error) return `its program does not start: ${ended.error.message}`
  const library = /error while loading shared libraries: ([^:\s]+)/.exec(errors)
  if (library) return `the system lacks ${library[1]}`
  if (/Missing X server|cannot open display|ozone_platform_x11/i.test(errors))
    return 'the display does not answer'
  if (/sandbox/i.test(errors) && /SUID|namespace|--no-sandbox/.test(errors))
    return 'the system forbids its sandbox'
  return ended.signal ? `it ended by ${ended.signal}` : `it ended with code ${ended.code}`
}
