import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseFault } from '../../../src-main/drill/faults.ts'
import { serverPaths } from '../../../src-main/drill/paths.ts'
import type { PlantedItem } from '../../../src-main/drill/server/planted.ts'
import { loadState } from '../../../src-main/drill/server/state.ts'
import { temporaryFolder } from '../../support/index.ts'
import { chromiumPath } from '../support/programs.ts'
import { startKillable, type KillableServer } from './killable.ts'
import { fill, launchWithDrill, openCase, pressPrimary, type DrillApp } from './recovery-drill.ts'
import { expectAccessible, expectNoOverflow, wear } from './support.ts'

const CASE = 'Items that did not come'
const CAUSES = { 'read error': 'Read error', broken: 'Broken', invalid: 'Invalid' } as const
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

/** A restore leaves twelve items of three causes behind; all that a person does about them, on the screens. */
describe.skipIf(chromiumPath() === null)('unrestored items on the screens', () => {
  let one: DrillApp
  let page: Page
  let server: KillableServer
  let dataFolder = ''
  let validatorBefore = ''
  const exported = temporaryFolder('exported')

  const state = () => loadState(serverPaths(one.drill.folder, 'new'))
  const validator = (): string => state()?.localconfig['zimbra_lmtp_validate_messages'] ?? ''
  const main = (): Locator => page.getByRole('main')
  const pane = (): Locator => page.locator('article.step')
  const primary = (): Locator => pane().locator('footer .primary')
  const pendings = (): Locator => page.getByRole('region', { name: 'Changes on servers to put back' })
  const rows = (): Locator => page.getByRole('region', { name: 'Rows of the worklist' }).locator('tbody tr')
  const rowOf = ({ item, account }: PlantedItem): Locator =>
    rows()
      .filter({ hasText: account.toLowerCase() })
      .filter({ has: page.getByText(String(item), { exact: true }) })
  const details = (): Locator => page.getByRole('region', { name: 'Details' })
  const broken = (older: boolean): PlantedItem[] =>
    one.drill.planted.filter(({ cause, olderState }) => cause === 'broken' && olderState === older)

  async function look(screen: string): Promise<void> {
    await expectNoOverflow(page, screen)
    await expectAccessible(page, screen)
    await one.app.screenshot(`unrestored-${screen}`)
  }
  /** The mail of the end of the restore as it lies on the server. */
  const mail = (): string => {
    const folder = one.drill.new.notifications
    const [name = ''] = readdirSync(folder)
      .filter((file) => file.includes('operation-ended'))
      .sort()
      .slice(-1)
    return readFileSync(join(folder, name), 'utf8')
  }
  async function openAgain(why: string): Promise<void> {
    await page
      .getByRole('navigation', { name: 'Steps' })
      .getByRole('button', { name: /Reconcile/ })
      .click()
    await pane().getByRole('button', { name: 'Open again …' }).click()
    await page.getByLabel('Reason').fill(why)
    await page.getByRole('dialog').getByRole('button', { name: 'Open the step again' }).click()
    await pane().getByRole('region', { name: 'What it needs to know' }).waitFor()
  }
  /** Does “Reconcile” and shows what the report was read to say. */
  async function compare(screen: string): Promise<void> {
    await primary().click()
    const steps = page.getByRole('navigation', { name: 'Steps' })
    const done = steps.getByRole('listitem').filter({ hasText: /Reconcile\s*Done/ })
    await done.getByRole('button').click({ timeout: 60_000 })
    const read = pane().getByRole('region', { name: 'Not restored, by account' }).first()
    await read.waitFor()
    for (const { account, item } of one.drill.planted)
      await read.locator('tr').filter({ hasText: account }).getByText(String(item)).waitFor()
    await read.scrollIntoViewIfNeeded()
    await look(screen)
  }
  async function mark(items: readonly PlantedItem[]): Promise<void> {
    for (const item of items) await rowOf(item).getByRole('checkbox').check()
  }
  async function exportTo(folder: string): Promise<void> {
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Target folder').fill(folder)
    await dialog.getByRole('button', { name: /^Export/ }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.eml'))

  beforeAll(async () => {
    one = await launchWithDrill(
      { accounts: 3, items: 240, speed: 5, faults: parseFault('unrestored=12') },
      async (folder) => (server = await startKillable((dataFolder = folder))),
    )
    page = one.page
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    validatorBefore = validator()
    await openCase(page, {
      name: CASE,
      procedure: 'Data recovery on a new server',
      servers: { Old: one.drill.old.hostname, New: one.drill.new.hostname },
      sources: [one.drill.old.backup],
    })
  })
  afterAll(async () => {
    // the one that was started after the first was killed
    await one.close().finally(() => server.close())
  })

  it(
    'a running restore is stopped on the server itself, after a question',
    { timeout: 300_000 },
    async () => {
      await pressPrimary(page, { until: /^Items follow/, seconds: 280 })
      await primary().click()
      const running = pane().getByRole('region', {
        name: 'A restore of this case is under way on the server',
      })
      await running.getByText('It goes on there, whatever becomes of this computer.').waitFor()
      await look('01-running')
      const operations = () => state()?.operations.filter(({ name }) => name === 'External Restore') ?? []
      await running.getByRole('button', { name: 'Stop the restore on the server …' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
      expect(operations().map(({ state: was }) => was)).toEqual(['Started'])
      await running.getByRole('button', { name: 'Stop the restore on the server …' }).click()
      await look('02-stop')
      await page.getByRole('alertdialog').getByRole('button', { name: 'Stop the restore' }).click()
      await pane().getByText('The restore was stopped').waitFor()
      await running.waitFor({ state: 'detached' })
      expect(operations().map(({ state: was }) => was)).toEqual(['Stopped'])
      await look('03-stopped')
      await primary().click()
      await running.waitFor()
      await pressPrimary(page, { until: /^Reconcile/, seconds: 120 })
      expect(operations()).toHaveLength(2)
    },
  )

  it(
    'takes the report pasted, and dropped as .eml, and shows how it was read',
    { timeout: 120_000 },
    async () => {
      const ended = mail()
      const text = ended.slice(ended.indexOf('\r\n\r\n') + 4)
      await fill(page, 'Text of the notification', 'This is no report.')
      await primary().click()
      await pane().getByText('This is not the report of the end of a restore').waitFor()
      await look('04-no-report')
      await fill(page, 'Text of the notification', text)
      await compare('05-pasted')

      await openAgain('The mail itself is at hand now')
      await fill(page, 'Text of the notification', '')
      const encoded = ended
        .replace('Content-Transfer-Encoding: 8bit', 'Content-Transfer-Encoding: base64')
        .replace(text, Buffer.from(text).toString('base64').replaceAll(/.{76}/g, '$&\r\n'))
      const dropped = await page.evaluateHandle((content) => {
        const data = new DataTransfer()
        data.items.add(new File([content], 'Operation Ended.eml', { type: 'message/rfc822' }))
        return data
      }, encoded)
      const field = pane().getByLabel('Text of the notification')
      await field.dispatchEvent('dragover', { dataTransfer: dropped })
      await field.dispatchEvent('drop', { dataTransfer: dropped })
      await expect.poll(() => field.inputValue()).toContain('base64')
      await compare('06-dropped')
      const steps = page.getByRole('navigation', { name: 'Steps' })
      await steps.getByRole('button', { name: /Unrestored items/ }).click()
    },
  )

  it('shows in red after a restart that the validator was left off', { timeout: 180_000 }, async () => {
    await main().getByRole('button', { name: 'Open the worklist' }).click()
    await page.getByRole('heading', { name: 'The worklist is not made yet' }).waitFor()
    await look('07-not-made')
    await page.getByRole('link', { name: 'Go to the case' }).click()
    await fill(page, 'Folder on this computer for exported items', join(exported, 'by-the-step'))
    // looks, confirms, runs; the laptop dies as soon as the validator is off
    while (validator() === validatorBefore) {
      if ((await primary().isVisible()) && (await primary().isEnabled()))
        await primary()
          .click({ timeout: 1000 })
          .catch(() => undefined)
      await new Promise((wait) => setTimeout(wait, 20))
    }
    await server.kill()
    expect(validator()).toBe('false')
    server = await startKillable(dataFolder)
    await page.goto(server.url)
    await pendings().getByText('The LMTP validator is off').waitFor()
    await pendings().getByText('zimbra_lmtp_validate_messages').waitFor()
    one.app.complaints.length = 0
    await look('08-left-off')
    await pendings().getByRole('button', { name: 'Go to the case' }).click()
    await page.getByText('Lifeboat ended in the middle of this step').waitFor()
    await look('09-interrupted')
  })

  it('names every item with its cause, and the cure of each cause', { timeout: 120_000 }, async () => {
    await main().getByRole('button', { name: 'Open the worklist' }).click()
    await page.getByLabel('Also what has left the list').check()
    await expect.poll(() => rows().count()).toBe(one.drill.planted.length)
    for (const planted of one.drill.planted) {
      const row = rowOf(planted)
      await row.getByText(CAUSES[planted.cause], { exact: true }).waitFor()
      await row.getByRole('button').click()
      const detail = details()
      await detail.getByText(String(planted.item), { exact: true }).first().waitFor()
      const facts = await detail.locator('dl').first().innerText()
      expect(facts).toContain(planted.account.toLowerCase())
      await detail.getByText(/^Cure: /).waitFor()
      // A broken item may tell nothing of itself any more.
      const subject = planted.subject ?? ''
      if (planted.cause === 'broken' && !(await row.innerText()).includes(subject)) continue
      expect(subject).not.toBe('')
      await expect.poll(() => row.innerText()).toContain(subject)
      expect(facts).toMatch(/Folder\n.+\n/)
      expect(facts).toMatch(/Size\n[\d.,]+\s(?:B|bytes|kB|MB)/)
      expect(facts).toMatch(/Date\n.*20\d\d/)
    }
    await look('10-worklist')
  })

  it('shows the states of a broken item side by side, and exports the one that was chosen', async () => {
    const [planted] = broken(true)
    if (!planted) throw new Error('Nothing with an older state was planted.')
    await rowOf(planted).getByRole('button').click()
    const states = details().getByRole('region', { name: 'All its states' })
    await states.getByText('newest whole state', { exact: true }).waitFor()
    const first = states.getByRole('listitem').first()
    await first.getByText('Damaged', { exact: true }).waitFor()
    expect(await first.getByRole('button', { name: 'Export this state' }).count()).toBe(0)
    expect(await states.getByText('not told').count()).toBe(0)
    await look('11-states')
    const whole = states.getByRole('listitem').filter({ hasText: 'newest whole state' })
    await whole.getByRole('button', { name: 'Export this state' }).click()
    const folder = join(exported, 'chosen')
    await exportTo(folder)
    await rowOf(planted).getByText('Exported', { exact: true }).waitFor()
    const [file] = files(folder)
    await expect.poll(() => details().innerText()).toContain(sha256(join(folder, String(file))).slice(0, 6))
    // back on the list, to go with the others
    await mark([planted])
    await page.getByRole('button', { name: 'Back on the list (1)' }).click()
    await rowOf(planted).getByText('On the list', { exact: true }).waitFor()
  })

  it('exports several at once, and tells of each what could not be', async () => {
    const whole = broken(true)
    expect(whole.length).toBeGreaterThan(1)
    await mark(whole)
    await page.getByRole('button', { name: `Export ${String(whole.length)} items` }).click()
    await look('12-export')
    await exportTo(join(exported, 'several'))
    for (const planted of whole) await rowOf(planted).getByText('Exported', { exact: true }).waitFor()
    expect(files(join(exported, 'several'))).toHaveLength(whole.length)
    const hopeless = broken(false)
    await mark(hopeless)
    await expect.poll(() => page.getByRole('button', { name: /^Export 0/ }).isDisabled()).toBe(true)
  })

  it('gives the search text of the Admin UI, and takes items off with a reason', async () => {
    const [given, ...kept] = broken(false)
    if (!given) throw new Error('Nothing without a whole state was planted.')
    for (const planted of kept) await rowOf(planted).getByRole('checkbox').uncheck()
    await page.getByRole('button', { name: 'Give up …' }).click()
    await page.getByLabel('Reason').fill('Spam')
    await expect
      .poll(() => page.getByRole('dialog').getByRole('button', { name: 'Give up' }).isDisabled())
      .toBe(true)
    await page.getByLabel('Reason').fill('No copy of the backup has it whole.')
    await look('13-give-up')
    await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click()
    await rowOf(given).getByText('Given up', { exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Search text' }).click()
    const { account } = kept[0] ?? given
    await page.getByRole('button', { name: `Copy the search text for ${account.toLowerCase()}` }).click()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toMatch(/^item: \d+(?:,\d+)*$/)
    expect(copied.slice(6).split(',')).not.toContain(String(given.item))
    expect(copied.slice(6).split(',')).toContain(String(kept[0]?.item))
    await page.getByText(one.drill.old.hostname).first().waitFor()
    await look('14-search')
    await wear(page, 'dark')
    await look('15-search-dark')
    await page.getByRole('tab', { name: 'Item' }).click()
    await look('16-worklist-dark')
    await wear(page, 'light')
  })

  it(
    'puts the validator back, brings what it refused, and is empty at the end',
    { timeout: 180_000 },
    async () => {
      await page.getByRole('link', { name: CASE }).click()
      await primary().click()
      await pane().getByText('This step failed').waitFor({ timeout: 120_000 })
      expect(validator()).toBe(validatorBefore)
      await pendings().waitFor({ state: 'detached' })
      await look('17-left')
      await main().getByRole('button', { name: 'Open the worklist' }).click()
      await page.getByLabel('Mark all that are shown').check()
      await page.getByRole('button', { name: 'Give up …' }).click()
      await page.getByLabel('Reason').fill('No copy of the backup has it whole.')
      await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click()
      await page.getByText('Nothing is left on the list').waitFor()
      await page.getByText(/^Every item has left the list/).waitFor()
      await look('18-empty')
      await page.getByLabel('Also what has left the list').check()
      for (const planted of one.drill.planted) {
        const how = planted.cause !== 'broken' ? 'Restored' : planted.olderState ? 'Exported' : 'Given up'
        await rowOf(planted).getByText(how, { exact: true }).waitFor()
      }
      await page.getByRole('link', { name: CASE }).click()
      await primary().click()
      await page.getByRole('button', { name: 'See the result' }).waitFor({ timeout: 60_000 })
      expect(validator()).toBe(validatorBefore)
      expect(state()?.timers).toEqual([])
      await look('19-done')
    },
  )
})
