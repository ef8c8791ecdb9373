import type { Writable } from 'node:stream'
import type { Wanted } from './work.ts'

/** Bytes that may be under way, whatever was measured: the least keeps a quick disk busy, the most is what SSH allows. */
const LEAST = 64 * 1024
const MOST = 2 * 1024 * 1024
/** The rate is measured over so long, ms. */
const SPAN_MS = 200
/** Twice as much is worth it when the line is so much quicker with it, half as much when it is hardly slower. */
const QUICKER = 1.2
const HARDLY_SLOWER = 0.95
/** Spans that pass after a try in vain. */
const PAUSE = 25
/** What is said no more of for so long is counted as come: the server could not read it, ms. */
const SILENCE_MS = 150
/** Names are sent when this share of what may be under way has come: a packet for each file would cost more than the file. */
const SHARE = 1 / 2

/**
 * How much may be under way on a connection: what the line needs to be busy, and no more, for it is lost with the line. It is
 * found by trying: more is kept only where it made the line quicker, less where it did not make it slower. So what a moment's
 * luck allowed does not stay.
 */
export class Credit {
  most = LEAST
  readonly #onRate: (rate: number) => void
  /** Bytes a ms, before something else was tried. */
  #rate = 0
  #trying: 'more' | 'less' | null = null
  #next: 'more' | 'less' = 'more'
  #wait = 1
  #bytes = 0
  #since = Date.now()

  /** @param onRate hears the rate, bytes a ms */
  constructor(onRate: (rate: number) => void) {
    this.#onRate = onRate
  }

  took(bytes: number): void {
    this.#bytes += bytes
    const now = Date.now()
    const span = now - this.#since
    if (span < SPAN_MS) return
    this.#onRate(this.#bytes / span)
    this.#judge(this.#bytes / span)
    this.#bytes = 0
    this.#since = now
  }

  #judge(rate: number): void {
    const tried = this.#trying
    if (tried === 'more' && rate < this.#rate * QUICKER) return this.#goBack('less', this.most / 2)
    if (tried === 'less' && rate < this.#rate * HARDLY_SLOWER) return this.#goBack('more', this.most * 2)
    // Several small losses would add up: what less is measured against stays.
    if (tried !== 'less') this.#rate = tried !== null || this.#rate === 0 ? rate : (this.#rate + rate) / 2
    if (tried === null && --this.#wait > 0) return
    const wish = tried ?? this.#next
    const most = wish === 'more' ? this.most * 2 : this.most / 2
    if (most < LEAST || most > MOST) {
      this.#trying = null
      this.#next = wish === 'more' ? 'less' : 'more'
      this.#wait = tried === null ? 1 : PAUSE
      return
    }
    this.#trying = wish
    this.most = most
  }

  #goBack(next: 'more' | 'less', most: number): void {
    this.most = Math.min(MOST, Math.max(LEAST, most))
    this.#trying = null
    this.#next = next
    this.#wait = PAUSE
  }
}

/**
 * Hands the names of files to a `tar` on a server little by little, so that what it has sent and nobody has read stays
 * small. Files that it passes over are noticed by its silence.
 */
export class PacedNames {
  readonly #stdin: Writable
  readonly #works: readonly Wanted[]
  readonly #most: () => number
  /** Bytes before each file. */
  readonly #before: Float64Array
  readonly #timer: NodeJS.Timeout
  /** Nobody reads at the moment: silence means nothing. */
  held = false
  #sent = 0
  #heard = Date.now()
  #at = 0
  #inFile = 0
  #over = false

  constructor(stdin: Writable, works: readonly Wanted[], most: () => number) {
    this.#stdin = stdin
    this.#works = works
    this.#most = most
    this.#before = new Float64Array(works.length + 1)
    works.forEach(({ entry }, index) => {
      this.#before[index + 1] = (this.#before[index] ?? 0) + entry.size + 512
    })
    stdin.on('error', () => this.stop())
    stdin.on('close', () => this.stop())
    this.#timer = setInterval(() => {
      if (this.held) this.#heard = Date.now()
      else if (Date.now() - this.#heard >= SILENCE_MS) this.#feed(LEAST)
    }, SILENCE_MS / 2)
    this.#feed(0)
  }

  /** How far the server is: which file, and how much of it (and of its end) has come. */
  arrived(at: number, inFile: number): void {
    this.#heard = Date.now()
    this.#at = at
    this.#inFile = inFile
    this.#feed(0)
  }

  stop(): void {
    this.#over = true
    clearInterval(this.#timer)
  }

  #feed(more: number): void {
    if (this.#over) return
    const come = (this.#before[this.#at] ?? 0) + this.#inFile
    const most = this.#most()
    const said = this.#before[this.#sent] ?? 0
    if (more === 0 && said > come + most * (1 - SHARE)) return
    const until = Math.max(come + most, said + more)
    let text = ''
    while (this.#sent < this.#works.length && (this.#before[this.#sent] ?? 0) < until) {
      text += `./${this.#works[this.#sent]?.entry.path ?? ''}\0`
      this.#sent++
    }
    if (text !== '') this.#stdin.write(Buffer.from(text, 'latin1'))
    if (this.#sent < this.#works.length) return
    this.stop()
    this.#stdin.end()
  }
}
