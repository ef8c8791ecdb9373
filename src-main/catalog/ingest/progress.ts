import { RateMeter } from '../../engine/task-rate.ts'
import type { IngestProgress } from './protocol.ts'

/** Before anything is known. */
export function startOfIngest(): IngestProgress {
  return {
    phase: 'accounts',
    complete: false,
    done: 0,
    total: null,
    unit: 'accounts',
    rate: null,
    secondsLeft: null,
    accounts: 0,
    items: 0,
    messages: 0,
    blobs: 0,
    unclaimed: 0,
    problems: 0,
    revision: 0,
    error: null,
  }
}

/** How far an ingest is, with a rate measured over the last seconds and the time left. */
export class ProgressMeter {
  readonly #send: (progress: IngestProgress) => void
  readonly #meter = new RateMeter()
  #last = 0
  #fraction: number | null = null
  state = startOfIngest()

  constructor(send: (progress: IngestProgress) => void) {
    this.#send = send
  }

  /** Begins a phase: its counter starts at 0. */
  phase(phase: IngestProgress['phase'], unit: IngestProgress['unit'], total: number | null): void {
    this.#meter.reset()
    this.#fraction = null
    Object.assign(this.state, { phase, unit, total, done: 0, rate: null, secondsLeft: null })
    this.send(true)
  }

  /** `fraction` of the phase that is done, where the total is not known. */
  advance(done: number, fraction: number | null = null): void {
    this.state.done += done
    if (fraction !== null) this.#fraction = fraction
    this.send()
  }

  /** Sends the state, at most four times a second unless `now`. */
  send(now = false): void {
    const at = Date.now()
    if (!now && at - this.#last < 250) return
    this.#last = at
    const { state } = this
    this.#meter.add(at, state.done, 0)
    state.rate = this.#meter.rates(at)?.rate ?? state.rate
    const total =
      state.total ?? (this.#fraction !== null && this.#fraction > 0.02 ? state.done / this.#fraction : null)
    state.secondsLeft = total === null ? null : this.#meter.secondsLeft(at, { units: total - state.done })
    this.#send({ ...state })
  }
}
