/**
 * `node test/bench/opening.ts [ROUNDS] [--cold]`: milliseconds from the start of the process to a window with content, for the app
 * from `out/` and, with LIFEBOAT_PACKAGE=<unpacked app>, for the package. `--cold` drops Linux's cache of files before each start
 * (root only, and it slows down everybody else on the machine).
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { ensureBuilt } from '../../src-main/hosts/build.ts'
import { setup, teardown } from '../e2e/support/global-setup.ts'
import { electronRuntime, isRoot } from '../e2e/support/programs.ts'

const root = resolve(import.meta.dirname, '../..')
const rounds = Number(process.argv.slice(2).find((arg) => /^\d+$/.test(arg)) ?? 5)
const cold = process.argv.includes('--cold')

interface Opened {
  /** The window shows itself: the page has been painted once. */
  shown: number
  /** The largest thing of the first screen is painted, as the page itself measured it. */
  content: number
}

/** Starts a program with a window, asks its page when it was painted, ends it. */
async function open(program: string, args: string[], env: Record<string, string>): Promise<Opened> {
  const data = mkdtempSync(join(tmpdir(), 'lifeboat-opening-'))
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
    await browser.close()
    return { shown: seen, content: painted - began }
  } finally {
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await ended
    rmSync(data, { recursive: true, force: true, maxRetries: 5 })
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

async function report(name: string, start: () => Promise<Opened>): Promise<void> {
  const seen: Opened[] = []
  for (let round = 0; round < rounds; round++) {
    if (cold) writeFileSync('/proc/sys/vm/drop_caches', '3')
    seen.push(await start())
  }
  const told = (values: number[]): string => {
    const sorted = [...values].sort((a, b) => a - b)
    return `${Math.round(sorted[Math.floor(sorted.length / 2)] ?? NaN)} ms (best ${Math.round(sorted[0] ?? NaN)})`
  }
  const shown = told(seen.map((one) => one.shown))
  console.log(`${name.padEnd(12)} shown ${shown}   content ${told(seen.map((one) => one.content))}`)
}

const runtime = electronRuntime()
if (!runtime) throw new Error('There is no Electron here that could be opened.')
await ensureBuilt('desktop')
await setup()
try {
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${String(cpus().length)} cores, load ${loadavg()[0]?.toFixed(2) ?? '?'}, Electron ${runtime.version}; median of ${String(rounds)} ${cold ? 'cold' : 'warm'} starts`,
  )
  await report('from out/', () => open(runtime.binary, [root], runtime.env))
  const unpacked = process.env['LIFEBOAT_PACKAGE']
  if (unpacked) await report('packaged', () => open(join(unpacked, 'lifeboat-app'), [], {}))
  else console.log('packaged: not measured (LIFEBOAT_PACKAGE names no unpacked app)')
} finally {
  teardown()
}
