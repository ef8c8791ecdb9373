import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFaultySsh } from '../../support/faulty-ssh.ts'
import { PASSPHRASE, SSHD, startSshServer, type SshServer } from '../../support/ssh-server.ts'
import { launchBrowserApp, type RunningApp } from '../support/app.ts'
import { chromiumPath } from '../support/programs.ts'
import { expectAccessible, expectNoOverflow, railLink, wear } from './support.ts'

/** A server is added, its host key accepted, its connection tested: against the real sshd, as a technician would. */
describe.skipIf(chromiumPath() === null || SSHD === null)('the servers', () => {
  let app: RunningApp
  let page: Page
  let server: SshServer
  let other: SshServer
  const detail = (): Locator => page.getByRole('region', { name: 'Old mail server' })

  async function look(screen: string): Promise<void> {
    await expectNoOverflow(page, screen)
    await expectAccessible(page, screen)
    await app.screenshot(`servers-${screen}`)
  }
  /** Writes the key file of the one way to log in. */
  async function useKey(dialog: Locator, file: string): Promise<void> {
    await dialog.getByLabel('Path of the private key').fill(file)
  }

  beforeAll(async () => {
    server = await startSshServer()
    other = await startSshServer()
    app = await launchBrowserApp({ size: { width: 1280, height: 800 }, colorScheme: 'light' })
    page = app.page
    page.setDefaultTimeout(15_000)
    await railLink(page, 'Servers').click()
  })
  afterAll(() => app.close())

  it('says what servers are for while there is none', async () => {
    await page.getByText('No servers yet').waitFor()
    await look('1-empty')
  })

  it('imports a host of an SSH configuration into the form', async () => {
    const config = join(server.folder, 'config')
    writeFileSync(
      config,
      `Host dying\n  HostName 192.0.2.7\n  User admin\n  ProxyJump gate\n  ProxyCommand nc %h %p\nHost gate\n  HostName 192.0.2.1\n`,
    )
    await page.getByRole('button', { name: 'Import from ~/.ssh/config' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Configuration file of OpenSSH').fill(config)
    await dialog.getByRole('button', { name: 'Read' }).click()
    await dialog.getByText('admin@192.0.2.7').waitFor()
    await dialog.getByText('ProxyCommand is not followed').waitFor()
    await look('2-import')
    await dialog.getByRole('button', { name: 'Add dying' }).click()
    const form = page.getByRole('dialog', { name: 'Add a server' })
    await expect.poll(() => form.getByLabel('Host name or address').first().inputValue()).toBe('192.0.2.7')
    await form.getByText('Jump host 1').waitFor()
    await form.getByRole('button', { name: 'Close' }).click()
    await page.getByText('No servers yet').waitFor()
  })

  it('says what is missing, then adds a server', async () => {
    await page.getByRole('button', { name: 'Add a server' }).click()
    const form = page.getByRole('dialog', { name: 'Add a server' })
    await form.getByRole('button', { name: 'Save', exact: true }).click()
    await form.getByText('The host name is missing').waitFor()
    await look('3-form')
    await form.getByLabel('Name', { exact: true }).fill('Old mail server')
    await form.getByRole('button', { name: 'Other' }).click()
    await form.getByLabel('Host name or address').fill('127.0.0.1')
    await form.getByLabel('Port').fill(String(server.port))
    await form.getByLabel('User', { exact: true }).fill(server.user)
    await form.getByRole('button', { name: 'Leave out Password' }).click()
    await form.getByRole('button', { name: 'Leave out SSH agent' }).click()
    await form.getByRole('button', { name: 'Add a way' }).click()
    await page.getByRole('listitem').filter({ hasText: 'Key file' }).click()
    await useKey(form, server.strangeKey)
    await form.getByRole('button', { name: 'Save and test connection' }).click()
    await form.waitFor({ state: 'detached' })
  })

  it('asks whose host key it is before anything is sent', async () => {
    const question = page.getByRole('dialog', { name: 'Is this really Old mail server?' })
    await question.getByText(/^SHA256:/).waitFor()
    const accept = question.getByRole('button', { name: 'Accept the host key' })
    await expect.poll(() => accept.isDisabled()).toBe(true)
    await look('4-host-key')
    await question.getByLabel('I have compared the fingerprint').check()
    await accept.click()
    await question.waitFor({ state: 'detached' })
  })

  it('says why a login failed, which ways were tried, and what to try', async () => {
    await detail().getByText('It failed at: Log in').waitFor({ timeout: 30_000 })
    await detail().getByText('refused the login').waitFor()
    await detail().getByText('What to try:').waitFor()
    await detail().getByText('Ways to log in that were tried').waitFor()
    await detail().getByRole('listitem').getByText(server.strangeKey).last().waitFor()
    await look('5-refused')
  })

  it('asks for a passphrase, says when it was wrong, and goes through every step', async () => {
    await detail().getByRole('button', { name: 'Change' }).click()
    const form = page.getByRole('dialog', { name: 'Change a server' })
    await useKey(form, server.lockedKey)
    await form.getByRole('button', { name: 'Save and test connection' }).click()
    const question = page.getByRole('dialog', { name: 'Passphrase of the key file' })
    await question.getByLabel('Passphrase', { exact: true }).fill('not it')
    await question.getByRole('button', { name: 'Continue' }).click()
    await question.getByText('does not open the key').waitFor()
    await look('6-passphrase')
    await question.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await question.getByRole('button', { name: 'Continue' }).click()
    await detail().getByText('It works, but read the lines').waitFor({ timeout: 40_000 })
    await detail().getByText('There is no carbonio command here.').waitFor()
    await detail().getByText('until Lifeboat ends').waitFor()
    await look('7-tested')
    expect(
      readFileSync(join(app.dataFolder, 'lifeboat.log'), { encoding: 'utf8', flag: 'a+' }),
    ).not.toContain(PASSPHRASE)
  })

  it('looks at the server and says what could not be told, and why', async () => {
    await detail().getByRole('tab', { name: 'Know the server' }).click()
    await detail().getByRole('button', { name: 'Look at the server' }).click()
    await detail().getByText(/^Seen/).waitFor({ timeout: 60_000 })
    await detail()
      .getByText(/^Could not be told, because/)
      .first()
      .waitFor()
    await detail().getByRole('table').getByText('/', { exact: true }).first().waitFor()
    await expect.poll(() => detail().getByText('Connected', { exact: true }).count()).toBe(1)
    await look('8-facts')
  })

  it('refuses a host key that has changed, without asking', async () => {
    const file = join(app.dataFolder, 'known_hosts')
    const [mine, theirs] = [server, other].map((one) => one.hostKeys()[0]?.toString('base64') ?? '')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(mine ?? '', theirs ?? ''))
    await detail().getByRole('tab', { name: 'Test connection' }).click()
    await detail().getByRole('button', { name: 'Test connection' }).click()
    await detail().getByText('It failed at: Check the host key').waitFor()
    await detail()
      .getByText(/Another machine answers under this address/)
      .waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await look('9-changed')
  })

  it('asks what a keyboard-interactive login asks, and logs in with the answers', async () => {
    const codes = await startFaultySsh({
      methods: ['keyboard-interactive'],
      questions: [
        { prompt: 'Password: ', echo: false },
        { prompt: 'One-time code: ', echo: true },
      ],
      answers: ['sesame', '123456'],
    })
    await page.getByRole('button', { name: 'Add a server' }).first().click()
    const form = page.getByRole('dialog', { name: 'Add a server' })
    await form.getByLabel('Name', { exact: true }).fill('One-time codes')
    await form.getByLabel('Host name or address').fill('127.0.0.1')
    await form.getByLabel('Port').fill(String(codes.port))
    await form.getByLabel('User', { exact: true }).fill('tester')
    await form.getByRole('button', { name: 'Add a way' }).click()
    await page.getByRole('listitem').filter({ hasText: 'Questions of the server' }).click()
    await form.getByRole('button', { name: 'Leave out SSH agent' }).click()
    await form.getByRole('button', { name: 'Leave out Password' }).click()
    await form.getByRole('button', { name: 'Save and test connection' }).click()
    const key = page.getByRole('dialog', { name: 'Is this really One-time codes?' })
    await key.getByLabel('I have compared the fingerprint').check()
    await key.getByRole('button', { name: 'Accept the host key' }).click()
    const question = page.getByRole('dialog', { name: /asks$/ })
    await question.getByLabel('Password:').fill('sesame')
    await question.getByLabel('One-time code:').fill('123456')
    await look('13-answers')
    await question.getByRole('button', { name: 'Continue' }).click()
    await question.waitFor({ state: 'detached' })
    const tested = page.getByRole('region', { name: 'One-time codes' })
    await tested.getByText(/tester, by keyboard-interactive/).waitFor({ timeout: 30_000 })
    expect(codes.given).toEqual(['sesame', '123456'])
    await tested.getByRole('button', { name: 'More for One-time codes' }).click()
    await page.getByRole('listitem').filter({ hasText: 'Remove server' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove server' }).click()
    await tested.waitFor({ state: 'detached' })
  })

  it('stands in the dark, in Italian and in a small window, and forgets the server when asked', async () => {
    await page.setViewportSize({ width: 1024, height: 640 })
    await wear(page, 'dark')
    await railLink(page, 'Settings').click()
    await page.getByRole('button', { name: 'Italiano' }).click()
    await railLink(page, 'Server').click()
    await detail().waitFor()
    await look('10-dark-small-it')
    await detail().getByRole('button', { name: 'Modifica' }).click()
    await page.getByRole('dialog').waitFor()
    await look('11-form-dark-small-it')
    await page.getByRole('dialog').getByRole('button', { name: 'Chiudi' }).click()
    await page.keyboard.press('F1')
    await look('12-help-it')
    await page.keyboard.press('Escape')
    await detail().getByRole('button', { name: 'Altro per Old mail server' }).click()
    await page.getByRole('listitem').filter({ hasText: 'Rimuovi il server' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Rimuovi il server' }).click()
    await page.getByText('Ancora nessun server').waitFor()
  })
})
