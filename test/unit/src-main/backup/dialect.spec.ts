import { describe, expect, it } from 'vitest'
import { EMPTY_DIALECT, learnDialect } from '../../../../src-main/backup/dialect.ts'
import { parseItemFile } from '../../../../src-main/backup/metadata.ts'
import { CROWDED_SPELLINGS } from './crowded-spellings.ts'
import { makeItems, NAMED_SPELLINGS, NAMELESS_SPELLINGS } from './spellings.ts'
import type { Spelling, TrueItem } from './spellings.ts'

const ACCOUNTS = [1, 2, 3, 4].map((seed) => makeItems(seed))
const OTHERS = [91, 92].flatMap((seed) => makeItems(seed))

const BLOBS = new Set(
  [...ACCOUNTS.flat(), ...OTHERS].flatMap(({ states }) => states.flatMap(({ digest }) => digest ?? [])),
)
const blobExists = (name: string): boolean => BLOBS.has(name)

function learn(spelling: Spelling) {
  const items = ACCOUNTS.flat()
  const samples = items.map((item) => JSON.parse(JSON.stringify(spelling(item))) as unknown)
  return learnDialect(samples, { ids: items.map(({ id }) => id), blobExists })
}

function check(spelling: Spelling, item: TrueItem, dialect: typeof EMPTY_DIALECT): void {
  const text = JSON.stringify(spelling(item))
  const parsed = parseItemFile(Buffer.from(text), { dialect, zone: 'UTC', blobExists })
  const seen = parsed.states.map(({ start, end, type, deleted, folder, digest }) => ({
    start,
    end,
    type,
    deleted,
    folder,
    digest,
  }))
  const wanted = item.states.map(({ start, end, type, deleted, folder, digest }) => ({
    start,
    end,
    type,
    deleted,
    folder,
    digest,
  }))
  expect({ text, seen, condition: parsed.condition }).toEqual({ text, seen: wanted, condition: 'ok' })
  parsed.states.forEach((state, index) => {
    const truth = item.states[index]
    if (truth?.type === 'message' && text.includes(JSON.stringify(truth.subject).slice(1, -1))) {
      expect({ text, subject: state.subject }).toEqual({ text, subject: truth.subject })
    }
    if (truth?.type === 'folder' && text.includes(JSON.stringify(truth.name))) {
      expect({ text, name: state.name }).toEqual({ text, name: truth.name })
    }
  })
}

describe('item metadata in spellings that nobody documented', () => {
  for (const [title, spelling] of Object.entries(NAMED_SPELLINGS)) {
    it(`reads ${title} after learning from samples`, () => {
      const dialect = learn(spelling)
      for (const item of [...ACCOUNTS.flat(), ...OTHERS]) check(spelling, item, dialect)
    })
    it(`reads ${title} without any sample`, () => {
      for (const item of OTHERS) check(spelling, item, EMPTY_DIALECT)
    })
  }
  for (const [title, spelling] of Object.entries(NAMELESS_SPELLINGS)) {
    it(`works out ${title} from structure alone`, () => {
      const dialect = learn(spelling)
      for (const item of OTHERS) check(spelling, item, dialect)
    })
  }
  for (const [title, spelling] of Object.entries(CROWDED_SPELLINGS)) {
    it(`reads ${title} among columns that mislead`, () => {
      const dialect = learn(spelling)
      for (const item of OTHERS) check(spelling, item, dialect)
    })
  }
  it('survives being stored as JSON', () => {
    const dialect = learn(NAMED_SPELLINGS['nested objects'] as Spelling)
    expect(JSON.parse(JSON.stringify(dialect))).toEqual(dialect)
  })
})
