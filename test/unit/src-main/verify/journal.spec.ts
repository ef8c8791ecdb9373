import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Journal } from '../../../../src-main/verify/journal.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-journal-'))
  file = join(folder, 'check.journal')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function readAll(): string[] {
  const seen: string[] = []
  Journal.open(file, (record) => seen.push(`${String(record.type)}:${record.payload.toString()}`)).close()
  return seen
}

function writeThree(): void {
  const journal = Journal.open(file, () => undefined)
  for (const text of ['one', '', 'three']) journal.append(7, [Buffer.from(text)])
  journal.close()
}

describe('journal', () => {
  it('gives back what was appended, in order, readable by its owner only', () => {
    writeThree()
    expect(readAll()).toEqual(['7:one', '7:', '7:three'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('keeps every whole record wherever the file is torn, and goes on from there', () => {
    writeThree()
    const whole = readFileSync(file)
    for (let cut = 0; cut <= whole.length; cut++) {
      writeFileSync(file, whole)
      truncateSync(file, cut)
      const kept = readAll()
      expect(['7:one', '7:', '7:three'].slice(0, kept.length)).toEqual(kept)
      if (cut === whole.length) expect(kept).toHaveLength(3)
      const journal = Journal.open(file, () => undefined)
      journal.append(1, [Buffer.from('after')])
      journal.close()
      expect(readAll()).toEqual([...kept, '1:after'])
    }
  })

  it('stops at a record whose bytes changed', () => {
    writeThree()
    const bytes = readFileSync(file)
    bytes.writeUInt8(bytes.readUInt8(6) ^ 1, 6)
    writeFileSync(file, bytes)
    expect(readAll()).toEqual([])
  })

  it('does not believe an absurd length', () => {
    writeThree()
    appendFileSync(file, Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    expect(readAll()).toEqual(['7:one', '7:', '7:three'])
  })
})
