import { crc32 } from 'node:zlib'
import type { Inflater, OutputBuffer } from './inflater.ts'

/** The gzip container (RFC 1952) around raw deflate: header, members, trailer, and what may follow them. */

const HEADER_CRC = 2
const EXTRA = 4
const NAME = 8
const COMMENT = 16

/** Whether the bytes begin like a gzip file. */
export function isGzip(bytes: Uint8Array, at = 0, end = bytes.length): boolean {
  return end - at >= 2 && bytes[at] === 0x1f && bytes[at + 1] === 0x8b
}

/** Where the deflate data begins; -1 when the header is cut off, -2 when it is no gzip header. */
export function deflateStart(input: Buffer, from: number, to: number): number {
  if (to - from < 2) return -1
  if (!isGzip(input, from, to)) return -2
  if (to - from < 10) return -1
  if (input[from + 2] !== 8) return -2
  const flags = input[from + 3] ?? 0
  if ((flags & 0xe0) !== 0) return -2
  let at = from + 10
  if ((flags & EXTRA) !== 0) {
    if (at + 2 > to) return -1
    at += 2 + input.readUInt16LE(at)
  }
  for (const flag of [NAME, COMMENT]) {
    if ((flags & flag) === 0) continue
    const zero = at < to ? input.indexOf(0, at) : -1
    if (zero < 0 || zero >= to) return -1
    at = zero + 1
  }
  if ((flags & HEADER_CRC) !== 0) at += 2
  return at > to ? -1 : at
}

export type GunzipOutcome = 'ok' | 'truncated' | 'corrupt' | 'not-gzip' | 'too-large'

export interface GunzipResult {
  outcome: GunzipOutcome
  /** Every trailer that was reached fits. */
  crcOk: boolean
  /** Length of the output after each member that ended, sound trailer or not. */
  memberEnds: number[]
  /** What is odd about it, empty when nothing is. */
  detail: string
}

/**
 * Decompresses all members of `input[0..length)` into `output` (reset by the caller). Zero padding and other bytes
 * behind the last member are no damage. After damage the output holds what came out before it.
 */
export function gunzipMembers(
  inflater: Inflater,
  input: Buffer,
  length: number,
  output: OutputBuffer,
): GunzipResult {
  const memberEnds: number[] = []
  const result = (outcome: GunzipOutcome, crcOk: boolean, detail: string): GunzipResult => ({
    outcome,
    crcOk,
    memberEnds,
    detail,
  })
  let at = 0
  for (;;) {
    const begin = deflateStart(input, at, length)
    if (begin < 0) {
      if (memberEnds.length > 0)
        return result('ok', true, `${String(length - at)} bytes follow the end of the compressed data`)
      return begin === -1 && isGzip(input, 0, length)
        ? result('truncated', false, 'the file ends inside the gzip header')
        : result('not-gzip', false, 'the file does not begin with a gzip header')
    }
    const start = output.length
    const { outcome, consumed } = inflater.member(input, begin, length, output)
    if (outcome === 'too-large') return result('too-large', false, '')
    if (outcome !== 'end') {
      const detail =
        outcome === 'truncated' ? 'the compressed data ends too early' : 'the compressed data is damaged'
      return result(outcome === 'truncated' ? 'truncated' : 'corrupt', false, detail)
    }
    memberEnds.push(output.length)
    const trailer = begin + consumed
    if (trailer + 8 > length) return result('truncated', false, 'the file ends inside the gzip trailer')
    const size = output.length - start
    const crcOk = crc32(output.bytes.subarray(start, output.length)) === input.readUInt32LE(trailer)
    if (!crcOk) return result('corrupt', false, 'the CRC does not fit the content')
    if (input.readUInt32LE(trailer + 4) !== size >>> 0) {
      return result('corrupt', true, 'the size in the gzip trailer does not fit the content')
    }
    at = trailer + 8
    if (at === length) return result('ok', true, '')
    // Copies from tapes and block devices pad with zeros.
    while (at < length && input[at] === 0) at++
    if (at === length) return result('ok', true, 'zero bytes follow the end of the compressed data')
  }
}

/** Uncompressed size that the trailer announces, kept believable: deflate gains at most a factor of 1032. */
export function announcedSize(input: Buffer, length: number): number {
  if (length < 18) return 64
  return Math.min(input.readUInt32LE(length - 4), length * 1032)
}
