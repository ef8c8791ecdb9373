/**
 * The records of a zip file, written and read. Source: PKWARE APPNOTE 6.3.10. Names are UTF-8 (general purpose bit 11), sizes above 4 GiB and
 * more than 65,535 entries use zip64.
 */

const MAX32 = 0xffffffff
const MAX16 = 0xffff
export const LOCAL_FIXED = 30
const CENTRAL_FIXED = 46
const UTF8 = 0x0800
/** Unix, version 6.3 made it; the upper half of the external attributes then holds the mode. */
const MADE_BY = (3 << 8) | 63
const MODE = (0o100600 << 16) >>> 0

export interface ZipEntry {
  name: string
  /** ms UTC. */
  date: number | null
  /** 0 stored, 8 deflated. */
  method: 0 | 8
  crc: number
  compressed: number
  bytes: number
  /** Where its local header stands. */
  offset: number
}

/** DOS time, even seconds, in UTC; the exact time follows in the extra field. */
function dosTime(date: number | null): { time: number; day: number } {
  const d = new Date(Math.min(Math.max(date ?? 0, Date.UTC(1980, 0, 1)), Date.UTC(2107, 11, 31)))
  return {
    time: (d.getUTCHours() << 11) | (d.getUTCMinutes() << 5) | (d.getUTCSeconds() >> 1),
    day: ((d.getUTCFullYear() - 1980) << 9) | ((d.getUTCMonth() + 1) << 5) | d.getUTCDate(),
  }
}

/** Info-ZIP's extended timestamp (0x5455), seconds UTC; empty when the date does not fit. */
function timeExtra(date: number | null): Buffer {
  const seconds = Math.floor((date ?? 0) / 1000)
  if (seconds <= 0 || seconds > 0x7fffffff) return Buffer.alloc(0)
  const extra = Buffer.alloc(9)
  extra.writeUInt16LE(0x5455, 0)
  extra.writeUInt16LE(5, 2)
  extra.writeUInt8(1, 4)
  extra.writeUInt32LE(seconds, 5)
  return extra
}

function needs64(entry: ZipEntry): boolean {
  return entry.bytes >= MAX32 || entry.compressed >= MAX32
}

/** Always of the same length for one name and `large`, so that it can be written again once the sizes are known. */
export function localHeader(entry: ZipEntry, large: boolean): Buffer {
  const name = Buffer.from(entry.name)
  const extra64 = Buffer.alloc(large ? 20 : 0)
  if (large) {
    extra64.writeUInt16LE(1, 0)
    extra64.writeUInt16LE(16, 2)
    extra64.writeBigUInt64LE(BigInt(entry.bytes), 4)
    extra64.writeBigUInt64LE(BigInt(entry.compressed), 12)
  }
  const extra = Buffer.concat([extra64, timeExtra(entry.date)])
  const head = Buffer.alloc(LOCAL_FIXED)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(large ? 45 : 20, 4)
  head.writeUInt16LE(UTF8, 6)
  head.writeUInt16LE(entry.method, 8)
  const { time, day } = dosTime(entry.date)
  head.writeUInt16LE(time, 10)
  head.writeUInt16LE(day, 12)
  head.writeUInt32LE(entry.crc, 14)
  head.writeUInt32LE(large ? MAX32 : entry.compressed, 18)
  head.writeUInt32LE(large ? MAX32 : entry.bytes, 22)
  head.writeUInt16LE(name.length, 26)
  head.writeUInt16LE(extra.length, 28)
  return Buffer.concat([head, name, extra])
}

export function centralRecord(entry: ZipEntry): Buffer {
  const name = Buffer.from(entry.name)
  const large = needs64(entry)
  const far = entry.offset >= MAX32
  const values = [...(large ? [entry.bytes, entry.compressed] : []), ...(far ? [entry.offset] : [])]
  const extra64 = Buffer.alloc(values.length === 0 ? 0 : 4 + values.length * 8)
  if (values.length > 0) {
    extra64.writeUInt16LE(1, 0)
    extra64.writeUInt16LE(values.length * 8, 2)
    values.forEach((value, i) => extra64.writeBigUInt64LE(BigInt(value), 4 + i * 8))
  }
  const extra = Buffer.concat([extra64, timeExtra(entry.date)])
  const head = Buffer.alloc(CENTRAL_FIXED)
  head.writeUInt32LE(0x02014b50, 0)
  head.writeUInt16LE(MADE_BY, 4)
  head.writeUInt16LE(values.length > 0 ? 45 : 20, 6)
  head.writeUInt16LE(UTF8, 8)
  head.writeUInt16LE(entry.method, 10)
  const { time, day } = dosTime(entry.date)
  head.writeUInt16LE(time, 12)
  head.writeUInt16LE(day, 14)
  head.writeUInt32LE(entry.crc, 16)
  head.writeUInt32LE(large ? MAX32 : entry.compressed, 20)
  head.writeUInt32LE(large ? MAX32 : entry.bytes, 24)
  head.writeUInt16LE(name.length, 28)
  head.writeUInt16LE(extra.length, 30)
  head.writeUInt32LE(MODE, 38)
  head.writeUInt32LE(far ? MAX32 : entry.offset, 42)
  return Buffer.concat([head, name, extra])
}

/** What ends the file, with the zip64 records when one of the numbers needs them. */
export function endRecords(entries: number, size: number, offset: number): Buffer {
  const parts: Buffer[] = []
  if (entries >= MAX16 || size >= MAX32 || offset >= MAX32) {
    const end64 = Buffer.alloc(56)
    end64.writeUInt32LE(0x06064b50, 0)
    end64.writeBigUInt64LE(44n, 4)
    end64.writeUInt16LE(MADE_BY, 12)
    end64.writeUInt16LE(45, 14)
    end64.writeBigUInt64LE(BigInt(entries), 24)
    end64.writeBigUInt64LE(BigInt(entries), 32)
    end64.writeBigUInt64LE(BigInt(size), 40)
    end64.writeBigUInt64LE(BigInt(offset), 48)
    const locator = Buffer.alloc(20)
    locator.writeUInt32LE(0x07064b50, 0)
    locator.writeBigUInt64LE(BigInt(offset + size), 8)
    locator.writeUInt32LE(1, 16)
    parts.push(end64, locator)
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(entries, MAX16), 8)
  end.writeUInt16LE(Math.min(entries, MAX16), 10)
  end.writeUInt32LE(Math.min(size, MAX32), 12)
  end.writeUInt32LE(Math.min(offset, MAX32), 16)
  parts.push(end)
  return Buffer.concat(parts)
}

/** Reads one central record at `at`; null where there is none. */
export function readCentral(bytes: Buffer, at: number): { entry: ZipEntry; next: number } | null {
  if (at + CENTRAL_FIXED > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) return null
  const nameLength = bytes.readUInt16LE(at + 28)
  const extraLength = bytes.readUInt16LE(at + 30)
  const extraStart = at + CENTRAL_FIXED + nameLength
  const next = extraStart + extraLength + bytes.readUInt16LE(at + 32)
  if (next > bytes.length) return null
  const wide = zip64Values(bytes.subarray(extraStart, extraStart + extraLength))
  const pick = (value: number): number => (value === MAX32 ? Number(wide.shift() ?? MAX32) : value)
  const size = pick(bytes.readUInt32LE(at + 24))
  const compressed = pick(bytes.readUInt32LE(at + 20))
  const offset = pick(bytes.readUInt32LE(at + 42))
  return {
    entry: {
      name: bytes.toString('utf8', at + CENTRAL_FIXED, extraStart),
      date: null,
      method: bytes.readUInt16LE(at + 10) === 8 ? 8 : 0,
      crc: bytes.readUInt32LE(at + 16),
      compressed,
      bytes: size,
      offset,
    },
    next,
  }
}

function zip64Values(extra: Buffer): bigint[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2))
    const values: bigint[] = []
    for (let v = at + 4; v + 8 <= end; v += 8) values.push(extra.readBigUInt64LE(v))
    return values
  }
  return []
}

/** Where the central directory stands, from the end of the file; null when it is no zip file. `tail` is the file's end. */
export function readEnd(
  tail: Buffer,
  fileBytes: number,
): { entries: number; size: number; offset: number } | null {
  const at = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (at < 0 || at + 22 > tail.length) return null
  let entries = tail.readUInt16LE(at + 10)
  let size = tail.readUInt32LE(at + 12)
  let offset = tail.readUInt32LE(at + 16)
  const locator = at - 20
  if (locator >= 56 && tail.readUInt32LE(locator) === 0x07064b50) {
    const end64 = Number(tail.readBigUInt64LE(locator + 8)) - (fileBytes - tail.length)
    if (end64 >= 0 && end64 + 56 <= tail.length && tail.readUInt32LE(end64) === 0x06064b50) {
      entries = Number(tail.readBigUInt64LE(end64 + 32))
      size = Number(tail.readBigUInt64LE(end64 + 40))
      offset = Number(tail.readBigUInt64LE(end64 + 48))
    }
  }
  return { entries, size, offset }
}
