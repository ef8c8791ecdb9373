import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { canMakeUsers, SSHD, startSshServer, type SshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { differences, makeTree } from './support/tree.ts'

const repository = resolve(import.meta.dirname, '../../../../..')
const folder = temporaryFolder('copy-command')
const source = join(folder, 'source')
let server: SshServer

beforeAll(async () => {
  makeTree(source, { blobs: 10, bytes: 20_000 })
  if (SSHD) server = await startSshServer({ env: { HOME: folder } })
})

interface Ran {
  code: number | null
  json: Record<string, unknown>
  lines: number
  stderr: string
}

function copy(args: readonly string[], stopAfter?: number): Promise<Ran> {
  const node = join(repository, 'node_modules/.bin/node')
  const child = spawn(node, [join(repository, 'src-main/cli.ts'), 'copy', ...args, '--json'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LIFEBOAT_DATA: join(folder, 'data'), SSH_AUTH_SOCK: '' },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  if (stopAfter !== undefined) setTimeout(() => child.kill('SIGINT'), stopAfter)
  return new Promise((done) => {
    child.once('close', (code) => {
      const lines = stdout.trim().split('\n')
      done({
        code,
        json: JSON.parse(lines[0] ?? '{}') as Record<string, unknown>,
        lines: lines.length,
        stderr,
      })
    })
  })
}

const address = (path: string): string => `ssh://${server.user}@127.0.0.1:${String(server.port)}${path}`
const login = (): string[] => ['--identity', server.key, '--known-hosts', server.knownHostsFile]

describe.skipIf(!SSHD)('lifeboat copy', () => {
  test('0: done, exactly the documented fields', async () => {
    const to = join(folder, 'done')
    const { code, json, lines } = await copy([address(source), to, ...login()])
    expect(code).toBe(0)
    expect(lines).toBe(1)
    expect(Object.keys(json)).toEqual([
      'mode',
      'files',
      'bytes',
      'alreadyThere',
      'verified',
      'missing',
      'damaged',
      'seconds',
    ])
    expect(differences(source, to)).toEqual([])
  })

  test('1: done with damaged files listed', async () => {
    const hurt = join(folder, 'hurt')
    const { blobs } = makeTree(hurt, { blobs: 3 })
    writeFileSync(join(hurt, `items/${blobs[0]!.slice(0, 2)}/${blobs[0]!}`), 'no gzip')
    const { code, json } = await copy([hurt, join(folder, 'hurt-copy')])
    expect(code).toBe(1)
    expect(json['damaged']).toHaveLength(1)
  })

  test('2: a command line that is wrong', async () => {
    for (const args of [
      ['a'],
      ['a', 'b', '--bwlimit', 'fast'],
      ['ssh://host/x', join(folder, 'y')],
      [source, source],
    ]) {
      const { code, json } = await copy(args)
      expect(code, args.join(' ')).toBe(2)
      expect(json['error']).toBeDefined()
    }
  })

  test('3: not a backup path, or not there', async () => {
    expect((await copy([address('/etc/ssh'), join(folder, 'no'), ...login()])).code).toBe(3)
    expect((await copy([join(folder, 'absent'), join(folder, 'no')])).code).toBe(3)
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })

  test('4: host key unknown or changed, login refused, nobody there', async () => {
    const empty = join(folder, 'empty_known_hosts')
    writeFileSync(empty, '')
    const to = join(folder, 'refused')
    const unknown = await copy([address(source), to, '--identity', server.key, '--known-hosts', empty])
    expect(unknown.code).toBe(4)
    expect(JSON.stringify(unknown.json)).toMatch(/SHA256:/)
    const strange = await copy([
      address(source),
      to,
      '--identity',
      server.strangeKey,
      '--known-hosts',
      server.knownHostsFile,
    ])
    expect(strange.code).toBe(4)
    const nobody = await copy([`ssh://root@127.0.0.1:1${source}`, to, ...login()])
    expect(nobody.code).toBe(4)
    expect(existsSync(to)).toBe(false)
  })

  test('through a jump host; its host key is checked too', async () => {
    const jump = await startSshServer({ env: { HOME: folder } })
    writeFileSync(join(jump.folder, 'authorized_keys'), readFileSync(`${server.key}.pub`))
    const both = join(folder, 'both_known_hosts')
    writeFileSync(both, [server, jump].map((one) => readFileSync(one.knownHostsFile, 'utf8')).join(''))
    const to = join(folder, 'jumped')
    const way = ['--jump', `${jump.user}@127.0.0.1:${String(jump.port)}`, '--identity', server.key]
    const unknown = await copy([address(source), to, ...way, '--known-hosts', server.knownHostsFile])
    expect(unknown.code).toBe(4)
    expect(JSON.stringify(unknown.json)).toContain(`:${String(jump.port)}`)
    const { code } = await copy([address(source), to, ...way, '--known-hosts', both])
    expect(code).toBe(0)
    expect(differences(source, to)).toEqual([])
    expect(jump.log()).toContain('Accepted publickey')
    expect((await copy([address(source), to, '--jump', 'a b', ...login()])).code).toBe(2)
    await jump.stop()
  })

  test('--privilege sudo-password: the password comes from the terminal, never from an argument', async () => {
    if (!existsSync('/usr/bin/script') || !canMakeUsers)
      return console.warn('SKIPPED: no script(1), or no users can be made here')
    const programs = join(folder, 'programs')
    const log = join(folder, 'sudo.log')
    mkdirSync(programs)
    // Asks as sudo -S -p does, and lets in whoever knows the word.
    const sudo = `#!/bin/sh
while [ "$1" != -- ]; do [ "$1" = -p ] && prompt=$2; shift; done; shift
printf '%s' "$prompt" >&2; IFS= read -r word
[ "$word" = 'correct $(horse)' ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
echo let in >> '${log}'; exec "$@"
`
    writeFileSync(join(programs, 'sudo'), sudo, { mode: 0o755 })
    const guarded = await startSshServer({ users: { admin: 'x' }, path: [programs] })
    // That user has to get at them.
    chmodSync(folder, 0o755)
    writeFileSync(log, '')
    chmodSync(log, 0o666)
    const to = join(folder, 'privileged')
    const from = `ssh://admin@127.0.0.1:${String(guarded.port)}${source}`
    const node = join(repository, 'node_modules/.bin/node')
    const keys = ['--identity', guarded.key, '--known-hosts', guarded.knownHostsFile]
    const words = [node, join(repository, 'src-main/cli.ts'), 'copy', from, to, ...keys]
    const line = [...words, '--privilege', 'sudo-password'].map((word) => `'${word}'`).join(' ')
    const child = spawn('script', ['-qec', line, join(folder, 'typescript')], {
      cwd: repository,
      stdio: 'pipe',
    })
    let said = ''
    let answered = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (!answered && /for sudo on [^:]*: /.test(said)) {
        answered = true
        child.stdin.write('correct $(horse)\n')
      }
    })
    const code = await new Promise((done) => child.once('close', done))
    expect(code, said).toBe(0)
    expect(said).not.toContain('horse')
    expect(readFileSync(log, 'utf8')).toContain('let in')
    expect(differences(source, to)).toEqual([])
    await guarded.stop()
  })

  test('130: stopped, and the same command goes on', async () => {
    const to = join(folder, 'stopped')
    const { code } = await copy([address(source), to, ...login(), '--bwlimit', '20k'], 2500)
    expect(code).toBe(130)
    expect(existsSync(`${to}.lifeboat-partial`)).toBe(false)
    expect((await copy([address(source), to, ...login()])).code).toBe(0)
    expect(differences(source, to)).toEqual([])
  })
})
