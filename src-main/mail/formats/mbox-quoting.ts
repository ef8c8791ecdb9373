/**
 * mboxrd: a line of the message that begins with `From ` behind any number of `>` gets one more `>`, so that nothing is lost and it can be
 * undone. Source: the mbox page of qmail and Rahul Dhesi's proposal. Line ends stay as they are.
 */

const FROM = Buffer.from('From ')
const NEWLINE = Buffer.from('\n')
const QUOTE = Buffer.from('>')

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Sender of the `From ` line; the second tells a reader of ours that the message had no line end at its end. */
export const SENDER = 'MAILER-DAEMON'
export const SENDER_NO_EOL = 'MAILER-DAEMON+no-final-newline'

/** The separator line before a message; date in asctime form, UTC. An unknown date is 1970. */
export function fromLine(date: number | null, endsWithNewline: boolean): string {
  const d = new Date(date !== null && date > 0 && date < 253402300800000 ? date : 0)
  const two = (n: number) => String(n).padStart(2, '0')
  const day = String(d.getUTCDate()).padStart(2, ' ')
  const time = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`
  return `From ${endsWithNewline ? SENDER : SENDER_NO_EOL} ${DAYS[d.getUTCDay()]} ${MONTHS[d.getUTCMonth()]} ${day} ${time} ${d.getUTCFullYear()}\n`
}

/** Start of the line when only `>` stands between it and `at`; else -1. */
function quotedLineStart(bytes: Buffer, at: number): number {
  let start = at
  while (start > 0 && bytes[start - 1] === 62) start--
  return start === 0 || bytes[start - 1] === 10 ? start : -1
}

/** Pieces whose concatenation is the quoted text. `bytes` begins at a line start. */
export function quoteFrom(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  let from = 0
  for (let at = bytes.indexOf(FROM); at >= 0; at = bytes.indexOf(FROM, at + 5)) {
    const start = quotedLineStart(bytes, at)
    if (start < 0) continue
    if (start > from) pieces.push(bytes.subarray(from, start))
    pieces.push(QUOTE)
    from = start
  }
  if (from < bytes.length) pieces.push(bytes.subarray(from))
  return pieces
}

/**
 * The same for a message that comes in chunks. A chunk's last line is kept back until its end or its first 64 KiB are there: a `From `
 * further in is no separator unless 64 KiB of `>` precede it.
 */
export class FromQuoter {
  private rest: Buffer = Buffer.alloc(0)
  private inLine = false
  private last = 0

  /** Bytes that may be written now. The chunk may be used again by the caller. */
  push(chunk: Buffer): Buffer[] {
    if (chunk.length === 0) return []
    this.last = chunk[chunk.length - 1] as number
    const bytes = Buffer.concat([this.rest, chunk])
    this.rest = Buffer.alloc(0)
    const out: Buffer[] = []
    let start = 0
    if (this.inLine) {
      const eol = bytes.indexOf(10)
      if (eol < 0) return [bytes]
      out.push(bytes.subarray(0, eol + 1))
      start = eol + 1
      this.inLine = false
    }
    const end = bytes.lastIndexOf(10) + 1
    if (end > start) out.push(...quoteFrom(bytes.subarray(start, end)))
    const tail = bytes.subarray(Math.max(end, start))
    if (tail.length > 65536) {
      out.push(...quoteFrom(tail))
      this.inLine = true
    } else {
      this.rest = tail
    }
    return out
  }

  /** What was kept back, and how the message ended. */
  end(): { pieces: Buffer[]; endsWithNewline: boolean } {
    const pieces = quoteFrom(this.rest)
    this.rest = Buffer.alloc(0)
    return { pieces, endsWithNewline: this.last === 10 }
  }
}

/** What follows a message: its missing line end, then the empty line that readers of mbox look for. */
export function trailer(endsWithNewline: boolean): Buffer {
  return endsWithNewline ? NEWLINE : Buffer.concat([NEWLINE, NEWLINE])
}

/** Takes an mboxrd file apart again into the exact messages that `openMboxTarget` wrote. */
export function readMbox(file: Buffer): Buffer[] {
  const messages: Buffer[] = []
  let at = 0
  while (at < file.length) {
    const bodyStart = file.indexOf(10, at) + 1
    if (bodyStart === 0) break
    const head = file.toString('latin1', at, bodyStart)
    let end: number
    // The next line that begins with an unquoted `From ` ends the message.
    for (let next = file.indexOf(FROM, bodyStart); ; next = file.indexOf(FROM, next + 5)) {
      if (next < 0) {
        end = file.length
        break
      }
      if (next === bodyStart || file[next - 1] === 10) {
        end = next
        break
      }
    }
    const noEol = head.startsWith(`From ${SENDER_NO_EOL} `)
    messages.push(unquoteFrom(file.subarray(bodyStart, Math.max(bodyStart, end - (noEol ? 2 : 1)))))
    at = end
  }
  return messages
}

function unquoteFrom(bytes: Buffer): Buffer {
  const pieces: Buffer[] = []
  let from = 0
  for (let at = bytes.indexOf(FROM); at >= 0; at = bytes.indexOf(FROM, at + 5)) {
    const start = quotedLineStart(bytes, at)
    if (start < 0 || start === at) continue
    pieces.push(bytes.subarray(from, start))
    from = start + 1
  }
  pieces.push(bytes.subarray(from))
  return Buffer.concat(pieces)
}
