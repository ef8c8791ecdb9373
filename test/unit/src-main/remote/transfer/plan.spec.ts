import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addEntry, emptyListing } from '../../../../../src-main/remote/transfer/listing.ts'
import type { Listing } from '../../../../../src-main/remote/transfer/listing.ts'
import { planOf, type Scope } from '../../../../../src-main/remote/transfer/plan.ts'
import { openLocalTarget } from '../../../../../src-main/remote/transfer/target-local.ts'
import { mail, SmallBackup, temporaryFolder } from '../../../../support/small-backup.ts'

const ANNA = 'accounts/11111111-2222-3333-4444-555555555555'
const BOB = 'accounts/99999999-2222-3333-4444-555555555555'

function listing(paths: Partial<Record<'f' | 'd' | 'l', string[]>>): Listing {
  const made = emptyListing()
  for (const kind of ['d', 'f', 'l'] as const) {
    for (const path of paths[kind] ?? []) addEntry(made, kind, { path, size: 1, mtime: 1, mode: 0o600 })
  }
  return made
}

test('what the source has is never called extra (and removed), though only some accounts are copied', () => {
  const whole = { d: [ANNA, BOB], f: [`${ANNA}/account_info`, `${BOB}/account_info`] }
  const target = listing({ ...whole, f: [...whole.f, `${ANNA}/gone`] })
  const onlyAnna: Scope = { has: (path) => !path.startsWith(BOB) }
  expect(planOf(listing(whole), target, onlyAnna)).toMatchObject({ files: 1, extra: [`${ANNA}/gone`] })
})

test('what lies at the target in place of a link of the source is not extra: the source has it somewhere else', () => {
  const target = listing({ d: [ANNA, BOB], f: [`${ANNA}/account_info`, `${BOB}/account_info`] })
  const source = listing({ d: [ANNA], f: [`${ANNA}/account_info`], l: [BOB] })
  expect(planOf(source, target, { has: () => true }).extra).toEqual([])
})

test('newer and larger metadata of the target are not replaced by an older state: source and target may be mixed up', () => {
  const item = `${ANNA}/items/12/1234`
  const one = (size: number, mtime: number): Listing => {
    const made = listing({ d: [ANNA] })
    addEntry(made, 'f', { path: item, size, mtime, mode: 0o600 })
    return made
  }
  const source = one(1000, 1_700_000_000)
  const plan = (size: number, mtime: number) => planOf(source, one(size, mtime), { has: () => true }).metadata
  expect(() => plan(1300, 1_700_000_600)).toThrow(/newer metadata than the source: .*1234/)
  // what the source has more of, or later, or at the same time by a coarser clock, is copied
  expect(plan(900, 1_700_000_600)).toHaveLength(1)
  expect(plan(1300, 1_600_000_000)).toHaveLength(1)
  expect(plan(1300, 1_700_000_000.001)).toHaveLength(1)
  expect(planOf(source, one(1300, 1_700_000_600), { has: () => false }).metadata).toEqual([])
})

test('a copy is not made inside another backup path; that path itself can be brought up to date', () => {
  const other = new SmallBackup(join(temporaryFolder(), 'other'))
  other.blob(mail('x'))
  for (const dryRun of [true, false])
    expect(() => openLocalTarget(join(other.root, 'items/zz'), dryRun)).toThrow(/inside the backup path/)
  expect(openLocalTarget(other.root, true).root).toBe(other.root)
})
