import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { startCopy } from '../../../../../src-main/remote/transfer/start-copy.ts'
import type { CopyOptions, CopyOutcome } from '../../../../../src-main/remote/transfer/types.ts'
import { freePort, SSHD, startSshServer, type SshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { blobPath, differences, makeTree, onServer, put } from './support/tree.ts'

/** Two real servers on loopback; the bytes go from one to the other. */
const folder = temporaryFolder('direct-refused')
const source = join(folder, 'source')
const homes = { old: join(folder, 'home-old'), new: join(folder, 'home-new') }
const KEYS = join(homes.new, '.ssh/authorized_keys')
let old: SshServer
let young: SshServer
let blobs: string[] = []

beforeAll(async () => {
  blobs = makeTree(source, { blobs: 60 }).blobs
  if (!SSHD) return
  for (const home of Object.values(homes)) mkdirSync(home)
  old = await startSshServer({ env: { HOME: homes.old, TMPDIR: homes.old } })
  young = await startSshServer({ env: { HOME: homes.new, TMPDIR: homes.new } })
})

const run = (to: string, more: Partial<CopyOptions> = {}): Promise<CopyOutcome> =>
  startCopy({ jobs: 1, source: onServer(old, source), target: onServer(young, to), direct: {}, ...more }).done

const leftFolders = (): string[] =>
  Object.values(homes).flatMap((home) =>
    readdirSync(home).filter((name) => name.startsWith('lifeboat-direct.')),
  )

/** No trace of the key, the pipe or the half-done at either server. */
function expectNoTrace(to: string): void {
  expect(leftFolders()).toEqual([])
  expect(existsSync(`${to}.lifeboat-partial`)).toBe(false)
  if (existsSync(KEYS)) expect(readFileSync(KEYS, 'utf8')).not.toContain('lifeboat')
  expect(existsSync(join(homes.old, '.ssh'))).toBe(false)
}

describe.skipIf(!SSHD)('what a direct copy needs', () => {
  test('where perl cannot judge, the shell does', async () => {
    const programs = join(folder, 'programs')
    put(programs, 'perl', '#!/bin/sh\nexit 2\n')
    chmodSync(join(programs, 'perl'), 0o755)
    const plain = await startSshServer({ env: { HOME: homes.new, TMPDIR: homes.new }, path: [programs] })
    const to = join(folder, 'plain')
    const { result } = await run(to, { target: onServer(plain, to) })
    expect(result).toMatchObject({ missing: [], damaged: [] })
    expect(result.verified).toBe(result.files)
    expect(differences(source, to)).toEqual([])
    expect(plain.log().match(/Accepted publickey/g)?.length).toBeGreaterThan(3)
    await plain.stop()
  })

  test('keys that lead to something else than a file are left alone', async () => {
    mkdirSync(join(homes.new, '.ssh'), { recursive: true })
    const device = join(homes.new, 'no-file')
    // As /dev/null, which administrators put there so that nobody gets in.
    execFileSync('mkfifo', [device])
    symlinkSync(device, KEYS)
    try {
      const failed = await run(join(folder, 'no-keys')).catch((error: unknown) => error)
      expect(String(failed)).toMatch(/cannot be let in/)
      expect(lstatSync(device).isFIFO()).toBe(true)
      expect(readlinkSync(KEYS)).toBe(device)
    } finally {
      rmSync(join(homes.new, '.ssh'), { recursive: true })
      rmSync(device)
    }
  })

  test('servers that cannot reach each other: said before anything begins, with the relay as the way out', async () => {
    const to = join(folder, 'unreached')
    const closed = await run(to, { direct: { port: await freePort() } }).catch((error: unknown) => error)
    expect(closed).toMatchObject({ name: 'ConnectionError' })
    expect((closed as Error).message).toMatch(/cannot reach/)
    expect((closed as { why: string }).why).toMatch(/refused/i)
    expect((closed as { next: string }).next).toMatch(/through this computer/)
    const nameless = await run(to, { direct: { host: 'nowhere.invalid' } }).catch((error: unknown) => error)
    expect((nameless as { why: string }).why).toMatch(/resolve|not known/i)
    // Another machine answers there: it gets nothing.
    const other = await run(to, { direct: { port: old.port } }).catch((error: unknown) => error)
    expect((other as Error).message, (other as { why: string }).why).toMatch(/another machine/)
    const dry = await run(to, { direct: { port: await freePort() }, dryRun: true }).catch(
      (error: unknown) => error,
    )
    expect((dry as Error).message).toMatch(/cannot reach/)
    expect(existsSync(to)).toBe(false)
    expectNoTrace(to)
  })

  test('servers that forbid it are named', async () => {
    const to = join(folder, 'forbidden')
    const shut = await startSshServer({
      env: { HOME: homes.old, TMPDIR: homes.old },
      config: ['AllowAgentForwarding no'],
    })
    const agent = await run(to, { source: onServer(shut, source) }).catch((error: unknown) => error)
    expect((agent as Error).message).toMatch(/no agent forwarding/)
    await shut.stop()
    expect(existsSync(to)).toBe(false)
    expectNoTrace(to)
  })

  test('a dry run leaves no trace and lets nobody in', async () => {
    const to = join(folder, 'dry')
    const accepted = young.log().split('Accepted publickey').length
    const { notes, result } = await run(to, { dryRun: true })
    expect(notes.planned?.files).toBe(result.files)
    expect(existsSync(to)).toBe(false)
    // One login: ours.
    expect(young.log().split('Accepted publickey').length - accepted).toBe(1)
    expectNoTrace(to)
  })

  test('only some accounts; and never with an end on this computer', async () => {
    const to = join(folder, 'some')
    const { result } = await run(to, { accounts: ['Anna@Example.com'] })
    expect(result.missing).toEqual([])
    expect(blobs.map((digest) => existsSync(join(to, blobPath(digest))))).toEqual(
      blobs.map((_, n) => n % 2 === 0),
    )
    const options = {
      source: onServer(old, source),
      target: { kind: 'local' as const, path: to },
      direct: {},
    }
    expect(() => startCopy(options)).toThrow(/one server to another/)
  })
})
