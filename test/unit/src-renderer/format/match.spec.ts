import { describe, expect, it } from 'vitest'
import { matchScore } from '../../../../src-renderer/format/match.ts'

const best = (typed: string, labels: string[]): string[] =>
  labels
    .map((label) => ({ label, score: matchScore(typed, label) }))
    .filter(({ score }) => score !== null)
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0))
    .map(({ label }) => label)

describe('matchScore', () => {
  it('wants every word, in any order, without accents and capitals', () => {
    expect(matchScore('attivita VAI', 'Attività Vai a')).not.toBeNull()
    expect(matchScore('attivita xyz', 'Attività Vai a')).toBeNull()
    expect(matchScore('', 'anything')).toBe(0)
  })
  it('puts beginnings of words before their middles, and early ones first', () => {
    expect(best('ma', ['Format', 'Search mail', 'Mail'])).toEqual(['Mail', 'Search mail', 'Format'])
  })
  it('finds addresses by any part', () => {
    expect(best('rossi', ['john.miller@mail.example.com', 'anna.rossi@mail.example.com'])).toHaveLength(1)
  })
})
