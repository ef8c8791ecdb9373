import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { checkZip } from '../../../../src-main/mail/formats/zip-check.ts'
import { cleanUp, mail } from '../../../support/small-backup.ts'
import { exportInto, itemOf, quiet, rows, setUp, sourceOf, type Case } from './small-export.ts'

afterEach(cleanUp)

/** A blob that stops in its middle. */
const CUT = gzipSync(mail('cut')).subarray(0, 120)

/** Names inside a zip file. */
async function entriesOf(file: string): Promise<string[]> {
  const names: string[] = []
  await checkZip(file, ({ name }) => names.push(name))
  return names
}

/** One item that is whole and one whose blob was cut. */
function wholeAndCut(at: Case) {
  const whole = at.backup.blob(mail('whole'))
  const cut = at.backup.blob(mail('cut'), CUT)
  return sourceOf([itemOf(1, [whole]), itemOf(2, [cut])])
}

describe('files that hold many messages', () => {
  test('an export that is there already is counted as it was, though a damaged mail lies in it', async () => {
    const at = setUp()
    const first = await exportInto(at, wholeAndCut(at), 'zip')
    expect(first).toMatchObject({ exported: 1, already: 0, failed: [{ id: 2 }] })
    expect(first.failed[0]?.salvaged).toMatch(/^export\.zip\/Damaged\//)
    const again = await exportInto(at, wholeAndCut(at), 'zip')
    expect(again).toMatchObject({ exported: 0, bytes: 0, already: 1, failed: [{ id: 2 }] })
  })

  test('a second zip of another account is listed under its own name, and the first stays listed', async () => {
    const at = setUp()
    await exportInto(at, sourceOf([itemOf(1, [at.backup.blob(mail('one'))])]), 'zip')
    const two = itemOf(2, [at.backup.blob(mail('two'))])
    const cut = at.backup.blob(mail('cut'), CUT)
    const result = await exportInto(at, sourceOf([two, itemOf(3, [cut])]), 'zip')
    const listed = rows(result.manifest)
    expect(listed.map((row) => [row['id'], row['file']?.split('/')[0]])).toEqual([
      ['2', 'export (2).zip'],
      ['1', 'export.zip'],
    ])
    for (const { file = '' } of listed) {
      const [zip = '', ...inner] = file.split('/')
      expect(await entriesOf(join(at.out, zip))).toContain(inner.join('/'))
    }
    expect(result.failed[0]?.salvaged).toMatch(/^export \(2\)\.zip\/Damaged\//)
    expect(rows(join(at.out, 'failures.csv'))[0]?.['salvaged']).toBe(result.failed[0]?.salvaged)
  })

  test.each(['zip', 'mbox'] as const)(
    'what lay in a %s file that was taken away is not said to lie in its successor',
    async (format) => {
      const at = setUp()
      const name = format === 'zip' ? 'export.zip' : 'anna@example.com/Inbox.mbox'
      await exportInto(at, sourceOf([itemOf(1, [at.backup.blob(mail('one'))])]), format)
      renameSync(join(at.out, name), `${at.out}-taken-away`)
      const result = await exportInto(at, sourceOf([itemOf(2, [at.backup.blob(mail('two'))])]), format)
      expect(rows(result.manifest).map((row) => row['id'])).toEqual(['2'])
    },
  )

  test('two mailbox folders that become one name are listed in the file they are in', async () => {
    const at = setUp()
    const items = ['Cli?nt', 'Cli*nt'].map((folder, index) =>
      itemOf(index + 1, [at.backup.blob(mail(`m${index}`))], { folders: [folder] }),
    )
    const result = await exportInto(at, sourceOf(items), 'mbox')
    expect(result).toMatchObject({ exported: 2, complete: true })
    for (const { file = '', id } of rows(result.manifest)) {
      expect(readFileSync(join(at.out, file), 'utf8')).toContain(`m${Number(id) - 1}`)
    }
  })

  test('stopped before its end: nothing is said to be saved in a file that was never made', async () => {
    const at = setUp()
    let asked = 0
    const control = { ...quiet, shouldStop: () => ++asked > 2 }
    const result = await exportInto(at, sourceOf([...wholeAndCut(at).items, itemOf(3, [])]), 'zip', control)
    expect(result).toMatchObject({ stopped: true, exported: 0, unverified: 0 })
    expect(result.failed).toMatchObject([{ id: 2, salvaged: null }])
    expect(rows(join(at.out, 'failures.csv'))[0]?.['salvaged']).toBe('')
  })
})
