import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseFault } from '../../../src-main/drill/faults.ts'
import { chromiumPath } from '../support/programs.ts'
import {
  choose,
  fill,
  launchWithDrill,
  openCase,
  pick,
  pressPrimary,
  type DrillApp,
} from './recovery-drill.ts'
import { expectAccessible, expectNoOverflow } from './support.ts'

/** Mail back onto the same server from an offsite copy, through the screens, against the simulated server. */
describe.skipIf(chromiumPath() === null)('data back onto the same server on the screen', () => {
  let one: DrillApp
  let page: Page
  const config = (): Record<string, string> => {
    const file = join(one.drill.folder, 'old/state/server.json')
    return (JSON.parse(readFileSync(file, 'utf8')) as { config: Record<string, string> }).config
  }

  beforeAll(async () => {
    one = await launchWithDrill({ accounts: 3, items: 200, speed: 200, faults: parseFault('offsite') })
    page = one.page
    await openCase(page, {
      name: 'A mailbox was deleted',
      procedure: 'Data back onto the same server',
      servers: { New: one.drill.old.hostname },
    })
  })
  afterAll(() => one.close())

  it('shows in red what is changed for a while, and puts all of it back', { timeout: 600_000 }, async () => {
    const before = config()
    const copy = join(one.drill.old.root, '/mnt/offsite/zextras')
    let changed = 0
    const met = await pressPrimary(page, {
      seconds: 580,
      arrive: async (step) => {
        if (step.startsWith('The copy')) await fill(page, 'Where the copy lies', copy)
        if (step === 'Accounts brought back') {
          expect(config()['ZxBackup_DestPath']).toBe(copy)
          await pick(page, 'Accounts', [one.drill.facts.accounts[0]?.name ?? ''])
          await choose(page, 'Where to', /^A deleted account/)
          const pendings = page.getByRole('region', { name: 'Changes on servers to put back' })
          changed = await pendings.getByRole('button', { name: /^Put back now/ }).count()
          await expectNoOverflow(page, step)
          await expectAccessible(page, step)
          await one.app.screenshot('recovery-same-server')
        }
      },
    })
    expect(met).toContain('Accounts brought back')
    expect(changed).toBeGreaterThanOrEqual(3)
    await page.getByRole('region', { name: 'Changes on servers to put back' }).waitFor({ state: 'detached' })
    for (const key of ['ZxBackup_DestPath', 'ZxBackup_RealTimeScanner'])
      expect(config()[key], key).toBe(before[key])
    await one.app.screenshot('recovery-same-server-end')
  })
})
