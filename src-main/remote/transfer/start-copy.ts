import { ExpectedError } from '../../engine/errors.ts'
import { RateMeter } from '../../engine/task-rate.ts'
import { CopyRun, jobsOf } from './copy-run.ts'
import { Curve } from './curve.ts'
import { Flow } from './flow.ts'
import { ServerLink } from './link.ts'
import { openSides, type Closing } from './open-sides.ts'
import { CopyPool } from './pool.ts'
import type { Sides } from './sides.ts'
import { TIMING } from './types.ts'
import type { CopyMode, CopyOptions, CopyOutcome, CopyPhase, CopyProgress, CurvePoint } from './types.ts'

/** Bytes of small files that go to a thread in one go. */
const BATCH_BYTES = 256 * 1024
/** Bytes that came in and are not yet judged and written, for each thread. */
const IN_HAND = 4 * BATCH_BYTES

/** A stopped copy clears up on the servers for so long, ms. */
const STOP_MS = 3000

/** A running copy. */
export interface CopyHandle {
  /** Rejects with ExpectedError, ConnectionError or the system's errors; a stopped copy resolves with `stopped`. */
  readonly done: Promise<CopyOutcome>
  progress(): CopyProgress
  curve(): CurvePoint[]
  pause(): void
  resume(): void
  /** Breaks off; what is finished stays, and the same copy goes on from there. */
  stop(): void
  /** Bytes a second; null lifts the limit. */
  setLimit(limit: number | null): void
}

/** Starts a copy. See CopyOptions; nothing is written at the source. */
export function startCopy(options: CopyOptions): CopyHandle {
  return new Copy(options)
}

class Stopped extends Error {}

class Copy implements CopyHandle {
  readonly done: Promise<CopyOutcome>
  readonly #options: CopyOptions
  readonly #mode: CopyMode
  readonly #flow: Flow
  readonly #abort = new AbortController()
  readonly #meter = new RateMeter()
  #phase: CopyPhase = 'connecting'
  readonly #curve = new Curve()
  readonly #startedAt = Date.now()
  readonly #links: ServerLink[] = []
  #run: CopyRun | null = null
  #waiting: string | null = null
  #pool: CopyPool | null = null
  readonly #closing: Closing[] = []
  readonly #late: string[] = []
  #tick: NodeJS.Timeout | null = null

  constructor(options: CopyOptions) {
    if (options.direct !== undefined && (options.source.kind === 'local' || options.target.kind === 'local'))
      throw notTwoServers()
    this.#options = options
    this.#mode = modeOf(options)
    this.#flow = new Flow(IN_HAND * jobsOf(options), jobsOf(options), options.limit ?? null)
    this.done = this.#whole()
    // Whoever never asks must not end the process.
    this.done.catch(() => undefined)
  }

  pause(): void {
    this.#flow.pause()
    this.#meter.reset()
  }

  resume(): void {
    this.#flow.resume()
    this.#meter.reset()
  }

  stop(): void {
    const reason = new Stopped('Stopped.')
    this.#flow.stop(reason)
    this.#abort.abort(reason)
    // Time to clear up over there; what still waits for a server then does so no more.
    setTimeout(() => {
      for (const link of this.#links) link.close()
    }, STOP_MS).unref()
  }

  setLimit(limit: number | null): void {
    this.#flow.setLimit(limit)
  }

  curve(): CurvePoint[] {
    return this.#curve.points()
  }

  progress(): CopyProgress {
    const run = this.#run
    const rates = this.#meter.rates(Date.now())
    const rate = rates === null ? null : Math.round(rates.byteRate)
    return {
      mode: this.#mode,
      phase: run?.phase ?? 'connecting',
      done: run === null ? 0 : run.alreadyThere + run.ledger.verified,
      total: run?.total ?? null,
      bytes: run?.bytes ?? 0,
      totalBytes: run?.totalBytes ?? null,
      alreadyThere: run?.alreadyThere ?? 0,
      problems: run?.ledger.problems ?? 0,
      rate,
      secondsLeft: this.#secondsLeft(),
      limit: this.#flow.limit,
      waiting: this.#waiting,
    }
  }

  /** By bytes and by files, whichever takes longer; files of metadata are small and say nothing of the mail behind them. */
  #secondsLeft(): number | null {
    const run = this.#run
    if (run?.total == null || run.totalBytes === null || run.blobsAhead > 0) return null
    return this.#meter.secondsLeft(Date.now(), {
      units: run.total - run.alreadyThere - run.ledger.verified,
      bytes: run.totalBytes - run.ledger.doneBytes,
    })
  }

  async #whole(): Promise<CopyOutcome> {
    this.#tick = setInterval(() => this.#measure(), 250)
    try {
      const sides = await this.#open()
      const run = new CopyRun(this.#options, this.#mode, sides, this.#flow)
      this.#run = run
      return this.#outcome(run, await run.run(), false)
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error
      return this.#outcome(this.#run, this.#run?.soFar() ?? NOTHING, true)
    } finally {
      clearInterval(this.#tick)
      // Threads first: nothing is written any more when the staging folder goes.
      await this.#pool?.close()
      for (const one of this.#closing.toReversed()) await one.close()
      this.#run?.notes.notes.push(...this.#late)
      for (const link of this.#links) link.close()
    }
  }

  #outcome(
    run: CopyRun | null,
    result: Omit<CopyOutcome['result'], 'mode' | 'seconds'>,
    stopped: boolean,
  ): CopyOutcome {
    const seconds = Math.round((Date.now() - this.#startedAt) / 10) / 100
    return {
      result: {
        mode: this.#mode,
        files: result.files,
        bytes: result.bytes,
        alreadyThere: result.alreadyThere,
        verified: result.verified,
        missing: result.missing,
        damaged: result.damaged,
        seconds,
      },
      notes: run?.notes ?? { extra: 0, removed: 0, planned: null, notes: [], findings: [] },
      curve: this.#curve.points(),
      stopped,
    }
  }

  async #open(): Promise<Sides> {
    this.#pool = new CopyPool(jobsOf(this.#options))
    return openSides({
      options: this.#options,
      timing: { ...TIMING, ...this.#options.timing },
      signal: this.#abort.signal,
      pool: this.#pool,
      flow: this.#flow,
      // The run is made from the sides: its ledger is found when the first file comes.
      ledger: () => this.#run!.ledger,
      batchBytes: BATCH_BYTES,
      onBytes: (bytes) => {
        if (this.#run) this.#run.bytes += bytes
      },
      onWaiting: (why) => {
        this.#waiting = why
      },
      onNote: (note) => this.#late.push(note),
      onOpen: (opened) => {
        if (opened instanceof ServerLink) this.#links.push(opened)
        else this.#closing.push(opened)
      },
    })
  }

  #measure(): void {
    const run = this.#run
    if (!run || this.#flow.paused) return
    const now = Date.now()
    // another phase reads other files: what it takes is measured anew
    if (run.phase !== this.#phase) this.#meter.reset()
    this.#phase = run.phase
    this.#meter.add(now, run.alreadyThere + run.ledger.verified, run.bytes)
    this.#curve.add((now - this.#startedAt) / 1000, run.bytes)
  }
}

function notTwoServers(): ExpectedError {
  return new ExpectedError('BAD_QUERY', 'A direct copy goes from one server to another', {
    why: 'One end of this copy is on this computer.',
    next: 'Leave out --direct.',
  })
}

const NOTHING = { files: 0, bytes: 0, alreadyThere: 0, verified: 0, missing: [], damaged: [] }

function modeOf({ source, target, direct }: CopyOptions): CopyMode {
  if (source.kind === 'local') return target.kind === 'local' ? 'local' : 'push'
  if (target.kind === 'local') return 'pull'
  return direct === undefined ? 'relay' : 'direct'
}
