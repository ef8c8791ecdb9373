import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogIdFor } from '../../src-main/catalog/catalog.ts'
import { makePath, temporaryFolder } from '../support/index.ts'
import { canRunElectron, launchElectronApp, type RunningApp } from './support/app.ts'

describe.skipIf(!canRunElectron())('the desktop window (needs Electron and a display)', () => {
  let app: RunningApp
  let listener: Server
  let outside: string
  const heard: string[] = []
  let backup: string

  beforeAll(async () => {
    listener = createServer((request, response) => {
      heard.push(String(request.url))
      response.setHeader('access-control-allow-origin', '*')
      response.end('heard')
    })
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done))
    outside = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
    backup = makePath({ root: temporaryFolder('backup'), messages: 20 }).root
    app = await launchElectronApp()
    await app.page.getByRole('heading').first().waitFor()
  })
  afterAll(async () => {
    app.complaints.length = 0
    await app.close()
    listener.close()
    expect(heard).toEqual([])
  })

  it('shows a page without Node, in a sandbox, of its own origin', async () => {
    const page = await app.page.evaluate(() => ({
      origin: window.location.origin,
      globals: ['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => name in window),
      bridge: Object.keys((window as unknown as { lifeboat: object }).lifeboat).sort(),
    }))
    expect(page).toEqual({ origin: 'app://lifeboat', globals: [], bridge: ['connect', 'pathOf'] })
    const preferences = await app.electron!.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
        getLastWebPreferences: () => Record<string, unknown>
      }
      const { sandbox, contextIsolation, nodeIntegration, webSecurity } = contents.getLastWebPreferences()
      return { sandbox, contextIsolation, nodeIntegration, webSecurity }
    })
    expect(preferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    })
  })

  it('sends the same strict policy as the browser host', async () => {
    const headers = await app.page.evaluate(async () => {
      const answer = await fetch('/')
      return Object.fromEntries(answer.headers)
    })
    expect(headers['content-security-policy']).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-",
    )
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers['x-content-type-options']).toBe('nosniff')
    // Chromium would answer it with a second process for the window, while it opens
    expect(headers['cross-origin-opener-policy']).toBeUndefined()
    const others = await app.page.evaluate(async () => {
      const status = async (path: string): Promise<number> => (await fetch(path)).status
      return [
        await status('/../package.json'),
        await status('/%2e%2e/main/electron.js'),
        await status('/none'),
      ]
    })
    expect(others).toEqual([404, 404, 404])
  })

  it('goes nowhere else, opens no window, reaches no network', async () => {
    const done = await app.page.evaluate(async (address) => {
      const opened = window.open(address)
      const link = document.createElement('a')
      link.href = address
      document.body.append(link)
      link.click()
      window.location.href = `${address}/navigated`
      const reached = await fetch(`${address}/fetched`).then(
        () => true,
        () => false,
      )
      return { opened: opened !== null, reached }
    }, outside)
    expect(done).toEqual({ opened: false, reached: false })
    await app.page.waitForTimeout(300)
    expect(app.page.url()).toMatch(/^app:\/\/lifeboat\//)
    expect(app.electron!.windows()).toHaveLength(1)
    // also where the page's own policy would not hold: asked by the session itself
    const status = await app.electron!.evaluate(
      ({ session }, address) =>
        session.defaultSession.fetch(`${address}/session`).then(
          () => 'reached',
          () => 'refused',
        ),
      outside,
    )
    expect(status).toBe('refused')
  })

  it('is given no permissions', async () => {
    const states = await app.page.evaluate(async () => {
      const ask = async (name: string): Promise<string> =>
        (await navigator.permissions.query({ name: name as PermissionName })).state
      return [
        await ask('geolocation'),
        await ask('notifications'),
        await ask('camera'),
        await ask('microphone'),
      ]
    })
    expect(states).toEqual(['denied', 'denied', 'denied', 'denied'])
  })

  it('hands a second start over to the first window', async () => {
    await app.electron!.evaluate(({ app: electron }, path) => {
      electron.emit('second-instance', {}, [], '/', { path })
    }, backup)
    await app.page.getByText(backup).first().waitFor({ timeout: 15_000 })
  })

  it('saves an attachment or message only where the person says, byte for byte, never into the backup', async () => {
    const target = join(temporaryFolder('saved'), 'message.eml')
    const address = await messageAddress(app, backup)
    const save = async (filePath: string): Promise<void> => {
      await app.electron!.evaluate(({ dialog }, chosen) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
        dialog.showMessageBox = (() => Promise.resolve({ response: 0 })) as never
      }, filePath)
      await app.page.evaluate((href) => {
        const link = document.createElement('a')
        link.href = href
        link.download = 'x.eml'
        link.click()
      }, address)
    }
    await save(target)
    await expect.poll(() => existsSync(target), { timeout: 10_000 }).toBe(true)
    const served = await app.page.evaluate(async (href) => (await fetch(href)).text(), address)
    expect(readFileSync(target, 'utf8')).toBe(served)
    expect(readdirSync(join(target, '..'))).toEqual(['message.eml'])

    const inside = join(backup, 'message.eml')
    await save(inside)
    await app.page.waitForTimeout(700)
    expect(existsSync(inside)).toBe(false)
  })
})

describe.skipIf(!canRunElectron())('the desktop window again (needs Electron and a display)', () => {
  it('is where it was left, in the language it had', async () => {
    const dataFolder = temporaryFolder('data')
    const first = await launchElectronApp({ dataFolder, size: { width: 1111, height: 777 } })
    await first.page.getByRole('heading').first().waitFor()
    const before = await bounds(first)
    await first.page.keyboard.press('Control+k')
    await first.page.getByRole('dialog', { name: 'Commands' }).waitFor()
    await first.page.keyboard.type('italiano')
    await first.page.keyboard.press('Enter')
    await first.page.locator('html[lang=it]').waitFor({ state: 'attached' })
    await first.close()
    const second = await launchElectronApp({ dataFolder, size: before.content })
    await second.page.getByRole('heading').first().waitFor()
    expect((await bounds(second)).window).toEqual(before.window)
    expect(await second.page.evaluate(() => document.documentElement.dataset['language'])).toBe('it')
    await second.close()
    expect(readdirSync(dataFolder)).toContain('window')
  })

  it('has the palette, and shows the folder of its own log and of nothing else', async () => {
    const app = await launchElectronApp()
    const { page } = app
    await page.getByRole('heading').first().waitFor()
    await app.electron!.evaluate(({ shell }) => {
      const shown: string[] = []
      shell.showItemInFolder = (path) => void shown.push(path)
      Object.assign(globalThis, { shown })
    })
    await page.keyboard.press('Control+k')
    const palette = page.getByRole('dialog', { name: 'Commands' })
    await palette.waitFor()
    await page.keyboard.type('go log')
    await palette.getByRole('option', { name: 'Log' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Open its folder' }).click()
    const shown = (): Promise<unknown> =>
      app.electron!.evaluate(() => (globalThis as { shown?: string[] }).shown)
    await expect.poll(shown, { timeout: 15_000 }).toEqual([join(app.dataFolder, 'logs', 'lifeboat.log')])
    await app.screenshot('log')
    await app.close()
  })
})

interface Bounds {
  window: { width: number; height: number }
  content: { width: number; height: number }
}

function bounds(app: RunningApp): Promise<Bounds> {
  return app.electron!.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0]!
    const [width = 0, height = 0] = window.getContentSize()
    const outer = window.getNormalBounds()
    return { window: { width: outer.width, height: outer.height }, content: { width, height } }
  })
}

/** Address of one message of the open backup, from its catalog as the page would ask. */
async function messageAddress(app: RunningApp, backup: string): Promise<string> {
  const catalogId = catalogIdFor(backup)
  const ask = (): Promise<string | null> =>
    app.page.evaluate(async (id) => {
      for (let row = 1; row < 30; row++) {
        const address = `/message/${id}/i${row}.eml`
        if ((await fetch(address)).status === 200) return address
      }
      return null
    }, catalogId)
  // the catalog is still filling: asked from here, since a page function that promises counts as an answer
  await expect.poll(ask, { timeout: 15_000 }).not.toBeNull()
  return String(await ask())
}
