import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { startCopy } from '../../../../../src-main/remote/transfer/start-copy.ts'
import { canHang, hanging } from '../../../../support/hanging.ts'
import { SSHD, startSshServer, type SshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { blobPath, differences, makeTree, onServer } from './support/tree.ts'

/** The disk of the old server hangs while it sends straight to the new one: reads that truly never end (fanotify). */
const folder = temporaryFolder('direct-stalled')
const source = join(folder, 'source')
const homes = { old: join(folder, 'home-old'), new: join(folder, 'home-new') }
const TIMING = { patience: 20_000, stall: 1200, backOff: 20 }
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

describe.skipIf(!SSHD || !canHang)('a file at which a direct copy hangs', () => {
  test('is left out, tried last and named; all the others come, and go on when the disk does', async () => {
    const to = join(folder, 'target')
    const bad = [blobPath(blobs[7]!), blobPath(blobs[40]!)].sort()
    const ends = { source: onServer(old, source), target: onServer(young, to) }
    const options = { ...ends, jobs: 1, direct: {}, timing: TIMING }
    const { result } = await hanging(
      bad.map((path) => join(source, path)),
      () => startCopy(options).done,
    )
    expect(result.missing.map(({ path }) => path).sort()).toEqual(bad)
    for (const { reason } of result.missing) expect(reason).toMatch(/too long/)
    expect(result.verified).toBe(result.files - bad.length)
    expect(differences(source, to)).toEqual(bad.map((path) => `- ${path}`).sort())
    expect(existsSync(`${to}.lifeboat-partial`)).toBe(false)
    const again = await startCopy(options).done
    expect(again.result).toMatchObject({ verified: bad.length, missing: [] })
    expect(differences(source, to)).toEqual([])
  }, 60_000)
})
