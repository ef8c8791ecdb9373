import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/index.ts'
import { canRunElectron, electronEnvironment } from './support/app.ts'
import { ask } from './support/http.ts'
import { electronRuntime } from './support/programs.ts'

const root = join(import.meta.dirname, '../..')

interface Started {
  child: ChildProcess
  dataFolder: string
  /** Everything printed so far. */
  output: () => string
  /** Waits for a word in the output. */
  says: (pattern: RegExp, ms: number) => Promise<RegExpExecArray>
  exit: Promise<number | NodeJS.Signals | null>
}

/** `npm start` with a process group of its own, as a terminal gives it. */
function npmStart(env: Record<string, string | undefined>, args: string[] = []): Started {
  const dataFolder = temporaryFolder('start')
  const child = spawn('npm', ['start', '--', `--data=${dataFolder}`, ...args], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal))
  })
  const says = async (pattern: RegExp, ms: number): Promise<RegExpExecArray> => {
    for (const until = Date.now() + ms; Date.now() < until; await pause(50)) {
      const match = pattern.exec(text)
      if (match) return match
    }
    throw new Error(`not said within ${ms} ms: ${String(pattern)}\n${text}`)
  }
  return { child, dataFolder, output: () => text, says, exit }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Processes whose command line names a folder: ours, their helpers included. */
function processesOf(folder: string): string[] {
  const found: string[] = []
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      if (commandLine.includes(folder)) found.push(`${pid} ${commandLine}`)
    } catch {
      // it ended meanwhile
    }
  }
  return found
}

async function isGone(folder: string, ms: number): Promise<string[]> {
  for (const until = Date.now() + ms; Date.now() < until; await pause(100)) {
    if (processesOf(folder).length === 0) return []
  }
  return processesOf(folder)
}

const noDisplay = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined }

describe.skipIf(process.platform !== 'linux')('npm start', () => {
  it('without a display says why in one line and serves in the browser within 10 s', async () => {
    const started = npmStart(noDisplay)
    const began = Date.now()
    await started.says(/^Electron cannot run here \(there is no display\): .*$/m, 10_000)
    const [, url] = await started.says(/ (http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43})\s/, 10_000)
    expect(Date.now() - began).toBeLessThan(10_000)
    expect(started.output().match(/cannot run/g)).toHaveLength(1)
    const { port, search } = new URL(String(url))
    expect((await ask(Number(port), '/')).status).toBe(401)
    expect((await ask(Number(port), `/${search}`)).status).toBe(303)
    process.kill(-Number(started.child.pid), 'SIGINT')
    await started.exit
    expect(await isGone(started.dataFolder, 5000)).toEqual([])
    await expect(ask(Number(port), '/')).rejects.toThrow()
  })

  it('stops also when only npm is told to', async () => {
    const started = npmStart(noDisplay)
    await started.says(/token=/, 10_000)
    started.child.kill('SIGTERM')
    await started.exit
    expect(await isGone(started.dataFolder, 5000)).toEqual([])
  })

  it('with a program that does not start says why and serves in the browser', async () => {
    const broken = temporaryFolder('no-electron')
    const started = npmStart({ DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: broken })
    await started.says(/^Electron cannot run here \(ELECTRON_OVERRIDE_DIST_PATH has no .*\): .*$/m, 10_000)
    await started.says(/token=/, 10_000)
    process.kill(-Number(started.child.pid), 'SIGINT')
    await started.exit
    expect(await isGone(started.dataFolder, 5000)).toEqual([])
  })

  it.skipIf(!canRunElectron())(
    'with a display that does not answer says so and serves in the browser',
    async () => {
      const started = npmStart({ ...electronRuntime()?.env, DISPLAY: ':4242', WAYLAND_DISPLAY: undefined })
      await started.says(/^Electron cannot run here \(the display does not answer\): .*$/m, 10_000)
      await started.says(/token=/, 10_000)
      process.kill(-Number(started.child.pid), 'SIGINT')
      await started.exit
      expect(await isGone(started.dataFolder, 5000)).toEqual([])
    },
  )

  it.skipIf(!canRunElectron())(
    'with Electron opens the window, and Ctrl-C leaves nothing behind',
    async () => {
      const started = npmStart(electronEnvironment(electronRuntime()?.env ?? {}))
      for (const until = Date.now() + 15_000; Date.now() < until; await pause(100)) {
        // the engine starts after the first paint: its database tells that the window is there
        if (readdirSync(started.dataFolder).includes('lifeboat.db')) break
      }
      expect(readdirSync(started.dataFolder)).toContain('lifeboat.db')
      expect(started.output()).not.toContain('cannot run')
      expect(processesOf(started.dataFolder).length).toBeGreaterThan(1)
      process.kill(-Number(started.child.pid), 'SIGINT')
      await started.exit
      expect(await isGone(started.dataFolder, 8000)).toEqual([])
    },
  )

  it.skipIf(!canRunElectron())(
    'with Electron says in words why it cannot go on, and still stops',
    async () => {
      const started = npmStart(electronEnvironment(electronRuntime()?.env ?? {}))
      // a folder in the database's place
      mkdirSync(join(started.dataFolder, 'lifeboat.db'))
      await started.says(/unable to open database file|cannot be/, 20_000)
      process.kill(-Number(started.child.pid), 'SIGINT')
      await started.exit
      expect(await isGone(started.dataFolder, 9000)).toEqual([])
    },
  )
})
