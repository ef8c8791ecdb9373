import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { startDrill, type Drill, type DrillOptions } from '../../../src-main/drill/drill.ts'
import { introduce, openLaptop } from '../../../src-main/drill/runs/laptop.ts'
import type { RunningServer } from '../../../src-main/serve.ts'
import { temporaryFolder } from '../../support/index.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { railLink } from './support.ts'

/** Simulated servers, and a Lifeboat whose list of servers holds them. */
export interface DrillApp {
  drill: Drill
  app: RunningApp
  page: Page
  close(): Promise<void>
}

/** @param serve starts Lifeboat over the data folder in a way of its own */
export async function launchWithDrill(
  options: Omit<DrillOptions, 'folder'>,
  serve?: (dataFolder: string) => Promise<RunningServer>,
): Promise<DrillApp> {
  const folder = temporaryFolder('drill')
  const drill = await startDrill({ folder: join(folder, 'servers'), ...options })
  const dataFolder = join(folder, 'laptop')
  const laptop = openLaptop(dataFolder)
  introduce(laptop, drill)
  await laptop.close()
  const server = await serve?.(dataFolder)
  const app = await launchBrowserApp({
    dataFolder,
    size: { width: 1280, height: 800 },
    ...(server && { server }),
  })
  app.page.setDefaultTimeout(20_000)
  return {
    drill,
    app,
    page: app.page,
    close: async () => {
      // complaints of the page are told after the servers are gone
      await app.close().finally(() => drill.close())
    },
  }
}

interface NewCase {
  name: string
  procedure: string
  /** Host names by role. */
  servers: Partial<Record<'Old' | 'New', string>>
  /** Folders of this computer with a backup. */
  sources?: readonly string[]
}

/** Opens a case on the screen, with its servers and its backup sources. */
export async function openCase(
  page: Page,
  { name, procedure, servers, sources = [] }: NewCase,
): Promise<void> {
  await railLink(page, 'Case').click()
  await page.getByRole('button', { name: 'Open a case' }).click()
  const dialog = page.getByRole('dialog', { name: 'Open a case' })
  await dialog.getByLabel('Name of the case').fill(name)
  await dialog.getByRole('radio', { name: procedure }).check()
  await dialog.getByRole('button', { name: 'Open a case' }).click()
  const main = page.getByRole('main')
  await main.getByRole('heading', { level: 1, name }).waitFor()
  await main.getByRole('button', { name: 'Servers', exact: true }).click()
  const ofCase = page.getByRole('dialog', { name: 'Servers of this case' })
  for (const [role, hostname] of Object.entries(servers)) {
    await ofCase.getByRole('combobox', { name: role }).press('ArrowDown')
    await page.getByRole('option', { name: hostname }).click()
  }
  await ofCase.getByRole('button', { name: 'Close', exact: true }).last().click()
  await ofCase.waitFor({ state: 'detached' })
  for (const source of sources) await addSource(page, source)
}

export async function addSource(page: Page, path: string): Promise<void> {
  const main = page.getByRole('main')
  await main.getByRole('button', { name: 'Backup sources', exact: true }).click()
  const sources = page.getByRole('dialog', { name: 'Backup sources' })
  const add = sources.getByRole('button', { name: 'Add a source' })
  if (await add.isVisible()) await add.click()
  await sources.getByRole('button', { name: 'This computer' }).click()
  await sources.getByLabel('Path', { exact: true }).fill(path)
  await sources.getByLabel('This may be the only copy').uncheck()
  await sources.getByRole('button', { name: 'Add and look at it' }).click()
  await sources.getByText('Proposed, because:').waitFor({ timeout: 60_000 })
  await sources.getByRole('button', { name: 'Close', exact: true }).last().click()
  await sources.waitFor({ state: 'detached' })
}

const fields = (page: Page): Locator => page.getByRole('region', { name: 'What it needs to know' })

/** Types a value into a field of the present step. */
export async function fill(page: Page, label: string | RegExp, value: string): Promise<void> {
  const field = fields(page).getByLabel(label)
  await field.fill(value)
  await field.blur()
}

/** Chooses an option of a field of the present step. */
export async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  await fields(page).getByRole('combobox', { name: label }).press('ArrowDown')
  await page.getByRole('option', { name: option }).click()
}

/** Picks accounts in a field of the present step. */
export async function pick(page: Page, label: string, accounts: readonly string[]): Promise<void> {
  await fields(page)
    .getByRole('button', { name: `Choose: ${label}` })
    .click()
  const dialog = page.getByRole('dialog', { name: label })
  for (const account of accounts) {
    await dialog.getByLabel('Search').fill(account)
    await dialog.getByRole('checkbox', { name: account }).check()
  }
  await dialog.getByRole('button', { name: 'Use these' }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** What a person can do when the primary action of a step would do nothing; true when it helped. */
export type Mend = (step: string, reasons: string) => Promise<boolean>

/**
 * Presses the primary action of the present step, again and again, until no step is left; nothing else, unless `mend`
 * does. Returns the titles of the steps in the order in which they were met.
 */
export async function pressPrimary(
  page: Page,
  options: { until?: RegExp; mend?: Mend; arrive?: (step: string) => Promise<void>; seconds?: number } = {},
): Promise<string[]> {
  const met: string[] = []
  const until = Date.now() + (options.seconds ?? 240) * 1000
  const present = page.getByRole('navigation', { name: 'Steps' }).locator('li:has-text("· now")')
  const pane: Locator = page.locator('article.step')
  const titleOf = async (): Promise<string> =>
    (await pane.getByRole('heading', { level: 2 }).innerText()).trim()
  for (;;) {
    if (Date.now() > until) throw new Error(`No end after ${met.join(', ')}: ${await pane.innerText()}`)
    if (await page.getByText('All steps of this procedure are over').isVisible()) return met
    if ((await present.count()) === 0) {
      await page.waitForTimeout(100)
      continue
    }
    const title = await titleOf()
    if (title !== met.at(-1)) {
      if (options.until?.test(title) === true) return met
      met.push(title)
      await options.arrive?.(title)
    }
    const primary = pane.locator('footer .primary')
    if ((await primary.count()) > 0 && (await primary.isEnabled())) {
      if (await pane.getByText('This step failed').isVisible())
        throw new Error(`“${title}” failed: ${await pane.innerText()}`)
      const failure = page.getByRole('alertdialog')
      if (await failure.isVisible()) throw new Error(`“${title}”: ${await failure.innerText()}`)
      // the step may have ended since its title was read, and the next one waits for what a person fills in
      if ((await titleOf()) !== title) continue
      // a click that waits for the last one would meet the button of the step after it
      if ((await pane.locator('footer .v-btn--loading').count()) === 0)
        await primary.click({ timeout: 1000 }).catch(() => undefined)
      await page.waitForTimeout(250)
      continue
    }
    const doing = await pane.getByRole('button', { name: 'Stop', exact: true }).isVisible()
    const blocked = pane.locator('footer .blocked')
    if (!doing && (await blocked.isVisible())) {
      // what was just pressed may still be on its way
      await page.waitForTimeout(1500)
      if (!(await blocked.isVisible())) continue
      const reasons = await blocked.innerText()
      if ((await titleOf()) !== title) continue
      if ((await options.mend?.(title, reasons)) !== true) throw new Error(`“${title}” waits: ${reasons}`)
    }
    await page.waitForTimeout(250)
  }
}
