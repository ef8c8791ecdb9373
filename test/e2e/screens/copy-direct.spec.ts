import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { snapshotDifferences, snapshotTree } from '../../support/snapshot.ts'
import { temporaryFolder } from '../../support/index.ts'
import { mail, SmallBackup } from '../../support/small-backup.ts'
import { SSHD, startSshServer, type SshServer } from '../../support/ssh-server.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { expectAccessible, expectNoOverflow, railLink, wear } from './support.ts'

const MESSAGES = 60

/** A Backup Path with one damaged blob, whose bytes cannot be packed smaller. */
function makeBackup(folder: string): void {
  mkdirSync(folder)
  const backup = new SmallBackup(folder)
  backup.account('11111111-1111-4111-8111-111111111111', 'anna@example.com')
  for (let n = 0; n < MESSAGES; n++) {
    const noise = Array.from({ length: 400 }, (_, at) => ((n + 1) * (at + 7) * 2654435761) % 2 ** 32)
    backup.blob(mail(`Message ${n}`, noise.join(' ')))
  }
  const whole = gzipSync(mail('Cut off', 'x'.repeat(2000)))
  backup.blob(mail('Cut off', 'x'.repeat(2000)), whole.subarray(0, whole.length - 12))
}

/** A backup goes straight from one real sshd to another, clicked through as a technician does. */
describe.skipIf(chromiumPath() === null || SSHD === null)('a direct copy on the screen', () => {
  let app: RunningApp
  let page: Page
  let old: SshServer
  let young: SshServer
  const folder = temporaryFolder('copy-direct-screen')
  const source = join(folder, 'old backup')
  const target = join(folder, 'new backup')
  const homes = { old: join(folder, 'home-old'), young: join(folder, 'home-new') }
  const form = (): Locator => page.getByRole('region', { name: 'New copy' })
  const run = (): Locator => page.getByRole('region', { name: /^Copying Old mail server/ })

  async function look(screen: string): Promise<void> {
    await expectNoOverflow(page, screen)
    await expectAccessible(page, screen)
    await app.screenshot(`copy-direct-${screen}`)
  }

  async function addServer(name: string, role: string, server: SshServer): Promise<void> {
    await page.getByRole('button', { name: 'Add a server' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Add a server' })
    await dialog.getByLabel('Name', { exact: true }).fill(name)
    await dialog.getByRole('button', { name: role, exact: true }).click()
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
  }

  beforeAll(async () => {
    makeBackup(source)
    for (const home of Object.values(homes)) mkdirSync(home)
    old = await startSshServer({ env: { HOME: homes.old, TMPDIR: homes.old } })
    young = await startSshServer({ env: { HOME: homes.young, TMPDIR: homes.young } })
    app = await launchBrowserApp({ size: { width: 1280, height: 800 }, colorScheme: 'light' })
    // the host keys were accepted before
    const lines = [old, young].map(
      ({ port, hostKeys }) => `[127.0.0.1]:${port} ssh-ed25519 ${hostKeys()[0]?.toString('base64') ?? ''}\n`,
    )
    writeFileSync(join(app.dataFolder, 'known_hosts'), lines.join(''))
    page = app.page
    page.setDefaultTimeout(20_000)
    await railLink(page, 'Servers').click()
    await addServer('Old mail server', 'Old server', old)
    await addServer('New mail server', 'New server', young)
    await railLink(page, 'Copy').click()
  })
  afterAll(() => app.close())

  it('offers the straight way between two servers, and says what it does there', async () => {
    await form().getByRole('group', { name: 'To' }).last().getByRole('button', { name: 'A server' }).click()
    await form().getByText('New mail server (New server)').waitFor()
    await form().getByLabel('Path on the server').first().fill(source)
    await form().getByLabel('Path on the server').last().fill(target)
    await form().getByText('Options: accounts, order, speed').click()
    await form().getByLabel('Straight from the old server to the new one').check()
    await form().getByText('The bytes do not come through this computer.').waitFor()
    await form().getByLabel('Bandwidth limit').fill('0.03')
    const command = await form().locator('.command code').innerText()
    expect(command).toContain(' --direct ')
    await form().getByText('these have different ones: load both into the SSH agent').waitFor()
    await look('1-options')
  })

  it('sees what would be copied without a trace on either server', async () => {
    await form().getByText('Options: accounts, order, speed').click()
    await form().getByRole('button', { name: 'See what would be copied' }).click()
    await form()
      .getByRole('button', { name: /^Copy \d+ files$/ })
      .waitFor({ timeout: 40_000 })
    expect(existsSync(target)).toBe(false)
    expect(Object.values(homes).flatMap((home) => readdirSync(home))).toEqual([])
    await look('2-plan')
  })

  it('copies straight, verified there; what is damaged at the source is named', async () => {
    const before = snapshotTree(source)
    await form()
      .getByRole('button', { name: /^Copy \d+ files$/ })
      .click()
    await run()
      .getByText(/straight from server to server/)
      .waitFor()
    await run()
      .getByText(/ of \d+ files/)
      .first()
      .waitFor()
    await look('3-running')
    await run().getByLabel('Bandwidth limit').fill('')
    await run().getByRole('button', { name: 'Change' }).click()
    await run()
      .getByText('Everything is there; 1 file is damaged at the source itself.')
      .waitFor({ timeout: 60_000 })
    await look('4-result')
    expect(snapshotDifferences(before, snapshotTree(source))).toEqual([])
    expect(readdirSync(target, { recursive: true }).sort()).toEqual(
      readdirSync(source, { recursive: true }).sort(),
    )
    // the one-time key let the old server in, and nothing of it is left
    expect(young.log().match(/Accepted publickey/g)?.length).toBeGreaterThan(2)
    expect(Object.values(homes).flatMap((home) => readdirSync(home))).toEqual([])
    await wear(page, 'dark')
    await look('5-result-dark')
    await wear(page, 'light')
    await run().getByRole('button', { name: 'Dismiss' }).click()
  })

  it('says why two servers do not reach each other, and what to do instead', async () => {
    await form().getByText('Options: accounts, order, speed').click()
    await form().getByLabel('Address of the new server, as the old one reaches it').fill('127.0.0.1:1')
    await form().getByRole('button', { name: 'Start copying at once' }).click()
    const failed = page.getByRole('region', { name: /^Copying/ }).getByRole('alert')
    await failed.getByText(/cannot reach/).waitFor({ timeout: 40_000 })
    await failed.getByText(/through this computer/).waitFor()
    await look('6-unreached')
  })
})
