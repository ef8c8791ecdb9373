import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
import { startHeal } from '../../../../src-main/verify/healer.ts'
import type { HealResult } from '../../../../src-main/verify/heal-types.ts'
import { canHang, hanging } from '../../../support/hanging.ts'
import { cleanUp, mail, SmallBackup, temporaryFolder } from '../../../support/small-backup.ts'

/** What a heal says of its copy must be so. */

const UUID = '11111111-2222-3333-4444-555555555555'
const START = Date.UTC(2026, 1, 3)

afterEach(cleanUp)

function backupIn(folder: string): SmallBackup {
  const made = new SmallBackup(folder)
  made.account(UUID, 'anna@example.com')
  for (let id = 300; id < 320; id++) made.item(UUID, id, [stateOf(made.blob(mail(`Mail ${String(id)}`)), id)])
  return made
}

function stateOf(digest: string, id: number): Record<string, unknown> {
  return { id, start: START + id, end: null, type: 5, deleted: false, folderId: 2, blobDigest: digest }
}

function heal(folder: string, from: string[], timeoutMs = 30_000): Promise<HealResult> {
  const out = join(folder, 'out')
  const journalFile = join(folder, 'journal')
  return startHeal({ path: join(folder, 'hurt'), zone: 'UTC', jobs: 2, journalFile, timeoutMs, from, out })
    .done
}

it('an item that cannot be understood in another copy either is not called healed', async () => {
  const folder = temporaryFolder()
  for (const name of ['hurt', 'other']) {
    // Whole as JSON, but no state of an item.
    backupIn(join(folder, name)).item(UUID, 305, '["just", "words"]')
  }
  const result = await heal(folder, [join(folder, 'other')])
  expect(result).toMatchObject({ healed: 0, lostMetadata: [`accounts/${UUID}/items/05/305`] })
})

it('an item is taken from another copy in any form that can be read', async () => {
  const folder = temporaryFolder()
  const hurt = backupIn(join(folder, 'hurt'))
  const other = backupIn(join(folder, 'other'))
  const path = `accounts/${UUID}/items/05/305`
  const packed = gzipSync(readFileSync(join(hurt.root, path)))
  hurt.put(path, '')
  other.put(path, packed)
  const result = await heal(folder, [other.root])
  expect(result).toMatchObject({ healed: 1, lostMetadata: [] })
  expect(readFileSync(join(folder, 'out', path))).toEqual(packed)
})

it.each(['its own place', 'the odd place'])(
  'a whole blob in %s is not overwritten by another text under the same name',
  async (where) => {
    const folder = temporaryFolder()
    const hurt = backupIn(join(folder, 'hurt'))
    const message = mail('Twice there, once right')
    const wrong = gzipSync(mail('Another text, whole by its CRC'))
    const digest = hurt.blob(message)
    hurt.item(UUID, 400, [stateOf(digest, 400)])
    const own = `items/${digest.slice(0, 2)}/${digest}`
    const isOwn = where === 'its own place'
    hurt.put(own, isOwn ? gzipSync(message) : wrong)
    // before and behind it in the order of folders
    for (const odd of ['++', 'zz']) hurt.put(`items/${odd}/${digest}`, isOwn ? wrong : gzipSync(message))
    const result = await heal(folder, [])
    expect(result.lost).toEqual([])
    expect(gunzipSync(readFileSync(join(folder, 'out', own)))).toEqual(message)
  },
)

it('a repaired copy is not made inside another backup path', async () => {
  const folder = temporaryFolder()
  backupIn(join(folder, 'hurt'))
  const other = backupIn(join(folder, 'other'))
  const out = join(other.root, 'items/healed')
  const journalFile = join(folder, 'journal')
  const request = { path: join(folder, 'hurt'), zone: 'UTC', jobs: 1, journalFile, timeoutMs: 30_000 }
  await expect(startHeal({ ...request, from: [], out }).done).rejects.toMatchObject({ code: 'REFUSED' })
  expect(existsSync(out)).toBe(false)
})

it.skipIf(!canHang)(
  'a file beside the mail that cannot be copied is told',
  async () => {
    const folder = temporaryFolder()
    const hurt = backupIn(join(folder, 'hurt'))
    const path = 'server/customizations_28_12_22#04_01_14.tar.gz'
    hurt.put(path, gzipSync('customisations'))
    const result = await hanging([join(hurt.root, path)], () => heal(folder, [], 1000))
    expect(result.lostMetadata).toEqual([path])
  },
  60_000,
)
