import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../support/index.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { rows } from './support.ts'

/** Presses Tab until the focus is on what the person wants; fails when it never gets there. */
async function tabTo(page: Page, wanted: string, most = 40): Promise<void> {
  for (let at = 0; at < most; at++) {
    const here = await page.evaluate(() => {
      const element = document.activeElement
      const own = element instanceof HTMLElement && ['A', 'BUTTON'].includes(element.tagName)
      return `${element?.getAttribute('aria-label') ?? ''} ${own ? element.textContent : ''}`.trim()
    })
    if (here.includes(wanted)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reached “${wanted}”`)
}

describe.skipIf(chromiumPath() === null)('with the keyboard alone', () => {
  let app: RunningApp
  let page: Page
  const out = join(temporaryFolder('keys'), 'out')

  beforeAll(async () => {
    app = await launchBrowserApp({ size: { width: 1280, height: 800 } })
    page = app.page
    await page.getByRole('heading', { name: 'Bring the mail back' }).waitFor()
  })
  afterAll(() => app.close())

  it('opens the sample, goes to mail, chooses a folder', async () => {
    await tabTo(page, 'Try with a sample backup')
    await page.keyboard.press('Enter')
    await page.getByText('Everything read').waitFor({ timeout: 60_000 })
    await page.getByRole('row', { name: /anna\.rossi/ }).waitFor()
    await tabTo(page, 'anna.rossi')
    await page.keyboard.press('Enter')
    await rows(page).first().waitFor()
    await page.getByRole('tree').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Inbox', level: 2 }).waitFor()
  })

  it('walks, marks and drops marks in the list', async () => {
    // from the tree the list is a few stops of Tab away; its name is that of the folder
    await tabTo(page, 'Inbox')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('listbox')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('k')
    await expect.poll(() => page.getByRole('listbox').getAttribute('aria-activedescendant')).toBe('row-1')
    await page.keyboard.press(' ')
    await page.keyboard.press(' ')
    await page.getByText(/2 of \d+ marked/).waitFor()
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText(/^\s*3 of \d+ marked/).waitFor()
    await page.keyboard.press('Control+a')
    const all = (await rows(page).first().getAttribute('aria-setsize')) ?? ''
    await page.getByText(`${all} of ${all} marked`).waitFor()
    await page.keyboard.press('Escape')
    await page.getByText(`${all} items`).first().waitFor()
    await page.keyboard.press('End')
    await expect
      .poll(() => page.getByRole('listbox').getAttribute('aria-activedescendant'))
      .toBe(`row-${String(Number(all) - 1)}`)
    await page.keyboard.press('Home')
  })

  it('reads a message and comes back', async () => {
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('listbox')
  })

  it('exports the row under the cursor', async () => {
    await page.keyboard.press('Control+e')
    await page.getByRole('dialog', { name: 'Export' }).waitFor()
    await tabTo(page, 'Choose folder')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.type(out)
    await page.getByText(/free$/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('1 exported').waitFor({ timeout: 30_000 })
    expect(readdirSync(out)).toContain('manifest.csv')
  })

  it('finds help, shortcuts and search from anywhere, and Escape leaves them', async () => {
    await page.getByRole('listbox').focus()
    await page.keyboard.press('?')
    const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await keys.waitFor()
    // Vuetify's dialogs hear the keyboard a moment after they are seen; nobody is as quick as this test
    await expect.poll(() => keys.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true)
    await page.keyboard.press('Escape')
    await keys.waitFor({ state: 'detached' })
    await page.keyboard.press('F1')
    await page.getByRole('complementary', { name: 'Help' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('complementary', { name: 'Help' }).waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type('rossi')
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Parts of the search' }).waitFor()
  })
})
