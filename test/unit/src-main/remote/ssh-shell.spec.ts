import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type SshConnection } from '../../../../src-main/remote/connection.ts'
import { ConnectionError } from '../../../../src-main/remote/connection-errors.ts'
import { openLocalShell } from '../../../../src-main/remote/local-shell.ts'
import { NO_SECRETS, type SecretSource } from '../../../../src-main/remote/login.ts'
import type { Privilege } from '../../../../src-main/remote/profile.ts'
import type { RemoteShell } from '../../../../src-main/remote/shell.ts'
import { openShell } from '../../../../src-main/remote/ssh-shell.ts'
import { SSHD, startSshServer, type SshServer } from '../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../support/temp.ts'

const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary-ascii' }),
      fc.constantFrom(
        "'",
        '"',
        '$(touch pwned)',
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
        ';',
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''))

/** Password of the pretended sudo and su. */
const PASSWORD = `p'a"s$(id)\\ wörd`

/** A folder with a sudo and a su that ask as the real ones do; every call and its arguments are written down. */
function pretendedSudo(): { bin: string; calls: () => string } {
  const bin = join(temporaryFolder('sudo'), 'bin')
  mkdirSync(bin)
  const log = join(bin, 'calls')
  writeFileSync(join(bin, 'password'), PASSWORD)
  const program = (name: string, lines: string[]): void => {
    writeFileSync(join(bin, name), ['#!/bin/sh', `printf '%s ' "$0" "$@" >> ${log}`, ...lines].join('\n'))
    chmodSync(join(bin, name), 0o755)
  }
  program('sudo', [
    'ask=; prompt=; user=root',
    'while [ $# -gt 0 ]; do case "$1" in',
    '  -n) shift;; -S) ask=1; shift;; -p) prompt=$2; shift 2;; -H) shift;; -u) user=$2; shift 2;; --) shift; break;; *) break;;',
    'esac; done',
    `mode=$(cat ${bin}/mode 2>/dev/null)`,
    'echo "We trust you have received the usual lecture." >&2',
    'if [ "$mode" = terminal ]; then [ -t 0 ] || { echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1; }; fi',
    'if [ "$mode" = refuses ]; then echo "tester is not in the sudoers file." >&2; exit 1; fi',
    'if [ "$mode" = hangs ]; then exec sleep 60; fi',
    'if [ "$mode" != free ]; then',
    '  if [ -z "$ask" ]; then echo "sudo: a password is required" >&2; exit 1; fi',
    '  for try in 1 2 3; do',
    `    printf '%s' "$prompt" >&2; IFS= read -r given || exit 1`,
    `    [ "$given" = "$(cat ${bin}/password)" ] && break`,
    '    echo "Sorry, try again." >&2; [ $try = 3 ] && exit 1',
    '  done',
    'fi',
    'BECAME=$user exec "$@"',
  ])
  program('su', [
    'echo "Welcome to this server!"; echo "last login: yesterday" >&2',
    'shift; user=$1; shift 2',
    // only the first su asks: the second one is root already
    'if [ -z "$BECAME" ]; then',
    `  printf 'Password: ' >&2; IFS= read -r given`,
    `  [ "$given" = "$(cat ${bin}/password)" ] || { echo "su: Authentication failure" >&2; exit 1; }`,
    'fi',
    'BECAME=$user exec sh -c "$1"',
  ])
  return { bin, calls: () => (existsSync(log) ? readFileSync(log, 'utf8') : '') }
}

function secretsWith(answer: string | null, rejected: string[] = []): SecretSource {
  return {
    ...NO_SECRETS,
    privilege: () => Promise.resolve(answer),
    rejected: (_hop, kind) => void rejected.push(kind),
  }
}

describe.skipIf(!SSHD)('commands on a real sshd', () => {
  let server: SshServer
  let connection: SshConnection
  let shell: RemoteShell
  const sudo = pretendedSudo()

  beforeAll(async () => {
    server = await startSshServer({ path: [sudo.bin] })
    connection = await connect(server.connectOptions())
    shell = openShell(connection, server.profile(), NO_SECRETS)
  })
  afterAll(() => connection.close())
  /** A shell of somebody who is not root and has to become it. */
  const asTester = (privilege: Privilege, secrets: SecretSource = NO_SECRETS): RemoteShell =>
    openShell(connection, { ...server.profile(), user: 'tester', privilege }, secrets)
  const setMode = (mode: string): void => writeFileSync(join(sudo.bin, 'mode'), mode)

  it('runs, and tells code, output and words of error apart', async () => {
    const result = await shell.run(['sh', '-c', 'echo out; echo err >&2; exit 7'])
    expect(result).toMatchObject({ code: 7, signal: null, stdout: 'out\n', stderr: 'err\n' })
    expect((await shell.run(['no-such-program'])).code).toBe(127)
    expect(await shell.run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ code: null, signal: 'SIGKILL' })
  })

  it('hands every argument unchanged to the program, also through sudo and su', async () => {
    setMode('free')
    const shells = [shell, asTester('sudo'), asTester('su', secretsWith(PASSWORD))]
    await fc.assert(
      fc.asyncProperty(
        fc.array(nasty, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(0, 1, 2),
        async (args, which) => {
          const { stdout } = await shells[which]!.run(['printf', '%s\\0', ...args], {
            as: which === 0 ? 'login' : which === 1 ? 'root' : 'zextras',
          })
          expect(stdout.split('\0').slice(0, -1)).toEqual(args)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('hands input over whole, whatever bytes it holds', async () => {
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256))
    for (const as of ['login', 'root'] as const) {
      const { stdout } = await shell.run(['sha256sum'], { input, as })
      const { stdout: expected } = await openLocalShell().run(['sha256sum'], { input })
      expect(stdout).toBe(expected)
    }
  })

  it('cuts what is too long, and still reads to the end', async () => {
    const { stdout, code } = await shell.run(['sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" x; exit 3'], {
      maxOutput: 1000,
    })
    expect(code).toBe(3)
    expect(stdout).toHaveLength(1000)
  })

  it('gives up after its time, and ends the command there', async () => {
    const mark = `3${Date.now() % 100_000}`
    const startedAt = Date.now()
    const error: unknown = await shell
      .run(['sleep', mark], { timeout: 500 })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectionError)
    expect((error as ConnectionError).message).toContain('did not end within')
    expect(Date.now() - startedAt).toBeLessThan(5000)
    await expect.poll(() => shell.run(['pgrep', '-f', `^sleep ${mark}`]).then(({ code }) => code)).toBe(1)
  })

  it('stops when it is told to, before and while it runs', async () => {
    const stop = new AbortController()
    const running = shell.run(['sleep', '30'], { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')), 300)
    await expect(running).rejects.toThrow('enough')
    await expect(shell.run(['true'], { signal: stop.signal })).rejects.toThrow('enough')
  })

  it('waits when sshd has no session left instead of failing', async () => {
    const runs = Array.from({ length: 25 }, (_, index) => shell.run(['sh', '-c', `sleep 0.2; echo ${index}`]))
    const results = await Promise.all(runs)
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(results.map((_, index) => index))
  })

  it('leaves the streams of a started command to the caller, from its first byte on', async () => {
    for (const as of ['login', 'root'] as const) {
      const command = await shell.start(['cat'], { as })
      command.stdin.end('first\nlast\n')
      // Somebody may be late to listen.
      await new Promise((resolve) => setTimeout(resolve, 200))
      let text = ''
      for await (const chunk of command.stdout) text += String(chunk)
      expect(text).toBe('first\nlast\n')
      expect(await command.ended).toEqual({ code: 0, signal: null })
    }
  })

  describe('becoming root or zextras', () => {
    const who = ['sh', '-c', 'echo "$BECAME"; cat; echo err >&2']

    it('by sudo without a password: with nothing of sudo in the output', async () => {
      setMode('free')
      const root = await asTester('sudo').run(who, { as: 'root', input: 'in' })
      expect(root).toMatchObject({ code: 0, stdout: 'root\nin', stderr: 'err\n' })
      const zextras = await asTester('sudo').run(who, { as: 'zextras' })
      expect(zextras).toMatchObject({ code: 0, stdout: 'zextras\n', stderr: 'err\n' })
      const login = await asTester('sudo').run(who, { as: 'login' })
      expect(login.stdout).toBe('\n')
    })

    it('by sudo with a password that is on no command line and in no output', async () => {
      setMode('asks')
      const result = await asTester('sudo-password', secretsWith(PASSWORD)).run(
        ['sh', '-c', 'ps axww -o args; cat; env'],
        { as: 'root', input: 'rest of the input' },
      )
      expect(result.code).toBe(0)
      expect(result.stdout).toContain('rest of the input')
      expect(sudo.calls()).toContain('-S -p')
      expect(result.stdout + result.stderr).not.toContain(PASSWORD)
      expect(sudo.calls()).not.toContain(PASSWORD)
    })

    it('does not give the password to a command when sudo asks for none', async () => {
      setMode('free')
      let asked = 0
      const secrets = { ...NO_SECRETS, privilege: () => Promise.resolve(`${PASSWORD}${asked++}`) }
      const result = await asTester('sudo-password', secrets).run(['cat'], { as: 'root', input: 'in' })
      expect(result.stdout).toBe('in')
      expect(asked).toBe(0)
    })

    it('by su, in the words of whose login shell nothing gets lost', async () => {
      const su = asTester('su', secretsWith(PASSWORD))
      expect(await su.run(who, { as: 'root', input: 'in' })).toMatchObject({
        stdout: 'root\nin',
        stderr: 'err\n',
      })
      expect(await su.run(who, { as: 'zextras' })).toMatchObject({ stdout: 'zextras\n', stderr: 'err\n' })
    })

    it.each<[Privilege, string]>([
      ['sudo-password', 'sudo'],
      ['su', 'su'],
    ])('tells a wrong password by %s, and does not try it again', async (privilege, kind) => {
      setMode('asks')
      const rejected: string[] = []
      const error: unknown = await asTester(privilege, secretsWith('wrong', rejected))
        .run(['true'], { as: 'root' })
        .catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        name: 'ConnectionError',
        step: 'privilege',
        why: 'The password was refused.',
      })
      expect(rejected).toEqual([kind])
      expect(JSON.stringify(error)).not.toContain('wrong')
    })

    it.each<[string, string, Privilege, RegExp]>([
      ['sudo wants a password', 'asks', 'sudo', /sudo wants a password/],
      ['the user may not', 'refuses', 'sudo', /do not allow it/],
      ['nobody types one', 'asks', 'sudo-password', /none was given/],
    ])('says why when %s', async (_what, mode, privilege, why) => {
      setMode(mode)
      const error: unknown = await asTester(privilege)
        .run(['true'], { as: 'root' })
        .catch((reason: unknown) => reason)
      expect(error).toMatchObject({ step: 'privilege' })
      expect((error as ConnectionError).why).toMatch(why)
      expect((error as ConnectionError).next).not.toBe('')
    })

    it('takes a terminal where the server wants one: bytes in and out whole, the password not echoed', async () => {
      setMode('terminal')
      const shellOfTester = asTester('sudo-password', secretsWith(PASSWORD))
      for (const length of [0, 1, 56, 57, 58, 40_000]) {
        const input = Buffer.from(Array.from({ length }, (_, index) => (index * 31 + 4) % 256))
        const result = await shellOfTester.run(['sh', '-c', 'base64 | tr -d "\\n"; exit 5'], {
          as: 'root',
          input,
        })
        expect(result).toMatchObject({ code: 5, stdout: input.toString('base64'), stderr: '' })
      }
      const both = await shellOfTester.run(['sh', '-c', 'printf "a\\nb\\r\\n"; echo err >&2'], { as: 'root' })
      expect(both.stdout).toBe('a\nb\r\nerr\n')
    })

    it('stops while sudo hangs', async () => {
      setMode('hangs')
      const stop = new AbortController()
      setTimeout(() => stop.abort(new Error('enough')), 300)
      await expect(asTester('sudo').run(['true'], { as: 'root', signal: stop.signal })).rejects.toThrow(
        'enough',
      )
    })

    it('knows what cannot be: a login as zextras never becomes root', async () => {
      const error: unknown = await asTester('zextras')
        .run(['true'], { as: 'root' })
        .catch((reason: unknown) => reason)
      expect(error).toMatchObject({ step: 'privilege' })
    })
  })
})

describe('commands on this machine', () => {
  const shell = openLocalShell()

  it('hands every argument unchanged to the program', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 5 }), async (args) => {
        const { stdout } = await shell.run(['printf', '%s\\0', ...args])
        expect(stdout.split('\0').slice(0, -1)).toEqual(args)
      }),
      { numRuns: 40 },
    )
  })

  it('tells code, output, a program that is not there, and gives up in time', async () => {
    expect(await shell.run(['sh', '-c', 'cat; echo err >&2; exit 7'], { input: 'in' })).toMatchObject({
      code: 7,
      stdout: 'in',
      stderr: 'err\n',
    })
    expect((await shell.run(['/no/such/program'])).code).toBe(127)
    await expect(shell.run(['sleep', '30'], { timeout: 300 })).rejects.toBeInstanceOf(ConnectionError)
  })
})
