import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import type { Way } from './between.ts'
import { ITEMS, longNight } from './every-samples.ts'
import { fakeRecovery, type FakeRecovery } from './recovery-fake.ts'
import { doing, failed, fullCase, journalOf, pending, told } from './recovery-samples.ts'
import {
  expectAccessible,
  expectNoOverflow,
  expectReachable,
  expectTabbable,
  openSample,
  railLink,
  wear,
} from './support.ts'

/** All screens of the router (src-renderer/router.ts). */
const SCREENS: Readonly<Record<string, string>> = {
  home: '/',
  cases: '/cases',
  case: '/case/c1',
  unrestored: '/case/c1/unrestored',
  configurations: '/case/c1/configurations',
  accounts: '/accounts',
  mail: '/mail',
  search: '/search?q=anna',
  unclaimed: '/unclaimed',
  problems: '/problems',
  check: '/check',
  servers: '/servers',
  copy: '/copy',
  tasks: '/tasks',
  settings: '/settings',
  log: '/log',
}
/** Those that looks.spec.ts does not go to. */
const NEW: ReadonlySet<string> = new Set(['cases', 'case', 'unrestored', 'configurations', 'log'])
/** Some seconds a screen where nothing else runs; a busy machine takes its time. */
const BUSY_MS = 500_000
const BIG = { width: 1280, height: 800 }
const SMALL = { width: 1024, height: 640 }
/** What is left of 1280 × 800 at 200 %. */
const ZOOMED = { width: 640, height: 400 }

/** What the frame needs to stand at all; everything else of a screen may be held or refused. */
const FRAME =
  /^(app\/(info|settings|saveSettings)|tasks\/watch|backup\/(open|watch|summary|recent)|recovery\/(pendings|procedures|watch)|servers\/(list|connections|questions))$/

/** Every screen without anything, waiting, full and refused; in both themes and languages, small and at 200 %. */
describe.skipIf(chromiumPath() === null)('every screen', () => {
  let app: RunningApp
  let page: Page
  let fake: FakeRecovery | null = null
  let way: Way = 'pass'

  async function dress(language: 'en' | 'it', scheme: 'light' | 'dark', size: typeof BIG): Promise<void> {
    await page.setViewportSize(size)
    await wear(page, scheme)
    // not through the settings: the screen that is looked at stays as it is
    await page.evaluate((wanted) => {
      interface Root {
        __vue_app__: {
          config: {
            globalProperties: {
              $pinia: { state: { value: Record<string, { settings: { language: string } }> } }
            }
          }
        }
      }
      const root = document.querySelector('#app') as unknown as Root
      const store = root.__vue_app__.config.globalProperties.$pinia.state.value['app']
      if (store) store.settings.language = wanted
    }, language)
    await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' })
    // what depends on the size is drawn with the frame after the next
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))))
  }

  /** What cannot be told in its place is told in a dialog that stays until it is closed. */
  async function toldByDialog(name: string): Promise<void> {
    const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'))
    if ((await dialog.count()) === 0) return
    await expectAccessible(page, `${name}, dialog`)
    await dialog.getByRole('button', { name: 'Copy diagnostics' }).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  /** Goes through all screens in one state and looks at each from all sides. */
  async function walk(state: string): Promise<void> {
    // pictures take the longest; colours of the other screens in the dark are looked at by looks.spec.ts
    const pictures = process.env['LIFEBOAT_THOROUGH'] === '1'
    for (const [screen, path] of Object.entries(SCREENS)) {
      const name = `${screen}, ${state}`
      await dress('en', 'light', BIG)
      await page.evaluate((to) => void (window.location.hash = to), path)
      await settled(page)
      await toldByDialog(name)
      await expectNoOverflow(page, name)
      await expectAccessible(page, name)
      await app.screenshot(`every-${screen}-${state}-light`)
      // the frame is the same around all of them
      if (state !== 'busy') await expectTabbable(page, name, screen === 'home' ? 'body' : 'main')
      // grey lines in the place of rows are the same everywhere
      if (state === 'busy') continue
      await dress('it', 'dark', SMALL)
      await expectNoOverflow(page, `${name}, Italian, 1024 × 640`)
      if (state === 'full' && NEW.has(screen))
        await expectAccessible(page, `${name}, dark`, ['color-contrast'])
      if (pictures) await app.screenshot(`every-${screen}-${state}-dark-it`)
      await dress('it', 'light', ZOOMED)
      await expectNoOverflow(page, `${name}, Italian, 200 %`)
      await expectReachable(page, `${name}, Italian, 200 %`)
      if (pictures) await app.screenshot(`every-${screen}-${state}-zoom-it`)
    }
    await dress('en', 'light', BIG)
  }

  beforeAll(async () => {
    app = await launchBrowserApp({ size: BIG, colorScheme: 'light' })
    page = app.page
    page.setDefaultTimeout(20_000)
    await page.getByRole('heading', { name: 'Bring the mail back' }).waitFor()
  })
  afterAll(() => app.close())

  it('with nothing in it says what it is for', { timeout: BUSY_MS }, async () => {
    await walk('empty')
  })

  /** From now on the page sees a long night: a case, tasks, servers, a damaged backup that was checked. */
  async function fill(): Promise<FakeRecovery> {
    if (fake) return fake
    await dress('en', 'light', BIG)
    await railLink(page, 'Home').click()
    await openSample(page)
    await railLink(page, 'Check').click()
    await page.getByRole('button', { name: 'Check this backup' }).click()
    await page.getByText(/^\d+ errors: something is damaged/).waitFor({ timeout: 120_000 })
    const view = { ...doing(), entries: 24 }
    const closed = { ...fullCase(), id: 'c2', name: 'branch office', pending: 2 }
    fake = await fakeRecovery(
      page,
      told({
        view,
        cases: [view, closed],
        items: ITEMS,
        journal: journalOf(24),
        pendings: [pending],
      }),
      longNight(),
      (path) => (FRAME.test(path) ? 'pass' : way),
    )
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    return fake
  }

  it('full, with tasks under way', { timeout: BUSY_MS }, async () => {
    await fill()
    await walk('full')
  })

  it('waiting for its engine', { timeout: BUSY_MS }, async () => {
    await fill()
    way = 'hold'
    await page.reload()
    await walk('busy')
  })

  it('refused by its engine says what, why and what next', { timeout: BUSY_MS }, async () => {
    const { told: now } = await fill()
    way = 'refuse'
    now.view = failed()
    await page.reload()
    await walk('failed')
  })
})

/** Until nothing of the page changes any more, at most a second: waiting screens tell so by a skeleton after 200 ms. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const started = performance.now()
        let last = started
        const look = new MutationObserver(() => (last = performance.now()))
        look.observe(document.body, { subtree: true, childList: true, characterData: true })
        const timer = setInterval(() => {
          const now = performance.now()
          if (now - last < 150 && now - started < 1200) return

          clearInterval(timer)
          look.disconnect()
          resolve()
        }, 50)
      }),
  )
}
