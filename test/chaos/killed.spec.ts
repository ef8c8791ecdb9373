import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeSample } from '../../src-main/backup/writer/index.ts'
import { Random } from '../../src-main/backup/writer/random.ts'
import { snapshotDifferences, snapshotTree } from '../support/snapshot.ts'
import { temporaryFolder } from '../support/temp.ts'
import { dumpCatalog, dumpDifferences } from '../unit/src-main/catalog/support/dump.ts'
import { essence, type Json } from './results.ts'
import { canTrace, contents, lifeboat, MOMENTS, openedFiles, strangers, total, type Ran } from './support.ts'

/**
 * `kill -9` at random moments: the next run ends as an undisturbed one does, and what was read before is not read again.
 * The work is counted in files of the backup path that are opened, by strace, over the killed and the finishing run.
 */
const ITEMS = 4000
/** Of an undisturbed run's opened files, what one kill may cost. */
const REPEATED = 0.05
/** Kills in a row before a run may finish. */
const IN_A_ROW = 3

const folder = temporaryFolder('chaos')
const backup = join(folder, 'backup')
const other = join(folder, 'other')
const seed = Number(process.env['LIFEBOAT_CHAOS_SEED'] ?? Date.now() % 1e6)

interface Command {
  name: 'index' | 'check' | 'heal' | 'export'
  /** An index before: it is another command's work. */
  indexed: boolean
  /** Seconds of work that are kept together: on a path this small they are more than the twentieth. */
  together: number
  arguments(out: string): string[]
  /** Faults of the finished run against the undisturbed one. */
  compare(place: Place, calm: Place): string[]
}

interface Place {
  data: string
  out: string
  json: Json
}

function sameFiles(place: Place, calm: Place): string[] {
  const is = contents(place.out)
  const should = contents(calm.out)
  return [
    ...strangers(is, should).map((name) => `other or new: ${name}`),
    ...strangers(should, is).map((name) => `missing or other: ${name}`),
  ].slice(0, 10)
}

function catalogOf(data: string): string {
  const name = readdirSync(join(data, 'catalogs')).find((one) => one.endsWith('.db')) ?? ''
  return join(data, 'catalogs', name)
}

const COMMANDS: readonly Command[] = [
  {
    name: 'index',
    indexed: false,
    // A commit is made each 150 ms at first, and what two readers hold waits for it.
    together: 0.5,
    arguments: () => ['index', backup],
    compare: (place, calm) =>
      dumpDifferences(dumpCatalog(catalogOf(place.data)), dumpCatalog(catalogOf(calm.data))),
  },
  { name: 'check', indexed: false, together: 0, arguments: () => ['check', backup], compare: () => [] },
  {
    name: 'heal',
    indexed: false,
    together: 0,
    arguments: (out) => ['heal', backup, '--from', other, '--out', out],
    compare: sameFiles,
  },
  {
    name: 'export',
    indexed: true,
    together: 0,
    arguments: (out) => ['export', backup, '--out', out, '--unclaimed'],
    compare: sameFiles,
  },
]

let startup = 0

beforeAll(async () => {
  writeSample(backup, { accounts: 5, items: ITEMS, seed: 21, damage: true })
  writeSample(other, { accounts: 5, items: ITEMS, seed: 21, damage: false })
  await lifeboat(['sample', '--help'])
  startup = (await lifeboat(['sample', '--help'])).ms
}, 120_000)

async function newPlace(name: string, indexed: boolean): Promise<Place> {
  const place = { data: join(folder, name, 'data'), out: join(folder, name, 'out'), json: {} }
  mkdirSync(place.data, { recursive: true })
  if (indexed) expect((await lifeboat(['index', backup, '--data', place.data])).code).toBe(0)
  return place
}

describe('kill -9', () => {
  test.each(COMMANDS)(
    '$name: goes on where it was and ends as an undisturbed run',
    async (command) => {
      const random = new Random(seed)
      const before = snapshotTree(backup)
      const log = join(folder, 'strace.log')
      const traced = canTrace ? { traceTo: log } : {}
      if (!canTrace) console.warn('SKIPPED: what is read twice cannot be counted without strace')
      const calm = await newPlace(`${command.name}-calm`, command.indexed)
      const args = (place: Place): string[] => [...command.arguments(place.out), '--data', place.data]
      const whole = await lifeboat(args(calm), traced)
      calm.json = whole.json
      // The first run of all also compiles: moments are drawn from the time a second one takes.
      const timed = await newPlace(`${command.name}-timed`, command.indexed)
      const { ms } = await lifeboat(args(timed), traced)
      const calmOpened = canTrace ? total(openedFiles(log, backup)) : 0
      let killed = 0
      const costs: number[] = []
      for (let round = 0; round * IN_A_ROW < MOMENTS; round++) {
        let place = await newPlace(`${command.name}-${String(round)}`, command.indexed)
        let opened = 0
        let kills = 0
        let finished: Ran | null = null
        for (let n = 0; n < IN_A_ROW; n++) {
          const work = Math.max(300, ms - startup)
          const killAfter = startup * 0.7 + random.float() * work * (n === 0 ? 1 : 0.7)
          const ran = await lifeboat(args(place), { ...traced, killAfter })
          if (canTrace) opened += total(openedFiles(log, backup))
          if (ran.code !== null) {
            finished = ran
            break
          }
          // Killed when its result was out already: what follows is a run of its own, in a place of its own.
          if (Object.keys(ran.json).length > 0) {
            opened = 0
            kills = 0
            place = await newPlace(`${command.name}-${String(round)}-again`, command.indexed)
            break
          }
          kills++
        }
        const last: Ran = finished ?? (await lifeboat(args(place), traced))
        if (canTrace && finished === null) opened += total(openedFiles(log, backup))
        place.json = last.json
        killed += kills
        const what = `round ${String(round)} with LIFEBOAT_CHAOS_SEED=${String(seed)}`
        expect(last.code, `${what}: ${JSON.stringify(last.json.error)} ${last.stderr}`).toBe(whole.code)
        expect(essence(place.json), what).toEqual(essence(calm.json))
        expect(command.compare(place, calm), what).toEqual([])
        if (kills > 0) costs.push((opened - calmOpened) / calmOpened / kills)
        for (const name of [String(round), `${String(round)}-again`])
          rmSync(join(folder, `${command.name}-${name}`), { recursive: true, force: true })
      }
      expect(snapshotDifferences(before, snapshotTree(backup))).toEqual([])
      expect(killed).toBeGreaterThan(0)
      const worst = Math.max(...costs)
      console.log(
        `${command.name}: ${(ms / 1000).toFixed(1)} s undisturbed, ${String(calmOpened)} files opened; ` +
          `${String(killed)} kills, each cost ${costs.map((cost) => `${(cost * 100).toFixed(1)} %`).join(', ')} of them again`,
      )
      const allowed = Math.max(REPEATED, command.together / Math.max(1, (ms - startup) / 1000))
      if (canTrace) expect(worst).toBeLessThanOrEqual(allowed)
    },
    MOMENTS * 60_000,
  )
})
