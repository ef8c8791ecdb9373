import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  snapshotDifferences,
  snapshotTree,
  temporaryFolder,
  type SnapshotEntry,
} from '../../support/index.ts'
import { testableHosts, type RunningApp } from '../support/app.ts'
import { openFolder, openSample, railLink, rows } from './support.ts'

/** Every file under a folder, relative. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
}

/** Reads a link of our own file routes with the page's session. */
async function download(page: Page, href: string): Promise<Buffer> {
  const base64 = await page.evaluate(async (url) => {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
    let binary = ''
    for (const byte of bytes) binary += String.fromCharCode(byte)
    return btoa(binary)
  }, href)
  return Buffer.from(base64, 'base64')
}

describe.each(testableHosts())('the way of a technician in the $host', ({ host, launch }) => {
  let app: RunningApp
  let page: Page
  const out = join(temporaryFolder('walk'), 'out')
  /** The sample as it was before anything was done with it. */
  let untouched: Map<string, SnapshotEntry>

  beforeAll(async () => {
    app = await launch({ size: { width: 1280, height: 800 } })
    page = app.page
  })
  afterAll(() => app.close())

  it('begins on the first screen with one thing to do', async () => {
    await page.getByRole('heading', { name: 'Bring the mail back' }).waitFor()
    await app.screenshot('01-home')
    await railLink(page, 'Mail').click()
    await page.getByText('Open the folder that holds the copied backup.').waitFor()
    await railLink(page, 'Home').click()
  })

  it.runIf(host === 'browser')('says what is wrong with a folder that is no backup path', async () => {
    await page.getByRole('button', { name: 'Open a backup path' }).click()
    const dialog = page.getByRole('dialog', { name: 'Open a backup path' })
    await dialog.getByLabel('Path of the folder').fill('/no/such/folder')
    await page.keyboard.press('Enter')
    await dialog.getByText('cannot be listed').waitFor()
    await dialog.getByLabel('Path of the folder').fill(temporaryFolder('empty'))
    await dialog.getByRole('button', { name: 'Open this folder' }).click()
    const alert = page.getByRole('alert')
    await alert.getByText('not a Backup Path').waitFor()
    await alert.getByRole('button', { name: 'Copy diagnostics' }).waitFor()
    await app.screenshot('02-not-a-backup-path')
  })

  it('opens the sample and shows its accounts', async () => {
    await openSample(page)
    untouched = snapshotTree(join(app.dataFolder, 'sample-backup'))
    const lines = page.locator('table tbody tr')
    await expect.poll(() => lines.count()).toBe(5)
    const anna = lines.filter({ hasText: 'anna.rossi' })
    await expect.poll(() => anna.locator('rect').count()).toBeGreaterThan(10)
    await expect.poll(() => page.locator('tfoot').innerText()).toMatch(/Total\s+1,\d{3}/)
    await app.screenshot('03-accounts')
  })

  it('shows a folder, its messages and a message in all its forms', async () => {
    await openFolder(page, /anna\.rossi/, /Inbox/)
    await page.getByRole('heading', { name: 'Inbox', level: 2 }).waitFor()
    const list = page.getByRole('listbox')
    await list.focus()
    const frame = page.locator('iframe')
    for (let at = 0; at < 60 && (await frame.count()) === 0; at++) {
      await page.keyboard.press('j')
      await page.getByRole('tab', { name: 'Source' }).waitFor()
      await page.waitForTimeout(200)
    }
    expect(await frame.getAttribute('sandbox')).toBe('')
    await expect.poll(() => frame.contentFrame().locator('body').innerText()).not.toBe('')
    await app.screenshot('04-message')

    await page.getByRole('tab', { name: 'Text' }).click()
    await expect.poll(() => page.locator('.text pre').innerText()).not.toBe('')
    await page.getByRole('tab', { name: 'Headers' }).click()
    await page.getByText('Message-ID', { exact: false }).first().waitFor()
    await page.getByRole('tab', { name: 'Source' }).click()
    await page.locator('.source .line').first().waitFor()
    await app.screenshot('05-source')
  })

  it('tells the history and shows the raw JSON on request', async () => {
    await page.getByRole('tab', { name: 'History' }).click()
    const history = page.locator('.history')
    await history.getByText('Created').waitFor()
    expect(await history.locator('pre').count()).toBe(0)
    await history.getByRole('button', { name: 'Show the raw JSON' }).click()
    await history.locator('pre').waitFor()
    await expect.poll(() => history.locator('pre').innerText()).toContain('{')
    await app.screenshot('06-history')
    await page.getByRole('tab', { name: 'Text' }).click()
  })

  it('turns the whole view back in time and says so', async () => {
    const before = await page.getByRole('treeitem', { name: /Inbox/ }).innerText()
    await page.getByRole('button', { name: 'As of: Now' }).click()
    await page.getByRole('button', { name: '365 days' }).click()
    await page.getByText('You see the mailbox as of').waitFor()
    await expect.poll(() => page.getByRole('treeitem', { name: /Inbox/ }).innerText()).not.toBe(before)
    await rows(page).first().click()
    await page.getByRole('link', { name: 'Save .eml' }).waitFor()
    await app.screenshot('07-as-of')
    await page.getByRole('button', { name: 'Back to now' }).first().click()
    await page.getByText('You see the mailbox as of').waitFor({ state: 'detached' })
    await expect.poll(() => page.getByRole('treeitem', { name: /Inbox/ }).innerText()).toBe(before)
  })

  it('shows deleted items only, struck through and with their word', async () => {
    await page.getByRole('treeitem', { name: /anna\.rossi/ }).click()
    await page.getByRole('group', { name: 'Deleted' }).getByRole('button', { name: 'Only' }).click()
    await page.locator('.mail-row.deleted').first().waitFor()
    await expect.poll(() => page.locator('.mail-row:not(.deleted)').count()).toBe(0)
    await rows(page).nth(1).click()
    await page.getByRole('article').getByText('Deleted').first().waitFor()
    await app.screenshot('08-deleted')
    await page.getByRole('group', { name: 'Deleted' }).getByRole('button', { name: 'Show' }).click()
  })

  it('filters by a month of the chart', async () => {
    await page.getByRole('treeitem', { name: 'All accounts' }).click()
    await rows(page).first().waitFor()
    await page.locator('canvas').first().waitFor()
    const found = page.locator('.head .small').first()
    await page.locator('.head').getByRole('heading', { name: 'All accounts' }).waitFor()
    let all = ''
    // the list may still be asked for: what was matched is what is kept
    await expect.poll(async () => (all = await found.innerText())).toMatch(/\d items/)
    const box = await page.locator('canvas').first().boundingBox()
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) * 0.6, (box?.y ?? 0) + 30)
    const clear = page.getByRole('button', { name: /^Show all months again/ })
    await clear.waitFor()
    await expect.poll(() => found.innerText()).toMatch(/\d items/)
    expect(await found.innerText()).not.toBe(all)
    await app.screenshot('09-month')
    await clear.click()
    await expect.poll(() => found.innerText()).toBe(all)
  })

  it('searches all accounts, with a chip for each part', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('fattura has:attachment')
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Parts of the search' }).waitFor()
    await rows(page).first().waitFor()
    await expect
      .poll(() => page.getByRole('list', { name: 'Parts of the search' }).getByRole('listitem').count())
      .toBe(2)
    const total = await rows(page).first().getAttribute('aria-setsize')
    await rows(page).first().click()
    await page.getByRole('link', { name: 'Save .eml' }).waitFor()
    await app.screenshot('10-search')
    await page.getByRole('button', { name: 'Remove has:attachment' }).click()
    await expect.poll(() => rows(page).first().getAttribute('aria-setsize')).not.toBe(total)
    await page.getByRole('button', { name: 'How to search' }).click()
    await page.getByRole('button', { name: 'is:deleted' }).waitFor()
    await app.screenshot('11-search-help')
  })

  it('exports one message, byte for byte what the backup holds, and keeps the result until it is dismissed', async () => {
    await openFolder(page, /anna\.rossi/, /Sent/)
    await rows(page).nth(2).click()
    const save = page.getByRole('link', { name: 'Save .eml' })
    await save.waitFor()
    const wanted = await download(page, (await save.getAttribute('href')) ?? '')
    expect(wanted.length).toBeGreaterThan(100)

    await page.getByRole('listbox').focus()
    await page.keyboard.press('Control+e')
    const dialog = page.getByRole('dialog', { name: 'Export' })
    await dialog.getByText('1 item ·').waitFor()
    await dialog.getByLabel('Target folder').fill(out)
    await dialog.getByText(/free$/).waitFor()
    await app.screenshot('12-export')
    await dialog.getByRole('button', { name: 'Export 1 item' }).click()

    const strip = page.getByRole('region', { name: 'Tasks under way and results' })
    await strip.getByText('1 exported').waitFor({ timeout: 30_000 })
    const found = filesUnder(out).filter((name) => name.endsWith('.eml'))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^anna\.rossi@[^/]+\/Sent\//)
    expect(readFileSync(join(out, found[0]!)).equals(wanted)).toBe(true)
    expect(existsSync(join(out, 'manifest.csv'))).toBe(true)

    // the result outlives a reload of the page
    await page.reload()
    await strip.getByText('1 exported').waitFor({ timeout: 30_000 })
    await railLink(page, 'Tasks').click()
    await page.getByText('Everything asked for is there.').waitFor()
    await strip.getByRole('button', { name: /^Dismiss/ }).click()
    await strip.getByText('Nothing is running').waitFor()
  })

  it('lists the failures of an export with their reasons', async () => {
    await railLink(page, 'Accounts').click()
    await page.getByRole('button', { name: 'Export everything' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export' })
    await dialog.getByLabel('Target folder').fill(join(out, 'all'))
    await dialog.getByText(/free$/).waitFor()
    await dialog.getByRole('button', { name: /^Export [\d,]+ items$/ }).click()
    await railLink(page, 'Tasks').click()
    await page.getByText('Not everything is there.').waitFor({ timeout: 60_000 })
    await page.getByText('Message missing').first().waitFor()
    await app.screenshot('13-export-result')
  })

  it('explains the problems and leads to the messages they touch', async () => {
    await railLink(page, 'Problems').click()
    const kinds = page.getByRole('list', { name: 'Kinds of problems' })
    await kinds.getByRole('button').first().waitFor()
    await expect.poll(() => kinds.getByRole('button').count()).toBeGreaterThan(9)
    await kinds.getByRole('button', { name: 'Message cut off' }).click()
    await page.getByText('What to do:').waitFor()
    await page
      .getByRole('button', { name: /leans? on it/ })
      .first()
      .click()
    await app.screenshot('14-problems')
    await page.locator('.affected a').first().click()
    await page.getByRole('list', { name: 'Parts of the search' }).waitFor()
    await rows(page).first().waitFor()
  })

  it('groups unclaimed mail by its likely owner', async () => {
    await railLink(page, 'Unclaimed').click()
    await page.getByRole('button', { name: /All unclaimed mail/ }).waitFor()
    const all = Number(await rows(page).first().getAttribute('aria-setsize'))
    expect(all).toBeGreaterThan(0)
    await page.getByRole('button', { name: /anna\.rossi/ }).click()
    await expect
      .poll(async () => Number(await rows(page).first().getAttribute('aria-setsize')))
      .toBeLessThan(all)
    await rows(page).first().click()
    await page.getByRole('link', { name: 'Save .eml' }).waitFor()
    await app.screenshot('15-unclaimed')
  })

  it('speaks Italian, and turns dark, at once', async () => {
    await railLink(page, 'Settings').click()
    await page.getByRole('button', { name: 'Italiano' }).click()
    await page.getByRole('heading', { name: 'Opzioni' }).waitFor()
    await page.getByRole('button', { name: 'Scuro' }).click()
    await page.locator('.v-theme--dark').first().waitFor()
    await app.screenshot('16-settings-italian-dark')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('group', { name: 'Theme' }).getByRole('button', { name: 'As the system' }).click()
  })

  it('removes a catalog after asking, never the backup path', async () => {
    await page.getByRole('button', { name: /^Remove the catalog of/ }).click()
    const ask = page.getByRole('alertdialog')
    await app.screenshot('17-forget')
    await ask.getByRole('button', { name: 'Remove catalog' }).click()
    await page.getByText('Catalog removed').waitFor()
    await page.getByText('There are no catalogs.').waitFor()
    await page.getByText('No backup path is open').waitFor()
    // after all of this walk: not one byte, name or time under the backup path is another
    expect(snapshotDifferences(untouched, snapshotTree(join(app.dataFolder, 'sample-backup')))).toEqual([])
  })
})
