import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CopyFinding } from '../../../../../src-main/contract/copy.ts'
import { findingsOf, type Needed } from '../../../../../src-main/remote/transfer/preflight.ts'
import type { SourceLook, TargetLook } from '../../../../../src-main/remote/transfer/preflight-look.ts'
import { startCopy } from '../../../../../src-main/remote/transfer/start-copy.ts'
import type { CopyOptions } from '../../../../../src-main/remote/transfer/types.ts'
import { snapshotDifferences, snapshotTree } from '../../../../support/snapshot.ts'
import { canMakeUsers, SSHD, startSshServer, type SshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { canMount, SmallDisk } from '../../../../chaos/support.ts'
import { local, makeTree, onServer } from './support/tree.ts'

const folder = temporaryFolder('preflight')
const source = join(folder, 'source')
let server: SshServer

beforeAll(async () => {
  makeTree(source, { blobs: 20 })
  if (SSHD) server = await startSshServer({ env: { HOME: folder } })
})

async function look(options: CopyOptions): Promise<Map<string, CopyFinding>> {
  const { notes } = await startCopy({ jobs: 1, ...options, dryRun: true }).done
  return new Map(notes.findings.map((finding) => [finding.id, finding]))
}

const containing = (text: string): string => expect.stringContaining(text) as string
const matching = (form: RegExp): string => expect.stringMatching(form) as string
const states = (found: Map<string, CopyFinding>): Record<string, string> =>
  Object.fromEntries([...found].map(([id, { state }]) => [id, state]))

const SOUND: SourceLook = { volume: '/opt (ext4, rw)', readOnly: false, readOnlyMounts: [], others: [] }
const READY: TargetLook = {
  ...{ at: '/data', volume: '/data (xfs, rw)', readOnly: false, refusal: null, keepsCase: true },
  ...{ room: { bytes: 1000, files: 10 }, zextras: 'yes', others: [] },
}
const NEEDED: Needed = { files: 10, bytes: 1000, clash: null }

describe('what the looks mean', () => {
  const judged = (
    source: Partial<SourceLook>,
    target: Partial<TargetLook>,
    needed: Partial<Needed> = {},
  ): Record<string, string> => {
    const found = findingsOf(
      'relay',
      { ...SOUND, ...source },
      { ...READY, ...target },
      { ...NEEDED, ...needed },
    )
    for (const { state, next, evidence, what } of found) {
      expect(evidence).not.toBe('')
      expect(what.it).not.toBe('')
      if (state === 'failed') expect(next?.en).toBeTruthy()
    }
    return Object.fromEntries(found.filter(({ state }) => state !== 'ok').map(({ id, state }) => [id, state]))
  }

  test('nothing is found where all is well', () => expect(judged({}, {})).toEqual({}))
  test.each<[string, Partial<SourceLook>, Partial<TargetLook>, Partial<Needed>, Record<string, string>]>([
    ['one byte too many', {}, {}, { bytes: 1001 }, { space: 'failed' }],
    ['one file too many', {}, {}, { files: 11 }, { inodes: 'failed' }],
    ['no inodes told', {}, { room: { bytes: 1000, files: null } }, {}, { inodes: 'unknown' }],
    ['case is lost', {}, { keepsCase: false }, {}, { case: 'attention' }],
    ['case is lost and needed', {}, { keepsCase: false }, { clash: ['f3', 'F3'] }, { case: 'failed' }],
    ['zextras cannot go there', {}, { zextras: 'no' }, {}, { zextras: 'failed' }],
    ['nobody knows of zextras', {}, { zextras: 'unknown' }, {}, { zextras: 'unknown' }],
    ['other disks turned read-only', { readOnlyMounts: ['/var'] }, {}, {}, { 'source-volume': 'attention' }],
    ['somebody writes there', {}, { others: ['rsync'] }, {}, { others: 'failed' }],
    ['somebody reads there', { others: ['tar'] }, {}, {}, { others: 'attention' }],
    ['it cannot be written', {}, { refusal: 'Permission denied' }, {}, { writable: 'failed' }],
  ])('%s', (_, source, target, needed, expected) => expect(judged(source, target, needed)).toEqual(expected))

  test('a read-only source is right', () => {
    const [, volume] = findingsOf('pull', { ...SOUND, readOnly: true }, READY, NEEDED)
    expect(volume).toMatchObject({
      id: 'source-volume',
      state: 'ok',
      what: { en: containing('read-only') },
    })
  })
})

describe.skipIf(!SSHD)('a look at real ends', () => {
  test.each(['pull', 'push', 'relay', 'local'] as const)(
    '%s: everything is looked at, nothing stays of it',
    async (mode) => {
      const to = join(folder, 'new', 'target')
      mkdirSync(join(folder, 'new'), { recursive: true })
      const before = snapshotTree(folder)
      const from = mode === 'pull' || mode === 'relay' ? onServer(server, source) : local(source)
      const found = await look({
        source: from,
        target: mode === 'push' || mode === 'relay' ? onServer(server, to) : local(to),
      })
      const expected = { apart: 'ok', writable: 'ok', space: 'ok', inodes: 'ok', case: 'ok', others: 'ok' }
      expect(states(found)).toMatchObject(expected)
      expect(found.get('source-volume')?.evidence).toMatch(/^\/\S* \(\w+, r[ow]\)/)
      expect(found.get('writable')?.evidence).toContain(join(folder, 'new'))
      expect(
        snapshotDifferences(before, snapshotTree(folder)).filter((line) => !line.endsWith(': new')),
      ).toEqual([])
      expect(existsSync(to)).toBe(false)
    },
  )

  test('a transfer that runs is seen, from here and from the server', async () => {
    for (const place of [local, (path: string) => onServer(server, path)]) {
      const to = join(folder, `busy ${place === local ? 'here' : 'there'}`)
      const running = startCopy({ source: local(source), target: place(to), jobs: 1, limit: 5000 })
      while (running.progress().phase !== 'metadata') await new Promise((resolve) => setTimeout(resolve, 20))
      const found = await look({ source: local(source), target: place(to) })
      expect(found.get('others')).toMatchObject({
        state: 'failed',
        evidence: containing('lock'),
      })
      running.stop()
      await running.done
    }
  })

  test.skipIf(!canMakeUsers)('a folder that zextras may not enter, and one it may', async () => {
    const users = await startSshServer({ users: { root: 'x', zextras: 'y' } })
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    const shut = await look({ source: local(source), target: onServer(users, join(closed, 'x')) })
    expect(shut.get('zextras')).toMatchObject({ state: 'failed' })
    const open = await look({ source: local(source), target: onServer(users, '/tmp/lifeboat-never-made') })
    expect(open.get('zextras')).toMatchObject({ state: 'ok' })
    await users.stop()
  })
})

describe.skipIf(!canMount(folder))('a small disk (skipped: none can be mounted here)', () => {
  test('too little room and a read-only volume are said with figures', async () => {
    const disk = SmallDisk.make(join(folder, 'disk'), 40)
    if (disk === null) throw new Error('the disk cannot be mounted')
    try {
      const target = local(join(disk.path, 'copy'))
      const found = await look({ source: local(source), target })
      expect(found.get('space')).toMatchObject({
        state: 'failed',
        evidence: matching(/GB \/ 0\.00 GB/),
      })
      disk.readOnly()
      const shut = await look({ source: local(source), target })
      expect(shut.get('writable')).toMatchObject({
        state: 'failed',
        evidence: matching(/tmpfs, ro/),
      })
      expect(readdirSync(disk.path)).toEqual([])
    } finally {
      disk.remove()
    }
  })

  test('source and target that are the same place end the look', async () => {
    const link = join(folder, 'link')
    symlinkSync(source, link)
    await expect(look({ source: local(source), target: local(link) })).rejects.toMatchObject({
      code: 'REFUSED',
    })
  })
})
