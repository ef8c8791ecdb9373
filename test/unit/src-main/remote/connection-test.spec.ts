import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionTest } from '../../../../src-main/contract/servers.ts'
import { testConnection } from '../../../../src-main/remote/connection-test.ts'
import type { ServerProfile } from '../../../../src-main/remote/profile.ts'
import { startFaultySsh, startRudeServer } from '../../../support/faulty-ssh.ts'
import { SSHD, freePort, startSshServer, type SshServer } from '../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../support/temp.ts'

/** A folder with an id, a su and a carbonio as a Carbonio server has them. */
function pretendedCarbonio(): string {
  const bin = join(temporaryFolder('carbonio'), 'bin')
  mkdirSync(bin)
  const program = (name: string, lines: string[]): void => {
    writeFileSync(join(bin, name), ['#!/bin/sh', ...lines].join('\n'))
    chmodSync(join(bin, name), 0o755)
  }
  program('id', [
    'if [ "$1" = zextras ]; then echo "uid=990(zextras) gid=990(zextras) groups=990(zextras)"; exit 0; fi',
    'if [ "$1" = -un ] && [ -n "$BECAME" ]; then echo "$BECAME"; exit 0; fi',
    'exec /usr/bin/id "$@"',
  ])
  program('su', ['shift; user=$1; shift 2; echo Welcome; BECAME=$user exec sh -c "$1"'])
  program('carbonio', ['echo "        version   24.12.0"'])
  return bin
}

/** The states in one line each: `login ok`, `zextras failed`. */
function shortly({ steps }: ConnectionTest): string[] {
  return steps.map(({ step, state }) => `${step} ${state}`)
}

describe.skipIf(!SSHD)('Test connection', () => {
  let plain: SshServer
  let carbonio: SshServer
  beforeAll(async () => {
    plain = await startSshServer()
    carbonio = await startSshServer({ path: [pretendedCarbonio()] })
  })

  function test(server: SshServer, changes: Partial<ServerProfile> = {}, more = {}): Promise<ConnectionTest> {
    return testConnection({
      ...server.connectOptions(changes),
      signal: new AbortController().signal,
      onChange: () => undefined,
      ...more,
    })
  }

  it('goes through every step, and says what it found', async () => {
    const seen: ConnectionTest[] = []
    const result = await test(carbonio, {}, { onChange: (state: ConnectionTest) => void seen.push(state) })
    expect(shortly(result)).toEqual(
      ['reach', 'key-exchange', 'host-key', 'login', 'shell', 'privilege', 'zextras', 'carbonio'].map(
        (step) => `${step} ok`,
      ),
    )
    expect(result).toMatchObject({ done: true, ok: true })
    const detail = (step: string): string => result.steps.find((one) => one.step === step)?.detail ?? ''
    expect(detail('key-exchange')).toContain('OpenSSH')
    expect(detail('host-key')).toMatch(/^SHA256:.+ \(ssh-ed25519\)$/)
    expect(detail('login')).toContain(carbonio.key)
    expect(detail('privilege')).toContain('uid=0(root)')
    expect(detail('carbonio')).toContain('24.12.0')
    // Told while it goes on: each step is running once before it is ok.
    expect(seen[0]?.steps[0]?.state).toBe('running')
    expect(seen.filter(({ done }) => done)).toHaveLength(1)
    expect(seen.length).toBeGreaterThanOrEqual(9)
  })

  it('repeats the first steps for each jump host', async () => {
    const result = await test(
      carbonio,
      { jumps: [plain.hop()] },
      { knownHosts: () => [...plain.knownHosts(), ...carbonio.knownHosts()] },
    )
    expect(result.steps.filter(({ state }) => state !== 'ok')).toEqual([])
    expect(
      result.steps
        .slice(0, 5)
        .map(({ step, hop }) => `${step} ${hop.endsWith(String(plain.port)) ? 'jump' : 'server'}`),
    ).toEqual(['reach jump', 'key-exchange jump', 'host-key jump', 'login jump', 'reach server'])
  })

  it.each<[string, () => Promise<ConnectionTest>, string]>([
    ['nothing listens', async () => test(plain, { port: await freePort() }), 'reach'],
    ['the host key is not known', () => test(plain, {}, { knownHosts: () => [] }), 'host-key'],
    [
      'the key is not the right one',
      () => test(plain, { auth: [{ kind: 'key', file: plain.strangeKey }] }),
      'login',
    ],
    ['the login is not root', () => test(plain, { user: plain.user, privilege: 'zextras' }), 'privilege'],
    ['there is no zextras', () => test(plain), 'zextras'],
  ])('stops where it must when %s, with the cause and what to try', async (_what, run, failing) => {
    const { steps, ok, done } = await run()
    const at = steps.findIndex(({ state }) => state === 'failed')
    expect(steps[at]?.step).toBe(failing)
    expect(steps[at]?.why).not.toBe('')
    expect(steps[at]?.next).not.toBe('')
    expect(steps.slice(0, at).every(({ state }) => state === 'ok')).toBe(true)
    expect(steps.slice(at + 1).every(({ state }) => state === 'skipped')).toBe(true)
    expect({ ok, done }).toEqual({ ok: false, done: true })
    if (failing === 'login') expect(steps[at]?.tried).toEqual([`key ${plain.strangeKey}`])
  })

  it('takes a storage server without Carbonio for what it is', async () => {
    const result = await test(plain, { role: 'storage' })
    expect(shortly(result).slice(-2)).toEqual(['zextras warning', 'carbonio warning'])
    expect(result.ok).toBe(true)
  })

  it('notices what speaks no SSH, and a login shell that runs no commands', async () => {
    const hop = await startRudeServer('says something else')
    const rude = await test(plain, { ...hop, auth: [{ kind: 'agent' }] }, { readyTimeout: 2000 })
    expect(shortly(rude).slice(0, 2)).toEqual(['reach ok', 'key-exchange failed'])

    const menu = await startFaultySsh({ password: 'x', methods: ['password'] }, (channel) => {
      channel.write('Welcome to the appliance. 1) Status 2) Reboot\r\n')
      channel.exit(0)
      channel.end()
      return true
    })
    const secrets = { ...plain.connectOptions().secrets, password: () => Promise.resolve('x') }
    const result = await test(plain, menu.hop(), {
      secrets,
      knownHosts: () => [],
      acceptHostKey: () => Promise.resolve(true),
    })
    const failed = result.steps.find(({ state }) => state === 'failed')
    expect(failed?.step).toBe('shell')
    expect(failed?.next).not.toBe('')
  })

  it('stops when nobody watches any more', async () => {
    const stop = new AbortController()
    const never = new Promise<boolean>(() => undefined)
    const running = test(plain, {}, { signal: stop.signal, knownHosts: () => [], acceptHostKey: () => never })
    setTimeout(() => stop.abort(), 200)
    expect((await running).ok).toBe(false)
  })
})
