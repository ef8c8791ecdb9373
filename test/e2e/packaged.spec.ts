import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePath, temporaryFolder } from '../support/index.ts'
import { electronEnvironment } from './support/app.ts'
import {
  asarFiles,
  buildPackage,
  NO_DISPLAY,
  notPackagedWhy,
  ownFiles,
  prebuildOf,
  run,
  startPackaged,
  windowArguments,
  type PackagedApp,
  type PackagedWindow,
} from './support/packaged.ts'
import { isRoot } from './support/programs.ts'
import { openFolder, openSample, rows } from './screens/support.ts'

const why = notPackagedWhy()
const MEGABYTE = 1e6

describe.skipIf(why !== null)(`the packaged app${why === null ? '' : ` (${why})`}`, () => {
  let app: PackagedApp
  const noSandbox = isRoot() ? ['--no-sandbox'] : []

  beforeAll(async () => {
    app = await buildPackage()
  })

  describe('what is inside', () => {
    it('is small: under 40 MB beyond Electron itself', () => {
      const files = ownFiles(app)
      const bytes = [...files.values()].reduce((sum, size) => sum + size, 0)
      console.log(
        `package: ${(bytes / MEGABYTE).toFixed(1)} MB beyond Electron, of it the asar ${(statSync(app.asar).size / MEGABYTE).toFixed(1)} MB`,
      )
      expect(bytes).toBeGreaterThan(5 * MEGABYTE)
      expect(bytes).toBeLessThan(40 * MEGABYTE)
    })

    it('is only what runs', () => {
      const names = [...asarFiles(app.asar).keys()]
      expect(names).toContain('package.json')
      expect(names).toContain('out/main/electron.js')
      expect(names).toContain('out/main/catalog/ingest/reader-worker.js')
      expect(names).toContain('out/preload/preload.cjs')
      expect(names).toContain('out/renderer/index.html')
      const tops = new Set(names.map((name) => name.split('/')[0]))
      expect([...tops].sort()).toEqual(['node_modules', 'out', 'package.json'])
      // what the page is made of is inside the page; sources, tests and notes stay at home
      const strangers =
        /(?:\.(?:map|ts|md|cc|cpp|c|h)$)|^node_modules\/(?:vue|vuetify|echarts|electron|@vue|typescript|vitest)\//
      expect(names.filter((name) => strangers.test(name))).toEqual([])
      expect(names.filter((name) => name.endsWith('.node'))).toEqual([
        `node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`,
      ])
    })

    it('keeps nothing but native code outside the asar', () => {
      const outside = [...ownFiles(app).keys()].sort()
      expect(outside).toEqual(['lifeboat', 'resources/app.asar', prebuildOf('').replace(/^\//, '')].sort())
    })
  })

  describe('on the command line, without a display', () => {
    const data = temporaryFolder('data')
    const path = join(temporaryFolder('cli'), 'sample')

    it('runs a command to its end, quietly, and gives its exit code', async () => {
      const sample = await run(app.launcher, ['sample', path, '--items', '300', '--data', data], NO_DISPLAY)
      expect(sample).toMatchObject({ code: 0 })
      const indexed = await run(app.launcher, ['index', path, '--json', '--data', data], NO_DISPLAY)
      expect(indexed).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(indexed.stdout)).toMatchObject({ accounts: 5, items: 300 })
      const out = join(temporaryFolder('out'), 'mail')
      const exported = await run(
        app.launcher,
        ['export', path, '--out', out, '--json', '--data', data],
        NO_DISPLAY,
      )
      expect(exported.code).toBe(0)
      expect(readdirSync(out)).toContain('manifest.csv')
      const wrong = await run(app.launcher, ['index', '/nowhere', '--json', '--data', data], NO_DISPLAY)
      expect(wrong).toMatchObject({ code: 3, stderr: '' })
      expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'UNREADABLE' } })
      expect(await run(app.launcher, ['nonsense'], NO_DISPLAY)).toMatchObject({ code: 2, stdout: '' })
      // also the program itself, without the launcher
      const direct = await run(
        app.program,
        [...noSandbox, 'accounts', path, '--json', '--data', data],
        NO_DISPLAY,
      )
      expect(direct.code).toBe(0)
      expect(JSON.parse(direct.stdout)).toHaveLength(5)
    })

    it('stops on Ctrl-C with 130', async () => {
      const args = ['serve', '--no-open', '--json', '--data', data]
      const child = spawn(app.launcher, args, {
        env: { ...process.env, DISPLAY: '' },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const told = await new Promise<string>((done) =>
        child.stdout.once('data', (chunk: Buffer) => done(chunk.toString())),
      )
      const { url } = JSON.parse(told) as { url: string }
      expect((await fetch(url, { redirect: 'manual' })).status).toBe(303)
      const ended = new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal)))
      child.kill('SIGINT')
      expect(await ended).toBe(130)
    })
  })

  describe('its window', () => {
    const data = temporaryFolder('data')
    let window: PackagedWindow

    beforeAll(async () => {
      window = await startPackaged(app, data)
    })
    afterAll(() => window.close())

    it('opens the sample and exports a message, byte for byte what the blob holds', async () => {
      const { page } = window
      expect(page.url()).toMatch(/^app:\/\/lifeboat\//)
      await openSample(page)
      await openFolder(page, /anna\.rossi/, /Sent/)
      await rows(page).nth(2).click()
      await page.getByRole('link', { name: 'Save .eml' }).waitFor()
      const out = temporaryFolder('out')
      await page.getByRole('listbox').focus()
      await page.keyboard.press('Control+e')
      const dialog = page.getByRole('dialog', { name: 'Export' })
      await dialog.getByLabel('Target folder').fill(out)
      await dialog.getByText(/free$/).waitFor()
      await dialog.getByRole('button', { name: 'Export 1 item' }).click()
      const strip = page.getByRole('region', { name: 'Tasks under way and results' })
      await strip.getByText('1 exported').waitFor({ timeout: 30_000 })
      const name = readdirSync(out, { recursive: true, encoding: 'utf8' }).find((file) =>
        file.endsWith('.eml'),
      )
      const exported = readFileSync(join(out, String(name)))
      expect(exported.length).toBeGreaterThan(100)
      expect(blobsOf(join(data, 'sample-backup')).some((blob) => blob.equals(exported))).toBe(true)
    })

    it('takes over what a second start wants to open, and lets that one end', async () => {
      const backup = makePath({ root: temporaryFolder('backup'), messages: 5 }).root
      const second = await run(app.program, windowArguments(data, [backup]), electronEnvironment({}))
      expect(second.code).toBe(0)
      await window.page.getByText(backup).first().waitFor({ timeout: 15_000 })
    })
  })
})

/** Every blob of a Backup Path, inflated by Node itself. */
function blobsOf(path: string): Buffer[] {
  const blobs: Buffer[] = []
  for (const entry of readdirSync(join(path, 'items'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    try {
      blobs.push(gunzipSync(readFileSync(join(entry.parentPath, entry.name))))
    } catch {
      // damaged on purpose
    }
  }
  return blobs
}
