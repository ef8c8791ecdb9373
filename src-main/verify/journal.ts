import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/**
 * An append-only file of records that survives `kill -9`: each record is
 * `u32 length, u8 type, payload, u32 crc` (little endian; the CRC covers type and payload), written with one write()
 * so that the page cache keeps it when the process dies. A torn last record is cut off on the next opening.
 */
export interface JournalRecord {
  type: number
  payload: Buffer
}

const HEADER = 5
const TRAILER = 4
/** No honest record is larger; a length beyond it means that the file was torn or is not ours. */
const MAX_RECORD = 256 * 1024 * 1024

export class Journal {
  readonly file: string
  #fd: number
  #end: number

  private constructor(file: string, fd: number, end: number) {
    this.file = file
    this.#fd = fd
    this.#end = end
  }

  /**
   * Opens or creates the journal (mode 0600) and hands every whole record to `onRecord`, in order.
   * What follows the last whole record is cut off.
   */
  static open(file: string, onRecord: (record: JournalRecord) => void): Journal {
    const fd = openSync(file, existsSync(file) ? 'r+' : 'wx+', 0o600)
    const end = replay(fd, onRecord)
    ftruncateSync(fd, end)
    return new Journal(file, fd, end)
  }

  /** Bytes of whole records. */
  get size(): number {
    return this.#end
  }

  /** Adds a record; its payload is the pieces one behind the other. */
  append(type: number, pieces: readonly Uint8Array[]): void {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const record = Buffer.allocUnsafe(HEADER + length + TRAILER)
    record.writeUInt32LE(length, 0)
    record.writeUInt8(type, 4)
    let at = HEADER
    for (const piece of pieces) {
      record.set(piece, at)
      at += piece.length
    }
    record.writeUInt32LE(crc32(record.subarray(4, at)), at)
    let written = 0
    while (written < record.length) {
      written += writeSync(this.#fd, record, written, record.length - written, this.#end + written)
    }
    this.#end += record.length
  }

  /** Reads all records again, one at a time. */
  each(onRecord: (record: JournalRecord) => void): void {
    replay(this.#fd, onRecord)
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }
}

/** Reads records until the first torn one; returns the offset where the whole ones end. */
function replay(fd: number, onRecord: (record: JournalRecord) => void): number {
  const size = fstatSync(fd).size
  const head = Buffer.alloc(HEADER)
  let offset = 0
  while (offset + HEADER + TRAILER <= size) {
    readFully(fd, head, offset)
    const length = head.readUInt32LE(0)
    if (length > MAX_RECORD || offset + HEADER + length + TRAILER > size) break
    const body = Buffer.allocUnsafe(1 + length + TRAILER)
    readFully(fd, body, offset + 4)
    const payload = body.subarray(1, 1 + length)
    if (crc32(body.subarray(0, 1 + length)) !== body.readUInt32LE(1 + length)) break
    onRecord({ type: body.readUInt8(0), payload })
    offset += HEADER + length + TRAILER
  }
  return offset
}

function readFully(fd: number, into: Buffer, position: number): void {
  let done = 0
  while (done < into.length) {
    const got = readSync(fd, into, done, into.length - done, position + done)
    if (got === 0) throw new Error('The journal became shorter while it was read.')
    done += got
  }
}
