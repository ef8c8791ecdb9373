import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { NO_SECRETS, type SecretSource } from '../../../../../src-main/remote/login.ts'
import type { Privilege } from '../../../../../src-main/remote/profile.ts'
import { sshPlace } from '../../../../../src-main/remote/transfer/ssh-place.ts'
import { startCopy } from '../../../../../src-main/remote/transfer/start-copy.ts'
import type { CopyOutcome, CopyPlace } from '../../../../../src-main/remote/transfer/types.ts'
import {
  canMakeUsers,
  canSudo,
  SSHD,
  startSshServer,
  withOwnUsers,
  type SshServer,
} from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { blobPath, differences, makeTree, remove } from './support/tree.ts'

/** Direct copies between servers with users of their own: what arrives belongs to zextras, whoever logged in. */
const possible = SSHD !== null && canMakeUsers
if (!possible)
  console.warn(
    'SKIPPED: direct copies with real users are tried only by root on Linux, with sshd and unshare',
  )
if (possible && !canSudo) console.warn('SKIPPED: direct copies through sudo need sudo(8)')

const TESTER = `tester's "pass" $(id)`
const USERS = { root: 'not used', tester: TESTER, zextras: 'not used' }
/** As the servers of the tests number them, in the order of USERS. */
const ZEXTRAS = 64_002
const folder = temporaryFolder('direct-users')
const source = join(folder, 'source')
const scratch = join(folder, 'scratch')
let blobs: string[] = []

/** Owners of everything below a path, itself too. */
function owners(path: string): Set<string> {
  const all = ['', ...readdirSync(path, { recursive: true, encoding: 'utf8' })]
  return new Set(all.map((name) => statSync(join(path, name))).map(({ uid, gid }) => `${uid}:${gid}`))
}

describe.skipIf(!possible)('a direct copy with real users', () => {
  let old: SshServer
  let young: SshServer
  let rootHome: string
  beforeAll(async () => {
    blobs = makeTree(source, { blobs: 30 }).blobs
    // As on a real server: nobody but their owner and root may read them.
    chmodSync(join(source, 'items'), 0o700)
    mkdirSync(scratch)
    chmodSync(folder, 0o755)
    chmodSync(scratch, 0o1777)
    rootHome = join(folder, 'root-home')
    mkdirSync(rootHome)
    const sudoers = ['Defaults timestamp_timeout=0', 'root ALL=(ALL) ALL']
    const env = { TMPDIR: scratch }
    const free = [...sudoers, 'tester ALL=(ALL) NOPASSWD: ALL']
    old = await startSshServer({ users: USERS, env, ...(canSudo ? { sudoers: free } : {}) })
    const asked = [...sudoers, 'tester ALL=(ALL) ALL']
    young = await startSshServer({ users: USERS, env, ...(canSudo ? { sudoers: asked } : {}) })
  })

  function place(
    server: SshServer,
    path: string,
    login: { user: string; privilege: Privilege },
    secrets: Partial<SecretSource> = {},
  ): CopyPlace {
    const { profile, knownHosts } = server.connectOptions(login)
    return sshPlace(profile, path, { knownHosts, secrets: { ...NO_SECRETS, ...secrets }, as: 'root' })
  }
  const run = (from: CopyPlace, to: CopyPlace): Promise<CopyOutcome> =>
    startCopy({ jobs: 1, source: from, target: to, direct: {} }).done

  function expectNoTrace(to: string, server: SshServer): void {
    expect(readdirSync(scratch)).toEqual([])
    expect(existsSync(`${to}.lifeboat-partial`)).toBe(false)
    expect(existsSync(join(server.folder, 'home-tester/.ssh'))).toBe(false)
  }

  test('as root: every file and folder belongs to zextras, also what was damaged and came through here', async () => {
    // Its own home: the one of whoever runs the tests is not touched.
    const own = await startSshServer({ users: USERS, env: { TMPDIR: scratch, HOME: rootHome } })
    const hurt = join(folder, 'hurt')
    const made = makeTree(hurt, { blobs: 10, seed: 6 }).blobs
    const bad = join(hurt, blobPath(made[2]!))
    const bytes = readFileSync(bad)
    bytes[60] = bytes[60]! ^ 0xff
    remove(bad)
    writeFileSync(bad, bytes)
    const to = join(folder, 'by-root')
    const login = { user: 'root', privilege: 'root' as const }
    const { result, notes } = await run(place(own, hurt, login), place(own, to, login))
    expect(result).toMatchObject({ mode: 'direct', missing: [] })
    expect(result.damaged.map(({ path }) => path)).toEqual([blobPath(made[2]!)])
    expect(notes.notes).toEqual([])
    expect(owners(to)).toEqual(new Set([`${ZEXTRAS}:${ZEXTRAS}`]))
    expect(differences(hurt, to)).toEqual([])
    expect(readdirSync(rootHome)).toEqual([])
    expectNoTrace(to, own)
  })

  test.skipIf(!canSudo)('through sudo at both ends, with its password at the new one', async () => {
    const to = join(folder, 'by-sudo')
    mkdirSync(join(folder, 'roots'), { mode: 0o700 })
    const target = join(folder, 'roots/by-sudo')
    const asked: string[] = []
    const secrets: Partial<SecretSource> = {
      privilege: (_hop, kind) => {
        asked.push(kind)
        return Promise.resolve(TESTER)
      },
    }
    const from = place(old, source, { user: 'tester', privilege: 'sudo' })
    const { result, notes } = await run(
      from,
      place(young, target, { user: 'tester', privilege: 'sudo-password' }, secrets),
    )
    expect(result).toMatchObject({ mode: 'direct', missing: [], damaged: [] })
    expect(result.verified).toBe(result.files)
    expect(notes.notes).toEqual([])
    expect(asked.length).toBeGreaterThan(0)
    expect(owners(target)).toEqual(new Set([`${ZEXTRAS}:${ZEXTRAS}`]))
    expect(differences(source, target)).toEqual([])
    expect(blobs.length).toBeGreaterThan(0)
    // The one-time key let tester in, not root.
    expect(young.log()).toMatch(/Accepted publickey for tester/)
    expect(young.log()).not.toMatch(/Accepted publickey for root/)
    expectNoTrace(to, young)
    expectNoTrace(target, old)
  })

  test.skipIf(!canSudo)(
    'a refused sudo is said before anything is written, and nobody was let in',
    async () => {
      const target = join(folder, 'refused')
      const secrets: Partial<SecretSource> = { privilege: () => Promise.resolve('wrong') }
      const login = { user: 'tester', privilege: 'sudo-password' as const }
      const from = place(old, source, { user: 'tester', privilege: 'sudo' })
      const error = await run(from, place(young, target, login, secrets)).catch((failed: unknown) => failed)
      expect(error).toMatchObject({ name: 'ConnectionError', step: 'privilege' })
      expect(existsSync(target)).toBe(false)
      expectNoTrace(target, young)
    },
  )
})

test.skipIf(!canMakeUsers)(
  'a copy on the server itself, as root, belongs to zextras in all its parts',
  () => {
    const to = join(folder, 'here')
    const whole = join(folder, 'whole')
    const users = join(folder, 'users')
    makeTree(whole, { blobs: 10, seed: 7 })
    mkdirSync(users)
    const cli = resolve(import.meta.dirname, '../../../../../src-main/cli.ts')
    const command = [process.execPath, cli, 'copy', whole, to, '--json', '--data', join(folder, 'data')]
    const [program = '', ...args] = [...withOwnUsers(users, USERS), ...command]
    const result = JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as { missing: unknown[] }
    expect(result.missing).toEqual([])
    expect(owners(to)).toEqual(new Set([`${ZEXTRAS}:${ZEXTRAS}`]))
    expect(differences(whole, to)).toEqual([])
  },
)
