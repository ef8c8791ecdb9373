import { closeSync, openSync, readSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { ConnectionError } from '../connection-errors.ts'
import type { RunningCommand } from '../shell.ts'
import { cannotWrite } from './probe-target.ts'
import type { ServerLink } from './link.ts'
import { fineTime, tarEnd, tarHeader, tarPadding } from './tar-writer.ts'
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
  /** Its perl has what judges blobs: Digest::SHA and Compress::Zlib. */
  perlJudges: boolean
}

const PIECE = 256 * 1024

/** Its last two members: what `sha256sum -c` reads, and number, time and final name of each file, ended by NUL. */
const SUMS = 'sums'
const NAMES = 'names'

/**
 * One round on the server: unpack into a folder of its own, read everything back, and give names to what is right.
 * Only numbers that were renamed are answered, so whatever breaks off in between has not happened.
 */
const ROUND = `
mkdir -p -- "$1" && cd "$1" || exit 1
LC_ALL=C; export LC_ALL
tar -xf - || exit 2
sha256sum -c sums 2>/dev/null | sed -n 's/: OK$//p' > good
if [ "$3" = perl ]; then exec perl -e "$4" "$2"; fi
xargs -0 -n 300 sh -c "$5" sh "$2" < names || exit 3
`
/** A time with a fraction is set where perl or touch can; else it stays what tar made of it, whole seconds. */
const RENAME_PERL = String.raw`
my ($d) = @ARGV; my (%good, $bad);
my $fine = eval { require Time::HiRes; defined &Time::HiRes::utime };
open(my $g, "<", "good") or die; while (<$g>) { chomp; $good{$_} = 1 }
open(my $f, "<", "names") or die; $/ = "\0";
while (defined(my $n = <$f>)) {
  my $t = <$f>; my $p = <$f>; chomp($n, $t, $p); next unless $good{$n};
  eval { Time::HiRes::utime($t, $t, $n) } if $fine && $t ne "";
  if (rename($n, "$d/$p")) { print "$n\0" } else { print STDERR "$p: $!\n"; $bad = 1 }
}
exit($bad ? 3 : 0);
`
const RENAME_SH = String.raw`
d=$1; shift; r=0
while [ $# -gt 2 ]; do
  if grep -qx "$1" good; then
    [ -z "$2" ] || touch -c -d "@$2" "$1" 2>/dev/null
    if mv -f "$1" "$d/$3"; then printf '%s\0' "$1"; else r=1; fi
  fi
  shift 3
done
exit $r
`

/**
 * One tar stream into a folder of its own below the staging folder. The files are numbered there; they get their names
 * only after the target has read them back with the right SHA-256.
 */
export class Round {
  readonly sent: Sent[] = []
  bytes = 0
  readonly #link: ServerLink
  readonly #place: UploadPlace
  readonly #command: RunningCommand
  #stderr = ''
  #said = ''
  #ended: { code: number | null } | null = null
  #error: unknown = null
  #wake: () => void = () => undefined

  private constructor(link: ServerLink, place: UploadPlace, command: RunningCommand) {
    this.#link = link
    this.#place = place
    this.#command = command
    command.stdin.on('error', () => this.#wake())
    command.stdin.on('drain', () => this.#wake())
    command.stdin.on('close', () => this.#wake())
    command.stdout.on('error', () => undefined)
    command.stdout.on('data', (piece: Buffer) => (this.#said += piece.toString('latin1')))
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
    const how = [folder, place.root, place.perl ? 'perl' : 'sh', RENAME_PERL, RENAME_SH]
    return new Round(link, place, await link.start(['sh', '-c', ROUND, 'sh', ...how]))
  }

  /** Sends a file, as fast as the server takes it. */
  async send(file: Sent): Promise<void> {
    const { size, mtime, mode } = file.work.entry
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

  /**
   * Ends the stream, has everything read back and renamed.
   * @returns files that have their final names, and those that came out wrong on the other side
   */
  async finish(): Promise<{ named: Sent[]; wrong: Sent[] }> {
    const sums = this.sent.map(({ sha256 }, index) => `${sha256}  ${String(index)}\n`)
    const names = this.sent.map(({ work: { entry } }, index) => {
      return `${String(index)}\0${fineTime(entry.mtime) ?? ''}\0${entry.path}\0`
    })
    await this.#writeText(SUMS, sums.join(''))
    await this.#writeText(NAMES, names.join(''))
    await this.#write(tarEnd())
    this.#command.stdin.end()
    const { code } = await this.#command.ended
    if (code === null) throw lost(this.#link.name)
    if (code !== 0) throw cannotWrite(this.#link.name, this.#stderr)
    const answered = new Set(this.#said.split('\0'))
    const named: Sent[] = []
    const wrong: Sent[] = []
    this.sent.forEach((file, index) => (answered.has(String(index)) ? named : wrong).push(file))
    return { named, wrong }
  }

  /** What was sent comes to nothing: the connection is lost. */
  abandon(): void {
    this.#command.kill()
  }

  async #writeText(path: string, text: string): Promise<void> {
    const bytes = Buffer.from(text, 'latin1')
    const header = tarHeader({ path, kind: 'file', size: bytes.length, mtime: 0, mode: 0o600 })
    await this.#write(Buffer.concat([header, bytes, tarPadding(bytes.length)]))
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
