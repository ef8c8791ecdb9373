import { closeSync, openSync, readSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { ConnectionError } from '../connection-errors.ts'
import type { RunningCommand } from '../shell.ts'
import { cannotWrite } from './probe-target.ts'
import type { ServerLink } from './link.ts'
import { readSums } from './remote-sums.ts'
import { tarEnd, tarHeader, tarPadding } from './tar-writer.ts'
import { writeNames } from './remote-input.ts'
import type { Wanted } from './work.ts'

/** A file that was proved on this machine and is on its way. */
export interface Sent {
  work: Wanted
  /** Hex; what the target must read back. */
  sha256: string
  /** The bytes, or the file that has them. */
  from: Buffer | string
  /** What the ledger is told when it has its final name. */
  asIs: string | null
}

/** Where files go on a server. */
export interface UploadPlace {
  root: string
  staging: string
  owner: { uid: number; gid: number } | null
  perl: boolean
  sha256sum: boolean
}

const PIECE = 256 * 1024

/** Renames `staging/number` to `root/path`; numbers that failed are printed. Pairs come as NUL-terminated names. */
const RENAME_PERL =
  'my ($s, $d) = @ARGV; $/ = "\\0"; while (defined(my $n = <STDIN>)) { my $p = <STDIN>; chomp($n, $p); rename("$s/$n", "$d/$p") or print "$n\\0" }'
const RENAME_SH =
  's=$1; d=$2; shift 2; while [ $# -gt 1 ]; do mv -f "$s/$1" "$d/$2" || printf "%s\\0" "$1"; shift 2; done'

/**
 * One tar stream into a folder of its own below the staging folder. The files are numbered there; they get their names
 * only after the target has read them back with the right SHA-256.
 */
export class Round {
  readonly sent: Sent[] = []
  bytes = 0
  readonly #link: ServerLink
  readonly #place: UploadPlace
  readonly #folder: string
  readonly #command: RunningCommand
  #stderr = ''
  #ended: { code: number | null } | null = null
  #error: unknown = null
  #wake: () => void = () => undefined

  private constructor(link: ServerLink, place: UploadPlace, folder: string, command: RunningCommand) {
    this.#link = link
    this.#place = place
    this.#folder = folder
    this.#command = command
    command.stdin.on('error', () => this.#wake())
    command.stdin.on('drain', () => this.#wake())
    command.stdin.on('close', () => this.#wake())
    command.stdout.on('error', () => undefined).resume()
    command.stderr.on('error', () => undefined)
    command.stderr.on('data', (piece: Buffer) => {
      if (this.#stderr.length < 64 * 1024) this.#stderr += piece.toString('latin1')
    })
    command.ended.then(
      (ended) => {
        this.#ended = ended
        this.#wake()
      },
      (error: unknown) => {
        this.#error = error
        this.#wake()
      },
    )
  }

  static async begin(link: ServerLink, place: UploadPlace, number: number): Promise<Round> {
    const folder = `${place.staging}/r${String(number)}`
    // Not `-p`: a mode that the umask makes narrower is no harm; times are kept by themselves.
    const script = 'mkdir -p -- "$1" && exec env LC_ALL=C tar -C "$1" -xf -'
    return new Round(link, place, folder, await link.start(['sh', '-c', script, 'sh', folder]))
  }

  /** Sends files, as fast as the server takes them. */
  async send(files: readonly Sent[]): Promise<void> {
    for (const file of files) {
      const { path: _path, size, mtime, mode } = file.work.entry
      const name = String(this.sent.length)
      const attributes = { mtime, mode: (mode & 0o777) | 0o600, owner: this.#place.owner }
      const header = tarHeader({ path: name, kind: 'file', size, ...attributes })
      this.sent.push(file)
      this.bytes += size
      if (typeof file.from === 'string') {
        await this.#write(header)
        await this.#writeFile(file.from, size)
        await this.#write(tarPadding(size))
      } else await this.#write(Buffer.concat([header, file.from, tarPadding(size)]))
    }
  }

  /**
   * Ends the stream, has everything read back and renamed.
   * @returns files that have their final names, and those that came out wrong on the other side
   */
  async finish(): Promise<{ named: Sent[]; wrong: Sent[] }> {
    await this.#write(tarEnd())
    this.#command.stdin.end()
    const { code } = await this.#command.ended
    if (code === null) throw lost(this.#link.name)
    if (code !== 0) throw cannotWrite(this.#link.name, this.#stderr)
    const right: number[] = []
    const wrong: Sent[] = []
    const sums = await this.#sums()
    this.sent.forEach((file, index) => {
      if (sums.get(String(index)) === file.sha256) right.push(index)
      else wrong.push(file)
    })
    const failed = await this.#rename(right)
    const named = right
      .filter((index) => !failed.has(String(index)))
      .flatMap((index) => this.sent[index] ?? [])
    if (failed.size > 0) throw cannotWrite(this.#link.name, this.#stderr)
    return { named, wrong }
  }

  /** What was sent comes to nothing: the connection is lost. */
  abandon(): void {
    this.#command.kill()
  }

  async #sums(): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    const script = 'cd "$1" && exec xargs -0 sha256sum'
    const command = await this.#link.start(['sh', '-c', script, 'sh', this.#folder])
    await readSums(
      command,
      this.sent.map((_, index) => String(index)),
      found,
      0,
    )
    return found
  }

  /** @returns numbers that could not be renamed */
  async #rename(indexes: readonly number[]): Promise<Set<string>> {
    const { perl, root } = this.#place
    const argv = perl
      ? ['perl', '-e', RENAME_PERL, this.#folder, root]
      : ['xargs', '-0', '-n', '200', 'sh', '-c', RENAME_SH, 'sh', this.#folder, root]
    const command = await this.#link.start(argv)
    let said = ''
    command.stdout.on('error', () => undefined)
    command.stdout.on('data', (piece: Buffer) => (said += piece.toString('latin1')))
    command.stderr.on('error', () => undefined)
    command.stderr.on('data', (piece: Buffer) => (this.#stderr += piece.toString('latin1')))
    const names = indexes.flatMap((index) => [String(index), this.sent[index]?.work.entry.path ?? ''])
    writeNames(command.stdin, names, '')
    const { code } = await command.ended
    if (code === null) throw lost(this.#link.name)
    return new Set(said.split('\0').filter((name) => name !== ''))
  }

  async #write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return
    const stdin: Writable = this.#command.stdin
    if (this.#over()) throw this.#whyOver()
    if (stdin.write(bytes)) return
    while (stdin.writableNeedDrain && !this.#over())
      await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#over()) throw this.#whyOver()
  }

  async #writeFile(file: string, size: number): Promise<void> {
    const fd = openSync(file, 'r')
    try {
      for (let done = 0; done < size;) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE, size - done))
        const got = readSync(fd, piece)
        // What is too short fails its SHA-256 on the other side.
        if (got === 0) piece.fill(0)
        await this.#write(got === 0 ? piece : piece.subarray(0, got))
        done += got === 0 ? piece.length : got
      }
    } finally {
      closeSync(fd)
    }
  }

  #over(): boolean {
    return this.#ended !== null || this.#error !== null || this.#command.stdin.destroyed
  }

  #whyOver(): Error {
    if (this.#error !== null) return this.#error as Error
    const code = this.#ended?.code ?? null
    return code === null || code === 0 ? lost(this.#link.name) : cannotWrite(this.#link.name, this.#stderr)
  }
}

function lost(name: string): ConnectionError {
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
