import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DrillServer } from '../../../src-main/drill/drill.ts'
import { parseFault } from '../../../src-main/drill/faults.ts'
import { proveMailbox } from '../../../src-main/drill/runs/mailbox-proof.ts'
import { chromiumPath } from '../support/programs.ts'
import { choose, fill, launchWithDrill, openCase, pressPrimary, type DrillApp } from './recovery-drill.ts'
import { expectAccessible, expectNoOverflow, wear } from './support.ts'

const FAULTS = ['snapshot-with-backup=300', 'scanner-on'].flatMap(parseFault)
const reached = ({ host, port }: DrillServer): string => `${host}:${String(port)}`

interface ServerState {
  config: Record<string, string>
  firewall?: Record<string, unknown>
  units: Record<string, boolean>
  mailQueue?: { id: string; held: boolean }[]
}

/**
 * Recovery from a VM snapshot, through the screens. What goes wrong: the disk that is attached first was part of the snapshot,
 * somebody believes that the clone is isolated when it is not, the RealTime Scanner is on, and the old server still answers.
 */
describe.skipIf(chromiumPath() === null || process.platform !== 'linux')(
  'a recovery from a VM snapshot on the screen',
  () => {
    let one: DrillApp
    let page: Page
    const state = (server: 'old' | 'new'): ServerState =>
      JSON.parse(readFileSync(join(one.drill.folder, server, 'state/server.json'), 'utf8')) as ServerState
    const pane = (): Locator => page.locator('article.step')
    const steps = (): Locator => page.getByRole('navigation', { name: 'Steps' })
    const titled = (step: string): Locator =>
      pane().filter({ has: page.getByRole('heading', { name: step, level: 2, exact: true }) })
    const primary = (): Locator => pane().locator('footer .primary')
    const pendings = (): Locator => page.getByRole('region', { name: 'Changes on servers to put back' })
    const check = (label: string): Locator => pane().locator('li.check', { hasText: label })

    /** A moment worth a picture: nothing cut off, readable for everybody. */
    async function moment(name: string): Promise<void> {
      await page.locator('.v-btn--loading').first().waitFor({ state: 'detached' })
      await expectNoOverflow(page, name)
      await expectAccessible(page, name)
      await one.app.screenshot(`recovery-vm-${name}`)
    }
    async function look(step: string): Promise<void> {
      await steps().getByRole('button', { name: step }).click()
      await pane().getByRole('heading', { level: 2, name: step }).waitFor()
    }
    /** Has the checks of the step that is shown made, without its action, which may be over before anybody sees them. */
    const lookNow = (): Promise<void> =>
      pane()
        .getByRole('button', { name: /^Check (?:now|again)$/ })
        .click()
    /** Presses the primary action of the step that is shown until its state is the wanted one. */
    async function until(seen: Locator, seconds = 60): Promise<void> {
      const end = Date.now() + seconds * 1000
      const title = await pane().getByRole('heading', { level: 2 }).innerText()
      // never that of the step after it, to which the screen goes on by itself
      const primary = titled(title).locator('footer .primary')
      while (!(await seen.first().isVisible())) {
        if (Date.now() > end) throw new Error(`Not seen in time: ${await pane().innerText()}`)
        const failure = page.getByRole('alertdialog')
        if (await failure.isVisible()) throw new Error(await failure.innerText())
        const busy = await pane().locator('footer .v-btn--loading').count()
        // it may go away while it is pressed: what was begun is seen soon
        const ready = async (): Promise<boolean> =>
          (await primary.count()) > 0 && (await primary.isEnabled({ timeout: 500 }).catch(() => false))
        if (busy === 0 && (await ready())) await primary.click({ timeout: 1000 }).catch(() => undefined)
        await page.waitForTimeout(250)
      }
    }

    beforeAll(async () => {
      one = await launchWithDrill({ accounts: 3, items: 150, speed: 100, faults: FAULTS })
      page = one.page
      await openCase(page, {
        name: 'The VM is gone',
        procedure: 'From a VM snapshot',
        // both have the name of the server that was lost
        servers: { Old: reached(one.drill.old), New: reached(one.drill.new) },
        sources: [one.drill.old.backup],
      })
    })
    afterAll(() => one.close())

    it(
      'compares the snapshot with the Backup Path, and warns of a VM that ran',
      { timeout: 120_000 },
      async () => {
        const taken = new Date(one.drill.facts.snapshot ?? 0).toISOString().slice(0, 16)
        const met = await pressPrimary(page, {
          seconds: 100,
          until: /^Isolate the clone$/,
          arrive: async (step) => {
            if (step === 'The Backup Path is not part of the snapshot')
              await fill(page, 'When the snapshot was taken', taken)
            if (step.startsWith('Was the VM off'))
              await choose(page, 'At the time of the snapshot the VM was', /^running/)
          },
        })
        expect(met).toHaveLength(3)
        await look('Was the VM off')
        await pane().getByText('databases and directory are as after a power failure').waitFor()
        await look('The Backup Path is not part')
        await pane()
          .getByText(/goes on \d+ days after the snapshot/)
          .waitFor()
        await moment('1-snapshot')
        await pane()
          .getByRole('button', { name: /^To the present step/ })
          .click()
      },
    )

    it(
      'does not believe that the clone is isolated, and goes on only when it is',
      { timeout: 180_000 },
      async () => {
        one.drill.setFaults([...FAULTS, ...parseFault('not-isolated')])
        await pane().getByRole('button', { name: 'Skip …' }).click()
        const skip = page.getByRole('dialog', { name: /Isolate the clone/ })
        await skip.getByRole('textbox').fill('The hypervisor has it in a network of its own')
        await skip.getByRole('button', { name: 'Skip the step' }).click()
        await pane().getByRole('heading', { level: 2, name: 'Isolation proved' }).waitFor()
        await until(pane().getByText('Stops the procedure').first())
        await pane().getByText('Stops the procedure').nth(3).waitFor()
        await expect.poll(() => primary().isDisabled()).toBe(true)
        for (const [label, evidence] of [
          ['The ports of the users are closed', /\d+ of \d+ ports of [\d.]+ answer: .*443/],
          ['MTA and proxy are stopped', /Running: .*carbonio-mta/],
          ['The server reaches no other mail server', /it could send mail/],
          ['The mail queue does not leave', /would be sent a second time/],
        ] as const)
          await expect.poll(() => check(label).innerText()).toMatch(evidence)
        await moment('2-not-isolated')
        await wear(page, 'dark')
        await moment('2-not-isolated-dark')
        await wear(page, 'light')

        // so the step is done after all
        await look('Isolate the clone')
        await pane().getByRole('button', { name: 'Open again …' }).click()
        const again = page.getByRole('dialog', { name: /Isolate the clone/ })
        await again.getByRole('textbox').fill('It was not')
        await again.getByRole('button', { name: 'Open the step again' }).click()
        await until(pane().getByRole('heading', { level: 2, name: 'Isolation proved' }))
        expect(state('new').firewall).toHaveProperty('lifeboat_isolation')
        await pendings().getByText('Ports of the clone are closed').waitFor()
        await pane().getByRole('button', { name: 'Check again' }).click()
        await expect.poll(() => primary().isEnabled(), { timeout: 60_000 }).toBe(true)
        await expect.poll(() => pane().getByText('Stops the procedure').count()).toBe(0)
        await expect
          .poll(() => check('The ports of the users are closed').innerText())
          .toMatch(/SSH port \d+ answers/)
        await moment('3-isolated')
      },
    )

    it(
      'switches the RealTime Scanner off, and refuses a disk that was rolled back',
      { timeout: 180_000 },
      async () => {
        await pressPrimary(page, { seconds: 90, until: /^RealTime Scanner off$/ })
        await lookNow()
        await check('The RealTime Scanner is off').getByText('Not in order').first().waitFor()
        await moment('4-scanner')
        await pressPrimary(page, { seconds: 90, until: /^The untampered path/ })
        expect(state('new').config['ZxBackup_RealTimeScanner']).toBe('FALSE')
        await pendings().getByText('RealTime Scanner').first().waitFor()
        await fill(page, 'Disk or file', '/dev/vdd1')
        await fill(page, 'Folder of the Backup Path on it', 'zextras')
        await until(pane().getByText('This step failed'))
        await pane()
          .getByText(/ends with the snapshot: newest transaction/)
          .first()
          .waitFor()
        await moment('5-rolled-back-disk')
        await fill(page, 'Disk or file', '/dev/vde1')
        await pane()
          .getByText(/settings? that (?:is|are) seldom changed/)
          .click()
        await fill(page, 'Mounted on', '/mnt/lifeboat-untouched')
        await until(pane().getByRole('heading', { level: 2, name: 'Prepare the External Restore' }))
      },
    )

    it('restores in rounds and tells what each one added', { timeout: 180_000 }, async () => {
      await pressPrimary(page, { seconds: 150, until: /^Reconcile$/ })
      await look('Restore again while isolated')
      await until(pane().getByRole('heading', { level: 2, name: 'Reconcile' }), 90)
      await look('Restore again while isolated')
      const rounds = pane().locator('table').first()
      await expect.poll(() => rounds.getByRole('row').count()).toBe(1 + 3)
      await pane().getByText('Ran 2 times, can be repeated').waitFor()
      await moment('6-rounds')
      await pane()
        .getByRole('button', { name: /^To the present step/ })
        .click()
      const proofs = one.drill.facts.accounts.map(({ id, name }) =>
        proveMailbox(one.drill.old.backup, id, one.drill.new, name),
      )
      // what changed after the snapshot is there in its older state, and is named so
      const gone = proofs.flatMap(({ missing }) => missing).filter(({ why }) => !why.includes('differ'))
      expect(gone).toEqual([])
      expect(proofs.some(({ there }) => there > 0)).toBe(true)
    })

    it('fences the old server, holds the queue, and lets the users in', { timeout: 240_000 }, async () => {
      await pressPrimary(page, { seconds: 120, until: /^Fence the old server$/ })
      await look('Compare the configurations')
      await pane()
        .getByText(/\d+ settings of the old server are different or missing on the clone/)
        .first()
        .waitFor()
      await moment('7-config-dump')
      await pane()
        .getByRole('button', { name: /^To the present step/ })
        .click()
      await lookNow()
      await pane()
        .getByText(/The old server still answers on .*443/)
        .first()
        .waitFor()
      await moment('8-fence')
      await pressPrimary(page, { seconds: 120, until: /^Access and mail traffic back$/ })
      expect(state('old').units['carbonio-mta.target']).toBe(false)
      expect(state('old').firewall).toHaveProperty('lifeboat_fence')
      const queue = state('new').mailQueue ?? []
      expect(queue.every(({ held }) => held)).toBe(true)
      await look('The mail queue of the clone')
      await expect.poll(() => pane().locator('table').first().getByRole('row').count()).toBe(1 + queue.length)
      await moment('9-queue')
      await pane()
        .getByRole('button', { name: /^To the present step/ })
        .click()
      const met = await pressPrimary(page, { seconds: 150 })
      expect(met).toContain('A new Backup Path, and its first SmartScan')
      expect(state('new').units['carbonio-mta.target']).toBe(true)
      await page.getByText('All steps of this procedure are over').waitFor()
      await pendings().waitFor({ state: 'detached' })
      expect(state('new').config['ZxBackup_RealTimeScanner']).toBe('TRUE')
      expect(Object.keys(state('new').firewall ?? {})).toEqual([])
      await moment('10-end')
    })
  },
)
