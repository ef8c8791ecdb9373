/** What a person sees while the window opens, read from the memory of the screen itself. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/index.ts'
import { canRunElectron, electronEnvironment, launchElectronApp } from './support/app.ts'
import { electronRuntime, isRoot, which } from './support/programs.ts'

const root = join(import.meta.dirname, '../..')
const WIDTH = 1400
const HEIGHT = 900
/** A column and a row of points where the page is empty, once it is there. */
const POINTS = [250, 650, 1330].flatMap((x) => [130, 640, 810].map((y) => [x, y] as const))

describe.skipIf(!canRunElectron() || which('Xvfb') === null)(
  'the first sight of the desktop window (needs Electron and Xvfb)',
  () => {
    const children: ChildProcess[] = []
    afterEach(async () => {
      for (const child of children.splice(0).reverse()) {
        const ended = new Promise((done) => child.once('exit', done))
        child.kill('SIGKILL')
        await ended
      }
    })

    it.each([
      ['dark', (brightest: number) => expect(brightest).toBeLessThan(0x48)],
      ['light', (_: number, darkest: number) => expect(darkest).toBeGreaterThan(0xe0)],
    ] as const)('%s from its first moment: no flash of the other', async (theme, judge) => {
      const memory = temporaryFolder('screen')
      const data = temporaryFolder('data')
      mkdirSync(join(data, 'window'))
      const bounds = { x: 0, y: 0, width: WIDTH, height: HEIGHT }
      writeFileSync(join(data, 'window/window.json'), JSON.stringify({ bounds, theme }))
      const display = await startScreen(memory)
      const runtime = electronRuntime()!
      const screen = openSync(join(memory, 'Xvfb_screen0'), 'r')
      const empty = POINTS.map((point) => brightness(screen, point))
      // no debugger: the first moments as they are
      const args = [...(isRoot() ? ['--no-sandbox'] : []), root, `--data=${data}`]
      const env = { ...electronEnvironment(runtime.env), DISPLAY: display, GTK_THEME: undefined }
      const window = spawn(runtime.binary, args, { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
      children.push(window)
      let shownAt = NaN
      window.once('message', () => (shownAt = Date.now()))
      const seen: number[] = []
      // until it is shown, and the first screen after it; the engine then brings the settings' own theme
      for (const until = Date.now() + 25_000; Date.now() < until && !(Date.now() - shownAt > 60);) {
        const now = POINTS.map((point) => brightness(screen, point))
        if (now.some((value, n) => value !== empty[n])) seen.push(...now)
        await new Promise((done) => setTimeout(done, 2))
      }
      closeSync(screen)
      expect(shownAt).not.toBeNaN()
      expect(seen.length).toBeGreaterThan(POINTS.length)
      // points that the window has not covered yet are as they were
      const covered = seen.filter((value) => value !== empty[0])
      judge(Math.max(...covered), Math.min(...covered))
    })

    /** A screen of its own whose memory is a file in `folder`. */
    async function startScreen(folder: string): Promise<string> {
      const size = `${String(WIDTH)}x${String(HEIGHT)}x24`
      const args = ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp', '-fbdir', folder]
      const child = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
      children.push(child)
      return new Promise((done) =>
        child.stdio[3]?.once('data', (chunk: Buffer) => done(`:${chunk.toString().trim()}`)),
      )
    }

    it('comes before the engine does anything', async () => {
      const app = await launchElectronApp()
      // a heading that stands in the page is not painted yet
      const shown = await app.page.waitForFunction(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      )
      const painted =
        (await app.page.evaluate(() => performance.timeOrigin)) + ((await shown.jsonValue()) ?? NaN)
      const database = join(app.dataFolder, 'lifeboat.db')
      await expect
        .poll(() => statSync(database, { throwIfNoEntry: false })?.birthtimeMs ?? 0, { timeout: 20_000 })
        .toBeGreaterThan(painted)
      await app.close()
    })
  },
)

/** Brightness of a point from 0 to 255, out of the screen's memory: an XWD file, header numbers big-endian. */
function brightness(screen: number, [x, y]: readonly [number, number]): number {
  const header = Buffer.alloc(100)
  readSync(screen, header, 0, 100, 0)
  const pixels = header.readUInt32BE(0) + 12 * header.readUInt32BE(76)
  const point = Buffer.alloc(4)
  readSync(screen, point, 0, 4, pixels + y * header.readUInt32BE(48) + 4 * x)
  return Math.round((point.readUInt8(0) + point.readUInt8(1) + point.readUInt8(2)) / 3)
}
