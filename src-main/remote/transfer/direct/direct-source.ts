import { ConnectionError } from '../../connection-errors.ts'
import type { Flow } from '../flow.ts'
import type { Ledger } from '../ledger.ts'
import type { ServerLink } from '../link.ts'
import type { FileEntry, Listing } from '../listing.ts'
import type { SourceLook } from '../preflight-look.ts'
import { readFacts } from '../probe.ts'
import type { SourceSide } from '../sides.ts'
import type { DirectWay } from '../types.ts'
import type { UploadPlace } from '../upload.ts'
import type { Delivery, Wanted } from '../work.ts'
import { DirectEnds, sshCommand, wayTo } from './ends.ts'
import { noGnuTar, noSsh, whyNotReached } from './errors.ts'
import { BrokenRound, DirectRound, StalledRound } from './round.ts'
import { CAN_REACH } from './scripts.ts'

/** Files and bytes of one stream: what an interruption costs at most, twice over. */
const ROUND_FILES = 5000
const ROUND_MOST = 256 * 1024 * 1024
const ROUND_LEAST = 4 * 1024 * 1024
/** Of everything that is to come. */
const ROUND_SHARE = 0.02
/** The stream between the servers may break so often in a row. */
const BROKEN_ROUNDS = 4

/** A file hung: what came before it is judged, and what cannot come this way is known. */
class HungRound extends Error {
  readonly named: readonly Wanted[]
  readonly odd: readonly Wanted[]
  constructor(named: readonly Wanted[], odd: readonly Wanted[]) {
    super('a file hung')
    this.named = named
    this.odd = odd
  }
}

interface Given {
  source: ServerLink
  target: ServerLink
  way: DirectWay
  /** Root at the source. */
  root: string
  place: () => UploadPlace
  flow: Flow
  ledger: () => Ledger
  stall: number
  onBytes: (bytes: number) => void
  /** Something to tell the person in the end. */
  onNote: (note: string) => void
}

/**
 * A source that sends its files straight to the new server, where they are judged. What cannot be proved there comes
 * through this computer, by all the rules of a relay.
 */
export class DirectSource implements SourceSide {
  readonly #inner: SourceSide
  readonly #given: Given
  readonly #ends: DirectEnds
  #number = 0

  constructor(inner: SourceSide, given: Given) {
    this.#inner = inner
    this.#given = given
    this.#ends = new DirectEnds(given.source, given.target, given.way)
  }

  list(): Promise<Listing> {
    return this.#inner.list()
  }

  sums(
    entries: readonly FileEntry[],
    found: Map<string, string>,
    onKnown: (settled: number) => void,
  ): Promise<void> {
    return this.#inner.sums(entries, found, onKnown)
  }

  look(): Promise<SourceLook> {
    return this.#inner.look()
  }

  readFiles(entries: readonly FileEntry[]): Promise<Map<string, Buffer>> {
    return this.#inner.readFiles(entries)
  }

  /** Whether the servers can reach each other: refuses before anything begins. @throws ConnectionError */
  ready(): Promise<void> {
    return this.#ends.ready()
  }

  async fetch(wanted: readonly Wanted[], delivery: Delivery): Promise<void> {
    // Bytes that were read in vain once are compared with those of a second reading, and that is done here.
    const odd = wanted.filter(
      ({ tries, digest, sha256 }) => tries > 0 || (digest === null && sha256 === null),
    )
    const strange = new Set(odd)
    let left = wanted.filter((work) => !strange.has(work))
    const bytes = left.reduce((sum, { entry }) => sum + entry.size, 0)
    let broken = 0
    const way = wayTo(this.#given.target, this.#given.way)
    while (left.length > 0) {
      const works = this.#portion(left, bytes)
      try {
        const { named, left: unproved } = await this.#round(works)
        for (const work of named) this.#given.ledger().ok(work)
        odd.push(...unproved)
        left = left.slice(works.length)
        broken = 0
        this.#given.source.progressed()
        this.#given.target.progressed()
      } catch (error) {
        if (error instanceof HungRound) {
          for (const work of error.named) this.#given.ledger().ok(work)
          odd.push(...error.odd)
          const through = new Set([...error.named, ...error.odd])
          left = left.filter((work) => !through.has(work))
        } else if (error instanceof BrokenRound) {
          const why = this.#unreachable(error)
          // A network comes back; a key that is not taken, or another machine behind the address, stays as it is.
          const hopeless = /permission denied|host key/i.test(error.stderr)
          if (hopeless && ++broken >= BROKEN_ROUNDS) throw why
          await this.#given.target.reconnect(new ConnectionError('session', way, why.message, why))
        } else if (error instanceof ConnectionError) await this.#again(error)
        else throw error
      }
    }
    if (odd.length > 0) await this.#inner.fetch(odd, delivery)
  }

  /** Never throws. */
  async close(): Promise<void> {
    await this.#ends.close()
    for (const note of this.#ends.left) this.#given.onNote(note)
  }

  /** A file hung once: from then on it is told exactly which. */
  #careful = false

  async #round(works: readonly Wanted[]): Promise<{ named: Wanted[]; left: Wanted[] }> {
    const { flow, source, target, root, place, stall, onBytes } = this.#given
    await flow.wait()
    await this.#ends.ready()
    const round = await DirectRound.begin(works, this.#number++, {
      source,
      target,
      root,
      place: place(),
      ends: this.#ends,
      careful: this.#careful,
    })
    try {
      const heard = (bytes: number): void => {
        onBytes(bytes)
        flow.took(bytes)
      }
      await round.received(stall, heard, source.signal)
      return await round.judged(source.signal)
    } catch (error) {
      try {
        if (!(error instanceof StalledRound)) throw error
        this.#careful = true
        const { named, left, stuck } = await round.salvaged(stall, source.signal)
        // The file at which it hangs comes last, alone and with a time limit.
        throw new HungRound(named, stuck === undefined ? left : [...left, stuck])
      } finally {
        round.abandon()
      }
    }
  }

  #portion(left: readonly Wanted[], all: number): Wanted[] {
    const { limit } = this.#given.flow
    const share = Math.min(ROUND_MOST, Math.max(ROUND_LEAST, all * ROUND_SHARE))
    // A limit holds between streams: each is short then.
    const most = limit === null ? share : Math.min(share, 2 * limit)
    const works: Wanted[] = []
    let bytes = 0
    for (const work of left) {
      if (works.length > 0 && (works.length >= ROUND_FILES || bytes + work.entry.size > most)) break
      works.push(work)
      bytes += work.entry.size
    }
    return works
  }

  async #again(error: ConnectionError): Promise<void> {
    // Nobody knows which of the two connections it was: the one that stands is quick.
    await this.#given.source.reconnect(error)
    await this.#given.target.reconnect(error)
  }

  #unreachable({ stderr }: BrokenRound): ConnectionError {
    return whyNotReached(this.#given.source.name, wayTo(this.#given.target, this.#given.way), stderr)
  }
}

/**
 * Whether a direct copy could be made, without a trace on either server: nobody is let in for it.
 * @throws ConnectionError that says why not
 */
export async function assertDirect(source: ServerLink, target: ServerLink, way: DirectWay): Promise<void> {
  const ssh = wayTo(target, way)
  // Without any method the login ends in "Permission denied": then the way is open.
  const none = ['PreferredAuthentications=none', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null']
  const argv = ['sh', '-c', CAN_REACH, 'sh', ...sshCommand(ssh, none), 'true']
  const { stdout } = await source.again(argv, { as: 'login', timeout: 60_000 })
  const facts = readFacts(stdout)
  if (facts.has('nossh')) throw noSsh(source.name)
  if (facts.has('notar')) throw noGnuTar(source.name)
  const said = facts.get('said')?.[0] ?? ''
  if (!/permission denied/i.test(said)) throw whyNotReached(source.name, ssh, said)
}
