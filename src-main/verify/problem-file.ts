import { closeSync, fsyncSync, openSync, readSync } from 'node:fs'
import { writeFully } from '../backup/blob-read.ts'
import type { CheckProblem } from './check-types.ts'

/** So much is collected before it is written, characters. */
const PIECE = 256 * 1024

/** Writes problems into a file, one JSON line each, so that a million of them need no memory; counts them on the way. */
export class ProblemWriter {
  readonly file: string
  readonly kinds: Record<string, number> = {}
  errors = 0
  notices = 0
  readonly #fd: number
  #lines: string[] = []
  #waiting = 0

  /** Makes the file anew (mode 0600). */
  constructor(file: string) {
    this.file = file
    this.#fd = openSync(file, 'w', 0o600)
  }

  add(problem: CheckProblem): void {
    const line = `${JSON.stringify(problem)}\n`
    this.kinds[problem.kind] = (this.kinds[problem.kind] ?? 0) + 1
    if (problem.severity === 'error') this.errors++
    else this.notices++
    this.#lines.push(line)
    this.#waiting += line.length
    if (this.#waiting > PIECE) this.#write()
  }

  /** Writes what is left; after it the file is on the disk. */
  end(): void {
    this.#write()
    fsyncSync(this.#fd)
    closeSync(this.#fd)
  }

  /** Lets go of the file without finishing it. */
  abandon(): void {
    closeSync(this.#fd)
  }

  #write(): void {
    writeFully(this.#fd, Buffer.from(this.#lines.join('')))
    this.#lines = []
    this.#waiting = 0
  }
}

/** The lines of a file of problems, one in memory at a time. Throws what reading throws. */
export function* problemLines(file: string): Generator<string, void, undefined> {
  const fd = openSync(file, 'r')
  try {
    const piece = Buffer.allocUnsafe(PIECE)
    let held = Buffer.alloc(0)
    for (let got = readSync(fd, piece); got > 0; got = readSync(fd, piece)) {
      const bytes = Buffer.concat([held, piece.subarray(0, got)])
      let from = 0
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        yield bytes.toString('utf8', from, end)
        from = end + 1
      }
      held = bytes.subarray(from)
    }
  } finally {
    closeSync(fd)
  }
}

/** The problems of a file that this program wrote just now. */
export function* problemsIn(file: string): Generator<CheckProblem, void, undefined> {
  for (const line of problemLines(file)) yield JSON.parse(line) as CheckProblem
}
