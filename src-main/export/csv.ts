import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** One line after RFC 4180: quoted where needed, quotes doubled, CRLF at the end. Empty for null. */
export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

function csvField(value: string | number | null): string {
  if (value === null) return ''
  const text = String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Keeps a spreadsheet from taking a text for a formula (`=`, `+`, `-`, `@` at its start come from other people's
 * folder names): a quote mark before it, as OWASP advises. Only for columns that are there to be read.
 */
export function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

/** Writes lines through a buffer; the file must not exist yet. */
export class CsvWriter {
  readonly #fd: number
  #pending: string[] = []
  #chars = 0

  constructor(file: string) {
    // Like the mail beside it: for nobody else's eyes.
    this.#fd = openSync(file, 'wx', 0o600)
  }

  add(values: readonly (string | number | null)[]): void {
    const line = csvLine(values)
    this.#pending.push(line)
    this.#chars += line.length
    if (this.#chars > 64 * 1024) this.flush()
  }

  flush(): void {
    if (this.#chars === 0) return
    const bytes = Buffer.from(this.#pending.join(''))
    this.#pending = []
    this.#chars = 0
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done)
  }

  get fd(): number {
    return this.#fd
  }

  close(): void {
    try {
      this.flush()
    } finally {
      closeSync(this.#fd)
    }
  }
}

/** Longest field taken seriously, characters: a file that merely has our name must not fill the memory. */
const MAX_FIELD = 1_000_000

/** Rows of a CSV file after RFC 4180, LF also taken as a line's end. Reads in pieces. Throws what `open` throws. */
export function* readCsv(file: string): Generator<string[]> {
  const fd = openSync(file, 'r')
  try {
    const decoder = new StringDecoder('utf8')
    const piece = Buffer.allocUnsafe(64 * 1024)
    let row: string[] = []
    let field = ''
    let quoted = false
    let afterQuote = false
    for (;;) {
      const got = readSync(fd, piece, 0, piece.length, null)
      const text = got > 0 ? decoder.write(piece.subarray(0, got)) : decoder.end()
      for (const char of text) {
        if (quoted) {
          if (char !== '"') field += char
          else {
            quoted = false
            afterQuote = true
          }
        } else if (char === '"' && (afterQuote || field === '')) {
          if (afterQuote) field += '"'
          quoted = true
          afterQuote = false
        } else if (char === ',') {
          row.push(field)
          field = ''
          afterQuote = false
        } else if (char === '\n') {
          row.push(field.endsWith('\r') && !afterQuote ? field.slice(0, -1) : field)
          yield row
          row = []
          field = ''
          afterQuote = false
        } else if (char !== '\r' || !afterQuote) field += char
        if (field.length > MAX_FIELD) return
      }
      if (got === 0) break
    }
    if (field !== '' || row.length > 0) yield [...row, field]
  } finally {
    closeSync(fd)
  }
}
