import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDrill, type Drill } from '../../../src-main/drill/drill.ts'
import { introduce, openLaptop } from '../../../src-main/drill/runs/laptop.ts'
import { temporaryFolder } from '../../support/index.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { expectAccessible, expectNoOverflow, railLink, wear } from './support.ts'

const NAME = 'mail.example.com outage'
const REASON = 'The accounts are made by the script of the customer at noon'
/** One grey pixel: what a telephone takes, in small. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNoaGj4DwAFhAKBCUoNxQAAAABJRU5ErkJggg==',
  'base64',
)
const SHA256 = createHash('sha256').update(PICTURE).digest('hex')

/** A case that stands before “Users can log in”: what came before was skipped. */
async function prepare(dataFolder: string, drill: Drill): Promise<string> {
  const laptop = openLaptop(dataFolder)
  const { recovery } = laptop
  const servers = introduce(laptop, drill)
  const { id } = recovery.create(NAME, 'data-recovery')
  recovery.setServer(id, 'new', servers.new)
  recovery.addSource(id, {
    kind: 'backup-path',
    place: { kind: 'local', path: drill.old.backup },
    onlyCopy: false,
  })
  const runner = recovery.runner(id)
  for (const step of runner.procedure.steps) {
    if (step.id === 'users-log-in') break
    runner.skip(step, 'done by hand before')
  }
  await laptop.close()
  return id
}

/** What people do with a case as a whole, with the real engine behind the page. */
describe.skipIf(chromiumPath() === null)('a case on the screen', () => {
  let drill: Drill
  let app: RunningApp
  let page: Page
  let id: string
  const folder = temporaryFolder('case-screen')
  const out = temporaryFolder('handed-over')
  const picture = join(out, 'hypervisor.png')

  async function look(name: string): Promise<void> {
    await expectNoOverflow(page, name)
    await expectAccessible(page, name)
    await app.screenshot(`recovery-case-${name}`)
  }
  async function write(button: string, dialogName: string, action: string, file: string): Promise<void> {
    const main = page.getByRole('main')
    if (button === dialogName) {
      await main.getByRole('button', { name: 'More for this case' }).click()
      await page.getByText(button, { exact: true }).click()
    } else await main.getByRole('button', { name: button, exact: true }).click()
    const dialog = page.getByRole('dialog', { name: dialogName })
    await dialog.getByRole('textbox').first().fill(out)
    await dialog.getByRole('textbox').nth(1).fill(file)
    await dialog.getByRole('button', { name: action, exact: true }).click()
    await dialog.getByRole('status').first().waitFor({ timeout: 60_000 })
    await look(file.replace(/\W/g, '-'))
    await dialog.getByRole('button').last().click()
    await dialog.waitFor({ state: 'detached' })
  }
  const journal = (): { kind: string; text: string; files: { name: string; sha256: string }[] }[] =>
    readFileSync(join(folder, 'cases', id, 'journal.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as never)

  beforeAll(async () => {
    writeFileSync(picture, PICTURE)
    drill = await startDrill({ folder: temporaryFolder('drill'), accounts: 2, items: 40, speed: 0 })
    id = await prepare(folder, drill)
    app = await launchBrowserApp({ dataFolder: folder, size: { width: 1280, height: 800 } })
    page = app.page
    page.setDefaultTimeout(30_000)
  })
  afterAll(() => app.close().finally(() => drill.close()))

  it('is one of several, and each goes on where it was', async () => {
    await railLink(page, 'Case').click()
    await page.getByRole('button', { name: 'Open a case' }).click()
    const dialog = page.getByRole('dialog', { name: 'Open a case' })
    await dialog.getByLabel('Name of the case').fill('branch office')
    await dialog.getByRole('button', { name: 'Open a case' }).click()
    await page.getByRole('heading', { level: 1, name: 'branch office' }).waitFor()
    await page.getByRole('link', { name: 'All cases' }).click()
    await page.getByText('2 open cases').waitFor()
    await look('list')
    await page
      .getByRole('link', { name: new RegExp(NAME) })
      .first()
      .click()
    await page.locator('article.step').getByRole('heading', { level: 2, name: 'Users can log in' }).waitFor()
  })

  it('a red guard stops it; a typed reason overrides it, and is kept', async () => {
    const pane = page.locator('article.step')
    await pane.locator('footer .primary').click()
    const guard = pane.getByRole('button', { name: 'Override: Every account of the backup exists' })
    await guard.waitFor({ timeout: 90_000 })
    await expect.poll(() => pane.locator('footer .primary').isDisabled()).toBe(true)
    await look('red')
    for (const name of ['Every account of the backup exists', 'Every domain of the backup exists']) {
      const button = pane.getByRole('button', { name: `Override: ${name}` })
      await button.click()
      const dialog = page.getByRole('dialog', { name: 'Go on against this check?' })
      await dialog.getByLabel('Reason').fill(REASON)
      await dialog.getByRole('button', { name: 'Override the check' }).click()
      await button.waitFor({ state: 'detached' })
    }
    const overridden = journal().filter(({ kind }) => kind === 'overridden')
    expect(overridden.map(({ text }) => text.includes(REASON))).toEqual([true, true])
    await page.getByRole('log', { name: 'Journal' }).getByText(REASON).last().waitFor()
  })

  it('a confirmation keeps its note and its picture, with the SHA-256', async () => {
    await page.getByRole('button', { name: /^Add a note or a picture: Somebody logged in/ }).click()
    await page.getByLabel('What you saw, and where').fill('Anna sent one to herself')
    await page.getByLabel('Add a picture or a file').fill(picture)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: 'Confirm with this note' }).click()
    const kept = `${SHA256.slice(0, 12)}-hypervisor.png`
    await expect
      .poll(() => journal().find(({ kind }) => kind === 'confirmed')?.files)
      .toEqual([{ name: kept, bytes: PICTURE.length, sha256: SHA256 }])
    expect(readFileSync(join(folder, 'cases', id, 'files', kept)).equals(PICTURE)).toBe(true)
    const line = page
      .getByRole('log', { name: 'Journal' })
      .getByRole('button', { name: /Confirmed: Somebody/ })
    await line.last().click()
    await page.getByRole('log', { name: 'Journal' }).getByText(kept).waitFor()
    await look('confirmed')
  })

  it('is written as a report in the language of the screens, and proved', async () => {
    await write('Report', 'Write the report', 'Write the report', 'outage.html')
    const english = readFileSync(join(out, 'outage.html'), 'utf8')
    for (const words of [
      'lang="en"',
      'Overrides and skipped steps',
      REASON,
      'Anna sent one to herself',
      SHA256,
    ])
      expect(english).toContain(words)
    await railLink(page, 'Settings').click()
    await page.getByRole('button', { name: 'Italiano' }).click()
    await railLink(page, 'Caso').click()
    await page
      .getByRole('log', { name: 'Registro' })
      .getByText(/^Forzato: .*at noon/)
      .last()
      .waitFor()
    await write('Rapporto', 'Scrivi il rapporto', 'Scrivi il rapporto', 'guasto.html')
    const italian = readFileSync(join(out, 'guasto.html'), 'utf8').replace(/<script[\s\S]*/, '')
    for (const words of ['lang="it"', 'Controlli forzati e passi saltati', `Motivo: ${REASON}`, SHA256])
      expect(italian).toContain(words)
    expect(italian).not.toContain('Overridden:')
    await wear(page, 'dark')
    await look('it-dark')
    const paper = await page.context().newPage()
    for (const [file, scheme] of [
      ['outage', 'light'],
      ['guasto', 'dark'],
    ] as const) {
      await paper.emulateMedia({ colorScheme: scheme })
      await paper.goto(`file://${join(out, `${file}.html`)}`)
      await paper.screenshot({
        path: join(import.meta.dirname, `../screenshots/report-${file}.png`),
        fullPage: true,
      })
    }
    await paper.close()
    await wear(page, 'light')
    await railLink(page, 'Opzioni').click()
    await page.getByRole('button', { name: 'English' }).click()
    await railLink(page, 'Case').click()
  })

  it('a report in which a word was changed is told to be altered', async () => {
    const file = join(out, 'altered.html')
    writeFileSync(file, readFileSync(join(out, 'outage.html'), 'utf8').replaceAll('at noon', 'in May'))
    await page.getByRole('link', { name: 'All cases' }).click()
    await page.getByRole('button', { name: 'Verify a report' }).click()
    const dialog = page.getByRole('dialog', { name: 'Verify a report' })
    for (const [path, words] of [
      [join(out, 'outage.html'), /^Unaltered: \d+ journal entries/],
      [file, 'This report was altered'],
    ] as const) {
      await dialog.getByRole('textbox').fill(path)
      await dialog.getByRole('button', { name: 'Add', exact: true }).click()
      await dialog.getByRole('button', { name: 'Verify', exact: true }).click()
      await dialog.getByText(words).waitFor()
    }
    await look('altered')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('is handed over as one file, which another computer takes in; an altered one is refused', async () => {
    await page
      .getByRole('link', { name: new RegExp(NAME) })
      .first()
      .click()
    await write('Export the case', 'Export the case', 'Export', 'shift.lifeboat-case')
    const file = join(out, 'shift.lifeboat-case')
    const torn = join(out, 'torn.lifeboat-case')
    const bytes = readFileSync(file)
    writeFileSync(torn, bytes.subarray(0, bytes.length - 400))
    const elsewhere = temporaryFolder('second-laptop')
    const second = await launchBrowserApp({ dataFolder: elsewhere, size: { width: 1280, height: 800 } })
    try {
      second.page.setDefaultTimeout(30_000)
      await railLink(second.page, 'Case').click()
      await second.page.getByRole('button', { name: 'Import a case' }).first().click()
      const dialog = second.page.getByRole('dialog', { name: 'Import a case' })
      for (const path of [torn, file]) {
        await dialog.getByRole('textbox').fill(path)
        await dialog.getByRole('button', { name: 'Add', exact: true }).click()
        await dialog.getByRole('button', { name: 'Import', exact: true }).click()
        if (path === torn) await dialog.getByRole('alert').waitFor()
      }
      await second.page.getByRole('heading', { level: 1, name: NAME }).waitFor()
      await second.page
        .getByRole('navigation', { name: 'Steps' })
        .getByText('Users can log in')
        .first()
        .waitFor()
      expect(readdirSync(join(elsewhere, 'cases', id, 'files'))).toEqual([
        `${SHA256.slice(0, 12)}-hypervisor.png`,
      ])
    } finally {
      await second.close()
    }
  })
})
