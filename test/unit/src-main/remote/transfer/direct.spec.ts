import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { startCopy, type CopyHandle } from '../../../../../src-main/remote/transfer/start-copy.ts'
import type { CopyOptions, CopyOutcome } from '../../../../../src-main/remote/transfer/types.ts'
import { snapshotDifferences, snapshotTree } from '../../../../support/snapshot.ts'
import { startFaultyWire } from '../../../../support/faulty-ssh.ts'
import { SSHD, startSshServer, type SshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { blobPath, differences, makeTree, onServer, put, remove } from './support/tree.ts'

/** Two real servers on loopback; the bytes go from one to the other. */
const folder = temporaryFolder('direct')
const source = join(folder, 'source')
const homes = { old: join(folder, 'home-old'), new: join(folder, 'home-new') }
const KEYS = join(homes.new, '.ssh/authorized_keys')
const OWN = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwn own key of somebody'
let old: SshServer
let young: SshServer

beforeAll(async () => {
  makeTree(source, { blobs: 60 })
  for (const name of [
    `quote ' " $(touch ${folder}/pwned)`,
    'back\\slash',
    'new\nline',
    '-rf',
    'ünï',
    'tab\t',
    'a b ',
  ])
    put(source, `unknown/${name}`, name)
  if (!SSHD) return
  for (const home of Object.values(homes)) mkdirSync(home)
  old = await startSshServer({ env: { HOME: homes.old, TMPDIR: homes.old } })
  young = await startSshServer({ env: { HOME: homes.new, TMPDIR: homes.new } })
})

const run = (to: string, more: Partial<CopyOptions> = {}, from = source): Promise<CopyOutcome> =>
  startCopy({ jobs: 1, source: onServer(old, from), target: onServer(young, to), direct: {}, ...more }).done

const leftFolders = (): string[] =>
  Object.values(homes).flatMap((home) =>
    readdirSync(home).filter((name) => name.startsWith('lifeboat-direct.')),
  )

async function begun(handle: CopyHandle, before = 0): Promise<void> {
  while (handle.progress().bytes === before) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** No trace of the key, the pipe or the half-done at either server. */
function expectNoTrace(to: string): void {
  expect(leftFolders()).toEqual([])
  expect(existsSync(`${to}.lifeboat-partial`)).toBe(false)
  if (existsSync(KEYS)) expect(readFileSync(KEYS, 'utf8')).not.toContain('lifeboat')
  expect(existsSync(join(homes.old, '.ssh'))).toBe(false)
}

describe.skipIf(!SSHD)('a direct copy between two servers', { timeout: 90_000 }, () => {
  test('every file arrives with its time; nothing is left; nothing came through this computer', async () => {
    const to = join(folder, "target 'x")
    const before = snapshotTree(source)
    const { result, notes } = await run(to)
    expect(differences(source, to)).toEqual([])
    expect(result).toMatchObject({ mode: 'direct', alreadyThere: 0, missing: [], damaged: [] })
    expect(result.verified).toBe(result.files)
    expect(notes.notes).toEqual([])
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
    expect(snapshotDifferences(before, snapshotTree(source))).toEqual([])
    expect(existsSync(KEYS)).toBe(false)
    expectNoTrace(to)
    // The login of the old server at the new one is in its log, with the one-time key.
    expect(young.log()).toMatch(/Accepted (?:key|publickey)[^\n]*ED25519/)
  })

  test('goes on where it was, mends what is missing, knows damaged blobs', async () => {
    const hurt = join(folder, 'hurt')
    const to = join(folder, 'hurt target')
    const { blobs: made } = makeTree(hurt, { blobs: 20, seed: 4 })
    await run(to, {}, hurt)
    remove(join(to, blobPath(made[0]!)))
    const path = blobPath(made[3]!)
    const bytes = readFileSync(join(hurt, path))
    bytes[60] = bytes[60]! ^ 0xff
    put(hurt, path, bytes)
    const { result } = await run(to, {}, hurt)
    expect(result.damaged.map((file) => file.path)).toEqual([path])
    expect(result.verified).toBe(1)
    expect(result.alreadyThere).toBe(result.files - 2)
    expect(differences(hurt, to)).toEqual([])
    const again = await run(to, {}, hurt)
    expect(again.result).toMatchObject({ bytes: 0, verified: 0 })
  })

  test('the line of authorized_keys is restricted, ends, and leaves the lines of others alone', async () => {
    mkdirSync(join(homes.new, '.ssh'), { recursive: true, mode: 0o700 })
    // No newline at the end, and a line of a run that could not clear up.
    const stale = `restrict,command="true" ssh-ed25519 AAAA lifeboat-direct-00ff-0-${String(Math.floor(Date.now() / 1000) - 10)}`
    writeFileSync(KEYS, `# mine\n${stale}\n${OWN}`, { mode: 0o640 })
    const to = join(folder, 'lines')
    const handle = startCopy({
      ...{ jobs: 1, source: onServer(old, source), target: onServer(young, to), direct: {} },
      limit: 30_000,
    })
    await Promise.race([begun(handle), handle.done])
    const during = readFileSync(KEYS, 'utf8')
    expect(during).toMatch(
      /^restrict,expiry-time="\d{14}",from="(?:127\.0\.0\.1|::1)",command="sh \S+\/lifeboat-direct\.\w+\/run" ssh-ed25519 \S+ lifeboat-direct-[0-9a-f]{18}-0-\d+$/m,
    )
    expect(during).not.toContain('00ff')
    handle.setLimit(null)
    await handle.done
    expect(readFileSync(KEYS, 'utf8')).toBe(`# mine\n${OWN}\n`)
    expect(differences(source, to)).toEqual([])
    remove(KEYS)
    expectNoTrace(to)
  })

  test('a client that dies takes its key along: the servers clear up by themselves', async () => {
    const to = join(folder, 'died')
    const wires = await Promise.all([old, young].map(({ port }) => startFaultyWire(port)))
    const through = wires.map(({ port }) => port)
    const handle = startCopy({
      ...{ jobs: 1, source: onServer(old, source, through[0]), target: onServer(young, to, through[1]) },
      ...{ direct: { port: young.port }, limit: 20_000, timing: { patience: 1, backOff: 10 } },
    })
    await Promise.race([begun(handle), handle.done])
    expect(readFileSync(KEYS, 'utf8')).toContain('lifeboat-direct')
    // What a dead computer looks like from over there: its connections end, and none comes again.
    handle.stop()
    wires.forEach((wire) => wire.cut())
    await handle.done.catch(() => undefined)
    for (let n = 0; n < 100 && (existsSync(KEYS) || leftFolders().length > 0); n++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect(existsSync(KEYS)).toBe(false)
    expect(leftFolders()).toEqual([])
    const { result } = await run(to)
    expect(result.missing).toEqual([])
    expect(differences(source, to)).toEqual([])
    expectNoTrace(to)
  })

  test('sessions killed in the middle: it goes on', async () => {
    const large = join(folder, 'large')
    makeTree(large, { blobs: 100, bytes: 100_000, seed: 8 })
    const to = join(folder, 'cut')
    const handle = startCopy({
      ...{ jobs: 1, source: onServer(old, large), target: onServer(young, to), direct: {} },
      ...{ limit: 4_000_000, timing: { backOff: 50 } },
    })
    for (const server of [old, young]) {
      const before = handle.progress().bytes
      await Promise.race([begun(handle, before), handle.done])
      server.dropConnections()
    }
    handle.setLimit(null)
    const { result, notes } = await handle.done
    expect(result.missing).toEqual([])
    expect(notes.notes).toEqual([])
    expect(differences(large, to)).toEqual([])
    for (let n = 0; n < 60 && leftFolders().length > 0; n++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expectNoTrace(to)
  })
})
