import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { CLAIMED, DigestTable, NEEDED, PRESENT } from '../../../../src-main/verify/digest-table.ts'

function digest(n: number): string {
  return createHash('sha256').update(String(n)).digest('base64').replaceAll('/', ',')
}

describe('digest table', () => {
  it('answers like a map, through many growths', () => {
    const table = new DigestTable(4)
    const model = new Map<string, number>()
    for (let n = 0; n < 50_000; n++) {
      const name = n % 10 === 0 ? `odd name ${String(n % 3000)}` : digest(n % 20_000)
      const bits = [CLAIMED, PRESENT, NEEDED][n % 3] ?? CLAIMED
      expect(table.mark(name, bits)).toBe(model.get(name) ?? 0)
      model.set(name, (model.get(name) ?? 0) | bits)
    }
    expect(table.size).toBe(model.size)
    for (const [name, bits] of model) expect(table.bits(name)).toBe(bits)
    expect(table.bits(digest(999_999))).toBe(0)
  })

  it('tells names apart that differ only in case', () => {
    const table = new DigestTable()
    const name = digest(1)
    table.mark(name, PRESENT)
    const other = name.replace(/[a-z]/, (letter) => letter.toUpperCase())
    expect(other).not.toBe(name)
    expect(table.bits(other)).toBe(0)
  })
})
