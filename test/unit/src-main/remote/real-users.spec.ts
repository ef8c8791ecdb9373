import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type SshConnection } from '../../../../src-main/remote/connection.ts'
import { ConnectionError } from '../../../../src-main/remote/connection-errors.ts'
import { NO_SECRETS, type SecretSource } from '../../../../src-main/remote/login.ts'
import type { Privilege } from '../../../../src-main/remote/profile.ts'
import type { RemoteShell } from '../../../../src-main/remote/shell.ts'
import { openShell } from '../../../../src-main/remote/ssh-shell.ts'
import { canMakeUsers, SSHD, startSshServer, type SshServer } from '../../../support/ssh-server.ts'

const ROOT = `root's "pass" $(id) \\ wört`
const TESTER = 'tester pass'
const possible = SSHD !== null && canMakeUsers
if (!possible)
  console.warn('SKIPPED: the real su is tried only by root on Linux, with sshd, unshare and openssl')

describe.skipIf(!possible)('real users, real passwords and the real su', () => {
  let server: SshServer
  const connections: SshConnection[] = []
  beforeAll(async () => {
    server = await startSshServer({ users: { root: ROOT, tester: TESTER, zextras: 'not used' } })
  })
  afterAll(() => connections.forEach((connection) => connection.close()))

  const secrets = (changes: Partial<SecretSource>): SecretSource => ({ ...NO_SECRETS, ...changes })

  async function login(user: string, privilege: Privilege, source = NO_SECRETS): Promise<RemoteShell> {
    const auth = source === NO_SECRETS ? server.hop().auth : [{ kind: 'password' as const }]
    const profile = server.profile({ user, privilege, auth })
    const connection = await connect({ ...server.connectOptions(), profile, secrets: source })
    connections.push(connection)
    return openShell(connection, profile, source)
  }

  const asks = secrets({ password: () => Promise.resolve(TESTER), privilege: () => Promise.resolve(ROOT) })

  it('logs in with a password, and is nobody else then', async () => {
    const shell = await login('tester', 'su', asks)
    expect((await shell.run(['id', '-un'])).stdout).toBe('tester\n')
    expect(server.log()).toContain('Accepted password for tester')
  })

  it('becomes root and zextras by su, with input and output whole and the password nowhere', async () => {
    const shell = await login('tester', 'su', asks)
    const script = ['sh', '-c', 'id -un; cat; echo err >&2; tr "\\0" "\\n" < /proc/$PPID/cmdline']
    for (const as of ['root', 'zextras'] as const) {
      const { code, stdout, stderr } = await shell.run(script, { as, input: 'line one\nline two\n' })
      expect(code).toBe(0)
      expect(stdout.startsWith(`${as}\nline one\nline two\n`)).toBe(true)
      expect(stderr).toBe('err\n')
      expect(stdout).not.toContain(`root's`)
    }
    const args = await shell.run(['ps', 'axww', '-o', 'args'], { as: 'root' })
    expect(args.stdout).toContain('su - root -c')
    expect(args.stdout).not.toContain('wört')
  })

  it('hands arguments through both shells of su unchanged', async () => {
    const shell = await login('tester', 'su', asks)
    const args = ["it's", '$(touch pwned)', '`id`', 'a\nb', '日本 ü', '*', '', '\\', '"']
    const { stdout } = await shell.run(['printf', '%s\\0', ...args], { as: 'zextras' })
    expect(stdout.split('\0').slice(0, -1)).toEqual(args)
  })

  it('tells a wrong password of root, and that it was refused', async () => {
    const rejected: string[] = []
    const source = secrets({
      password: () => Promise.resolve(TESTER),
      privilege: () => Promise.resolve('wrong'),
      rejected: (_hop, kind) => void rejected.push(kind),
    })
    const shell = await login('tester', 'su', source)
    const error: unknown = await shell.run(['id'], { as: 'root' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ step: 'privilege', why: 'The password was refused.' })
    expect(rejected).toEqual(['su'])
  })

  it('refuses a wrong password at the login after three tries', async () => {
    const source = secrets({ password: () => Promise.resolve('wrong') })
    await expect(login('tester', 'su', source)).rejects.toMatchObject({
      step: 'login',
      tried: ['password', 'password', 'password'],
    })
  })

  it('is zextras when logged in as root, or as zextras itself', async () => {
    const root = await login('root', 'root')
    expect((await root.run(['sh', '-c', 'id -un; pwd'], { as: 'zextras' })).stdout).toMatch(
      /^zextras\n.*home-zextras\n$/,
    )
    const zextras = await login('zextras', 'zextras')
    expect((await zextras.run(['id', '-un'], { as: 'zextras' })).stdout).toBe('zextras\n')
    await expect(zextras.run(['id'], { as: 'root' })).rejects.toMatchObject({ step: 'privilege' })
  })

  it('ends a command of another user when it is given up', async () => {
    const shell = await login('tester', 'su', asks)
    const mark = `4${process.pid}`
    await expect(shell.run(['sleep', mark], { as: 'zextras', timeout: 1500 })).rejects.toBeInstanceOf(
      ConnectionError,
    )
    await expect
      .poll(() => shell.run(['pgrep', '-u', 'zextras', '-f', `sleep ${mark}`]).then(({ code }) => code))
      .toBe(1)
  })
})
