import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ProgressMeter } from '../../../../src-main/catalog/ingest/progress.ts'
import type { IngestProgress } from '../../../../src-main/catalog/ingest/protocol.ts'
import { openAppDatabase, type AppDatabase } from '../../../../src-main/engine/app-database.ts'
import { isTrusted, RateMeter } from '../../../../src-main/engine/task-rate.ts'
import { TaskManager, type TaskContext } from '../../../../src-main/engine/tasks.ts'
import { cleanUp, temporaryFolder } from '../../../support/small-backup.ts'

const GB = 1e9
const MB = 1e6

describe('rates', () => {
  test('are those of the last seconds, and fall when it stands still', () => {
    const meter = new RateMeter()
    expect(meter.rates(0)).toBeNull()
    for (let second = 0; second <= 20; second++) meter.add(second * 1000, second * 100, second * 1000)
    expect(meter.rates(20_000)?.rate).toBeCloseTo(100)
    for (let second = 21; second <= 30; second++) meter.add(second * 1000, 2000 + (second - 20) * 10, 20_000)
    expect(meter.rates(30_000)?.rate).toBeCloseTo(10)
    expect(meter.rates(30_000)?.byteRate).toBe(0)
    expect(meter.rates(90_000)?.rate).toBeLessThan(2)
  })

  test('many reports keep few samples', () => {
    const meter = new RateMeter()
    for (let index = 0; index < 100_000; index++) meter.add(index * 0.05, index, 0)
    expect(meter.rates(5000)?.rate).toBeCloseTo(20_000, -3)
  })
})

describe('the time left', () => {
  test('is not told after one tiny file: 2 kB in half a second of 40 GB would be four months', () => {
    const meter = new RateMeter()
    meter.add(0, 0, 0)
    meter.add(500, 1, 2000)
    expect((40 * GB) / (meter.rates(500)?.byteRate ?? 0) / 86_400).toBeGreaterThan(100)
    expect(meter.secondsLeft(500, { units: 200_000, bytes: 40 * GB })).toBeNull()
    // nor when the file was alone for long
    meter.add(40_000, 1, 2000)
    expect(meter.secondsLeft(40_000, { units: 200_000, bytes: 40 * GB })).toBeNull()
  })

  test('is told after 3 seconds and 1 % of the bytes, or after 30 seconds and 0.1 %', () => {
    const total = 10 * GB
    const meter = new RateMeter()
    const told: (number | null)[] = []
    for (let second = 0; second <= 4; second++) {
      meter.add(second * 1000, 0, second * 100 * MB)
      told.push(meter.secondsLeft(second * 1000, { units: 0, bytes: total - second * 100 * MB }))
    }
    expect(told).toEqual([null, null, null, 97, 96])
    expect(isTrusted(3000, 1, 99)).toBe(true)
    expect(isTrusted(2999, 1, 1)).toBe(false)
    expect(isTrusted(29_999, 9, 991)).toBe(false)
    expect(isTrusted(30_000, 1, 999)).toBe(true)
    expect(isTrusted(60_000, 1, 1001)).toBe(false)
  })

  test('is that of the files where these take longer than their bytes, which tell it otherwise', () => {
    const meter = new RateMeter()
    for (let second = 0; second <= 5; second++) meter.add(second * 1000, second * 10, second * 100 * MB)
    expect(meter.secondsLeft(5000, { units: 300, bytes: 500 * MB })).toBe(30)
    expect(meter.secondsLeft(5000, { units: 20, bytes: 500 * MB })).toBe(5)
    expect(meter.secondsLeft(5000, { units: 20 })).toBe(2)
    // one large file: no file is done yet, its bytes go on
    const large = new RateMeter()
    for (let second = 0; second <= 5; second++) large.add(second * 1000, 0, second * 100 * MB)
    expect(large.secondsLeft(5000, { units: 1, bytes: 500 * MB })).toBe(5)
  })

  test('is nothing when nothing is left, and not told while it stands still or right after a pause', () => {
    const meter = new RateMeter()
    expect(meter.secondsLeft(0, { units: 0, bytes: 0 })).toBe(0)
    for (let second = 0; second <= 20; second++) meter.add(second * 1000, Math.min(5, second), 0)
    expect(meter.secondsLeft(20_000, { units: 5 })).toBeNull()
    meter.reset()
    meter.add(21_000, 5, 0)
    meter.add(22_000, 9, 0)
    expect(meter.secondsLeft(22_000, { units: 1 })).toBeNull()
  })
})

describe('what the screens and the command line are told', () => {
  let db: AppDatabase
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
    db = openAppDatabase(temporaryFolder())
  })
  afterEach(() => {
    db.close()
    vi.useRealTimers()
    cleanUp()
  })

  /** A task that runs until the test ends. */
  async function running(total: number): Promise<{ context: TaskContext; left: () => number | null }> {
    const tasks = new TaskManager(db)
    let context: TaskContext | null = null
    const { id } = tasks.start({ kind: 'check', title: 'Checking', unit: 'folders', total }, (given) => {
      context = given
      return new Promise(() => undefined)
    })
    await Promise.resolve()
    return { context: context as unknown as TaskContext, left: () => tasks.get(id).secondsLeft }
  }

  test('of a task that goes on: what was done before it began counts for no rate', async () => {
    const { context, left } = await running(10_000)
    for (let second = 0; second <= 5; second++) {
      vi.setSystemTime(1_000_000 + second * 1000)
      context.update({ done: 9000 + second * 10 })
      expect(left()).toBe(second < 3 ? null : (1000 - second * 10) / 10)
    }
  })

  test('of a task that knows better than its count tells', async () => {
    const { context, left } = await running(100)
    context.update({ done: 50, secondsLeft: 4711 })
    expect(left()).toBe(4711)
    vi.setSystemTime(1_010_000)
    context.update({ done: 60, secondsLeft: null })
    expect(left()).toBeNull()
  })

  test('of the reading of a Backup Path, where the first account is no measure', () => {
    const told: IngestProgress[] = []
    const meter = new ProgressMeter((progress) => told.push(progress))
    meter.phase('items', 'items', 100_000)
    for (let tenth = 1; tenth <= 50; tenth++) {
      vi.setSystemTime(1_000_000 + tenth * 100)
      meter.advance(tenth === 1 ? 1 : 100)
    }
    const early = told.filter((_, at) => at > 0 && at < 8)
    expect(early.map(({ secondsLeft }) => secondsLeft)).toEqual(early.map(() => null))
    expect(told.at(-1)?.secondsLeft).toBeGreaterThan(90)
    expect(told.at(-1)?.secondsLeft).toBeLessThan(100)
  })
})
