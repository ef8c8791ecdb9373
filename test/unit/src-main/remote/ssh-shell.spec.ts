import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type SshConnection } from '../../../../src-main/remote/connection.ts'
import type { RemoteShell } from '../../../../src-main/remote/shell.ts'
import { openShell } from '../../../../src-main/remote/ssh-shell.ts'
import { SSHD, startSshServer, type SshServer } from '../../../support/ssh-server.ts'
import { NO_SECRETS } from '../../../../src-main/remote/login.ts'

describe.skipIf(!SSHD)('commands on a real sshd', () => {
  let server: SshServer
  let connection: SshConnection
  let shell: RemoteShell

  beforeAll(async () => {
    server = await startSshServer()
    connection = await connect(server.connectOptions())
    shell = openShell(connection, server.profile(), NO_SECRETS)
  })
  afterAll(() => connection.close())

  it('runs, and tells code, output and words of error apart', async () => {
    const result = await shell.run(['sh', '-c', 'echo out; echo err >&2; exit 7'])
    expect(result).toMatchObject({ code: 7, signal: null, stdout: 'out\n', stderr: 'err\n' })
  })

  it('runs as root with nothing of its own in the output', async () => {
    const result = await shell.run(['sh', '-c', 'echo out; echo err >&2; cat'], { as: 'root', input: 'in' })
    expect(result).toMatchObject({ code: 0, stdout: 'out\nin', stderr: 'err\n' })
  })

  it('hands every argument unchanged to the program', async () => {
    const nasty = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(
          "'",
          '"',
          '$(touch /tmp/x)',
          '`id`',
          '\n',
          '\\',
          ' ',
          '*',
          '~',
          '#',
          '!',
          '日本',
          '\r',
          '-n',
        ),
      ),
      { maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          nasty.map((parts) => parts.join('').replaceAll('\0', '')),
          { minLength: 1, maxLength: 5 },
        ),
        fc.constantFrom('login' as const, 'root' as const),
        async (args, as) => {
          const { stdout } = await shell.run(['printf', '%s\\0', ...args], { as })
          expect(stdout.split('\0').slice(0, -1)).toEqual(args)
        },
      ),
      { numRuns: 60 },
    )
  })
})
