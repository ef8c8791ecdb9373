import { describe, expect, it } from 'vitest'
import { BatchBuilder } from '../../../../src-main/verify/batch.ts'
import type { Batch } from '../../../../src-main/verify/check-protocol.ts'
import { claimsIn, claimsOf, forEachPresent, inLine, keysOf } from '../../../../src-main/verify/claims.ts'
import { DigestTable, PRESENT, WHOLE } from '../../../../src-main/verify/digest-table.ts'

const digestOf = (n: number): string => Buffer.alloc(32, n).toString('base64').replaceAll('/', ',')

describe('batches', () => {
  it('do not call a folder read that was not begun', () => {
    const told: Batch[] = []
    const out = new BatchBuilder('blobs', (batch) => told.push(batch))
    out.flush(false, { account: -1, path: 'items/aa', after: null })
    out.flush(false, { account: -1, path: 'items/aa', after: 'items/aa/x' })
    expect(told.map(({ folders }) => folders)).toEqual([
      [],
      [{ account: -1, path: 'items/aa', after: 'items/aa/x' }],
    ])
  })

  it('carry the same keys as their text gives when it is read from the journal', () => {
    const told: Batch[] = []
    const out = new BatchBuilder('blobs', (batch) => told.push(batch))
    for (let n = 0; n < 2000; n++) out.add(`${digestOf(n)}\n`, digestOf(n), PRESENT | WHOLE)
    out.flush(true)
    const [batch] = told
    expect(batch?.keys).toEqual(keysOf('blobs', Buffer.from(batch?.text ?? []).toString()))
    const table = new DigestTable()
    table.markKeys(batch?.keys ?? new Uint32Array())
    expect(table.bits(digestOf(77))).toBe(PRESENT | WHOLE)
    expect(table.count((bits) => bits === PRESENT)).toBe(0)
  })
})

describe('lines of claims', () => {
  const lines = [0, 1, 2, 0].map((n, index) => `${String(n)}\t${String(index)}\tn\t${digestOf(n)}\n`).join('')

  it('are found by digest, few or many, as reading all of them finds them', () => {
    const all: string[] = []
    claimsIn(lines, ({ digest, item }) => digest !== digestOf(1) && all.push(`${String(item)} ${digest}`))
    for (const more of [0, 100]) {
      const wanted = new Map([0, 2].map((n) => [digestOf(n), null]))
      for (let n = 3; n < 3 + more; n++) wanted.set(digestOf(n), null)
      const found: string[] = []
      claimsOf(lines, wanted, ({ digest, item }) => found.push(`${String(item)} ${digest}`))
      expect(found.sort()).toEqual(all.sort())
    }
  })

  it('hold paths with line ends', () => {
    const path = 'items/aa/a\nb\r%0A.gz'
    const found: (string | null)[] = []
    forEachPresent(`!${digestOf(1)}\t${inLine(path)}\n`, (_, at) => found.push(at))
    expect(found).toEqual([path])
  })
})
