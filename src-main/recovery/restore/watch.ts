import type { Words } from '../../contract/recovery.ts'
import { isTrusted } from '../../engine/task-rate.ts'
import { CarbonioError } from '../../remote/carbonio/errors.ts'
import type { QueuedOperation } from '../../remote/carbonio/get-all-operations.ts'
import { watchOperation, type MonitorLine } from '../../remote/carbonio/monitor.ts'
import { ConnectionError } from '../../remote/connection-errors.ts'
import { words } from '../cases/words.ts'
import type { StepContext } from '../types.ts'
import { fetchEnding } from './ending.ts'
import { FACTS } from './facts.ts'
import { count } from './look.ts'
import { keepReport } from './reports.ts'
import { inQueue, keepRun, readQueue, wait, type RestoreRun } from './operation.ts'

/** What a run did so far, as far as the server tells. */
interface Counts {
  phase: string | null
  account: string | null
  done: number | null
  total: number | null
  restored: number | null
  skipped: number | null
  unrestored: number | null
}

/** One look at the monitor lasts so long at most, ms; then the queue is asked again. */
const LOOK_MS = 240_000
const SHORT_LOOK_MS = 2500
/** Pauses between looks when the server has no monitor for it, ms. */
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 15_000

interface WatchOptions {
  /** Items by the catalog: what progress is measured against where the server gives no total. */
  expected: number | null
  /** Ends the watching before the operation has ended; asked after each look. */
  until?: (counts: Counts) => Promise<boolean>
}

/**
 * Follows a run until it left the queue (or `until` holds), through lost connections and restarts. Says where it
 * stands in the queue, its phase, rate and time left.
 * @returns the run as it is known now, and whether it has ended
 */
export async function watchRun(
  context: StepContext,
  run: string,
  known: RestoreRun,
  { expected, until }: WatchOptions,
): Promise<{ run: RestoreRun; over: boolean }> {
  if (known.state === 'ended') return { run: known, over: true }
  let counts: Counts = NOTHING
  let told: string | null = null
  const meter = new Meter()
  for (let pause = FIRST_PAUSE; ;) {
    const operations = await readQueue(context)
    const entry = inQueue(operations, known.id)
    if (entry === null) break
    counts = merged(counts, countsOf(entry))
    const ahead = operations.slice(0, operations.indexOf(entry)).length
    show(context, entry, ahead, counts, expected, meter)
    if (until !== undefined && (await until(counts))) {
      keepRate(context, meter)
      return { run: known, over: false }
    }
    const began = Date.now()
    const look = AbortSignal.timeout(until === undefined ? LOOK_MS : SHORT_LOOK_MS)
    try {
      const settings = { signal: AbortSignal.any([context.signal, look]) }
      for await (const event of watchOperation(context.shell('new'), known.id ?? '', settings)) {
        if (event.kind === 'notifications') told = event.text
        else {
          counts = merged(counts, countsIn(event.lines))
          show(context, entry, ahead, counts, expected, meter)
        }
      }
    } catch (error) {
      context.signal.throwIfAborted()
      const passes = look.aborted || error instanceof CarbonioError || error instanceof ConnectionError
      if (!passes) throw error
    }
    // a server without a monitor is asked ever more seldom: each question starts a JVM there
    pause = Date.now() - began < 1500 ? Math.min(pause * 1.5, LONGEST_PAUSE) : FIRST_PAUSE
    await wait(pause, context.signal)
  }
  keepRate(context, meter)
  return { run: await ended(context, run, known, told), over: true }
}

/** What was measured is what the next run is expected to do. */
function keepRate(context: StepContext, { rate }: Meter): void {
  if (rate !== null) context.setFact(FACTS.rate, rate)
}

const NOTHING: Counts = {
  phase: null,
  account: null,
  done: null,
  total: null,
  restored: null,
  skipped: null,
  unrestored: null,
}

function merged(before: Counts, now: Counts): Counts {
  return Object.fromEntries(
    Object.entries(now).map(([key, value]) => [key, value ?? before[key as keyof Counts]]),
  ) as unknown as Counts
}

/** `2` of `2/2`; null for nothing. */
const firstOf = (text: string): string | null => /^[^/]+/.exec(text)?.[0] ?? null

const pair = (text: unknown): [number, number] | null => {
  const match = typeof text === 'string' ? /^(\d{1,12})\/(\d{1,12})$/.exec(text) : null
  return match === null ? null : [Number(match[1]), Number(match[2])]
}

/** What the entry of the queue tells; public code shows no fixed fields, so those that are there are taken. */
function countsOf({ fields }: QueuedOperation): Counts {
  const progress = pair(fields['progress'])
  const { phase, account } = fields
  return {
    ...NOTHING,
    phase: typeof phase === 'number' || typeof phase === 'string' ? firstOf(String(phase)) : null,
    account: typeof account === 'string' && account !== '' ? account : null,
    done: progress?.[0] ?? null,
    total: progress?.[1] ?? null,
  }
}

/** Lines of the monitor: `Items: 40/231`, `Account scanned: 4/4`, `Restored: 12` … */
function countsIn(lines: readonly MonitorLine[]): Counts {
  const line = (pattern: RegExp): MonitorLine | undefined => lines.find(({ label }) => pattern.test(label))
  const items = line(/^items?\b|^item (?:restored|scanned)/i)
  return {
    phase: firstOf(line(/^phase$/i)?.text ?? ''),
    account: line(/^(?:current )?account$/i)?.text ?? null,
    done: items?.done ?? null,
    total: items?.total ?? null,
    restored: line(/^(?:items? )?restored/i)?.done ?? null,
    skipped: line(/^(?:items? )?skipped/i)?.done ?? null,
    unrestored: line(/^(?:items? )?unrestored/i)?.done ?? null,
  }
}

/** Items a second since it was watched. */
class Meter {
  #first: { at: number; done: number } | null = null
  rate: number | null = null

  take(done: number): number | null {
    const now = Date.now()
    this.#first ??= { at: now, done }
    const seconds = (now - this.#first.at) / 1000
    if (seconds >= 2 && done > this.#first.done) this.rate = (done - this.#first.done) / seconds
    return this.rate
  }

  /** Null while too little was restored to tell. */
  secondsLeft(done: number, total: number | null): number | null {
    if (!this.#first || total === null || this.rate === null) return null
    const left = Math.max(0, total - done)
    if (!isTrusted(Date.now() - this.#first.at, done - this.#first.done, left)) return null
    return left / this.rate
  }
}

function show(
  context: StepContext,
  entry: QueuedOperation,
  ahead: number,
  counts: Counts,
  expected: number | null,
  meter: Meter,
): void {
  const { restored, skipped, unrestored } = counts
  const sum = restored === null ? null : restored + (skipped ?? 0) + (unrestored ?? 0)
  const done = counts.done ?? sum ?? 0
  const total = counts.total ?? expected
  const rate = entry.standing === 'running' ? meter.take(done) : null
  context.progress({
    phase: phaseWords(entry, ahead, counts),
    done,
    total,
    unit: 'items',
    rate,
    secondsLeft: rate === null ? null : meter.secondsLeft(done, total),
    detail: detailWords(counts),
  })
}

function phaseWords({ standing, state }: QueuedOperation, ahead: number, { phase, account }: Counts): Words {
  if (standing === 'queued')
    return words(
      `Waits in the queue, place ${String(ahead + 1)}`,
      `Attende in coda, posto ${String(ahead + 1)}`,
    )
  if (phase === '1') return words('Phase 1: domains, COS and accounts', 'Fase 1: domini, COS e account')
  const of = account === null ? '' : ` · ${account}`
  if (phase === '2') return words(`Phase 2: items${of}`, `Fase 2: elementi${of}`)
  return words(`${state ?? 'Running'}${of}`, `${state ?? 'In corso'}${of}`)
}

function detailWords({ restored, skipped, unrestored }: Counts): Words | null {
  if (restored === null) return null
  const [r, s, u] = [count(restored), count(skipped ?? 0), count(unrestored ?? 0)]
  return words(
    `${r} restored, ${s} there already, ${u} not restored`,
    `${r} ripristinati, ${s} già presenti, ${u} non ripristinati`,
  )
}

/** The run left the queue: how it ended is what its notification says. */
async function ended(
  context: StepContext,
  run: string,
  known: RestoreRun,
  told: string | null,
): Promise<RestoreRun> {
  const { text, report, ending, why } = await fetchEnding(context, known.id, told)
  if (text !== null && report !== null) {
    const name = context.attach(`notification-${run}.txt`, text)
    keepReport(context, run, { report, file: name, operation: known.id })
  }
  return keepRun(context, run, {
    ...known,
    state: 'ended',
    endedAt: Date.now(),
    ending,
    why,
  })
}
