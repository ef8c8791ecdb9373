import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePath, temporaryFolder } from '../support/index.ts'
import { canRunElectron, launchElectronApp, type RunningApp } from './support/app.ts'
import { openSample, railLink } from './screens/support.ts'

/** What the window told the system, kept in Electron's main process. */
interface Heard {
  bars: number[]
  awake: string[]
  notes: string[]
}

describe.skipIf(!canRunElectron())('opening the desktop window (needs Electron and a display)', () => {
  it('opens a path given as argument, and one dropped on any screen', async () => {
    const first = makePath({ root: temporaryFolder('backup'), messages: 5 }).root
    const second = makePath({ root: temporaryFolder('backup'), messages: 5 }).root
    const app = await launchElectronApp({ path: first })
    await app.page.getByText(first).first().waitFor({ timeout: 20_000 })
    await railLink(app.page, 'Settings').click()
    await app.page.getByRole('heading', { name: 'Settings' }).waitFor()
    await drop(app, second)
    await app.page.getByText(second).first().waitFor({ timeout: 20_000 })
    expect(app.page.url()).toMatch(/^app:\/\/lifeboat\//)
    await app.close()
  })

  it('is born in the colour of its page, light and dark: no flash', async () => {
    const dataFolder = temporaryFolder('data')
    const light = await launchElectronApp({ dataFolder })
    await light.page.getByRole('heading').first().waitFor()
    await railLink(light.page, 'Settings').click()
    await light.page.getByRole('group', { name: 'Theme' }).getByRole('button', { name: 'Light' }).click()
    await expect.poll(() => pageColour(light)).toBe(await bornColour(light))
    await light.page.getByRole('group', { name: 'Theme' }).getByRole('button', { name: 'Dark' }).click()
    await light.page.locator('.v-theme--dark').first().waitFor()
    await light.close()
    const dark = await launchElectronApp({ dataFolder, colorScheme: 'dark' })
    await dark.page.locator('.v-theme--dark').first().waitFor()
    expect(await bornColour(dark)).toBe(await pageColour(dark))
    expect(await bornColour(dark)).not.toBe('#F3F5F7')
    await dark.close()
  })
})

describe.skipIf(!canRunElectron())('tasks in the desktop system (needs Electron and a display)', () => {
  let app: RunningApp

  beforeAll(async () => {
    app = await launchElectronApp()
    await app.page.getByRole('heading').first().waitFor()
    await app.electron!.evaluate(({ BrowserWindow, Notification, powerSaveBlocker }) => {
      const heard: Heard = { bars: [], awake: [], notes: [] }
      Object.assign(globalThis, { heard })
      const window = BrowserWindow.getAllWindows()[0]!
      window.setProgressBar = (share) => void heard.bars.push(share)
      window.isFocused = () => false
      const { start, stop } = powerSaveBlocker
      powerSaveBlocker.start = (kind) => {
        const id = start.call(powerSaveBlocker, kind)
        heard.awake.push(`${kind} ${String(powerSaveBlocker.isStarted(id))}`)
        return id
      }
      powerSaveBlocker.stop = (id) => {
        const answer = stop.call(powerSaveBlocker, id)
        heard.awake.push(`stopped ${String(powerSaveBlocker.isStarted(id))}`)
        return answer
      }
      Notification.isSupported = () => true
      Notification.prototype.show = function show(this: Electron.Notification) {
        heard.notes.push(this.title)
      }
    })
  })
  afterAll(() => app.close())

  const heard = (): Promise<Heard> =>
    app.electron!.evaluate(() => (globalThis as unknown as { heard: Heard }).heard)

  it('show their progress and keep the laptop awake until they end', async () => {
    await openSample(app.page)
    await expect.poll(async () => (await heard()).bars.at(-1), { timeout: 10_000 }).toBe(-1)
    const { bars, awake } = await heard()
    expect(bars.some((share) => share >= 0)).toBe(true)
    expect(awake.length).toBeGreaterThan(0)
    expect(awake.length % 2).toBe(0)
    for (let n = 0; n < awake.length; n += 2) {
      expect(awake.slice(n, n + 2)).toEqual(['prevent-app-suspension true', 'stopped false'])
    }
  })

  it('tell somebody who looked away that they ended', async () => {
    await railLink(app.page, 'Accounts').click()
    await app.page.getByRole('button', { name: 'Export everything' }).click()
    const dialog = app.page.getByRole('dialog', { name: 'Export' })
    await dialog.getByLabel('Target folder').fill(temporaryFolder('out'))
    await dialog.getByText(/free$/).waitFor()
    await dialog.getByRole('button', { name: /^Export [\d,]+ items$/ }).click()
    // the sample has messages whose blobs are missing
    await expect
      .poll(async () => (await heard()).notes, { timeout: 60_000 })
      .toContain('Export: not everything is there')
  })
})

/** Drops a folder of this machine on the middle of the window, as a file manager does. */
async function drop(app: RunningApp, folder: string): Promise<void> {
  const session = await app.page.context().newCDPSession(app.page)
  const data = { items: [], files: [folder], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 500, y: 400, data })
  }
  await session.detach()
}

function bornColour(app: RunningApp): Promise<string> {
  return app.electron!.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.getBackgroundColor().toUpperCase(),
  )
}

function pageColour(app: RunningApp): Promise<string> {
  return app.page.evaluate(() => {
    const shown = getComputedStyle(document.querySelector('.v-application')!).backgroundColor
    const parts = (shown.match(/\d+/g) ?? []).slice(0, 3)
    return `#${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`.toUpperCase()
  })
}
