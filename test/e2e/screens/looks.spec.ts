import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { temporaryFolder } from '../../support/index.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { expectAccessible, expectNoOverflow, openFolder, openSample, railLink, rows } from './support.ts'

const LOOKS = [
  { scheme: 'light', width: 1280, height: 800, language: 'en' },
  { scheme: 'dark', width: 1280, height: 800, language: 'en' },
  { scheme: 'light', width: 1024, height: 640, language: 'it' },
  { scheme: 'dark', width: 1024, height: 640, language: 'en' },
] as const
const RAIL = {
  en: [
    'Home',
    'Accounts',
    'Mail',
    'Search',
    'Unclaimed',
    'Problems',
    'Check',
    'Servers',
    'Copy',
    'Tasks',
    'Settings',
  ],
  it: [
    'Inizio',
    'Account',
    'Posta',
    'Cerca',
    'Orfani',
    'Problemi',
    'Verifica',
    'Server',
    'Copia',
    'Attività',
    'Opzioni',
  ],
} as const

/** One data folder for all: the sample is written and read once. */
const dataFolder = temporaryFolder('looks')

/** Every screen, in both themes and languages and at the smallest size: no axe findings, nothing cut off, a picture of each. */
describe.skipIf(chromiumPath() === null).each(LOOKS)(
  'the screens, $scheme, $width × $height, $language',
  ({ scheme, width, height, language }) => {
    let app: RunningApp
    let page: Page
    /** Colours, names and roles do not depend on the size: the small window is looked at for what is cut off. */
    const withAxe = width >= 1280
    const prefix = `${scheme}-${String(width)}-${language}`

    async function check(screen: string): Promise<void> {
      await expectNoOverflow(page, screen)
      if (withAxe) await expectAccessible(page, screen)
      await app.screenshot(`${prefix}-${screen}`)
    }

    beforeAll(async () => {
      app = await launchBrowserApp({ dataFolder, size: { width, height }, colorScheme: scheme })
      page = app.page
      page.setDefaultTimeout(15_000)
      await page.getByRole('heading', { name: 'Bring the mail back' }).waitFor()
    })
    afterAll(() => app.close())

    it('without a backup path', async () => {
      await check('home-empty')
      await page.getByRole('button', { name: 'Open a backup path' }).click()
      await page
        .getByRole('dialog')
        .getByRole('list', { name: 'Places' })
        .getByRole('button')
        .first()
        .waitFor()
      await check('folder-picker')
      await page.keyboard.press('Escape')
      await railLink(page, 'Tasks').click()
      await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
      await check('tasks-empty')
      await railLink(page, 'Home').click()
    })

    it('with one', async () => {
      await openSample(page)
      await openFolder(page, /anna\.rossi/, /Inbox/)
      await rows(page).nth(1).click()
      await page.getByRole('tab', { name: 'Source' }).waitFor()
      await rows(page)
        .nth(3)
        .click({ modifiers: ['Shift'] })
      await check('mail')
      await page.getByRole('button', { name: /^As of/ }).click()
      await page.getByRole('button', { name: '30 days' }).waitFor()
      await check('as-of-menu')
      await page.getByRole('button', { name: '30 days' }).click()
      await rows(page).nth(1).click()
      await page.getByRole('tab', { name: 'History' }).click()
      await check('as-of')
      await page.getByRole('button', { name: 'Back to now' }).first().click()
      await page.getByRole('button', { name: /^Export all/ }).click()
      await page.getByRole('dialog', { name: 'Export' }).waitFor()
      await check('export-dialog')
      await page.keyboard.press('Escape')
      await page.keyboard.press('F1')
      await check('help')
      await page.keyboard.press('Escape')

      await railLink(page, 'Settings').click()
      // all four share the settings
      if (language === 'it') await page.getByRole('button', { name: 'Italiano' }).click()
      for (const name of RAIL[language]) {
        await railLink(page, name).click()
        await page.waitForTimeout(600)
        if (name === 'Unclaimed' || name === 'Orfani') await rows(page).first().click()
        if (name === 'Search' || name === 'Cerca') {
          await check('search-help')
          await page.getByRole('searchbox').fill('anna has:attachment')
          await page.keyboard.press('Enter')
          await rows(page).first().click()
          await page.waitForTimeout(400)
        }
        await check(name.toLowerCase())
      }
      if (language === 'it') await page.getByRole('button', { name: 'English' }).click()
    })
  },
)
