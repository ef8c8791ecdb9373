import { describe, expect, test } from 'vitest'
import { corpusFolder, loadCorpus } from '../support/corpus.ts'
import type { DamageName } from '../support/damages.ts'
import { dialectNamed } from '../support/dialects.ts'
import { makePath } from '../support/make-path.ts'
import { mutateMessage } from '../support/mutate.ts'
import { composeLetter } from '../../src-main/backup/writer/letters.ts'
import { DOMAIN, EVERYBODY_OUTSIDE, makeStaff } from '../../src-main/backup/writer/people.ts'
import { Random } from '../../src-main/backup/writer/random.ts'
import { exportAndJudge, newScene } from './support/scene.ts'

/** Ten kinds of damage, several times each. */
const TEN: readonly DamageName[] = [
  'missing',
  'empty',
  'garbage',
  'truncated',
  'corrupt',
  'mismatch',
  'double',
  'misplaced',
  'case-folded',
  'no-metadata',
  'empty-metadata',
  'torn-metadata',
  'zero-metadata',
  'digest-of-packed',
  'sha1',
  'uncompressed',
]

/** `count` different messages: made from the real ones where they are, else composed. */
function messages(count: number, seed: number): Buffer[] {
  const corpus = loadCorpus()
  if (corpus.length > 0) {
    return Array.from({ length: count }, (_, n) =>
      mutateMessage(corpus[(n * 7 + seed) % corpus.length]?.bytes ?? Buffer.alloc(0), n + seed * 100_000),
    )
  }
  const random = new Random(seed)
  const staff = makeStaff(3, seed)
  return Array.from({ length: count }, (_, n) => {
    const from = random.pick(EVERYBODY_OUTSIDE)
    const kind = random.pick(['note', 'alternative', 'attachments', 'newsletter', 'picture'] as const)
    return composeLetter(random, {
      kind,
      from,
      to: [random.pick(staff)],
      cc: [],
      subject: null,
      time: 1.7e12 + n * 60_000,
      language: from.language,
      thread: [],
      quoted: null,
      deliveredTo: null,
    }).bytes
  })
}

describe(`thousands of messages (${corpusFolder() === null ? 'NO CORPUS: composed ones' : 'the corpus, mutated'})`, () => {
  const names = ['snake', 'opaque', 'nested', 'german', 'packed', 'opaque-nested'] as const
  for (const [index, dialect] of names.entries()) {
    test(`in the spelling ${dialect}`, async () => {
      const scene = newScene(`corpus-${dialect}`)
      const made = makePath({
        root: scene.backup,
        dialect: dialectNamed(dialect),
        accounts: [`anna.rossi@${DOMAIN}`, null, `müller@${DOMAIN}`, `user@second.example`],
        messages: messages(index === 0 ? 2500 : 500, index + 1),
        damages: [...TEN, ...TEN, ...TEN, 'link-out', 'odd-files'],
        seed: index + 31,
      })
      const result = await exportAndJudge(scene, made, { checkFolders: dialectNamed(dialect).readable })
      expect(result.exported).toBeGreaterThan(450)
    })
  }
})
