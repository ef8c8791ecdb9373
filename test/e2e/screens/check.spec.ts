import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../support/index.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { expectAccessible, expectNoOverflow, openSample, railLink, wear } from './support.ts'

/** Waits until nothing of a check or heal is under way any more. */
async function finished(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Stop|Ferma)$/ }).waitFor({ state: 'detached', timeout: 60_000 })
}

/** A damaged backup is checked, looked at, checked again and healed, as a technician would do it. */
describe.skipIf(chromiumPath() === null)('the check of a damaged backup', () => {
  let app: RunningApp
  let page: Page
  const out = join(temporaryFolder('heal'), 'repaired')

  async function look(screen: string): Promise<void> {
    await expectNoOverflow(page, screen)
    await expectAccessible(page, screen)
    await app.screenshot(`check-${screen}`)
  }

  beforeAll(async () => {
    app = await launchBrowserApp({ size: { width: 1280, height: 800 }, colorScheme: 'light' })
    page = app.page
    page.setDefaultTimeout(20_000)
    await openSample(page)
    await railLink(page, 'Check').click()
  })
  afterAll(() => app.close())

  it('says what a check is while there is none', async () => {
    await page.getByText('This backup was not checked yet').waitFor()
    await look('1-empty')
  })

  it('can be paused, stopped and gone on with', async () => {
    await page.getByRole('button', { name: 'Check this backup' }).click()
    const run = page.getByRole('region', { name: 'Checking the whole backup' })
    await run.getByRole('button', { name: 'Pause' }).click()
    await run.getByText('Paused').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Check this backup' }).isDisabled()).toBe(true)
    await look('2-paused')
    await run.getByRole('button', { name: 'Stop' }).click()
    await run.getByText('This check did not come to its end.').waitFor()
    await look('2-stopped')
    await run.getByRole('button', { name: 'Go on' }).click()
    // how far it is by then is a matter of the machine: a quick one is through
    await run.getByText('This check did not come to its end.').waitFor({ state: 'detached' })
  })

  it('checks everything and tells the verdict with its figures', async () => {
    const result = page.getByRole('region', { name: 'Result' })
    await result.getByText(/^\d+ errors: something is damaged/).waitFor({ timeout: 60_000 })
    await finished(page)
    await result.getByText(/^1,5\d\d of 1,5\d\d$/).waitFor()
    await look('3-result')
  })

  it('shows the store, moves in it by keys and by the list of folders', async () => {
    const picture = page.getByRole('application', { name: /^Picture of the store/ })
    await expect.poll(() => picture.getAttribute('aria-label')).toMatch(/\b[1-9]\d* with errors/)
    const worst = page.getByRole('button', { name: /^Errors/ }).first()
    const folder = `items/${await worst.locator('code').innerText()}`
    await worst.click()
    await page.locator('.detail', { hasText: folder }).waitFor()
    await picture.focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.locator('.detail code').allInnerTexts()).not.toEqual([folder])
    await look('4-folder')
  })

  it('lists problems by kind with what they mean and whose messages they touch', async () => {
    const kinds = page.getByRole('list', { name: 'Kinds of problems' })
    const line = kinds.getByRole('button', { name: /Message cut off/ })
    const count = Number(/(\d+)\s*$/.exec(await line.innerText())?.[1])
    await line.click()
    const found = page.getByRole('region', { name: 'Problems' })
    await found.getByText('The file ends too early.').waitFor()
    await expect.poll(() => found.locator('.problem').count()).toBe(count)
    await expect.poll(() => found.getByText('Lost here').count()).toBe(count)
    await found.getByRole('link').first().waitFor()
    await found.scrollIntoViewIfNeeded()
    await look('5-kind')
  })

  it('checks a sample and compares it with the earlier result', async () => {
    await page.getByRole('button', { name: 'Check a sample' }).click()
    const menu = page.getByRole('dialog', { name: 'Check a sample' })
    await menu.getByLabel('Number of messages').fill('50')
    await look('6-sample')
    await menu.getByRole('button', { name: 'Check 50 random messages' }).click()
    await page.getByText('A sample reads no folder whole').waitFor({ timeout: 60_000 })
    await finished(page)
    await page.getByRole('tab', { name: 'Compare with an earlier check' }).click()
    await page.getByText('One of the two is a sample').waitFor()
    await page.getByText(/\d+ problems are gone/).waitFor()
    await look('7-compare')
  })

  it('makes a repaired copy and says what is still lost', async () => {
    await page.getByRole('button', { name: 'Make a repaired copy' }).click()
    const dialog = page.getByRole('dialog', { name: 'Make a repaired copy' })
    await dialog.getByRole('button', { name: 'Add a copy' }).click()
    const picker = page.getByRole('dialog', { name: 'Another copy of this backup' })
    const other = temporaryFolder('other')
    await picker.getByLabel('Path of the folder').fill(other)
    await picker.getByRole('button', { name: 'Use this folder' }).click()
    await dialog.getByText(other).waitFor()
    await dialog
      .getByLabel('New folder for the repaired copy')
      .fill(join(app.dataFolder, 'sample-backup', 'repaired'))
    await dialog.getByRole('button', { name: 'Make the copy' }).click()
    await dialog.getByRole('alert').waitFor()
    await look('8-heal')
    await dialog.getByLabel('New folder for the repaired copy').fill(out)
    await dialog.getByRole('button', { name: 'Make the copy' }).click()
    await dialog.waitFor({ state: 'detached' })
    const outcome = page.getByRole('region', { name: 'Make a repaired copy' })
    await outcome.getByText(/still lost\.$/).waitFor({ timeout: 60_000 })
    expect(existsSync(join(out, 'items'))).toBe(true)
    await look('9-healed')
    await outcome.getByRole('button', { name: 'Dismiss' }).click()
    await outcome.waitFor({ state: 'detached' })
  })

  it('stands in the dark, in Italian and in a small window', async () => {
    await page.setViewportSize({ width: 1024, height: 640 })
    await wear(page, 'dark')
    await railLink(page, 'Settings').click()
    await page.getByRole('button', { name: 'Italiano' }).click()
    await railLink(page, 'Verifica').click()
    await page.getByRole('heading', { name: 'Verifica', level: 1 }).waitFor()
    const choice = page.getByRole('combobox').first()
    await choice.click()
    await page.getByRole('option', { name: / tutto / }).click()
    await page.getByRole('application').waitFor()
    await look('10-dark-small-it')
    await page.getByRole('button', { name: 'Crea una copia riparata' }).click()
    await page.getByRole('dialog').waitFor()
    await look('11-heal-dark-small-it')
    await page.keyboard.press('Escape')
    await page.keyboard.press('F1')
    await look('12-help-it')
  })
})
