import { ConnectionError } from '../../connection-errors.ts'
import type { RunningCommand } from '../../shell.ts'
import type { ServerLink } from '../link.ts'
import { cannotWrite } from '../probe-target.ts'
import { fineTime } from '../tar-writer.ts'
import type { UploadPlace } from '../upload.ts'
import type { Wanted } from '../work.ts'
import type { DirectEnds } from './ends.ts'
import { JUDGE_PERL, JUDGE_SH, RECEIVE, SEND } from './scripts.ts'

/** A slow disk may take this long for each megabyte of one file, ms. */
const MS_PER_MEGABYTE = 1000
/** The new server has this long to notice that nothing comes any more, ms. */
const LEAST_END_MS = 10_000

export class StalledRound extends Error {}
/** ssh between the two servers ended: the network between them, or one of its ends. */
export class BrokenRound extends Error {
  readonly stderr: string
  constructor(stderr: string) {
    super('the stream between the servers broke')
    this.stderr = stderr
  }
}

interface Heard {
  text: string
  stderr: string
  wake: () => void
  ended: boolean
  failure: unknown
}

/** One stream of tar from the old server to the new one, judged there. */
export class DirectRound {
  readonly #works: readonly Wanted[]
  readonly #receiver: RunningCommand
  readonly #sender: RunningCommand
  readonly #receiving: Heard
  readonly #sending: Heard
  /** Files whose unpacking has begun. */
  #seen = 0
  #receivedAt = -1

  private constructor(works: readonly Wanted[], receiver: RunningCommand, sender: RunningCommand) {
    this.#works = works
    this.#receiver = receiver
    this.#sender = sender
    this.#receiving = listen(receiver)
    this.#sending = listen(sender)
  }

  static async begin(
    works: readonly Wanted[],
    number: number,
    given: {
      source: ServerLink
      target: ServerLink
      root: string
      place: UploadPlace
      ends: DirectEnds
      /** Each block goes out as soon as it is read, so that a file at which it hangs is known by its place. */
      careful: boolean
    },
  ): Promise<DirectRound> {
    const { source, target, root, place, ends } = given
    const { owner } = place
    const names = Buffer.from(works.map(recordOf).join(''), 'latin1')
    const list = Buffer.from(works.map(({ entry }) => `./${entry.path}\0`).join(''), 'latin1')
    const judge = place.perlJudges ? ['perl', JUDGE_PERL] : ['sh', JUDGE_SH]
    const ids = owner === null ? '' : `${String(owner.uid)}:${String(owner.gid)}`
    const folder = `${place.staging}/d${String(number)}`
    const receive = [folder, place.root, ends.pipe, String(names.length), ...judge, ids]
    const receiver = await target.start(['sh', '-c', RECEIVE, 'sh', ...receive])
    try {
      const blocks = given.careful ? '1' : '20'
      const send = [ends.folder, root, String(list.length), blocks, ...ends.command('stream')]
      const sender = await source.start(['sh', '-c', SEND, 'sh', ...send])
      const round = new DirectRound(works, receiver, sender)
      receiver.stdin.write(names)
      sender.stdin.write(list)
      return round
    } catch (error) {
      receiver.kill()
      throw error
    }
  }

  /**
   * Waits until everything was unpacked over there.
   * @param onBytes hears of files as they come
   * @throws ConnectionError, BrokenRound, StalledRound, ExpectedError (the target cannot be written)
   */
  async received(stall: number, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<void> {
    let heardAt = Date.now()
    for (;;) {
      if (this.#look(onBytes)) heardAt = Date.now()
      signal.throwIfAborted()
      for (const heard of [this.#sending, this.#receiving])
        if (heard.failure !== null) throw asError(heard.failure)
      const sent = codeIn(this.#sending.text, 'code')
      const got = codeIn(this.#receiving.text, 'received')
      if (got !== null && got !== 0) throw cannotWrite('of the copy', this.#receiving.stderr)
      if (sent !== null && sent !== 0) throw new BrokenRound(this.#sending.stderr)
      if (got !== null && sent !== null) break
      if (this.#sending.ended || this.#receiving.ended) throw new BrokenRound(this.#sending.stderr)
      const current = this.#works[Math.max(0, this.#seen - 1)]?.entry.size ?? 0
      if (Date.now() - heardAt > stall + (current / 1e6) * MS_PER_MEGABYTE) throw new StalledRound()
      await Promise.race([this.#sending, this.#receiving].map((heard) => heardMore(heard)))
    }
    this.#sender.stdin.end()
  }

  /** @returns files that have their final names now; the others have to come another way */
  async judged(signal: AbortSignal): Promise<{ named: Wanted[]; left: Wanted[] }> {
    const heard = this.#receiving
    let code = codeIn(heard.text, 'done')
    for (; code === null; code = codeIn(heard.text, 'done')) {
      signal.throwIfAborted()
      if (heard.failure !== null) throw asError(heard.failure)
      if (heard.ended) throw new BrokenRound(heard.stderr)
      await heardMore(heard)
    }
    this.#receiver.stdin.end()
    if (code !== 0) throw cannotWrite('of the copy', heard.stderr)
    const records = heard.text.slice(heard.text.indexOf('\0received ')).split('\0')
    const right = new Set(records.filter((word) => /^\d+$/.test(word)).map(Number))
    const named = this.#works.filter((_, index) => right.has(index))
    return { named, left: this.#works.filter((_, index) => !right.has(index)) }
  }

  /**
   * After a StalledRound: nothing more is read, and what has come over whole is judged.
   * @returns as `judged`, with the file at which it hung; of what comes behind that nothing is said
   */
  async salvaged(
    stall: number,
    signal: AbortSignal,
  ): Promise<{ named: Wanted[]; left: Wanted[]; stuck: Wanted | undefined }> {
    this.#sender.kill()
    const heard = this.#receiving
    const till = Date.now() + Math.max(stall, LEAST_END_MS)
    while (codeIn(heard.text, 'received') === null) {
      signal.throwIfAborted()
      if (heard.failure !== null) throw asError(heard.failure)
      if (heard.ended || Date.now() > till) throw new BrokenRound(this.#sending.stderr)
      await heardMore(heard)
    }
    const { named, left } = await this.judged(signal)
    this.#look(() => undefined)
    // The last one of which something came may be whole or not; what is before it came whole.
    const last = Math.max(0, this.#seen - 1)
    const before = new Set(this.#works.slice(0, last))
    const unproved = new Set(left)
    const stuck = this.#works.slice(last).find((work) => unproved.has(work))
    return { named, left: left.filter((work) => before.has(work)), stuck }
  }

  /** Nothing of it counts. */
  abandon(): void {
    this.#sender.kill()
    this.#receiver.kill()
  }

  #look(onBytes: (bytes: number) => void): boolean {
    if (this.#receivedAt >= 0) return false
    const { text } = this.#receiving
    const end = text.indexOf('\0')
    const names = end < 0 ? text : text.slice(0, end)
    if (end >= 0) this.#receivedAt = end
    let lines = 0
    for (let at = names.indexOf('\n'); at >= 0; at = names.indexOf('\n', at + 1)) lines++
    const seen = Math.min(lines, this.#works.length)
    const more = seen > this.#seen
    if (more) {
      onBytes(this.#works.slice(this.#seen, seen).reduce((sum, { entry }) => sum + entry.size, 0))
      this.#seen = seen
    }
    return more
  }
}

const BITS: Readonly<Record<number, string>> = { 20: '1', 32: '256', 48: '384' }

/** Number, kind, size, hash in hex, time, path; see JUDGE_PERL. A file of which no hash is known cannot be judged there. */
function recordOf({ entry, digest, sha256 }: Wanted, index: number): string {
  const bytes = digest === null ? null : Buffer.from(digest.replaceAll(',', '/'), 'base64')
  const bits = bytes === null ? undefined : BITS[bytes.length]
  const [kind, hex] =
    bytes !== null && bits !== undefined ? [bits, bytes.toString('hex')] : ['s', sha256 ?? '-']
  return `${String(index)} ${kind} ${String(entry.size)} ${hex} ${fineTime(entry.mtime) ?? '-'} ${entry.path}\0`
}

function listen(command: RunningCommand): Heard {
  const heard: Heard = { text: '', stderr: '', wake: () => undefined, ended: false, failure: null }
  command.stdin.on('error', () => undefined)
  command.stdout.on('error', () => undefined)
  command.stderr.on('error', () => undefined)
  command.stdout.on('data', (piece: Buffer) => {
    heard.text += piece.toString('latin1')
    heard.wake()
  })
  command.stderr.on('data', (piece: Buffer) => {
    heard.stderr = (heard.stderr + piece.toString('latin1')).slice(-64 * 1024)
  })
  command.ended.then(
    ({ code }) => {
      heard.ended = true
      if (code === null) heard.failure ??= lost()
      heard.wake()
    },
    (error: unknown) => {
      heard.ended = true
      heard.failure ??= error
      heard.wake()
    },
  )
  return heard
}

function heardMore(heard: Heard): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 250)
    heard.wake = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

function codeIn(text: string, name: 'code' | 'received' | 'done'): number | null {
  const found = new RegExp(`(?:^|\\0)${name} (\\d+)\\0`).exec(text)?.[1]
  return found === undefined ? null : Number(found)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function lost(): ConnectionError {
  return new ConnectionError('session', { user: '', host: 'a server', port: 22 }, 'A connection was lost', {
    why: 'A command there ended without an exit code.',
    next: 'Lifeboat connects again by itself; if that fails, check network and server.',
  })
}
