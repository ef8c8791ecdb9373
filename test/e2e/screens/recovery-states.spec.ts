import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { fakeRecovery, type FakeRecovery } from './recovery-fake.ts'
import { doing, failed, finished, fullCase, journalOf, pending, told } from './recovery-samples.ts'
import { expectAccessible, expectNoOverflow, railLink, wear } from './support.ts'

/** The screens of a recovery in the states that are hard to bring about with real servers, told by a made-up engine. */
describe.skipIf(chromiumPath() === null)('the screens of a recovery', () => {
  let app: RunningApp
  let page: Page
  let fake: FakeRecovery

  async function look(screen: string): Promise<void> {
    await expectNoOverflow(page, screen)
    await expectAccessible(page, screen)
    await app.screenshot(`recovery-${screen}`)
  }

  /** Waits until the page made a call. */
  async function called(call: unknown): Promise<void> {
    await expect.poll(() => fake.calls).toContainEqual(call)
  }

  beforeAll(async () => {
    app = await launchBrowserApp({ size: { width: 1280, height: 800 }, colorScheme: 'light' })
    page = app.page
    page.setDefaultTimeout(15_000)
    fake = await fakeRecovery(page, told())
    await railLink(page, 'Case').click()
  })
  afterAll(() => app.close())

  it('begin with what a case is, and one action', async () => {
    await page.getByText('No case is open').waitFor()
    await look('1-empty')
    await page.getByRole('button', { name: 'Open a case' }).click()
    await page.getByRole('dialog').getByText('The old server is lost').waitFor()
    await look('1-new')
    await page.keyboard.press('Escape')
  })

  it('list open cases with what is to be put back, and closed ones apart', async () => {
    const view = fullCase()
    fake.told.cases = [
      { ...view, pending: 1 },
      {
        ...view,
        id: 'c2',
        name: 'branch office',
        procedure: null,
        state: 'to-do',
        stepsDone: 0,
        changedAt: 1,
      },
      { ...view, id: 'c3', name: 'rehearsal in spring', closed: true, stepsDone: 9, state: 'done' },
    ]
    fake.told.view = view
    fake.told.journal = journalOf(640)
    fake.told.view.entries = 640
    await railLink(page, 'Home').click()
    await railLink(page, 'Case').click()
    await page.getByText('1 change to put back').waitFor()
    await page.getByText('1 closed case').click()
    await look('2-list')
  })

  it('show a full step with its red guard', async () => {
    await page
      .getByRole('link', { name: /mail.example.com outage/ })
      .first()
      .click()
    await page.getByText('Stops the procedure').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Start copying' }).isDisabled()).toBe(true)
    await look('3-step')
  })

  it('take a typed reason for an override, and nothing shorter', async () => {
    await page.getByRole('button', { name: 'Override: zextras can read the path' }).click()
    const dialog = page.getByRole('dialog', { name: 'Go on against this check?' })
    await dialog.getByLabel('Reason').fill('too short')
    await expect
      .poll(() => dialog.getByRole('button', { name: 'Override the check' }).isDisabled())
      .toBe(true)
    await look('4-override')
    await dialog.getByLabel('Reason').fill('The owner was set by hand after the copy was made')
    await dialog.getByRole('button', { name: 'Override the check' }).click()
    await called({
      name: 'override',
      input: {
        caseId: 'c1',
        step: 'bring',
        check: 'readable',
        reason: 'The owner was set by hand after the copy was made',
      },
    })
  })

  it('confirm with a note and a file', async () => {
    await page.getByRole('button', { name: /^Add a note or a picture: The disk/ }).click()
    await page.getByLabel('What you saw, and where').fill('Looked at it in the hypervisor')
    await page.getByLabel('Add a picture or a file').fill('/tmp/screen.png')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('screen.png').waitFor()
    await look('5-confirm')
    await page.getByRole('button', { name: 'Confirm with this note' }).click()
    await called({
      name: 'confirm',
      input: expect.objectContaining({
        id: 'snapshot',
        note: 'Looked at it in the hypervisor',
        files: [{ path: '/tmp/screen.png' }],
      }) as unknown,
    })
  })

  it('pick accounts from a long list', async () => {
    const fields = page.getByRole('region', { name: 'What it needs to know' })
    await fields.getByText('settings that are seldom changed').click()
    await fields.scrollIntoViewIfNeeded()
    await look('6-fields')
    await fields.getByRole('button', { name: 'Choose: These accounts first' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('440 more. Search to narrow the list.').waitFor()
    await dialog.getByLabel('Search').fill('user63')
    await dialog.getByRole('checkbox', { name: /^All 11/ }).check()
    await look('6-pick')
    await dialog.getByRole('button', { name: 'Use these' }).click()
    await expect
      .poll(() => fake.calls.filter(({ name }) => name === 'setField').map(({ input }) => input))
      .toMatchObject([{ field: 'first', value: { length: 15 } }])
  })

  it('show an entry of the journal with everything that is kept of it', async () => {
    const journal = page.getByRole('log', { name: 'Journal' })
    await journal
      .getByRole('button', { name: /Space on the new server/ })
      .last()
      .click()
    await journal.getByText('412000000000').waitFor()
    await look('7-journal')
    await journal.evaluate((box) => box.scrollTo(0, 0))
    await journal.getByRole('button', { name: 'Show earlier entries' }).click()
    await expect.poll(() => journal.getByRole('button', { expanded: false }).count()).toBeGreaterThan(398)
  })

  it('say what is under way, how fast and how long still, and stop it after a question', async () => {
    Object.assign(fake.told.view ?? {}, doing())
    fake.tell()
    await page.getByText('Copying messages').waitFor()
    await look('8-doing')
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop the step' }).click()
    await called({ name: 'stop', input: expect.objectContaining({ step: 'bring' }) as unknown })
  })

  it('tell what came of a step by figures and by name', async () => {
    fake.told.view = finished()
    fake.tell()
    await page.getByText('All steps of this procedure are over').waitFor()
    await page
      .getByRole('navigation', { name: 'Steps' })
      .getByRole('button', { name: /5 External Restore/ })
      .click()
    await page.getByRole('button', { name: 'Show 28 more rows' }).waitFor()
    await look('9-result')
    await page.getByRole('button', { name: 'Show 28 more rows' }).click()
  })

  it('say why a step failed, and offer to try again', async () => {
    fake.told.view = failed()
    fake.tell()
    await page.getByText('This step failed').waitFor()
    await look('10-failed')
  })

  it('keep what is to be put back in red above every page', async () => {
    fake.told.pendings = [pending]
    fake.tell()
    await page.getByText('The LMTP validator is switched off').waitFor()
    await look('11-pending')
    await railLink(page, 'Home').click()
    fake.told.fails.set('putBack', {
      message: 'new.example.com does not answer.',
      why: 'The connection was refused.',
      next: 'Connect it again; the timer on the server puts it back otherwise.',
    })
    await page.getByRole('button', { name: 'Put back now: The LMTP validator' }).click()
    await page.getByRole('alert').getByText('does not answer').waitFor()
    fake.told.pendings = [pending, { ...pending, id: 'p2', timerAt: null }, { ...pending, id: 'p3' }]
    fake.tell()
    await page.getByText('3 changes on servers are not put back yet').waitFor()
    await look('11-pending-three')
    fake.told.fails.clear()
    fake.told.pendings = [pending]
    fake.tell()
    await page.getByText('3 changes on servers').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Put back now: The LMTP validator' }).click()
    await page.getByText('The LMTP validator is switched off').waitFor({ state: 'detached' })
  })

  it('propose a source with reasons, and want a reason for another one', async () => {
    fake.told.view = fullCase({ entries: 640 })
    fake.tell()
    await railLink(page, 'Case').click()
    await page.getByRole('button', { name: 'Backup sources' }).click()
    const dialog = page.getByRole('dialog', { name: 'Backup sources' })
    await dialog.getByText('Proposed, because:').waitFor()
    await look('12-sources')
    await dialog.getByRole('button', { name: 'Choose /media/usb/offsite/backup' }).click()
    await page.getByText('It has all 640 accounts.').last().waitFor()
    await page.getByLabel('Reason').fill('The other one hangs all the time')
    await page.getByRole('button', { name: 'Choose this one' }).click()
    await called({ name: 'chooseSource', input: expect.objectContaining({ id: 'b' }) as unknown })
    await dialog.getByRole('button', { name: 'Add a source' }).click()
    await look('12-source-form')
    await page.keyboard.press('Escape')
    for (const [button, name] of [
      ['Servers', 'servers'],
      ['Notes 1', 'notes'],
      ['Report', 'report'],
      ['Data recovery on a new server', 'procedure'],
    ] as const) {
      await page.getByRole('main').getByRole('button', { name: button, exact: true }).click()
      await page.getByRole('dialog').waitFor()
      await look(`13-${name}`)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })

  it('stand in the dark, in Italian and in a small window', async () => {
    await page.setViewportSize({ width: 1024, height: 640 })
    await wear(page, 'dark')
    await railLink(page, 'Settings').click()
    await page.getByRole('button', { name: 'Italiano' }).click()
    await railLink(page, 'Caso').click()
    await page.getByText('Blocca la procedura').waitFor()
    await look('14-step-dark-small-it')
    await page.getByRole('button', { name: 'Mostra il registro' }).click()
    fake.told.pendings = [pending]
    fake.tell()
    await page.getByText('Il validatore LMTP è disattivato').waitFor()
    await look('14-journal-dark-small-it')
    await page.keyboard.press('F1')
    await look('14-help-it')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Tutti i casi' }).click()
    await page.getByText('2 casi aperti').waitFor()
    await look('15-list-dark-small-it')
  })

  it('say what is wrong when the cases cannot be read', async () => {
    fake.told.fails.set('list', {
      message: 'The cases could not be read.',
      why: 'The data folder is not readable.',
      next: 'Look at its permissions.',
    })
    await railLink(page, 'Inizio').click()
    await railLink(page, 'Caso').click()
    await page.getByRole('link', { name: 'Tutti i casi' }).click()
    await page.getByText('The cases could not be read.').waitFor()
    await look('16-failed')
  })
})
