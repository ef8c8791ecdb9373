import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32, inflateRawSync } from 'node:zlib'
import { LOCAL_FIXED, readCentral, readEnd } from './zip-records.ts'
import type { ZipEntry } from './zip-records.ts'
import { inflateInChunks } from './zip-streams.ts'

/** Entries larger than this are inflated in chunks. */
const WHOLE = 32 * 1024 * 1024
const CENTRAL_CHUNK = 4 * 1024 * 1024

function readAt(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  let got = 0
  while (got < length) {
    const n = readSync(fd, buffer, got, length - got, position + got)
    if (n === 0) break
    got += n
  }
  return buffer.subarray(0, got)
}

/**
 * Reads a zip file back from the disk as an unpacker would: the central directory, every entry inflated, its CRC and size compared. Gives
 * the number of entries; throws an Error that names the first wrong one.
 */
export async function checkZip(path: string, each?: (entry: ZipEntry) => void): Promise<number> {
  const fd = openSync(path, 'r')
  try {
    const fileBytes = fstatSync(fd).size
    const end = readEnd(
      readAt(fd, Math.max(0, fileBytes - 65536 - 22), Math.min(fileBytes, 65536 + 22)),
      fileBytes,
    )
    if (end === null) throw new Error('the zip file has no end record')
    let count = 0
    let position = end.offset
    let chunk: Buffer = Buffer.alloc(0)
    let at = 0
    const stop = end.offset + end.size
    while (count < end.entries) {
      let record = readCentral(chunk, at)
      if (record === null) {
        position += at
        chunk = readAt(fd, position, Math.min(CENTRAL_CHUNK, stop - position))
        at = 0
        record = readCentral(chunk, 0)
        if (record === null) throw new Error(`entry ${count + 1} is missing in the directory of the zip file`)
      }
      await checkEntry(fd, path, record.entry)
      each?.(record.entry)
      at = record.next
      count++
    }
    return count
  } finally {
    closeSync(fd)
  }
}

async function checkEntry(fd: number, path: string, entry: ZipEntry): Promise<void> {
  const head = readAt(fd, entry.offset, LOCAL_FIXED)
  if (head.length < LOCAL_FIXED || head.readUInt32LE(0) !== 0x04034b50) throw wrong(entry, 'has no header')
  const start = entry.offset + LOCAL_FIXED + head.readUInt16LE(26) + head.readUInt16LE(28)
  let crc = 0
  let bytes = 0
  if (entry.bytes <= WHOLE) {
    const data = readAt(fd, start, entry.compressed)
    const raw = entry.method === 8 ? inflateRawSync(data, { maxOutputLength: entry.bytes + 1 }) : data
    crc = crc32(raw)
    bytes = raw.length
  } else {
    await inflateInChunks(path, start, entry.compressed, entry.method === 8, (chunk) => {
      crc = crc32(chunk, crc)
      bytes += chunk.length
    })
  }
  if (bytes !== entry.bytes) throw wrong(entry, `has ${bytes} bytes instead of ${entry.bytes}`)
  if (crc >>> 0 !== entry.crc) throw wrong(entry, 'has a wrong CRC')
}

function wrong(entry: ZipEntry, what: string): Error {
  return new Error(`the entry ${entry.name} ${what}`)
}
