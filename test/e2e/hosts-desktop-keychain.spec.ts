import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/index.ts'
import { startFaultySsh, type FaultySsh } from '../support/faulty-ssh.ts'
import { canRunElectron, launchElectronApp, type RunningApp } from './support/app.ts'
import { expectAccessible, expectNoOverflow, railLink } from './screens/support.ts'

const PASSWORD = `tr0ub4dor & "drei" $(x) ü`

/** Every byte that Lifeboat left in its data folder. */
function everythingOnDisk(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

/**
 * Electron's own safeStorage, not a double of it. Where there is no keychain it is the weak kind: it warns,
 * keeps nothing unless the person insists, and then seals what it keeps.
 */
describe.skipIf(!canRunElectron())('secrets in the desktop app (needs Electron and a display)', () => {
  let app: RunningApp
  let server: FaultySsh
  const dataFolder = temporaryFolder('keychain')
  const detail = () => app.page.getByRole('region', { name: 'Old mail server' })

  async function open(): Promise<void> {
    app = await launchElectronApp({ dataFolder })
    app.page.setDefaultTimeout(20_000)
    await railLink(app.page, 'Servers').click()
  }
  const test = async (): Promise<void> => {
    await detail().getByRole('tab', { name: 'Test connection' }).click()
    await detail().getByRole('button', { name: 'Test connection' }).click()
  }
  const loggedIn = () =>
    detail()
      .getByText(/tester, by password/)
      .waitFor({ timeout: 30_000 })

  beforeAll(async () => {
    server = await startFaultySsh({ password: PASSWORD, methods: ['password'] })
    await open()
  })
  afterAll(() => app.close())

  it('warns where there is only basic_text, and uses it only when told to', async () => {
    const { page } = app
    await page.getByRole('button', { name: 'Add a server' }).first().click()
    const form = page.getByRole('dialog', { name: 'Add a server' })
    await form.getByLabel('Name', { exact: true }).fill('Old mail server')
    await form.getByLabel('Host name or address').fill('127.0.0.1')
    await form.getByLabel('Port').fill(String(server.port))
    await form.getByLabel('User', { exact: true }).fill('tester')
    await form.getByRole('button', { name: 'Leave out SSH agent' }).click()
    await form.getByRole('button', { name: 'Save and test connection' }).click()
    const key = page.getByRole('dialog', { name: 'Is this really Old mail server?' })
    await key.getByLabel('I have compared the fingerprint').check()
    await key.getByRole('button', { name: 'Accept the host key' }).click()
    const question = page.getByRole('dialog').filter({ hasText: 'Remember it' })
    const keychain = question.getByLabel('In the system’s keychain')
    const backend = await app.electron!.evaluate(({ safeStorage }) => safeStorage.getSelectedStorageBackend())
    if (backend === 'basic_text') {
      await question.getByText('The keychain of this system protects little').waitFor()
      expect(await keychain.isDisabled()).toBe(true)
      await expectNoOverflow(page, 'weak keychain')
      await expectAccessible(page, 'weak keychain')
      await app.screenshot('keychain-weak')
      await question.getByLabel('Use it all the same').check()
    } else console.warn(`SKIPPED: this machine has a keychain (${backend}), so nothing warns of a weak one`)
    await keychain.check()
    await question.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await question.getByRole('button', { name: 'Continue' }).click()
    await question.waitFor({ state: 'detached' })
    await loggedIn()
    await detail().getByText('in the system’s keychain').waitFor()
    await app.screenshot('keychain-kept')
    expect(server.given).toEqual([PASSWORD])
  })

  it('opens it again after a restart, without a question; on the disk it is sealed', async () => {
    await app.close()
    const disk = everythingOnDisk(dataFolder)
    // what Chromium sealed begins with its version
    expect(disk).toMatch(/v1[01]/)
    for (const part of ['tr0ub4dor', 'drei', Buffer.from(PASSWORD).toString('base64').slice(0, 20)])
      expect(disk).not.toContain(part)
    await open()
    await test()
    await loggedIn()
    expect(await app.page.getByRole('dialog').count()).toBe(0)
    expect(server.given).toEqual([PASSWORD, PASSWORD])
  })

  it('forgets it when told to', async () => {
    await detail().getByRole('button', { name: 'Forget its secrets' }).click()
    await detail().getByText('in the system’s keychain').waitFor({ state: 'detached' })
    await app.close()
    await open()
    await test()
    const question = app.page.getByRole('dialog').filter({ hasText: 'Remember it' })
    await question.waitFor()
    await question.getByRole('button', { name: 'Cancel' }).click()
  })
})
