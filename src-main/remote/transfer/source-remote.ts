import { ExpectedError } from '../../engine/errors.ts'
import { ConnectionError } from '../connection-errors.ts'
import { whenRead } from '../run-command.ts'
import type { RunningCommand } from '../shell.ts'
import { MemoryDelivery } from './accounts.ts'
import { CHANGED } from './batch-work.ts'
import { shown } from './byte-path.ts'
import type { Flow } from './flow.ts'
import type { FileEntry, Listing } from './listing.ts'
import { complaints, listCommand, readListing } from './list-remote.ts'
import { lookAtRemoteSource, type SourceLook } from './preflight-look.ts'
import type { ServerFacts } from './probe.ts'
import { Credit, PacedNames } from './credit.ts'
import { readSums } from './remote-sums.ts'
import type { ServerLink } from './link.ts'
import type { SourceSide } from './sides.ts'
import { TarError, TarReader, type TarEntry } from './tar-reader.ts'
import { Batcher, LARGE_FILE, type Delivery, type LargeFile, type Wanted } from './work.ts'

/** A damaged stream is asked for again this often without a file in between. */
const BAD_STREAMS = 4

/** A Backup Path on a server: listed by `find`, read by one `tar` for many files, in the order of the list. */
export class RemoteSource implements SourceSide {
  readonly #link: ServerLink
  readonly #facts: ServerFacts
  readonly #flow: Flow
  readonly #stall: number
  readonly #batchBytes: number
  readonly #free: ArrayBuffer[]
  readonly #onBytes: (bytes: number) => void
  readonly #credit: Credit

  constructor(
    link: ServerLink,
    facts: ServerFacts,
    given: {
      flow: Flow
      stall: number
      batchBytes: number
      free: ArrayBuffer[]
      onBytes: (bytes: number) => void
    },
  ) {
    this.#link = link
    this.#facts = facts
    this.#flow = given.flow
    this.#credit = new Credit((rate) => given.flow.measured(rate))
    this.#stall = given.stall
    this.#batchBytes = given.batchBytes
    this.#free = given.free
    this.#onBytes = given.onBytes
  }

  list(): Promise<Listing> {
    const { root, printf } = this.#facts
    return this.#link.repeat(async () =>
      readListing(await this.#link.start(listCommand(root, printf)), printf, () => false),
    )
  }

  async sums(
    entries: readonly FileEntry[],
    found: Map<string, string>,
    onKnown: (settled: number) => void,
  ): Promise<void> {
    if (this.#facts.sha256sum) {
      // A backslash or newline is written in two ways; such names are proved by a second reading.
      const plain = entries.map(({ path }) => path).filter((path) => !/[\\\n\r]/.test(path))
      const places = new Map(entries.map(({ path }, index) => [path, index]))
      const argv = ['sh', '-c', 'cd "$1" && exec xargs -0 sha256sum', 'sh', this.#facts.root]
      await this.#link.repeat(async () => {
        const left = plain.filter((path) => !found.has(path))
        await readSums(await this.#link.start(argv), left, this.#stall, (path, sum) => {
          const place = places.get(path)
          if (place === undefined) return
          found.set(path, sum)
          onKnown(place + 1)
        })
      })
    }
    onKnown(entries.length)
  }

  look(): Promise<SourceLook> {
    return lookAtRemoteSource(this.#link, this.#facts.root)
  }

  async readFiles(entries: readonly FileEntry[]): Promise<Map<string, Buffer>> {
    const memory = new MemoryDelivery()
    await this.fetch(
      entries.map((entry) => ({ entry, digest: null, sha256: null, tries: 0 })),
      memory,
    )
    return memory.files
  }

  /** Reads files and delivers them; after a lost connection it goes on with those that have not come. */
  async fetch(wanted: readonly Wanted[], delivery: Delivery): Promise<void> {
    let left = [...wanted]
    let bad = 0
    let careful = wanted.some(({ tries }) => tries > 0)
    while (left.length > 0) {
      const reading = new Reading(left, delivery, this.#batchBytes, this.#free, () => this.#flow.piece)
      try {
        const command = await this.#link.start(tarCommand(this.#facts, careful))
        await this.#stream(command, left, reading)
        reading.finish()
        return
      } catch (error) {
        const before = left.length
        left = reading.rest()
        if (left.length < before) bad = 0
        if (error instanceof Stalled) {
          const { stuck } = reading
          left = left.filter((work) => work !== stuck)
          // tar holds a block back: it may hang at the one behind. Alone there is no doubt.
          if (stuck && careful && wanted.length > 1) await this.fetch([stuck], delivery)
          else if (stuck) delivery.failed(stuck, STALLED)
          careful = true
        } else if (error instanceof TarError) {
          if (++bad >= BAD_STREAMS) throw unreadableStream(this.#link.name, error)
        } else if (error instanceof ConnectionError) await this.#link.reconnect(error)
        else throw error
      }
    }
  }

  #stream(command: RunningCommand, wanted: readonly Wanted[], reading: Reading): Promise<void> {
    const { stdout } = command
    return new Promise((resolve, reject) => {
      let heard = Date.now()
      let held = false
      let settled = false
      let stderr = ''
      const end = (error: Error | null): void => {
        if (settled) return
        settled = true
        clearInterval(timer)
        names.stop()
        this.#link.signal.removeEventListener('abort', stop)
        if (error === null) resolve()
        else {
          command.kill()
          reject(error)
        }
      }
      const failed = (error: unknown): void => end(asError(error))
      const stop = (): void => end(asError(this.#link.signal.reason))
      this.#link.signal.addEventListener('abort', stop)
      const timer = setInterval(
        () => {
          if (held || this.#flow.paused) heard = Date.now()
          else if (Date.now() - heard > this.#stall) end(new Stalled())
        },
        Math.min(1000, this.#stall / 4),
      )
      stdout.on('data', (chunk: Buffer) => {
        if (settled) return
        heard = Date.now()
        this.#onBytes(chunk.length)
        this.#flow.took(chunk.length)
        this.#credit.took(chunk.length)
        try {
          if (reading.push(chunk) > 0) this.#link.progressed()
        } catch (error) {
          return end(asError(error))
        }
        const wait = this.#flow.wait()
        if (wait === null) names.arrived(reading.at, reading.inFile)
        if (wait === null || held) return
        held = true
        names.held = true
        stdout.pause()
        wait.then(() => {
          held = false
          names.held = false
          names.arrived(reading.at, reading.inFile)
          stdout.resume()
        }, failed)
      })
      stdout.on('error', () => undefined)
      command.stderr.on('error', () => undefined)
      command.stderr.on('data', (piece: Buffer) => {
        if (stderr.length < 4 * 1024 * 1024) stderr += piece.toString('latin1')
      })
      const names = new PacedNames(command.stdin, wanted, () => this.#credit.most)
      const read = whenRead(stdout)
      const ended = (code: number | null): void => {
        if (code === null) return end(gone(this.#link.name))
        reading.reasons = reasonsOf(stderr)
        if (code === 126 || code === 127) return end(noTar(this.#link.name, stderr))
        if (!reading.ended) return end(new TarError(`the stream ended too early (code ${String(code)})`))
        end(null)
      }
      Promise.all([command.ended, read]).then(([{ code }]) => ended(code), failed)
    })
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The transfer broke off.')
}

class Stalled extends Error {}

const STALLED = 'reading it took too long; the disk may be failing'

/** One run of `tar`: knows what has come, and puts small files into buffers. */
class Reading {
  /** In the order of the request; what has come is taken out. */
  readonly #pending: Map<string, Wanted>
  readonly #delivery: Delivery
  readonly #batcher: Batcher
  readonly #reader: TarReader
  #now: Wanted | null = null
  #large: LargeFile | null = null
  #came = 0
  readonly #wanted: readonly Wanted[]
  /** How far tar is in the list. */
  #at = 0
  #inFile = 0
  /** What tar said of files that it could not read. */
  reasons = new Map<string, string>()

  constructor(
    wanted: readonly Wanted[],
    delivery: Delivery,
    batchBytes: number,
    free: ArrayBuffer[],
    piece: () => number,
  ) {
    this.#pending = new Map(wanted.map((work) => [work.entry.path, work]))
    this.#wanted = wanted
    this.#delivery = delivery
    this.#batcher = new Batcher(batchBytes, free, piece, (job, works) => delivery.batch(job, works))
    this.#reader = new TarReader({
      entry: (entry) => this.#entry(entry),
      data: (piece) => {
        this.#inFile += piece.length
        if (this.#large) this.#large.write(piece)
        else this.#batcher.add(piece)
      },
      end: () => this.#end(),
    })
  }

  /** How far tar is in the list, and how many bytes of that file have come. */
  get at(): number {
    return this.#at
  }

  get inFile(): number {
    return this.#inFile
  }

  /** The file that tar is reading when it falls silent. */
  get stuck(): Wanted | undefined {
    return this.#wanted[this.#at]
  }

  get ended(): boolean {
    return this.#reader.ended
  }

  /** @returns how many files have come whole with this piece */
  push(chunk: Buffer): number {
    const before = this.#came
    this.#reader.push(chunk)
    return this.#came - before
  }

  /** After an interruption: what has not come, the one that was being read first. */
  rest(): Wanted[] {
    this.#large?.abandon()
    this.#large = null
    this.#batcher.drop()
    this.#batcher.flush()
    return [...this.#pending.values()]
  }

  /** After a proper end: what has not come will not come. */
  finish(): void {
    this.#batcher.flush()
    for (const work of this.#pending.values()) {
      this.#delivery.failed(work, this.reasons.get(work.entry.path) ?? 'the server did not send it')
    }
  }

  #entry({ path, kind, size }: TarEntry): boolean {
    const name = path.startsWith('./') ? path.slice(2) : path
    const work = this.#pending.get(name)
    if (!work) throw notAsked(name)
    this.#now = work
    this.#inFile = 0
    while (this.#at < this.#wanted.length && this.#wanted[this.#at] !== work) this.#at++
    if (kind !== 'file' || size !== work.entry.size) {
      // Another file stands there now; the next listing tells which.
      this.#pending.delete(name)
      this.#came++
      this.#at++
      this.#delivery.failed(work, CHANGED)
      return false
    }
    if (size > LARGE_FILE) this.#large = this.#delivery.large(work)
    else this.#batcher.begin(size)
    return true
  }

  #end(): void {
    const work = this.#now
    if (!work) return
    this.#pending.delete(work.entry.path)
    this.#came++
    if (this.#large) this.#large.end()
    else this.#batcher.end(work)
    this.#large = null
    this.#at++
    this.#inFile = 0
  }
}

/**
 * `tar` that reads names from its input and writes to its output. GNU's own format: times are taken from the listing,
 * so the large pax headers bring nothing.
 * @param careful every block is sent at once: a file that hangs does not hold back those before it in tar's buffer
 */
function tarCommand({ root, gnuTar }: ServerFacts, careful: boolean): string[] {
  const gnu = ['--no-recursion', '--null', '--format=gnu', '--hard-dereference', '--ignore-failed-read']
  // In pieces of 16 KB, as sshd reads them: a packet costs the same whatever its size.
  gnu.push(careful ? '--blocking-factor=1' : '--blocking-factor=32')
  const options = gnuTar ? [...gnu, '-T', '-', '-cf', '-'] : ['-c', '-f', '-', '-T', '-']
  return ['env', 'LC_ALL=C', 'tar', '-C', root, ...options]
}

/** `tar: ./items/aa/x: Cannot open: Permission denied` */
function reasonsOf(stderr: string): Map<string, string> {
  const reasons = new Map<string, string>()
  for (const line of complaints(stderr)) {
    const match = /^tar: (?:\.\/)?(.+?): (?:Warning: )?(Cannot .*|Read error.*|File removed.*|.*: .*)$/i.exec(
      line,
    )
    if (match?.[1] !== undefined && match[2] !== undefined) reasons.set(match[1], match[2])
  }
  return reasons
}

function notAsked(name: string): ExpectedError {
  return new ExpectedError('REFUSED', 'The server sent a file that was not asked for', {
    why: `Its tar sent ${JSON.stringify(shown(name.slice(0, 200)))}. A sound server does not do that; nothing of it was kept.`,
    next: 'Find out what runs as tar there before going on.',
  })
}

function unreadableStream(name: string, error: TarError): ExpectedError {
  return new ExpectedError(
    'REFUSED',
    `What ${name} sends cannot be read as tar`,
    {
      why: `${error.message[0]?.toUpperCase() ?? ''}${error.message.slice(1)}, several times in a row.`,
      next: 'Look whether its login prints anything (.bashrc), and what runs as tar there.',
    },
    { cause: error },
  )
}

function noTar(name: string, stderr: string): ExpectedError {
  return new ExpectedError('REFUSED', `${name} cannot run tar`, {
    why: complaints(stderr)[0] ?? 'The program was not found.',
    next: 'Install tar there, or log in as a user who may run it.',
  })
}

function gone(name: string): ConnectionError {
  return new ConnectionError(
    'session',
    { user: '', host: name, port: 22 },
    `The connection to ${name} was lost`,
    {
      why: 'The transfer ended without an exit code.',
      next: 'Lifeboat connects again by itself; if that fails, check network and server.',
    },
  )
}
