/**
 * `zimbra_lmtp_max_line_length` of the mailbox's LMTP validator (FORMAT.md): a message with a longer line is "invalid"
 * and refused by a restore while the validator is on. Bytes, line end not counted.
 */
export const LMTP_MAX_LINE = 10_240

const LF = 10
const CR = 13

/**
 * Whether a line of the message is longer than the validator allows. Leaps: it looks back from the furthest place a
 * line end may be, so that it touches a few bytes in ten thousand.
 */
export function hasLineTooLong(message: Buffer, limit = LMTP_MAX_LINE): boolean {
  let start = 0
  while (message.length - start > limit) {
    const end = lastLineEnd(message, start, limit)
    if (end < 0) return true
    start = end + 1
  }
  return false
}

/** The last LF that ends a line of allowed length beginning at `start`; -1 when there is none. */
function lastLineEnd(message: Buffer, start: number, limit: number): number {
  const furthest = start + limit
  // The line may be `limit` bytes and then CR LF, or just short of the end of the message.
  if (message[furthest] === CR && message[furthest + 1] === LF) return furthest + 1
  if (message.length - start === limit + 1 && message[furthest] === CR) return furthest
  const found = message.subarray(start, furthest + 1).lastIndexOf(LF)
  return found < 0 ? -1 : start + found
}
