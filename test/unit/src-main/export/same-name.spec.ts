import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkZip } from '../../../../src-main/mail/formats/zip-check.ts'
import { cleanUp, mail } from '../../../support/small-backup.ts'
import { exportInto, itemOf, rows, setUp, sourceOf } from './small-export.ts'

afterEach(cleanUp)

/** A document without an ending that was deleted, and a folder that was given its name since. */
function documentAndFolder(at: ReturnType<typeof setUp>) {
  const document = itemOf(600, [at.backup.blob(Buffer.from('a plan'))], {
    type: 'document',
    name: 'Plans',
    deleted: true,
    folders: ['Briefcase'],
  })
  const inFolder = [601, 602].map((id) =>
    itemOf(id, [at.backup.blob(mail(`in ${String(id)}`))], { folders: ['Briefcase', 'Plans', 'Old'] }),
  )
  return [document, ...inFolder]
}

test.each(['eml', 'mbox', 'maildir'] as const)(
  'a document called like a folder does not end an export as %s',
  async (format) => {
    const at = setUp()
    const items = documentAndFolder(at)
    expect(await exportInto(at, sourceOf(items), format)).toMatchObject({ exported: 3, complete: true })
    for (const { file = '', id } of rows(join(at.out, 'manifest.csv'))) {
      expect(readFileSync(join(at.out, file), 'latin1')).toContain(id === '600' ? 'a plan' : `in ${id ?? ''}`)
    }
    expect(await exportInto(at, sourceOf(items), format)).toMatchObject({ exported: 0, already: 3 })
    // Also the other way round: the folder is there first.
    const turned = { ...at, out: `${at.out}-turned` }
    expect(await exportInto(turned, sourceOf(items.toReversed()), format)).toMatchObject({ exported: 3 })
  },
)

test('in a zip file no name is both a file and a folder: unpacking would lose one of them', async () => {
  const at = setUp()
  for (const items of [documentAndFolder(at), documentAndFolder(at).toReversed()]) {
    const names: string[] = []
    const { out } = await exportInto(
      { ...at, out: `${at.out}-${String(items[0]?.id)}` },
      sourceOf(items),
      'zip',
    )
    await checkZip(join(out, 'export.zip'), ({ name }) => names.push(name))
    expect(names).toHaveLength(3)
    for (const name of names) expect(names.filter((other) => other.startsWith(`${name}/`))).toEqual([])
  }
})
