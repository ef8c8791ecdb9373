/**
 * Text into the charsets old mail is written in. Node only decodes them, so the tables are made by
 * decoding every byte (and pair of bytes) once and turning the result round.
 */

const tables = new Map<string, Map<string, Buffer>>()

function tableOf(charset: string): Map<string, Buffer> {
  const known = tables.get(charset)
  if (known) return known
  const decoder = new TextDecoder(charset)
  const table = new Map<string, Buffer>()
  const add = (bytes: number[]): void => {
    const text = decoder.decode(Uint8Array.from(bytes))
    if (Array.from(text).length === 1 && text !== '\ufffd' && !table.has(text)) {
      table.set(text, Buffer.from(bytes))
    }
  }
  for (let byte = 0; byte < 256; byte++) add([byte])
  if (charset === 'shift_jis' || charset === 'gb18030') {
    for (let lead = 0x81; lead <= 0xfe; lead++)
      for (let trail = 0x40; trail <= 0xfe; trail++) add([lead, trail])
  }
  tables.set(charset, table)
  return table
}

/**
 * The bytes of `text` in `charset` (a WHATWG label), or null when it has a character the charset lacks
 * or this runtime does not know the charset: the caller then takes UTF-8.
 */
export function encodeText(text: string, charset: string): Buffer | null {
  if (charset === 'utf-8') return Buffer.from(text, 'utf8')
  if (charset === 'us-ascii') return /^[\0-\x7f]*$/.test(text) ? Buffer.from(text, 'latin1') : null
  let table: Map<string, Buffer>
  try {
    table = tableOf(charset)
  } catch {
    return null
  }
  const pieces: Buffer[] = []
  for (const character of text) {
    const bytes = table.get(character)
    if (!bytes) return null
    pieces.push(bytes)
  }
  return Buffer.concat(pieces)
}
