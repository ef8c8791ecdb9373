import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UnrestoredItem } from '../../../src-main/contract/unrestored.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { fakeRecovery, type FakeRecovery } from './recovery-fake.ts'
import { fullCase, told } from './recovery-samples.ts'
import { expectAccessible, expectNoOverflow } from './support.ts'

const CAUSES = ['read-error', 'broken', 'invalid', 'unknown'] as const
const items = Array.from({ length: 12 }, (_, at): UnrestoredItem => ({
  account: at % 2 ? 'anna@example.com' : 'office@example.com',
  id: 800 + at,
  type: 'message',
  folder: 'Inbox/Projects',
  subject: `Invoice ${String(at)}`,
  from: 'bob@example.org',
  date: 1.6e12,
  bytes: 84_000,
  cause: CAUSES[at % 4] ?? 'unknown',
  evidence: { en: 'A line has 12,004 bytes (catalog)', it: 'Una riga ha 12.004 byte (catalogo)' },
  sure: at % 3 > 0,
  exportable: at % 5 > 0,
  fromServer: at === 5,
  outcome:
    at > 9 ? { how: 'exported', at: 1.7e12, note: 'by hand', file: '/x.eml', sha256: 'c'.repeat(64) } : null,
}))

/** The worklist and the comparison of the servers, told by a made-up engine. */
describe.skipIf(chromiumPath() === null)('the lists of a recovery', () => {
  let app: RunningApp
  let page: Page
  let fake: FakeRecovery

  async function look(screen: string): Promise<void> {
    await expectNoOverflow(page, screen)
    await expectAccessible(page, screen)
    await app.screenshot(`recovery-${screen}`)
  }
  async function called(name: string, input: Record<string, unknown>): Promise<void> {
    await expect
      .poll(() => fake.calls)
      .toContainEqual({ name, input: expect.objectContaining(input) as unknown })
  }
  const go = (path: string) => page.evaluate((to) => void (window.location.hash = to), path)

  beforeAll(async () => {
    app = await launchBrowserApp({ size: { width: 1280, height: 800 }, colorScheme: 'light' })
    page = app.page
    page.setDefaultTimeout(20_000)
    fake = await fakeRecovery(page, told({ view: fullCase(), items }))
    // the page shows its first screen before it is sent to another
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await go('#/case/c1/unrestored')
  })
  afterAll(() => app.close())

  it('show every item with its cause, its states side by side, and work on several at once', async () => {
    await page.getByText('10 items left').waitFor()
    await page.getByText('newest whole state', { exact: true }).waitFor()
    await look('20-worklist')
    await page.getByRole('button', { name: /^Invalid/ }).click()
    await page.getByLabel('Mark all that are shown').check()
    await page.getByRole('button', { name: 'Give up …' }).click()
    await page.getByLabel('Reason').fill('Spam that nobody wants back')
    await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click()
    await called('unrestored.act', { act: { kind: 'give-up', reason: 'Spam that nobody wants back' } })
    await page.getByRole('tab', { name: 'Search text' }).click()
    await page.getByText('item: 856,13339').waitFor()
    await look('21-search')
  })

  it('show settings, files and the queue of both servers', async () => {
    await go('#/case/c1/configurations')
    await page.getByRole('button', { name: 'server/old/ZxBackup_MaxMessageSize' }).click()
    await page.getByText('Lifeboat does not run it.').waitFor()
    await page.getByLabel('Dealt with: server/old/ZxBackup').check()
    await called('configurations.tick', { key: 'server/old/ZxBackup_MaxMessageSize', ticked: true })
    await look('22-settings')
    await page.getByRole('tab', { name: 'Configuration files' }).click()
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    await page.getByRole('button', { name: 'conf/localconfig.xml' }).click()
    await page.getByText('<value>2048</value>').waitFor()
    await look('23-files')
    await page.getByRole('tab', { name: 'Queue of operations' }).click()
    await page.getByRole('button', { name: 'Stop SmartScan' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop the operation' }).click()
    await called('configurations.stop', { id: '7f1c', name: 'SmartScan' })
    await look('24-queue')
  })
})
