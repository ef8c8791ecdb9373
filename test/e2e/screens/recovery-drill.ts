import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { startDrill, type Drill, type DrillOptions } from '../../../src-main/drill/drill.ts'
import { introduce, openLaptop } from '../../../src-main/drill/runs/laptop.ts'
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

export async function launchWithDrill(options: Omit<DrillOptions, 'folder'>): Promise<DrillApp> {
  const folder = temporaryFolder('drill')
  const drill = await startDrill({ folder: join(folder, 'servers'), ...options })
  const dataFolder = join(folder, 'laptop')
  const laptop = openLaptop(dataFolder)
  introduce(laptop, drill)
  await laptop.close()
  const app = await launchBrowserApp({ dataFolder, size: { width: 1280, height: 800 } })
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

/** Opens a case on the screen, with its servers and a backup source on this computer. */
export async function openCase(page: Page, drill: Drill, name: string, procedure: string): Promise<void> {
  await railLink(page, 'Case').click()
  await page.getByRole('button', { name: 'Open a case' }).click()
  const dialog = page.getByRole('dialog', { name: 'Open a case' })
  await dialog.getByLabel('Name of the case').fill(name)
  await dialog.getByRole('radio', { name: procedure }).check()
  await dialog.getByRole('button', { name: 'Open a case' }).click()
  const main = page.getByRole('main')
  await main.getByRole('heading', { level: 1, name }).waitFor()
  await main.getByRole('button', { name: 'Servers', exact: true }).click()
  const servers = page.getByRole('dialog', { name: 'Servers of this case' })
  for (const [role, server] of [
    ['Old', drill.old],
    ['New', drill.new],
  ] as const) {
    await servers.getByRole('combobox', { name: role }).press('ArrowDown')
    await page.getByRole('option', { name: server.hostname }).click()
  }
  await servers.getByRole('button', { name: 'Close', exact: true }).last().click()
  await main.getByRole('button', { name: 'Backup sources', exact: true }).click()
  const sources = page.getByRole('dialog', { name: 'Backup sources' })
  await sources.getByRole('button', { name: 'This computer' }).click()
  await sources.getByLabel('Path', { exact: true }).fill(drill.old.backup)
  await sources.getByLabel('This may be the only copy').uncheck()
  await sources.getByRole('button', { name: 'Add and look at it' }).click()
  await sources.getByText('Proposed, because:').waitFor({ timeout: 60_000 })
  await sources.getByRole('button', { name: 'Close', exact: true }).last().click()
  await sources.waitFor({ state: 'detached' })
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
  for (;;) {
    if (Date.now() > until) throw new Error(`No end after ${met.join(', ')}: ${await pane.innerText()}`)
    if (await page.getByText('All steps of this procedure are over').isVisible()) return met
    if ((await present.count()) === 0) {
      await page.waitForTimeout(100)
      continue
    }
    const title = (await pane.getByRole('heading', { level: 2 }).innerText()).trim()
    if (title !== met.at(-1)) {
      if (options.until?.test(title) === true) return met
      met.push(title)
      await options.arrive?.(title)
    }
    const primary = pane.locator('footer .primary')
    if ((await primary.count()) > 0 && (await primary.isEnabled())) {
      if (await pane.getByText('This step failed').isVisible())
        throw new Error(`“${title}” failed: ${await pane.innerText()}`)
      await primary.click().catch(() => undefined)
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
      if ((await options.mend?.(title, reasons)) !== true) throw new Error(`“${title}” waits: ${reasons}`)
    }
    await page.waitForTimeout(250)
  }
}
