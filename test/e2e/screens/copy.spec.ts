import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../support/index.ts'
import { mail, SmallBackup } from '../../support/small-backup.ts'
import { SSHD, startSshServer, type SshServer } from '../../support/ssh-server.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { expectAccessible, expectNoOverflow, railLink, wear } from './support.ts'

const ANNA = '11111111-1111-4111-8111-111111111111'
const MESSAGES = 60

/** A backup path with an odd name, one damaged blob and enough bytes to see a slow copy run. */
function makeBackup(folder: string): void {
  mkdirSync(folder)
  const backup = new SmallBackup(folder)
  backup.account(ANNA, 'anna@example.com')
  for (let n = 0; n < MESSAGES; n++) {
    // cannot be compressed away: what a limit holds back is the compressed file
    const noise = Array.from({ length: 400 }, (_, at) => ((n + 1) * (at + 7) * 2654435761) % 2 ** 32).join(
      ' ',
    )
    backup.blob(mail(`Message ${String(n)}`, noise))
  }
  const whole = gzipSync(mail('Cut off', 'x'.repeat(2000)))
  backup.blob(mail('Cut off', 'x'.repeat(2000)), whole.subarray(0, whole.length - 12))
}

/** A backup is brought from a real sshd onto this computer: planned, slowed down, paused, finished, verified. */
describe.skipIf(chromiumPath() === null || SSHD === null)('copying a backup', () => {
  let app: RunningApp
  let page: Page
  let server: SshServer
  const folder = temporaryFolder('copy-screen')
  const source = join(folder, 'old backup')
  const target = join(folder, 'copied')
  const form = (): Locator => page.getByRole('region', { name: 'New copy' })
  const run = (): Locator => page.getByRole('region', { name: /^Copying Old mail server/ })

  async function look(screen: string): Promise<void> {
    await expectNoOverflow(page, screen)
    await expectAccessible(page, screen)
    await app.screenshot(`copy-${screen}`)
  }

  beforeAll(async () => {
    makeBackup(source)
    server = await startSshServer()
    app = await launchBrowserApp({ size: { width: 1280, height: 800 }, colorScheme: 'light' })
    // the host key was accepted before
    writeFileSync(
      join(app.dataFolder, 'known_hosts'),
      `[127.0.0.1]:${String(server.port)} ssh-ed25519 ${server.hostKeys()[0]?.toString('base64') ?? ''}\n`,
    )
    page = app.page
    page.setDefaultTimeout(20_000)
    await railLink(page, 'Copy').click()
  })
  afterAll(() => app.close())

  it('leads to the servers while there is none', async () => {
    await form().getByText('There is no server in the list yet.').waitFor()
    await look('1-no-server')
    await form().getByRole('link', { name: 'Add one under Servers' }).click()
    await page.getByRole('button', { name: 'Add a server' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a server' })
    await dialog.getByLabel('Name', { exact: true }).fill('Old mail server')
    await dialog.getByLabel('Host name or address').fill('127.0.0.1')
    await dialog.getByLabel('Port').fill(String(server.port))
    await dialog.getByLabel('User', { exact: true }).fill(server.user)
    await dialog.getByRole('button', { name: 'Leave out Password' }).click()
    await dialog.getByRole('button', { name: 'Leave out SSH agent' }).click()
    await dialog.getByRole('button', { name: 'Add a way' }).click()
    await page.getByRole('listitem').filter({ hasText: 'Key file' }).click()
    await dialog.getByLabel('Path of the private key').fill(server.key)
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await railLink(page, 'Copy').click()
    await form().getByText('Old mail server (Old server)').waitFor()
  })

  it('shows the command line that does the same, quoted and percent-encoded', async () => {
    const look_ = form().getByRole('button', { name: 'See what would be copied' })
    await expect.poll(() => look_.isDisabled()).toBe(true)
    await form().getByLabel('Path on the server').fill('old backup')
    await form().getByText('A path on a server begins with a slash.').waitFor()
    await form().getByLabel('Path on the server').fill(source)
    await form().getByLabel('Folder on this computer').fill(target)
    const command = await form().locator('.command code').innerText()
    expect(command).toContain(`lifeboat copy --identity ${server.key} ssh://`)
    expect(command).toContain('/old%20backup ')
    await form().getByText('Options: accounts, order, speed').click()
    await form().getByLabel('Bandwidth limit').fill('fast')
    await form().getByText('Write a number of megabytes').waitFor()
    await form().getByLabel('Remove them, so that the target').check()
    await form().getByText('What is removed there cannot be brought back').waitFor()
    await look('2-options')
    await form().getByLabel('Remove them, so that the target').uncheck()
    await form().getByLabel('Bandwidth limit').fill('0.02')
    await expect.poll(() => form().locator('.command code').innerText()).toContain('--bwlimit 20k')
    await form().getByText('Options: accounts, order, speed').click()
  })

  it('says what would be copied before anything is written', async () => {
    await form().getByRole('button', { name: 'See what would be copied' }).click()
    await form()
      .getByRole('button', { name: /^Copy \d+ files$/ })
      .waitFor({ timeout: 40_000 })
    expect(readdirSync(folder)).toEqual(['old backup'])
    await form().getByText('The target keeps upper and lower case apart (tried).').waitFor()
    await form().getByText('There is room for everything.').waitFor()
    await look('3-plan')
  })

  it('can be paused, slowed down and sped up while it runs', async () => {
    await form()
      .getByRole('button', { name: /^Copy \d+ files$/ })
      .click()
    await run()
      .getByText(/ of \d+ files$/)
      .waitFor()
    await form().getByText('A copy to this target is running').waitFor()
    await look('4-running')
    await run().getByRole('button', { name: 'Pause' }).click()
    await run().getByText('Paused').waitFor()
    await run().getByRole('button', { name: 'Go on' }).click()
    await run().getByLabel('Bandwidth limit').fill('')
    await run().getByRole('button', { name: 'Change' }).click()
  })

  it('keeps a verified result, with what is damaged at the source by name', async () => {
    await run()
      .getByText('Everything is there; 1 file is damaged at the source itself.')
      .waitFor({ timeout: 60_000 })
    const files = readdirSync(join(source, 'items'), { recursive: true })
    expect(readdirSync(join(target, 'items'), { recursive: true }).sort()).toEqual(files.sort())
    await run()
      .getByText(/ends too early|damaged|does not fit/)
      .first()
      .waitFor()
    await look('5-result')
    await wear(page, 'dark')
    await page.setViewportSize({ width: 1024, height: 640 })
    await look('6-result-dark-small')
    await wear(page, 'light')
    await page.setViewportSize({ width: 1280, height: 800 })
    await run().getByRole('button', { name: 'Dismiss' }).click()
    await run().waitFor({ state: 'detached' })
  })

  it('finds everything there the second time, and says why a target is refused', async () => {
    await form().getByRole('button', { name: 'See what would be copied' }).click()
    await form().getByText('Everything is there already').waitFor({ timeout: 40_000 })
    await look('7-nothing')
    await form().getByLabel('Path on the server').fill(join(folder, 'nothing here'))
    await form().getByRole('button', { name: 'Start copying at once' }).click()
    const failed = page.getByRole('region', { name: /^Copying/ }).getByRole('alert')
    await failed.waitFor({ timeout: 40_000 })
    await look('8-failed')
  })

  it('writes down how the backup is mounted instead, step by step', async () => {
    await page.getByRole('button', { name: 'Mount instead' }).click()
    const dialog = page.getByRole('dialog', { name: 'Mount the backup on the new server' })
    const show = dialog.getByRole('button', { name: 'Show the steps' })
    await expect.poll(() => show.isDisabled()).toBe(true)
    await dialog.getByLabel('Old server').fill('192.0.2.7')
    await dialog.getByLabel('uid of zextras').fill('999')
    await dialog.getByLabel('gid of zextras').fill('998')
    await show.click()
    await dialog.getByText('192.0.2.7:/opt/zextras/backup').first().waitFor()
    await dialog.getByText('After the restore').waitFor()
    await look('8-mount')
    await dialog.getByRole('button', { name: 'Disk', exact: true }).click()
    await expect.poll(() => dialog.getByText('After the restore').count()).toBe(0)
    await show.click()
    await dialog
      .getByText(/blockdev --setro/)
      .first()
      .waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
  })

  it('stands in Italian with its help', async () => {
    await railLink(page, 'Settings').click()
    await page.getByRole('button', { name: 'Italiano' }).click()
    await railLink(page, 'Copia').click()
    await page.keyboard.press('F1')
    await look('9-help-it')
  })
})
