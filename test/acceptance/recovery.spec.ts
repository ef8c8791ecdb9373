import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunReport } from '../../src-main/drill/runs/driver.ts'
import { temporaryFolder } from '../support/temp.ts'
import { lifeboat } from './support/cli.ts'

describe('lifeboat drill run data-recovery', () => {
  it('catches everything that was planted, recovers what is recoverable, and leaves a case that proves it', async () => {
    const folder = join(temporaryFolder('run'), 'drill')
    const run = await lifeboat(['drill', 'run', 'data-recovery', '--json', '--dir', folder], {
      timeout: 200_000,
    })
    const report = run.json as RunReport
    expect(report.problems, run.stderr).toEqual([])
    expect(run.code).toBe(0)
    expect(report).toMatchObject({ procedure: 'data-recovery', ok: true })
    expect(report.seconds).toBeLessThan(200)
    expect(report.planted.length).toBe(15)
    expect(report.caught.map(({ id }) => id).sort()).toEqual(report.planted.map(({ id }) => id).sort())
    expect(report.steps.filter(({ state }) => state !== 'done')).toEqual([])

    // The same case, from the terminal: its journal, its report, the proof of both, and the hand-over.
    const data = ['--data', join(folder, 'laptop')]
    const [id = ''] = readdirSync(join(folder, 'laptop/cases'))
    expect((await lifeboat(['case', 'list', ...data])).stdout).toContain(id)
    const { json } = await lifeboat(['case', 'journal', id, '--json', ...data])
    const { entries } = json as {
      entries: { kind: string; command: string | null; exitCode: number | null }[]
    }
    expect(entries.some(({ command }) => command?.includes('doExternalRestore'))).toBe(true)

    const page = join(folder, 'report.html')
    expect((await lifeboat(['case', 'report', id, '--out', page, ...data])).code).toBe(0)
    expect((await lifeboat(['report', 'verify', page])).code).toBe(0)
    expect((await lifeboat(['report', 'verify', join(folder, 'report.json')])).code).toBe(0)
    const italian = join(folder, 'rapporto.html')
    const inItalian = await lifeboat(['case', 'report', id, '--out', italian, '--language', 'it', ...data])
    expect(inItalian.code).toBe(0)
    expect(readFileSync(italian, 'utf8')).toContain('Che cosa è stato recuperato')
    expect((await lifeboat(['report', 'verify', italian])).code).toBe(0)
    const changed = join(folder, 'changed.html')
    writeFileSync(changed, readFileSync(page, 'utf8').replace('data-recovery', 'data recovery'))
    expect((await lifeboat(['report', 'verify', changed])).code).toBe(1)
    expect((await lifeboat(['report', 'verify', join(folder, 'servers/drill.json')])).code).toBe(2)
    expect((await lifeboat(['report', 'verify', join(folder, 'nowhere')])).code).toBe(3)

    const file = join(folder, 'over.lifeboat-case')
    expect((await lifeboat(['case', 'export', id, '--out', file, ...data])).code).toBe(0)
    const other = ['--data', join(folder, 'other')]
    expect((await lifeboat(['case', 'import', file, ...other])).code).toBe(0)
    expect((await lifeboat(['case', 'note', id, 'day shift took over', ...other])).code).toBe(0)
    expect((await lifeboat(['case', 'show', id, ...other])).stdout).toContain('items-follow: done')
    // One letter in the journal, and the case is refused.
    const journal = join(folder, 'other/cases', id, 'journal.jsonl')
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('day shift', 'dry shift'))
    const refused = await lifeboat(['case', 'list', ...other])
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('REFUSED')
  }, 260_000)
})

/** Each with how much it plants. */
describe.each([
  ['vm-snapshot', 5],
  ['same-server', 4],
  ['unrestored', 13],
])('lifeboat drill run %s', (procedure, planted) => {
  it('catches everything that was planted, recovers what is recoverable, and says so by its exit code', async () => {
    const folder = join(temporaryFolder('run'), 'drill')
    const run = await lifeboat(['drill', 'run', procedure, '--json', '--dir', folder], { timeout: 200_000 })
    const report = run.json as RunReport
    expect(report.problems, run.stderr).toEqual([])
    expect(run.code).toBe(0)
    expect(report).toMatchObject({ procedure, ok: true })
    expect(report.seconds).toBeLessThan(200)
    expect(report.planted).toHaveLength(planted)
    expect(report.caught.map(({ id }) => id).sort()).toEqual(report.planted.map(({ id }) => id).sort())
    expect(report.steps.filter(({ state }) => state !== 'done')).toEqual([])
  }, 230_000)
})
