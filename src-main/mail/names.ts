import { hash } from 'node:crypto'

/** Bytes of UTF-8 of one file or folder name: the limit of most systems is 255, the rest is for ` (2)`. */
const NAME_BYTES = 240
/** What the mailbox, the digest alphabet or a hash can be: kept as it is inside the brackets. */
const PLAIN_ID = /^[A-Za-z0-9,+=_-]{1,96}$/

/** Device names of Windows, also with an ending or with superscript digits; source: Microsoft, "Naming Files, Paths, and Namespaces". */
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i
/** Not seen, or changes the direction of what is seen: `exe.fdp` must not look like a PDF. The joiners of Persian, Hindi and emoji stay. */
const INVISIBLE = /(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb]/gu
/** Forbidden on Windows or a separator somewhere. */
const FORBIDDEN = /[<>:"/\\|?*\u2215\u2044\u29f8\ufe68\uff0f\uff3c]/g

/** Characters made safe on Linux, Windows and macOS: NFC, nothing invisible, no separators, blanks single. */
function safeCharacters(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '_')
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .replace(INVISIBLE, '')
    .normalize('NFC')
    .replace(FORBIDDEN, '_')
    .replace(/\p{Cn}/gu, '_')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Cuts at a character so that at most `limit` bytes of UTF-8 remain. */
function cutBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text
  const bytes = Buffer.from(text)
  let end = limit
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

function shortHash(text: string): string {
  return hash('sha256', Buffer.from(text), 'hex').slice(0, 10)
}

function trimEnd(text: string): string {
  return text.replace(/[. ]+$/, '')
}

/**
 * One file or folder name that is safe on Linux, Windows and macOS: at most 240 bytes of UTF-8, NFC, no separators, control or
 * direction characters, no reserved name, no dot or blank at the end, no dot at the start, never empty. Unicode is kept. Names that
 * had to be cut stay distinct by a hash at their end. Applying it again changes nothing.
 */
export function safeSegment(name: string): string {
  let safe = trimEnd(safeCharacters(name))
  if (safe.startsWith('.')) safe = `_${safe}`
  if (RESERVED.test(safe)) safe = `_${safe}`
  if (safe === '') return '_'
  return Buffer.byteLength(safe) <= NAME_BYTES ? safe : shorten(safe, NAME_BYTES)
}

function shorten(safe: string, limit: number): string {
  return `${trimEnd(cutBytes(safe, limit - 11))}~${shortHash(safe)}`
}

/** Together the folders of one path stay below this, so that a file inside fits every system's limit for paths. */
const PATH_BYTES = 2000
const DEEPEST = 60

/**
 * A path of folder names made safe. Absurdly long or deep ones are shortened, distinct by a hash: no mailbox folder may
 * make its mail impossible to write.
 */
export function safeDir(names: string[]): string[] {
  const safe = names.map(safeSegment)
  const kept =
    safe.length <= DEEPEST
      ? safe
      : [...safe.slice(0, DEEPEST - 1), `deeper~${shortHash(safe.slice(DEEPEST - 1).join('/'))}`]
  if (Buffer.byteLength(kept.join('/')) <= PATH_BYTES) return kept
  return kept.map((name) => (Buffer.byteLength(name) <= 32 ? name : shorten(name, 32)))
}

export interface MessageName {
  /** ms UTC. */
  date: number | null
  subject: string | null
  /** Item id, or the digest of unclaimed mail. */
  id: number | string
  /** Number of an earlier blob of the item; null or absent for the newest. */
  version?: number | null
  /** Without the dot, e.g. `eml` or `partial.eml`. */
  ext: string
}

function dateText(date: number | null): string {
  if (date === null || !(Math.abs(date) < 8.64e15)) return 'undated'
  const iso = new Date(date).toISOString()
  return /^\d{4}-/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 13)}${iso.slice(14, 16)}` : 'undated'
}

/**
 * `2026-11-20 0301 Subject [id].eml` in UTC, `… [id] v1.eml` for an earlier version. At most 240 bytes of UTF-8; the subject
 * gives way. Different ids, versions or endings give different names.
 */
export function messageFileName(name: MessageName): string {
  const given = String(name.id)
  const id = PLAIN_ID.test(given)
    ? given
    : `${cutBytes(given.replace(/[^A-Za-z0-9,+=_-]+/g, '_'), 60)}~${shortHash(given)}`
  const version = name.version === null || name.version === undefined ? '' : ` v${Math.trunc(name.version)}`
  const ext = /^[A-Za-z0-9]{1,12}(?:\.[A-Za-z0-9]{1,12})?$/.test(name.ext) ? name.ext : 'bin'
  const head = dateText(name.date)
  const tail = ` [${id}]${version}.${ext}`
  const room = NAME_BYTES - Buffer.byteLength(head) - Buffer.byteLength(tail) - 1
  const subject = safeCharacters(cutBytes((name.subject ?? '').slice(0, 2000), 4000))
  // A cut in the middle of a cluster leaves no lone surrogate; a combining mark that is lost is only missing.
  const text = cutBytes(subject, room).trim()
  return `${head} ${text === '' ? '(no subject)' : text}${tail}`
}

/**
 * A shorter ASCII name of at most 140 bytes for file systems that refuse the usual one (encrypted folders, old FAT mounts); what
 * tells messages apart, the brackets and the ending, is kept.
 */
export function plainFileName(name: string): string {
  const match = /^(.*?)( \[[^\][]*\](?: v\d+)?(?: \(\d+\))?\.[A-Za-z0-9.]+)$/.exec(name)
  const head = (match?.[1] ?? name).normalize('NFD').replace(/[^\x20-\x7e]+/g, '_')
  const tail = match?.[2] ?? `~${shortHash(name)}`
  return `${head.slice(0, Math.max(8, 140 - tail.length)).trimEnd()}${tail}`
}

/**
 * Names of folders, from the outside in; `name (2)` and so on where something else has the first one.
 * @param isTaken asked with a path, `/` between its names
 * @param most number to try at most
 */
export function freeFolders(
  names: readonly string[],
  isTaken: (path: string) => boolean,
  most = Infinity,
): string[] {
  const free: string[] = []
  for (const name of names) {
    const numbered = (number: number): string => (number < 2 ? name : `${name} (${number})`)
    let number = 1
    while (number < most && isTaken([...free, numbered(number)].join('/'))) number++
    free.push(numbered(number))
  }
  return free
}

/** `name (2).eml` and so on: the name for other bytes where the first one is taken. */
export function numberedName(name: string, number: number): string {
  if (number < 2) return name
  const dot = /(?:\.partial)?\.[A-Za-z0-9]{1,12}$/.exec(name)
  const at = dot === null || dot.index === 0 ? name.length : dot.index
  return `${name.slice(0, at)} (${number})${name.slice(at)}`
}
