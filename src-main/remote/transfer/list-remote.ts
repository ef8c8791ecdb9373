import { ConnectionError } from '../connection-errors.ts'
import type { RunningCommand } from '../shell.ts'
import { shown } from './byte-path.ts'
import { addEntry, emptyListing } from './listing.ts'
import type { Listing } from './listing.ts'

/** `%y` kind, `%m` mode, `%s` bytes, `%T@` seconds, `%P` path below the root: find(1) of GNU findutils. */
const PRINTF = '%y %m %s %T@ %P\\0'

/**
 * Where `find` has no `-printf` (busybox): the raw mode in hexadecimal, bytes, seconds and the path, a line each. One
 * `stat` for many files, so a name with a newline goes over two lines; it is put together again by the next line's form.
 */
const STAT = 'cd "$1" && exec find . -exec stat -c "%f %s %Y %n" {} +'

/** The command that lists everything below `root` (absolute). */
export function listCommand(root: string, printf: boolean): string[] {
  return printf ? ['find', `${root}/`, '-mindepth', '1', '-printf', PRINTF] : ['sh', '-c', STAT, 'sh', root]
}

/**
 * Reads a running listing to its end.
 * @throws ConnectionError when the connection was lost before
 */
export async function readListing(
  command: RunningCommand,
  printf: boolean,
  ignore: (path: string) => boolean,
): Promise<Listing> {
  const listing = emptyListing()
  const parse = printf ? parsePrintf : parseStat
  const separator = printf ? 0 : 0x0a
  let held = ''
  const take = (record: string): void => {
    parse(record, listing, ignore)
  }
  let stderr = ''
  command.stdin.on('error', () => undefined).end()
  command.stderr.on('data', (piece: Buffer) => {
    if (stderr.length < 256 * 1024) stderr += piece.toString('latin1')
  })
  command.stderr.on('error', () => undefined)
  const state: { pending: string | null } = { pending: null }
  const line = (text: string): void => {
    if (printf) return take(text)
    // A line that does not look like a beginning belongs to the name before it.
    if (state.pending !== null && !STAT_RE.test(text)) state.pending += `\n${text}`
    else {
      if (state.pending !== null) take(state.pending)
      state.pending = text
    }
  }
  command.stdout.on('data', (piece: Buffer) => {
    let text = held + piece.toString('latin1')
    let from = 0
    const mark = String.fromCharCode(separator)
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, from)) {
      line(text.slice(from, at))
      from = at + 1
    }
    text = text.slice(from)
    held = text
  })
  command.stdout.on('error', () => undefined)
  const { code } = await command.ended
  if (state.pending !== null) take(state.pending)
  listing.errors.push(...complaints(stderr))
  if (code === null) throw lostWhileListing()
  if (code !== 0 && listing.errors.length === 0)
    listing.errors.push(`the listing ended with code ${String(code)}`)
  if (held !== '') listing.errors.push('the listing was cut off')
  return listing
}

function lostWhileListing(): ConnectionError {
  const nobody = { user: '', host: 'the server', port: 22 }
  return new ConnectionError('session', nobody, 'The connection was lost while the files were listed', {
    why: 'The listing ended without an exit code.',
    next: 'Lifeboat connects again by itself; if that fails, check network and server.',
  })
}

function parsePrintf(record: string, listing: Listing, ignore: (path: string) => boolean): void {
  const a = record.indexOf(' ')
  const b = record.indexOf(' ', a + 1)
  const c = record.indexOf(' ', b + 1)
  const d = record.indexOf(' ', c + 1)
  const path = record.slice(d + 1)
  if (a !== 1 || d < 0 || path === '') {
    listing.errors.push(`a line that cannot be read: ${JSON.stringify(record.slice(0, 120))}`)
    return
  }
  if (ignore(path)) return
  const kind = record[0]
  const size = Number(record.slice(b + 1, c))
  const mtime = Number(record.slice(c + 1, d))
  const mode = Number.parseInt(record.slice(a + 1, b), 8) & 0o7777
  if (!Number.isSafeInteger(size) || size < 0 || !Number.isFinite(mtime) || Number.isNaN(mode)) {
    listing.errors.push(`a line that cannot be read: ${JSON.stringify(record.slice(0, 120))}`)
    return
  }
  addEntry(listing, kind === 'f' || kind === 'd' || kind === 'l' ? kind : 'o', { path, size, mtime, mode })
}

const STAT_RE = /^([0-9a-f]{1,8}) (\d+) (-?\d+) (\.\/[\s\S]+|\.)$/
const KINDS: Readonly<Record<number, 'f' | 'd' | 'l'>> = { 0o100000: 'f', 0o040000: 'd', 0o120000: 'l' }

function parseStat(record: string, listing: Listing, ignore: (path: string) => boolean): void {
  const match = STAT_RE.exec(record)
  if (!match) {
    listing.errors.push(`a line that cannot be read: ${JSON.stringify(record.slice(0, 120))}`)
    return
  }
  const [, hex = '', size = '', mtime = '', name = ''] = match
  if (name === '.') return
  const path = name.slice(2)
  if (ignore(path)) return
  const mode = Number.parseInt(hex, 16)
  const kind = KINDS[mode & 0o170000] ?? 'o'
  addEntry(listing, kind, { path, size: Number(size), mtime: Number(mtime), mode: mode & 0o7777 })
}

/** What `find` and `tar` said on stderr, a line each, at most a few hundred. */
export function complaints(stderr: string): string[] {
  return stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 500)
    .map(shown)
}
