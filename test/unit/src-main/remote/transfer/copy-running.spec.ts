import { existsSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { startCopy } from '../../../../../src-main/remote/transfer/start-copy.ts'
import type { CopyOptions, CopyOutcome, CopyPlace } from '../../../../../src-main/remote/transfer/types.ts'
import { SSHD, startSshServer, type SshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import {
  ACCOUNT,
  blobPath,
  differences,
  local,
  makeTree,
  onServer,
  OTHER,
  put,
  remove,
} from './support/tree.ts'

const folder = temporaryFolder('running')
const source = join(folder, 'source')
let server: SshServer
let blobs: string[] = []

beforeAll(async () => {
  blobs = makeTree(source).blobs
  const odd = [`quote ' " $(touch ${folder}/pwned)`, 'back\\slash', 'new\nline', '-rf', 'ünï', 'tab\t']
  for (const name of odd) put(source, `unknown/${name}`, name)
  // Without the login scripts of whoever runs the tests.
  if (SSHD) server = await startSshServer({ env: { HOME: folder } })
})

const run = (options: CopyOptions): Promise<CopyOutcome> => startCopy({ jobs: 2, ...options }).done

function ends(from: string, to: string): { source: CopyPlace; target: CopyPlace } {
  return {
    source: onServer(server, from),
    target: local(to),
  }
}

test.skipIf(!SSHD)('pause holds the bytes back, resume goes on, the limit holds', async () => {
  const from = join(folder, 'slow')
  makeTree(from, { blobs: 60, bytes: 20_000, seed: 11 })
  const to = join(folder, 'slow target')
  const startedAt = Date.now()
  const handle = startCopy({ ...ends(from, to), limit: 500_000 })
  while (handle.progress().bytes < 200_000) await new Promise((resolve) => setTimeout(resolve, 20))
  handle.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  const held = handle.progress().bytes
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(handle.progress().bytes).toBe(held)
  expect(existsSync(`${to}.lifeboat-partial`)).toBe(true)
  handle.resume()
  const { result } = await handle.done
  expect(result.missing).toEqual([])
  // 1.2 MB at 0.5 MB/s and a second of pause, with some slack.
  expect(Date.now() - startedAt).toBeGreaterThan(2500)
  expect(differences(from, to)).toEqual([])
})

test('no time left is told that is far from the time it takes', async () => {
  const from = join(folder, 'told')
  makeTree(from, { blobs: 60, bytes: 20_000, seed: 12 })
  const handle = startCopy({
    source: local(from),
    target: local(join(folder, 'told target')),
    limit: 150_000,
  })
  const told: { at: number; left: number }[] = []
  const look = setInterval(() => {
    const { phase, secondsLeft } = handle.progress()
    if (phase !== 'blobs' || secondsLeft === null) return
    told.push({ at: Date.now(), left: secondsLeft })
  }, 50)
  const startedAt = Date.now()
  await handle.done
  clearInterval(look)
  const endedAt = Date.now()
  // 1.2 MB at 0.15 MB/s: some eight seconds, of which the first three tell nothing
  expect(told.length).toBeGreaterThan(0)
  expect((told[0]?.at ?? 0) - startedAt).toBeGreaterThanOrEqual(3000)
  for (const { at, left } of told) expect(left).toBeLessThanOrEqual((2 * (endedAt - at)) / 1000 + 2)
})

test.skipIf(!SSHD)(
  'a blob of the right size that was touched is proved, a wrong one is replaced',
  async () => {
    const to = join(folder, 'doubt')
    await run(ends(source, to))
    utimesSync(join(to, blobPath(blobs[1]!)), 9, 9)
    const path = join(to, blobPath(blobs[2]!))
    const bytes = readFileSync(path)
    writeFileSync(path, Buffer.alloc(bytes.length, 1))
    const { result } = await run(ends(source, to))
    expect(result.verified).toBe(1)
    expect(differences(source, to)).toEqual([])
  },
)

test.skipIf(!SSHD)('metadata comes before blobs, first accounts before the others', async () => {
  const to = join(folder, 'order')
  const handle = startCopy({ ...ends(source, to), first: [OTHER], limit: 25_000, jobs: 1 })
  while (handle.progress().phase !== 'blobs') {
    const others = blobs.filter((digest, n) => n % 2 === 0 && existsSync(join(to, blobPath(digest))))
    expect(others).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(existsSync(join(to, `accounts/${ACCOUNT}/account_info`))).toBe(true)
  handle.setLimit(null)
  await handle.done
  expect(differences(source, to)).toEqual([])
})

test.skipIf(!SSHD)('a live source is caught up: files that come and change while it is copied', async () => {
  const from = join(folder, 'live')
  const { blobs: made } = makeTree(from, { blobs: 60, bytes: 20_000, seed: 21 })
  const to = join(folder, 'live target')
  const handle = startCopy({ ...ends(from, to), limit: 700_000 })
  while (handle.progress().phase !== 'blobs') await new Promise((resolve) => setTimeout(resolve, 5))
  const item = `accounts/${ACCOUNT}/items/56/256`
  put(from, `${item}.new`, JSON.stringify([{ start: 1, blobDigest: made[0] }, { start: 2 }]))
  renameSync(join(from, `${item}.new`), join(from, item))
  put(from, `accounts/${ACCOUNT}/items/77/777`, '[{"start":3}]')
  remove(join(from, blobPath(made[59]!)))
  const { result } = await handle.done
  expect(result.missing).toEqual([])
  expect(readFileSync(join(to, item), 'utf8')).toContain('"start":2')
  expect(differences(from, to).filter((line) => !line.includes(made[59]!))).toEqual([])
})

test.skipIf(!SSHD)('an unknown and a changed host key refuse', async () => {
  const { profile, secrets } = server.connectOptions()
  const { sshPlace } = await import('../../../../../src-main/remote/transfer/ssh-place.ts')
  const place = sshPlace(profile, source, { knownHosts: () => [], secrets })
  const error = await run({ source: place, target: local(join(folder, 'stranger')) }).catch(
    (failed: unknown) => failed,
  )
  expect(error).toMatchObject({ name: 'ConnectionError', step: 'host-key' })
  expect(existsSync(join(folder, 'stranger'))).toBe(false)
})

test.skipIf(!SSHD)(
  'the lock on a server is taken again with a new connection; a second transfer is still refused',
  async () => {
    const server = await startSshServer({ env: { HOME: folder } })
    const to = join(folder, 'locked again')
    const options = { source: local(source), target: onServer(server, to), jobs: 1 }
    const first = startCopy({ ...options, limit: 20_000, timing: { backOff: 20 } })
    const phase = async (until: () => boolean): Promise<void> => {
      while (!until()) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await phase(() => first.progress().bytes > 0)
    server.dropConnections()
    const sessions = server.log().split('Starting session').length
    // The new connection has begun with its lock.
    await phase(() => server.log().split('Starting session').length > sessions)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await expect(startCopy(options).done).rejects.toThrow(/Another transfer/)
    first.setLimit(null)
    await first.done
    expect(differences(source, to)).toEqual([])
    await server.stop()
  },
)
