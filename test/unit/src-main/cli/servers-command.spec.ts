import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { serverReportSchema } from '../../../../src-main/contract/server-report.ts'
import { SSHD, freePort, startSshServer, type SshServer } from '../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../support/temp.ts'

const CLI = join(import.meta.dirname, '../../../../src-main/cli.ts')

interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the command without a terminal, with a home and a data folder of its own. */
function lifeboat(folder: string, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: folder, LIFEBOAT_DATA: join(folder, 'data') }
    const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

interface ErrorDocument {
  error: { code: string; message: string; why: string; next: string }
}

describe.skipIf(!SSHD)('lifeboat probe', () => {
  let server: SshServer
  let home: string
  beforeAll(async () => {
    server = await startSshServer()
    home = temporaryFolder('home')
  })
  const address = (): string => `ssh://${server.user}@127.0.0.1:${server.port}`

  it('prints one document with every fact', async () => {
    const { code, stdout, stderr } = await lifeboat(
      home,
      'probe',
      address(),
      '--identity',
      server.key,
      '--known-hosts',
      server.knownHostsFile,
      '--json',
    )
    expect({ code, stderr: stderr.includes('Error') }).toEqual({ code: 0, stderr: false })
    const report = serverReportSchema.parse(JSON.parse(stdout))
    expect(report.done).toBe(true)
    expect(report.system.hostname.known).toBe(true)
  })

  it('exits with 4 for an unknown host key, keeps none of it, and says what to do', async () => {
    const none = join(home, 'none')
    writeFileSync(none, '')
    const { code, stdout } = await lifeboat(
      home,
      'probe',
      address(),
      '--identity',
      server.key,
      '--known-hosts',
      none,
      '--json',
    )
    expect(code).toBe(4)
    const { error } = JSON.parse(stdout) as ErrorDocument
    expect(error).toMatchObject({ code: 'CONNECTION' })
    expect(error.message).toContain('host key')
    expect(error.next).toContain('Compare it')
    expect(readFileSync(none, 'utf8')).toBe('')
  })

  it('exits with 4 when nothing listens or the key is refused', async () => {
    const port = await freePort()
    const gone = await lifeboat(
      home,
      'probe',
      `ssh://root@127.0.0.1:${port}`,
      '--known-hosts',
      server.knownHostsFile,
    )
    expect(gone.code).toBe(4)
    expect(gone.stderr).toMatch(/^lifeboat: .*cannot be reached/m)
    const refused = await lifeboat(
      home,
      'probe',
      address(),
      '--identity',
      server.strangeKey,
      '--known-hosts',
      server.knownHostsFile,
    )
    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain('refused the login')
  })

  it.each([
    'mail.example.com',
    'ssh://mail.example.com',
    'ssh://root:pw@mail',
    'ssh://root@mail:99999',
    'ssh://%zz@mail',
  ])('does not understand %s, and says how an address is written', async (wrong) => {
    const { code, stderr } = await lifeboat(home, 'probe', wrong)
    expect(code).toBe(2)
    expect(stderr).toContain('ssh://user@host:port')
    expect(stderr).not.toContain('pw@')
  })
})

describe('lifeboat servers', () => {
  it('adds, lists, imports and removes', async () => {
    const home = temporaryFolder('home')
    const config = join(home, 'config')
    writeFileSync(config, 'Host one\n HostName 192.0.2.1\n User root\n')
    const added = await lifeboat(
      home,
      'servers',
      '--add',
      'ssh://admin@192.0.2.9:2222',
      '--name',
      'Old one',
      '--role',
      'old',
      '--privilege',
      'su',
      '--json',
    )
    expect(added.code).toBe(0)
    expect((JSON.parse(added.stdout) as { servers: unknown[] }).servers).toMatchObject([
      { name: 'Old one', role: 'old', host: '192.0.2.9', port: 2222, user: 'admin', privilege: 'su' },
    ])
    for (let times = 0; times < 2; times++) await lifeboat(home, 'servers', '--import', config)
    const listed = await lifeboat(home, 'servers')
    expect(listed.stdout).toMatch(/Old one +old +admin@192\.0\.2\.9:2222 +su/)
    expect(listed.stdout.match(/one +other +root@192\.0\.2\.1/g)).toHaveLength(1)
    expect((await lifeboat(home, 'servers', '--remove', 'Old one')).code).toBe(0)
    const missing = await lifeboat(home, 'servers', '--remove', 'Old one')
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('no server called')
  })
})
