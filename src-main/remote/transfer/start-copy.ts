import { detectLayout } from '../../backup/layout.ts'
import { RateMeter } from '../../engine/task-rate.ts'
import { assertApart, realPlace } from '../../engine/paths.ts'
import { assertDistinct, whereaboutsHere } from './apart.ts'
import { CopyRun, jobsOf, type Sides } from './copy-run.ts'
import { LocalDelivery } from './deliver-local.ts'
import { Flow } from './flow.ts'
import { LocalSide } from './local-side.ts'
import { CopyPool } from './pool.ts'
import { probeSource } from './probe.ts'
import { lookAtTarget } from './probe-target.ts'
import { RemoteSide } from './remote-side.ts'
import type { SourceSide, TargetSide } from './sides.ts'
import { ServerLink } from './link.ts'
import { LocalSource } from './source-local.ts'
import { RemoteSource } from './source-remote.ts'
import { openLocalTarget } from './target-local.ts'
import { Curve } from './curve.ts'
import { TIMING } from './types.ts'
import type {
  CopyMode,
  CopyOptions,
  CopyOutcome,
  CopyPlace,
  CopyProgress,
  CopyTiming,
  CurvePoint,
} from './types.ts'

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
  readonly #curve = new Curve()
  readonly #startedAt = Date.now()
  readonly #links: ServerLink[] = []
  #run: CopyRun | null = null
  #waiting: string | null = null
  #pool: CopyPool | null = null
  #target: TargetSide | null = null
  #tick: NodeJS.Timeout | null = null

  constructor(options: CopyOptions) {
    this.#options = options
    this.#mode = modeOf(options)
    this.#flow = new Flow(IN_HAND * jobsOf(options), options.limit ?? null)
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
    const left = run?.totalBytes == null ? null : run.totalBytes - run.ledger.doneBytes
    const filesLeft = run?.total == null ? 0 : run.total - run.alreadyThere - run.ledger.verified
    const seconds = [
      left !== null && rates && rates.byteRate > 0 ? left / rates.byteRate : null,
      rates && rates.rate > 0 ? filesLeft / rates.rate : null,
    ].filter((value) => value !== null)
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
      secondsLeft: seconds.length === 0 ? null : Math.ceil(Math.max(...seconds)),
      limit: this.#flow.limit,
      waiting: this.#waiting,
    }
  }

  async #whole(): Promise<CopyOutcome> {
    this.#tick = setInterval(() => this.#measure(), 250)
    try {
      const sides = await this.#open()
      const run = new CopyRun(this.#options, sides, this.#flow)
      this.#run = run
      return this.#outcome(run, await run.run(), false)
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error
      return this.#outcome(this.#run, this.#run?.soFar() ?? NOTHING, true)
    } finally {
      clearInterval(this.#tick)
      // Threads first: nothing is written any more when the staging folder goes.
      await this.#pool?.close()
      await this.#target?.close()
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
      notes: run?.notes ?? { extra: 0, removed: 0, planned: null, notes: [] },
      curve: this.#curve.points(),
      stopped,
    }
  }

  async #open(): Promise<Sides> {
    const { source, target, dryRun = false } = this.#options
    const timing = { ...TIMING, ...this.#options.timing }
    const onBytes = (bytes: number): void => {
      if (this.#run) this.#run.bytes += bytes
    }
    const free: ArrayBuffer[] = []
    const given = { flow: this.#flow, batchBytes: BATCH_BYTES, free }
    const link = source.kind === 'server' ? await this.#connect(source, timing) : null
    const facts = link === null ? null : await probeSource(link)
    const root = source.kind === 'local' ? detectLayout(source.path).root : null
    const here = root === null ? null : whereaboutsHere(root)
    const from = facts === null ? here : { ...facts, there: true }
    if (target.kind === 'local') {
      if (root !== null) assertApart(target.path, root, 'target')
      if (from !== null) assertDistinct(from, whereaboutsHere(realPlace(target.path)))
    }
    const far = target.kind === 'server' ? await this.#connect(target, timing) : null
    const look = far === null ? null : await lookAtTarget(far)
    if (look !== null && from !== null) assertDistinct(from, look)
    const local = target.kind === 'local' ? openLocalTarget(target.path, dryRun) : null
    const pool = this.#startPool(root, local)
    let side: TargetSide
    if (local !== null) side = this.#localSide(local, pool, free)
    else {
      const remote = new RemoteSide(far!, look!, {
        ...given,
        pool,
        ledger: () => this.#run!.ledger,
        source: root,
      })
      this.#target = remote
      if (!dryRun) await remote.open()
      side = remote
    }
    this.#target = side
    const origin: SourceSide =
      link !== null && facts !== null
        ? new RemoteSource(link, facts, { ...given, stall: timing.stall, onBytes })
        : new LocalSource(root!, { ...given, pool, onBytes })
    return { source: origin, target: side }
  }

  async #connect(place: Extract<CopyPlace, { kind: 'server' }>, timing: CopyTiming): Promise<ServerLink> {
    const link = new ServerLink(place, timing, this.#abort.signal, (waiting) => {
      this.#waiting = waiting
    })
    this.#links.push(link)
    await link.connect()
    return link
  }

  #startPool(source: string | null, local: ReturnType<typeof openLocalTarget> | null): CopyPool {
    this.#pool = new CopyPool(jobsOf(this.#options), {
      source,
      target: local?.root ?? null,
      staging: local?.staging ?? null,
      owner: local?.owner ?? null,
      umask: local?.umask ?? 0,
    })
    return this.#pool
  }

  #localSide(local: ReturnType<typeof openLocalTarget>, pool: CopyPool, free: ArrayBuffer[]): LocalSide {
    // The run is made from the sides: its ledger is found when the first file comes.
    const delivery = new LocalDelivery({
      target: local,
      pool,
      flow: this.#flow,
      ledger: () => this.#run!.ledger,
      free,
      batchBytes: BATCH_BYTES,
    })
    return new LocalSide(local, pool, delivery)
  }

  #measure(): void {
    const run = this.#run
    if (!run || this.#flow.paused) return
    const now = Date.now()
    this.#meter.add(now, run.alreadyThere + run.ledger.verified, run.bytes)
    this.#curve.add((now - this.#startedAt) / 1000, run.bytes)
  }
}

const NOTHING = { files: 0, bytes: 0, alreadyThere: 0, verified: 0, missing: [], damaged: [] }

function modeOf({ source, target, direct }: CopyOptions): CopyMode {
  if (source.kind === 'local') return target.kind === 'local' ? 'local' : 'push'
  if (target.kind === 'local') return 'pull'
  return direct === true ? 'direct' : 'relay'
}
