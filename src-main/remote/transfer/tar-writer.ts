import type { BytePath } from './byte-path.ts'

const BLOCK = 512

/** One header of a file or folder; long names and large numbers in GNU's form, which every tar of a server reads. */
export function tarHeader(entry: {
  path: BytePath
  kind: 'file' | 'folder'
  size: number
  /** Seconds; of a file the fraction is dropped (a header more for each would be dear). */
  mtime: number
  mode: number
  owner?: { uid: number; gid: number } | null
}): Buffer {
  const name = entry.kind === 'folder' ? `${entry.path}/` : entry.path
  const long = name.length > 100 ? longName(name) : null
  const fine = entry.kind === 'folder' ? fineTime(entry.mtime) : null
  const before = [...(fine === null ? [] : [timeHeader(fine)]), ...(long === null ? [] : [long])]
  const header = block({
    name: name.slice(0, 100),
    mode: entry.mode,
    owner: entry.owner,
    size: entry.kind === 'folder' ? 0 : entry.size,
    mtime: Math.max(0, Math.floor(entry.mtime)),
    type: entry.kind === 'folder' ? '5' : '0',
    magic: GNU,
  })
  return before.length === 0 ? header : Buffer.concat([...before, header])
}

/** Zeros that fill up the last block of a file. */
export function tarPadding(size: number): Buffer {
  return ZEROS.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK)
}

/** Two empty blocks. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK)
}

const ZEROS = Buffer.alloc(BLOCK)

/** A time in seconds as text, to the microsecond; null when it has no fraction (or lies before 1970). */
export function fineTime(mtime: number): string | null {
  return Number.isInteger(mtime) || mtime < 0 ? null : mtime.toFixed(6)
}

/** The `mtime` of a member's extended header (POSIX pax); a tar that does not know it goes by the member's own. */
function timeHeader(fine: string): Buffer {
  // the length counts itself: two digits, a blank, `mtime=`, the time, a newline
  const record = `${String(fine.length + 10)} mtime=${fine}\n`
  return extension({ name: './PaxHeaders/folder', mode: 0o600, type: 'x', magic: POSIX }, record)
}

function longName(name: BytePath): Buffer {
  return extension({ name: '././@LongLink', mode: 0, type: 'L', magic: GNU }, `${name}\0`)
}

/** A member that says something about the next one. @param text one character for each byte */
function extension(head: Pick<Head, 'name' | 'mode' | 'type' | 'magic'>, text: string): Buffer {
  const header = block({ ...head, size: text.length, mtime: 0 })
  return Buffer.concat([header, Buffer.from(text, 'latin1'), tarPadding(text.length)])
}

interface Head {
  name: BytePath
  mode: number
  owner?: { uid: number; gid: number } | null | undefined
  size: number
  mtime: number
  type: '0' | '5' | 'L' | 'x'
  magic: string
}

const GNU = 'ustar  \0'
const POSIX = 'ustar\x0000'

function block({ name, mode, owner, size, mtime, type, magic }: Head): Buffer {
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0, 'latin1')
  octal(header, 100, 8, mode)
  octal(header, 108, 8, owner?.uid ?? 0)
  octal(header, 116, 8, owner?.gid ?? 0)
  octal(header, 124, 12, size)
  octal(header, 136, 12, mtime)
  header.write(type, 156, 'latin1')
  header.write(magic, 257, 'latin1')
  seal(header)
  return header
}

/** Octal with a closing NUL; base-256 where it does not fit. */
function octal(header: Buffer, at: number, length: number, value: number): void {
  const text = value.toString(8)
  if (text.length < length) {
    header.write(text.padStart(length - 1, '0'), at, 'latin1')
    return
  }
  header[at] = 0x80
  let rest = value
  for (let i = at + length - 1; i > at; i--) {
    header[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function seal(header: Buffer): void {
  header.fill(0x20, 148, 156)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}
