import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { expectAccessible, expectNoOverflow, openSample, rows } from './support.ts'

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('aria-label') || '')

describe.skipIf(chromiumPath() === null).each(['light', 'dark'] as const)(
  'what helps everywhere, %s',
  (colorScheme) => {
    let app: RunningApp
    let page: Page
    const prefix = `${colorScheme}-1280-en`
    const palette = () => page.getByRole('dialog', { name: 'Commands' })
    const options = () => palette().getByRole('option')

    beforeAll(async () => {
      app = await launchBrowserApp({ size: { width: 1280, height: 800 }, colorScheme })
      page = app.page
      page.setDefaultTimeout(20_000)
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.getByRole('heading', { name: 'Bring the mail back' }).waitFor()
    })
    afterAll(() => app.close())

    it('opens the palette with the keyboard, offers what is on the page, and gives the keyboard back', async () => {
      await page.getByRole('button', { name: 'Open a backup path' }).focus()
      await page.keyboard.press('Control+k')
      await palette().waitFor()
      expect(await focused(page)).toBe('Commands')
      await expect.poll(() => options().first().innerText()).toContain('Open a backup path')
      // screens that need a backup path are not offered without one
      await page.keyboard.type('accounts')
      await palette().getByText('Nothing of this name.').waitFor()
      await page.keyboard.press('Escape')
      await palette().waitFor({ state: 'detached' })
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.textContent.trim()))
        .toBe('Open a backup path')
    })

    it('starts what the page offers, goes to pages and accounts, and searches', async () => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('try sample')
      await page.keyboard.press('Enter')
      await page.getByText('Everything read').waitFor({ timeout: 60_000 })
      await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()

      await page.getByRole('button', { name: 'Commands (Ctrl K)' }).click()
      await palette().waitFor()
      await expectAccessible(page, 'palette')
      await app.screenshot(`${prefix}-palette`)
      await page.keyboard.type('rossi')
      await expect.poll(() => options().first().innerText()).toContain('anna.rossi')
      await app.screenshot(`${prefix}-palette-typed`)
      await page.keyboard.press('Enter')
      await page.getByRole('tree').waitFor()
      await expect
        .poll(() => page.evaluate(() => document.querySelector('main')?.contains(document.activeElement)))
        .toBe(true)

      await page.keyboard.press('Control+k')
      await page.keyboard.type('invoice')
      await expect.poll(() => options().last().innerText()).toBe('Search all mail for “invoice”')
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('Enter')
      // the list of the page before has rows too
      await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('invoice')
      await rows(page).first().waitFor()

      await page.keyboard.press('Control+k')
      await page.keyboard.type('go problems')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Problems', level: 1 }).waitFor()
    })

    it('switches theme and language', async () => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('lingua')
      await expect.poll(() => options().allInnerTexts()).toEqual(['Search all mail for “lingua”'])
      await page.keyboard.press('Control+a')
      await page.keyboard.type('italiano')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Problemi', level: 1 }).waitFor()
      // from its first picture on, before the engine was asked
      await page.reload()
      expect(await page.evaluate(() => document.documentElement.dataset['language'])).toBe('it')
      await page.getByRole('heading', { name: 'Problemi', level: 1 }).waitFor()
      await page.keyboard.press('Control+k')
      await page.keyboard.type('english')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Problems', level: 1 }).waitFor()
      const other = colorScheme === 'light' ? 'dark' : 'light'
      await page.keyboard.press('Control+k')
      await page.keyboard.type(`theme ${other}`)
      await page.keyboard.press('Enter')
      await page.locator(`.v-application.v-theme--${other}`).waitFor()
      await page.keyboard.press('Control+k')
      await page.keyboard.type('theme as the system')
      await page.keyboard.press('Enter')
      await page.locator(`.v-application.v-theme--${colorScheme}`).waitFor()
    })

    it('shows the log, turned files too, filtered, followed, redacted, whatever is in it', async () => {
      const folder = join(app.dataFolder, 'logs')
      const line = (event: string, rest: object): string =>
        `${JSON.stringify({ time: new Date().toISOString(), level: 'info', pid: 1, event, ...rest })}\n`
      writeFileSync(join(folder, 'lifeboat.1.log'), line('from an older file', { level: 'warn' }))
      appendFileSync(
        join(folder, 'lifeboat.log'),
        line('<img src=x onerror="document.title=1">', {
          level: 'error',
          name: 'evil\u202egnp.exe',
          password: 'hunter2',
        }) + 'torn {"\n',
      )
      await page.keyboard.press('Control+k')
      await page.keyboard.type('go log')
      await page.keyboard.press('Enter')
      const log = page.getByRole('log')
      await log.getByText('from an older file').waitFor()
      await log.getByText('<img src=x').waitFor()
      expect(await log.locator('img').count()).toBe(0)
      await log.getByText('<img src=x').click()
      await log.locator('pre').getByText('password: ***').waitFor()
      await expect.poll(() => log.innerText()).toContain('evil\\u202egnp.exe')
      expect(await log.innerText()).not.toContain('hunter2')
      await expectAccessible(page, 'log')
      await expectNoOverflow(page, 'log')
      await app.screenshot(`${prefix}-log`)

      await page.getByRole('button', { name: 'Warning' }).click()
      await expect.poll(() => log.locator('.entry').count()).toBe(2)
      await page.getByLabel('Lines with this text').fill('older')
      await expect.poll(() => log.locator('.entry').count()).toBe(1)
      await page.getByRole('button', { name: 'Copy 1 line' }).click()
      await page.getByText('The lines are on the clipboard.').first().waitFor()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/warn from an older file/)
      await page.getByLabel('Lines with this text').fill('')
      await page.getByRole('button', { name: 'Info' }).click()
      appendFileSync(join(folder, 'lifeboat.log'), line('a line that comes later', {}))
      await log.getByText('a line that comes later').waitFor()
      await page.getByLabel('Follow').uncheck()
      appendFileSync(join(folder, 'lifeboat.log'), line('a line behind the back', {}))
      await page.getByRole('button', { name: 'New lines came' }).click()
      await log.getByText('a line behind the back').waitFor()
    })

    it('copies diagnostics of an error: version, system, error, log, no secret', async () => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('open another backup')
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Open a backup path' })
      await dialog.getByLabel('Path of the folder').fill('/no/such/folder')
      await page.keyboard.press('Enter')
      await dialog.getByText('cannot be listed').waitFor()
      await app.screenshot(`${prefix}-error-in-dialog`)
      await dialog.getByRole('button', { name: 'Copy diagnostics' }).click()
      await dialog.getByRole('button', { name: 'Copied' }).waitFor()
      const text = await page.evaluate(() => navigator.clipboard.readText())
      expect(text).toMatch(/^Lifeboat \d+\.\d+\.\d+ · browser · Node/)
      expect(text).toContain('Error UNREADABLE: The folder /no/such/folder cannot be listed')
      expect(text).toContain('refused')
      expect(text).not.toContain('hunter2')
      await page.keyboard.press('Escape')
    })
  },
)

describe.skipIf(chromiumPath() === null)('what the engine says, in Italian', () => {
  it('is Italian where a person reads it', async () => {
    const app = await launchBrowserApp({ size: { width: 1280, height: 800 } })
    const { page } = app
    await openSample(page)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('italiano')
    await page.keyboard.press('Enter')
    // exactly so: the English word begins with it
    await page.getByRole('heading', { name: 'Account', exact: true, level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('apri un altro')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Percorso della cartella').fill('/no/such/folder')
    await page.keyboard.press('Enter')
    await dialog.getByText('La cartella /no/such/folder non può essere elencata').waitFor()
    await dialog.getByText('La cartella non esiste').waitFor()
    await app.screenshot('light-1280-it-error')
    await app.close()
  })
})
