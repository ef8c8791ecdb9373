/**
 * `node test/bench/opening.ts [ROUNDS] [--cold]`: milliseconds from the start of the process to a window with content: of an empty
 * Electron window (the floor: what no app on it can go below), of the app from `out/`, and of the package (LIFEBOAT_PACKAGE=<unpacked
 * app>, else one is built as the end-to-end run does). Each is started with a new data folder and again with the one it has used.
 * `--cold` also drops Linux's cache of files before each start (root only, and it slows down everybody else on the machine).
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { ensureBuilt } from '../../src-main/hosts/build.ts'
import { setup, teardown } from '../e2e/support/global-setup.ts'
import { buildPackageIn, hasBuilder } from '../e2e/support/package-build.ts'
import { electronRuntime, isRoot } from '../e2e/support/programs.ts'

const root = resolve(import.meta.dirname, '../..')
const rounds = Number(process.argv.slice(2).find((arg) => /^\d+$/.test(arg)) ?? 5)
/** Starts that are not counted: after two with the same folder Chromium has kept what it compiled. */
const WARM_UP = 2
const work = mkdtempSync(join(tmpdir(), 'lifeboat-opening-'))
let serial = 0

interface Program {
  name: string
  program: string
  args: string[]
  env: Record<string, string>
}
interface Opened {
  /** The window shows itself. */
  shown: number
  /** The largest thing of the first screen is painted, as the page itself measured it. */
  content: number
}

/** An app that does nothing but show a heading. */
function emptyApp(): string {
  const folder = join(work, 'empty')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"name":"empty","version":"1.0.0","main":"main.cjs"}')
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>empty</title><h1>Empty</h1>')
  writeFileSync(
    join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron')
    app.setPath('userData', process.argv.find((arg) => arg.startsWith('--data=')).slice(7))
    if (!require('node:fs').existsSync('/dev/dri')) app.disableHardwareAcceleration()
    app.whenReady().then(() => {
      const window = new BrowserWindow({ show: false, width: 1280, height: 820, webPreferences: { sandbox: true } })
      window.once('ready-to-show', () => (window.show(), process.send('ready')))
      window.loadFile('index.html')
    })`,
  )
  return folder
}

/** Starts a program with a window, asks its page when it was painted, ends it. */
async function open({ program, args, env }: Program, data: string): Promise<Opened> {
  const sandbox = isRoot() ? ['--no-sandbox'] : []
  const display = process.env['LIFEBOAT_TEST_DISPLAY'] ?? process.env['DISPLAY'] ?? ''
  const began = Date.now()
  const child = spawn(program, [...sandbox, '--remote-debugging-port=0', ...args, `--data=${data}`], {
    env: { ...process.env, ...env, DISPLAY: display },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  try {
    const shown = new Promise<number>((done) => child.once('message', () => done(Date.now() - began)))
    const address = await debuggingAddress(child)
    const seen = await shown
    // asked only now: whoever attaches to a page that is being made slows it down
    const browser = await chromium.connectOverCDP(address)
    const page = browser.contexts()[0]?.pages()[0]
    if (!page) throw new Error('no window')
    await page.getByRole('heading').first().waitFor()
    const painted = await page.evaluate(
      (type) =>
        new Promise<number>((done) => {
          new PerformanceObserver((list) => {
            done(performance.timeOrigin + (list.getEntries().at(-1)?.startTime ?? NaN))
          }).observe({ type: type as 'mark', buffered: true })
        }),
      // unknown to the types of Node, which have no page
      'largest-contentful-paint',
    )
    // what is compiled is kept some time after the page is there
    await page.waitForTimeout(500)
    await browser.close()
    return { shown: seen, content: painted - began }
  } finally {
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(force)
  }
}

function debuggingAddress(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let text = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const address = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
      if (address !== undefined) done(address)
    })
    child.once('exit', () => fail(new Error(text)))
  })
}

/** Prints medians. The programs take turns, so that what else the machine does meets all of them. */
async function report(programs: readonly Program[], cold: boolean, again: boolean): Promise<void> {
  const seen = new Map<string, Opened[]>(programs.map(({ name }) => [name, []]))
  const before = again ? WARM_UP : cold ? 0 : 1
  for (let round = 0; round < before + rounds; round++) {
    for (const program of programs) {
      // A new one each time, the old one stays: ext4 makes files slower for minutes where others were just removed.
      const data = join(work, `data-${program.name.replaceAll(/\W/g, '')}${again ? '' : `-${serial++}`}`)
      if (cold && round >= before) writeFileSync('/proc/sys/vm/drop_caches', '3')
      const opened = await open(program, data)
      if (round >= before) seen.get(program.name)?.push(opened)
    }
  }
  const told = (values: number[]): string => {
    const sorted = values.map((value) => Math.round(value)).sort((a, b) => a - b)
    return `${String(sorted[Math.floor(sorted.length / 2)]).padStart(5)} ms (best ${String(sorted[0])})`
  }
  console.log(
    `\n${cold ? 'cold' : 'warm'}, ${again ? 'the same data folder as last time' : 'a new data folder'}, load ${loadNow()}`,
  )
  for (const [name, opened] of seen) {
    const shown = told(opened.map((one) => one.shown))
    console.log(`  ${name.padEnd(16)} shown ${shown}   content ${told(opened.map((one) => one.content))}`)
  }
}

function loadNow(): string {
  return loadavg()[0]?.toFixed(2) ?? '?'
}

const runtime = electronRuntime()
if (!runtime) throw new Error('There is no Electron here that could be opened.')
await ensureBuilt('desktop')
await setup()
try {
  const programs: Program[] = [
    { name: 'empty window', program: runtime.binary, args: [emptyApp()], env: runtime.env },
    { name: 'from out/', program: runtime.binary, args: [root], env: runtime.env },
  ]
  const given = process.env['LIFEBOAT_PACKAGE']
  const unpacked = given ?? (hasBuilder() ? (await buildPackageIn(join(work, 'package'))).folder : null)
  if (unpacked === null) console.log('packaged: not measured (needs electron-builder)')
  else programs.push({ name: 'packaged', program: join(unpacked, 'lifeboat-app'), args: [], env: {} })
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${String(cpus().length)} cores, load ${loadNow()}, Electron ${runtime.version}; medians of ${String(rounds)} starts`,
  )
  for (const cold of process.argv.includes('--cold') ? [false, true] : [false]) {
    for (const again of [false, true]) await report(programs, cold, again)
  }
} finally {
  teardown()
  rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
