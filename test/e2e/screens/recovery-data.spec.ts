import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/programs.ts'
import { launchWithDrill, openCase, pressPrimary, type DrillApp } from './recovery-drill.ts'
import { expectAccessible, expectNoOverflow } from './support.ts'

/** Data recovery on a new server, through the screens, against the simulated servers. */
describe.skipIf(chromiumPath() === null)('data recovery on the screen', () => {
  let one: DrillApp
  let page: Page

  beforeAll(async () => {
    one = await launchWithDrill({ accounts: 3, items: 200, speed: 200 })
    page = one.page
  })
  afterAll(() => one.close())

  it('opens a case with its servers and its backup', async () => {
    await openCase(page, {
      name: 'mail.example.com outage',
      procedure: 'Data recovery on a new server',
      servers: { Old: one.drill.old.hostname, New: one.drill.new.hostname },
      sources: [one.drill.old.backup],
    })
    await page.getByText('Proposed source').waitFor()
    await one.app.screenshot('recovery-drill-opened')
  })

  it('gets through by pressing only the primary action of each step', { timeout: 600_000 }, async () => {
    let n = 0
    const met = await pressPrimary(page, {
      seconds: 580,
      arrive: async (step) => {
        await expectNoOverflow(page, step)
        await expectAccessible(page, step)
        await one.app.screenshot(`recovery-drill-${String(++n)}`)
      },
    })
    expect(met.length).toBeGreaterThan(3)
    await page.getByText('All steps of this procedure are over').waitFor()
    await one.app.screenshot('recovery-drill-end')
  })
})
