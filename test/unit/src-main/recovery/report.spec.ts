import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { figuresOf } from '../../../../src-main/recovery/report/figures.ts'
import type { ReportData } from '../../../../src-main/recovery/report/html.ts'
import { verifyReport } from '../../../../src-main/recovery/report/verify.ts'
import { writeReport, writeReportWithPdf } from '../../../../src-main/recovery/report/write.ts'
import type { Case } from '../../../../src-main/recovery/cases/case.ts'
import { outcomeFact, ROWS } from '../../../../src-main/recovery/unrestored/rows.ts'
import { press, roomWith, stepOf } from './support/room.ts'

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>"'</script><!--&lt;\u202Egpj.exe`
const word = (text: string) => ({ en: text, it: text })

/** A case in which everything that can be hostile is. */
async function hostileCase(): Promise<{ one: Case; folder: string }> {
  const {
    runner,
    case: one,
    folder,
  } = roomWith([
    stepOf({
      id: 'restore',
      title: word(`Restore ${HOSTILE}`),
      checks: [
        {
          id: 'guard',
          label: word(HOSTILE),
          guard: true,
          run: () => Promise.resolve({ verdict: 'red', evidence: word(HOSTILE) }),
        },
      ],
      run: async (context) => {
        await context.command('new', ['echo', HOSTILE])
        context.attach(`${HOSTILE}.eml`, HOSTILE)
        const row = {
          ...{
            account: 'anna@example.com',
            id: 856,
            type: 'message',
            folder: HOSTILE,
            subject: HOSTILE,
            from: HOSTILE,
          },
          ...{
            date: null,
            bytes: 1,
            cause: 'broken',
            evidence: word('blob damaged'),
            sure: true,
            files: [],
            good: null,
          },
          exportable: false,
        } as const
        context.setFact(ROWS, [row, { ...row, id: 857 }, { ...row, id: 858 }])
        const outcome = { at: 1, note: '', file: `/tmp/${HOSTILE}`, sha256: 'abc' }
        context.setFact(outcomeFact(row.account, 857), { ...outcome, how: 'exported' })
        context.setFact(outcomeFact(row.account, 858), { ...outcome, how: 'restored' })
        return {
          summary: word(`Restored ${HOSTILE}`),
          figures: [{ label: word('Items'), value: '1,204', tone: 'ok' as const }],
          tables: [{ title: word(HOSTILE), columns: [word('A')], rows: [[HOSTILE]], total: 1 }],
        }
      },
    }),
  ])
  await press(runner, 'restore')
  runner.override(runner.step('restore'), 'guard', `I know better ${HOSTILE}`)
  await press(runner, 'restore')
  one.write('note', HOSTILE, { text: HOSTILE })
  return { one, folder }
}

function changed(file: string, change: (data: ReportData) => void): string {
  const data = JSON.parse(readFileSync(file, 'utf8')) as ReportData
  change(data)
  const other = file.replace('.json', '-changed.json')
  writeFileSync(other, JSON.stringify(data))
  return other
}

describe('a report', () => {
  it('says what was done, lost and overridden, and no string of a server becomes part of the page', async () => {
    const { one, folder } = await hostileCase()
    const { html, entries } = writeReport(one, join(folder, 'report.html'), 'en')
    const page = readFileSync(html, 'utf8')
    expect(page).toContain('1,204')
    expect(page).toContain('blob damaged')
    expect(page).toContain('I know better')
    expect(entries).toBe(one.journal.count)
    expect(page).not.toMatch(/<script>alert|<img src=x|\u202E/)
    // its own data element, and nothing that loads or runs
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page.match(/<\/script>/g)).toHaveLength(1)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<(?:img|a|link|iframe|object|base|form)\b/)
  })

  it('is proved by its journal: page and JSON', async () => {
    const { one, folder } = await hostileCase()
    const { html, json, lastHash } = writeReport(one, join(folder, 'report'), 'en')
    for (const file of [html, json])
      expect(verifyReport(file)).toMatchObject({
        ok: true,
        entries: one.journal.count,
        brokenAt: null,
        lastHash,
      })
  })

  it.each<[string, (data: ReportData) => void, number | null]>([
    ['an altered entry', ({ journal }) => (journal[3]!.text = 'All is well'), 4],
    ['an entry taken out', ({ journal }) => journal.splice(4, 1), 5],
    ['two entries in another order', ({ journal }) => journal.splice(2, 2, journal[3]!, journal[2]!), 3],
    ['the end cut off', ({ journal }) => journal.splice(-2), null],
    [
      'the end cut off and the hash named',
      (data) => (data.journal.splice(-2), (data.lastHash = data.journal.at(-1)!.hash)),
      null,
    ],
    ['another number of entries', ({ figures }) => (figures.entries = 99), null],
    ['a loss that is not named', ({ figures }) => (figures.lost = []), null],
    ['another result', ({ figures }) => (figures.steps[0]!.result!.figures[0]!.value = '1,300'), null],
  ])('with %s is not proved', async (_what, change, brokenAt) => {
    const { one, folder } = await hostileCase()
    const { json } = writeReport(one, join(folder, 'report'), 'en')
    const found = verifyReport(changed(json, change))
    expect(found.ok).toBe(false)
    if (brokenAt !== null) expect(found.brokenAt).toBe(brokenAt)
  })

  it('whose page says something else than its journal is not proved', async () => {
    const { one, folder } = await hostileCase()
    const { html } = writeReport(one, join(folder, 'report'), 'en')
    const page = readFileSync(html, 'utf8')
    for (const [from, to] of [
      ['1,204', '1,300'],
      ['blob damaged', 'nothing lost'],
      ['</body>', '<p>and all users are happy</p></body>'],
    ] as const) {
      const other = join(folder, 'other.html')
      // the first place is on the page, the last in its data
      writeFileSync(other, page.replace(from, to))
      expect(verifyReport(other)).toMatchObject({ ok: false })
    }
  })

  it('is not taken for one when it is something else, and replaces nothing else', async () => {
    const { one, folder } = await hostileCase()
    for (const text of ['', 'words', '{}', '[1]', '<!doctype html><p>hi', '{"format":"lifeboat-report"}']) {
      writeFileSync(join(folder, 'x.html'), text)
      expect(() => verifyReport(join(folder, 'x.html'))).toThrow(
        expect.objectContaining({ code: 'BAD_QUERY' }) as Error,
      )
    }
    expect(() => verifyReport(join(folder, 'not-there'))).toThrow(
      expect.objectContaining({ code: 'UNREADABLE' }) as Error,
    )
    writeFileSync(join(folder, 'x.html'), 'words')
    expect(() => writeReport(one, join(folder, 'x.html'), 'en')).toThrow(
      expect.objectContaining({ code: 'REFUSED' }) as Error,
    )
    expect(readFileSync(join(folder, 'x.html'), 'utf8')).toBe('words')
    writeReport(one, join(folder, 'mine'), 'en')
    expect(verifyReport(writeReport(one, join(folder, 'mine'), 'en').html).ok).toBe(true)
  })

  it('prints itself beside the page, and replaces no PDF of others', async () => {
    const { one, folder } = await hostileCase()
    const print = (html: string): Promise<Buffer> => Promise.resolve(Buffer.from(`%PDF of ${html.length}`))
    writeFileSync(join(folder, 'other.pdf'), 'theirs')
    await expect(writeReportWithPdf(one, join(folder, 'other.html'), 'en', print)).rejects.toMatchObject({
      code: 'REFUSED',
    })
    expect(readFileSync(join(folder, 'other.pdf'), 'utf8')).toBe('theirs')
    for (let times = 0; times < 2; times++) {
      const { html, pdf } = await writeReportWithPdf(one, join(folder, 'printed.html'), 'en', print)
      expect(readFileSync(pdf, 'utf8')).toBe(`%PDF of ${readFileSync(html, 'utf8').length}`)
      expect(verifyReport(html).ok).toBe(true)
    }
  })

  it('gives the same figures for the same journal', async () => {
    const { one } = await hostileCase()
    const entries = one.journal.read(0, one.journal.count)
    expect(figuresOf(entries)).toEqual(figuresOf(entries))
    expect(figuresOf(entries)).toMatchObject({
      overrides: [{ step: 'restore' }],
      lost: [{ account: 'anna@example.com', item: '856' }],
      exported: [{ item: '857', sha256: 'abc' }],
      commands: 1,
    })
  })
})
