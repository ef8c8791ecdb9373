import { spawn } from 'node:child_process'
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeSample, type SampleManifest } from '../../../../src-main/backup/writer/index.ts'
import { CheckResults } from '../../../../src-main/verify/check-results.ts'
import { summaryOf } from '../../../../src-main/verify/check-summary.ts'
import type { CheckProblem, CheckRequest, CheckResult } from '../../../../src-main/verify/check-types.ts'
import { problemsIn } from '../../../../src-main/verify/problem-file.ts'
import { startCheck } from '../../../../src-main/verify/checker.ts'
import { startHeal } from '../../../../src-main/verify/healer.ts'
import type { HealRequest, HealResult } from '../../../../src-main/verify/heal-types.ts'
import { snapshotDifferences, snapshotTree, temporaryFolder } from '../../../support/index.ts'

const ITEMS = 600
/** Root reads what nobody may read, so these two damages are none for it. */
const isRoot = process.getuid?.() === 0
const FOR_OTHERS = new Set(['blob-unreadable', 'metadata-unreadable'])

let folder: string
let hurt: string
let whole: string
let planted: SampleManifest

beforeAll(() => {
  folder = temporaryFolder('verify')
  hurt = join(folder, 'hurt')
  whole = join(folder, 'whole')
  planted = writeSample(hurt, { items: ITEMS, damage: true })
  writeSample(whole, { items: ITEMS, damage: false })
}, 60_000)

let serial = 0
function requestFor(path: string, more: Partial<CheckRequest> = {}): CheckRequest {
  const journalFile = join(folder, `journal-${String(serial++)}`)
  return { path, zone: 'UTC', jobs: 2, sample: null, journalFile, timeoutMs: 30_000, ...more }
}

type Checked = CheckResult & { problems: CheckProblem[] }

async function ended(result: Promise<CheckResult>): Promise<Checked> {
  const done = await result
  return { ...done, problems: [...problemsIn(done.problemsFile)] }
}

function check(path: string, more: Partial<CheckRequest> = {}): Promise<Checked> {
  return ended(startCheck(requestFor(path, more)).done)
}

function healRequest(out: string, from: string[]): HealRequest {
  const { sample: _, ...request } = requestFor(hurt)
  return { ...request, from, out }
}

function heal(out: string, from: string[]): Promise<HealResult> {
  return startHeal(healRequest(out, from)).done
}

/** What two checks of the same path must have in common: everything but the time. */
function essence(result: Checked): unknown {
  const problems = result.problems.map((problem) => JSON.stringify(problem)).sort()
  const cells = [...result.cells].sort((a, b) => (a.folder < b.folder ? -1 : 1))
  return { ...result, problems, cells, seconds: 0, problemsFile: '' }
}

describe('check', () => {
  it('finds every planted damage at its place and changes nothing', async () => {
    const before = snapshotTree(hurt)
    const result = await check(hurt)
    expect(snapshotDifferences(before, snapshotTree(hurt))).toEqual([])
    const found = new Set(result.problems.map(({ kind, path }) => `${kind} ${path}`))
    for (const { kind, path } of planted.damages) {
      if (isRoot && FOR_OTHERS.has(kind)) continue
      expect(found).toContain(`${kind} ${path}`)
    }
    expect(result.complete).toBe(true)
    expect(result.blobs.ok).toBeLessThan(result.blobs.total)
  })

  it('finds nothing in a whole path but notices', async () => {
    const result = await check(whole)
    expect(result.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(result.blobs.ok).toBe(result.blobs.total)
    expect(result.metadata).toEqual({ total: ITEMS, ok: ITEMS })
  })

  it('says of a lost blob whose message it was', async () => {
    const { problems } = await check(hurt)
    const missing = problems.find(({ kind, digest }) => kind === 'blob-missing' && digest !== null)
    expect(missing?.recoverable).toBe(false)
    const [first] = missing?.affected ?? []
    expect(first?.accountName).toMatch(/@mail\.example\.com$/)
    expect(first?.subject).not.toBeNull()
    expect(first?.folder).not.toBeNull()
    const item = JSON.parse(
      readFileSync(itemFile(hurt, first?.account ?? '', first?.id ?? 0), 'utf8'),
    ) as unknown
    expect(JSON.stringify(item)).toContain(missing?.digest)
  })

  it('counts missing and orphan blobs in the picture of the store', async () => {
    const { cells, problems } = await check(hurt)
    for (const kind of ['blob-missing', 'blob-orphan']) {
      const found = problems.filter((problem) => problem.kind === kind && problem.path.startsWith('items/'))
      expect(found.length).toBeGreaterThan(0)
      for (const { path } of found) {
        const cell = cells.find(({ folder: name }) => name === path.slice(0, path.lastIndexOf('/')))
        expect(kind === 'blob-missing' ? cell?.errors : cell?.notices).toBeGreaterThan(0)
      }
    }
  })

  it('reads a sample only, and still finds missing blobs', async () => {
    const result = await check(hurt, { sample: 25 })
    expect(result.blobs.total).toBe(25)
    expect(result.kinds['blob-missing']).toBeGreaterThan(0)
  })

  it('goes on where it was stopped and comes to the same result', async () => {
    const undisturbed = essence(await check(hurt))
    const request = requestFor(hurt, { jobs: 1 })
    const handle = startCheck(request)
    const timer = setInterval(() => {
      if (handle.progress().phase === 'blobs') handle.stop()
    }, 1)
    const partial = await handle.done
    clearInterval(timer)
    expect(partial.complete).toBe(false)
    const second = startCheck({ ...request, jobs: 2 })
    expect(essence(await ended(second.done))).toEqual(undisturbed)
  })

  it('survives kill -9 at any moment', async () => {
    const undisturbed = essence(await check(hurt))
    const script = join(import.meta.dirname, 'support/run-check.ts')
    for (let round = 0; round < 6; round++) {
      const request = requestFor(hurt)
      const child = spawn(process.execPath, [script, JSON.stringify(request)], { stdio: 'ignore' })
      await new Promise((resolve) => setTimeout(resolve, 150 + round * 120))
      child.kill('SIGKILL')
      await new Promise((resolve) =>
        child.exitCode === null && child.signalCode === null ? child.on('exit', resolve) : resolve(null),
      )
      expect(essence(await ended(startCheck(request).done))).toEqual(undisturbed)
    }
  }, 60_000)

  it('keeps results and compares them', async () => {
    const results = new CheckResults(join(folder, 'data'), 'catalog')
    const keep = async (id: string, path: string, startedAt: number): Promise<void> => {
      const result = await check(path)
      results.keep(summaryOf(id, 'catalog', startedAt, null, result), result)
    }
    await keep('first', whole, 1)
    await keep('second', hurt, 2)
    expect(results.list().map(({ id }) => id)).toEqual(['second', 'first'])
    const { appeared, gone } = await results.compare('second', 'first')
    expect(appeared.map(({ kind }) => kind)).toContain('blob-truncated')
    expect((await results.compare('first', 'second')).gone).toHaveLength(appeared.length)
    expect(gone.every(({ severity }) => severity === 'notice')).toBe(true)
    const page = await results.problems('second', { kind: 'blob-truncated', offset: 0, limit: 1 })
    expect(page.rows).toHaveLength(1)
    expect(results.cells('second').length).toBeGreaterThan(10)
    results.remove('second')
    expect(results.list().map(({ id }) => id)).toEqual(['first'])
  })
})

function itemFile(root: string, account: string, id: number): string {
  return join(root, 'accounts', account, 'items', String(id % 100).padStart(2, '0'), String(id))
}

describe('heal', () => {
  it('puts everything back from another copy, and touches neither', async () => {
    const before = [snapshotTree(hurt), snapshotTree(whole)]
    const out = join(folder, 'healed')
    const result = await heal(out, [whole])
    expect([snapshotTree(hurt), snapshotTree(whole)]).toEqual(before)
    expect(result).toMatchObject({ lost: [], lostMetadata: [], complete: true })
    // By message: where each one came from.
    const lostAlone = planted.damages.filter(({ kind }) => ['blob-truncated', 'blob-missing'].includes(kind))
    for (const { digest } of lostAlone) {
      const back = result.restored.find((one) => one.digest === digest)
      expect(back?.from).toBe(whole)
      expect(back?.affected[0]?.accountName).toMatch(/@/)
    }
    expect(result.from[whole]).toBeGreaterThan(5)
    const checked = await check(out)
    expect(
      checked.problems.filter(({ kind, severity }) => severity === 'error' && kind !== 'id-mismatch'),
    ).toEqual([])
    expect(readdirSync(out)).not.toContain('.lifeboat-work')
  }, 30_000)

  it('never hard-links: a write into the copy must not reach the original', async () => {
    const out = join(folder, 'not-linked')
    await heal(out, [])
    for (const path of snapshotTree(out).keys()) {
      const stat = lstatSync(join(out, path))
      if (stat.isFile()) expect(stat.nlink).toBe(1)
    }
  }, 30_000)

  it('says by name what no copy has, and leaves no damaged blob behind', async () => {
    const out = join(folder, 'alone')
    const result = await heal(out, [])
    const unrecoverable = planted.damages.filter(
      ({ kind, recoverable }) =>
        !recoverable && ['blob-truncated', 'blob-corrupt', 'blob-empty', 'blob-missing'].includes(kind),
    )
    expect(result.lost.map(({ digest }) => digest)).toEqual(
      expect.arrayContaining(unrecoverable.map(({ digest }) => digest)),
    )
    expect(result.lost.every(({ affected }) => affected.length > 0)).toBe(true)
    const kinds = (await check(out)).kinds
    for (const kind of [
      'blob-truncated',
      'blob-corrupt',
      'blob-empty',
      'blob-double-gzip',
      'blob-misplaced',
      'case-folded',
    ]) {
      expect(kinds).not.toHaveProperty(kind)
    }
  }, 30_000)

  it('takes messages from a mailstore and from a folder of .eml files', async () => {
    const { problems } = await check(hurt)
    const lost = problems.filter(
      ({ digest, kind }) => digest !== null && ['blob-truncated', 'blob-missing'].includes(kind),
    )
    const store = join(folder, 'store/0/1/msg/0')
    const mails = join(folder, 'mails')
    mkdirSync(store, { recursive: true })
    mkdirSync(mails)
    for (const [index, { digest }] of lost.entries()) {
      const blob = join(whole, 'items', (digest ?? '').slice(0, 2), digest ?? '')
      if (index % 2 === 0) copyFileSync(blob, join(store, `${String(index)}-1.msg`))
      else writeFileSync(join(mails, `any name ${String(index)}.eml`), gunzipSync(readFileSync(blob)))
    }
    const result = await heal(join(folder, 'from-mails'), [join(folder, 'store'), mails])
    const stillLost = new Set(result.lost.map(({ digest }) => digest))
    for (const { digest } of lost) expect(stillLost).not.toContain(digest)
    expect(result.from[join(folder, 'store')]).toBe(Math.ceil(lost.length / 2))
    expect(result.from[mails]).toBe(Math.floor(lost.length / 2))
  }, 30_000)

  it('does not take a file whose bytes do not fit the digest', async () => {
    const liar = join(folder, 'liar')
    const { problems } = await check(hurt)
    const digest =
      problems.find(({ kind, digest }) => kind === 'blob-missing' && digest !== null)?.digest ?? ''
    mkdirSync(join(liar, 'items', digest.slice(0, 2)), { recursive: true })
    writeFileSync(join(liar, 'items', digest.slice(0, 2), digest), readFileSync(anyBlob(whole)))
    const result = await heal(join(folder, 'lied-to'), [liar])
    expect(result.from[liar]).toBe(0)
    expect(result.lost.map((blob) => blob.digest)).toContain(digest)
  }, 30_000)

  it('goes on where it was stopped', async () => {
    const out = join(folder, 'resumed')
    const request = healRequest(out, [whole])
    const first = startHeal(request)
    const timer = setInterval(() => {
      if (first.progress().phase === 'blobs') first.stop()
    }, 1)
    expect((await first.done).complete).toBe(false)
    clearInterval(timer)
    const result = await startHeal(request).done
    expect(result).toMatchObject({ complete: true, lost: [] })
    expect(result.check?.blobs.ok).toBe(result.check?.blobs.total)
  }, 30_000)

  it.each([
    ['inside the path', () => join(hurt, 'new')],
    ['around the path', () => folder],
    ['inside the other copy', () => join(whole, 'new')],
  ])('refuses a target %s', async (_, out) => {
    await expect(heal(out(), [whole])).rejects.toThrow(/repaired copy/)
  })

  it('refuses a folder that holds something else', async () => {
    const out = join(folder, 'taken')
    mkdirSync(out)
    writeFileSync(join(out, 'precious.txt'), 'mine')
    await expect(heal(out, [])).rejects.toThrow(/not empty/)
    expect(readdirSync(out)).toEqual(['precious.txt'])
    rmSync(out, { recursive: true })
  })
})

function anyBlob(root: string): string {
  const items = join(root, 'items')
  const first = readdirSync(items)[0] ?? ''
  return join(items, first, readdirSync(join(items, first))[0] ?? '')
}
