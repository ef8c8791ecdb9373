import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../../../src-main/contract/recovery.ts'
import { Case } from '../../../../src-main/recovery/cases/case.ts'
import { entryWords } from '../../../../src-main/recovery/journal/entry-words.ts'
import { factWords } from '../../../../src-main/recovery/journal/fact-words.ts'
import { procedureOf } from '../../../../src-main/recovery/procedures/index.ts'
import { verifyReport } from '../../../../src-main/recovery/report/verify.ts'
import { writeReport } from '../../../../src-main/recovery/report/write.ts'
import { CaseRunner } from '../../../../src-main/recovery/steps/runner.ts'
import { temporaryFolder } from '../../../support/temp.ts'
import { roomWith } from './support/room.ts'

/** A case whose steps are real ones, with something of every kind in its journal. */
async function told(): Promise<{ one: Case; folder: string }> {
  const { steps } = procedureOf('data-recovery')
  const { case: one, folder } = roomWith(steps)
  const deps = { procedure: procedureOf } as never
  const runner = new CaseRunner(one, deps, () => undefined)
  const [base] = steps
  const step = base!
  const data = { procedure: 'data-recovery', checks: [] } as const
  const red = { verdict: 'red', evidence: { en: 'too small', it: 'troppo piccolo' }, next: null } as const
  const guard = step.checks.find(({ guard: stops }) => stops)!
  one.write('looked', 'Looked', { ...data, checks: [{ id: guard.id, ...red }] }, { step: step.id })
  runner.override(step, guard.id, 'the disk is enlarged at noon')
  for (const { id } of step.confirmations) await runner.confirm(step, id, '', [])
  runner.skip(steps[1]!, 'it was there already')
  one.write('note', 'call the customer', { text: 'call the customer' })
  const pending = {
    id: 'p',
    role: 'new',
    host: 'new',
    undo: 'x',
    undoArgv: ['x'],
    undoAs: 'root',
    check: null,
  } as const
  const what = { en: 'The validator is off', it: 'Il validatore è spento' }
  one.write('pending', `Changed: ${what.en}`, { pending: { ...pending, what, timerAt: null } })
  return { one, folder }
}

describe('a report in the language of the screens', () => {
  it('is Italian where Lifeboat speaks, and says what was said where a person or a server did', async () => {
    const { one, folder } = await told()
    const { html, json } = writeReport(one, join(folder, 'it'), 'it')
    const page = readFileSync(html, 'utf8').replace(/<script[\s\S]*/, '')
    expect(page).toContain('<html lang="it">')
    for (const words of [
      'Che cosa è andato perso',
      'Controlli forzati',
      'Il validatore è spento',
      'Decisioni',
    ])
      expect(page).toContain(words)
    const { checks, title } = procedureOf('data-recovery').steps[0]!
    const label = checks.find(({ guard }) => guard)!.label
    expect(page).toContain(
      `Forzato: ${label.it.replaceAll("'", '&#39;')} (troppo piccolo). Motivo: the disk is enlarged at noon`,
    )
    expect(page).toContain(title.it)
    expect(page).toContain('call the customer')
    for (const english of ['What was', 'Overridden', 'Skipped:', 'Confirmed:', title.en, 'Validator is off'])
      expect(page).not.toContain(english)
    for (const file of [html, json]) expect(verifyReport(file)).toMatchObject({ ok: true })
  })

  it('is the same journal in English, and neither passes for the other', async () => {
    const { one, folder } = await told()
    const { html } = writeReport(one, join(folder, 'en'), 'en')
    const page = readFileSync(html, 'utf8')
    for (const words of ['What was lost', 'the disk is enlarged at noon', 'The validator is off'])
      expect(page).toContain(words)
    for (const language of ['"it"', '"xx"', '"__proto__"', 'null']) {
      const other = join(folder, 'other.html')
      const at = page.lastIndexOf('"language":"en"')
      writeFileSync(
        other,
        `${page.slice(0, at)}"language":${language}${page.slice(at + '"language":"en"'.length)}`,
      )
      expect(verifyReport(other)).toMatchObject({ ok: false })
    }
  })
})

describe('the journal in words', () => {
  it('has nothing of its own in English where the screens are Italian', async () => {
    const { one } = await told()
    const entries = one.journal.read(0, one.journal.count)
    const same = entries.filter((entry) => entryWords(entry).it === entry.text)
    // what the test itself wrote in its own words, and a note
    expect(same.map(({ text }) => text)).toEqual(['chosen', 'call the customer'])
    for (const entry of entries) expect(entryWords(entry).en).toBe(entry.text)
  })

  it('takes entries of another version as they are', () => {
    const entry = {
      kind: 'looked',
      text: 'Looked',
      data: { procedure: 'data-recovery', checks: 7 },
      files: [],
    }
    expect(entryWords(entry as unknown as JournalEntry)).toEqual({ en: 'Looked', it: 'Looked' })
    expect(entryWords({ ...entry, kind: 'field', data: null } as unknown as JournalEntry).it).toBe('Looked')
    expect(entryWords({ ...entry, kind: 'constructor' } as unknown as JournalEntry).it).toBe('Looked')
  })

  it('says facts so that a person understands them', () => {
    for (const [name, value, en] of [
      ['restore.path', '/mnt/old', 'The backup lies on the new server in: /mnt/old'],
      ['restore.rate', 41.5, 'Measured, items a second: 41.5'],
      [
        'restore.operation.main',
        { state: 'started', id: '7f' },
        'External Restore: it is in the queue of the server (7f)',
      ],
      ['restore.operation.main', null, 'External Restore: given up'],
      ['restore.operation.cure-invalid', null, 'External Restore of invalid items: given up'],
      ['restore.operation.round-2', { state: 'ended' }, 'External Restore, round 2: it ended'],
      ['before.scanner', 'TRUE', 'RealTime Scanner, before it was changed: TRUE'],
      ['task.bring.{"kind":"copy"}', 'abc', 'The copy runs as task abc'],
      ['task.bring.{"kind":"copy"}', null, 'The copy is over'],
      ['unrestored.rows', [1, 2], 'Worklist of items that were not restored: 2'],
      ['unrestored.outcome.a@b.c/856', { how: 'given-up', note: 'spam' }, 'Item a@b.c/856: given up (spam)'],
      ['validator.before', 'true', 'LMTP validator, before it was changed: true'],
      ['isolation.proved', true, 'The clone is isolated: it was proved'],
      ['something.new', 1, 'Kept for later: something.new'],
    ] as const) {
      const said = factWords(name, value)
      expect(said.en).toBe(en)
      expect(said.it).not.toBe(en)
    }
  })

  it('keeps texts of their own: a tick, what a fact was called by an earlier version', () => {
    const one = Case.create(join(temporaryFolder('case'), 'one'), 'A', 'test')
    const { it: ticked } = entryWords(
      one.write('fact', 'Dealt with: relay', { name: 'settings.tick:relay', value: {} }),
    )
    expect(ticked).toBe('Sistemato: relay')
    const old = one.write('fact', 'Known: x', { name: 'x', value: 1 })
    expect(entryWords(old)).toEqual({ en: 'Known: x', it: 'Known: x' })
  })
})
