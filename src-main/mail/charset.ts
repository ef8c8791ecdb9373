import { isUtf8 } from 'node:buffer'

type Decode = (bytes: Buffer) => string

/** Labels seen in mail that the WHATWG table of TextDecoder does not know. */
const ALIASES: Record<string, string> = {
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  cp51932: 'euc-jp',
  'eucjp-ms': 'euc-jp',
  cp936: 'gbk',
  ms936: 'gbk',
  'euc-cn': 'gbk',
  euccn: 'gbk',
  cp54936: 'gb18030',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  uhc: 'euc-kr',
  'x-windows-949': 'euc-kr',
  ks_c_5601: 'euc-kr',
  ksc5601: 'euc-kr',
  cp950: 'big5',
  'x-windows-950': 'big5',
  'x-mac-roman': 'macintosh',
  cp874: 'windows-874',
  ansi: 'windows-1252',
  'win-1251': 'windows-1251',
  win1251: 'windows-1251',
  'win-1252': 'windows-1252',
  'koi8-ru': 'koi8-u',
  '7bit': 'us-ascii',
  '8bit': 'us-ascii',
}

/** Upper halves of the DOS code pages that old programs still send; source: the IBM code page tables. */
const DOS_HALVES: Record<string, string> = {
  '437':
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  '850':
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
}

/** Windows-1252 where it differs from Latin-1 (0x80 to 0x9F); source: the WHATWG index. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

const cache = new Map<string, Decode | null>()

function singleByte(high: string, first: number): Decode {
  const table = Array.from({ length: 256 }, (_, i) => high[i - first] ?? String.fromCharCode(i))
  return (bytes) => bytes.toString('latin1').replace(/[\x80-\xff]/g, (c) => table[c.charCodeAt(0)] ?? c)
}

const decode1252: Decode = (bytes) => {
  const text = bytes.toString('latin1')
  return /[\x80-\x9f]/.test(text)
    ? text.replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80] ?? c)
    : text
}

/** UTF-7 of RFC 2152: `+…-` holds UTF-16 in base64. */
const decodeUtf7: Decode = (bytes) =>
  bytes.toString('latin1').replace(/\+([A-Za-z0-9+/]*)-?/g, (_, code: string) => {
    if (code === '') return '+'
    const words = Buffer.from(code, 'base64')
    const even = words.subarray(0, words.length & ~1)
    return even.swap16().toString('utf16le')
  })

/** What stands between SO and SI. */
const SHIFT_OUT = new RegExp(String.raw`\x0e([^\x0f]*)\x0f?`, 'g')

/** ISO-2022-KR of RFC 1557: between SO and SI the bytes are EUC-KR without the high bit. HZ of RFC 1843 likewise. */
function shifted(bytes: Buffer, on: RegExp, encoding: string): string {
  const text = bytes
    .toString('latin1')
    .replaceAll('\x1b$)C', '')
    .replace(on, (_, inner: string) =>
      inner.replace(/[\x21-\x7e]/g, (c) => String.fromCharCode(c.charCodeAt(0) | 0x80)),
    )
  return new TextDecoder(encoding).decode(Buffer.from(text, 'latin1'))
}

const decodeUtf32 =
  (little: boolean): Decode =>
  (bytes) => {
    const points: string[] = []
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const point = little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
      points.push(
        point <= 0x10ffff && (point & 0xfffff800) !== 0xd800 ? String.fromCodePoint(point) : '\ufffd',
      )
    }
    return points.join('')
  }

/** UTF-8 as declared; where more of the non-ASCII bytes are wrong than right it cannot be UTF-8, and Windows-1252 is read. */
const decodeUtf8: Decode = (bytes) => {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const text = bytes.toString('utf8')
  let wrong = 0
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) wrong++
  let right = 0
  for (let i = 0; i < text.length && right < wrong; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f && code !== 0xfffd) right++
  }
  return wrong > right && wrong > 1 ? decode1252(bytes) : text
}

/** No usable label: UTF-8 where the bytes are valid UTF-8, else Windows-1252, which never fails. */
export function decodeUnlabelled(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : decode1252(bytes)
}

function build(label: string): Decode | null {
  switch (label) {
    case '':
    case 'ascii':
    case 'us-ascii':
    case 'ansi_x3.4-1968':
      return decodeUnlabelled
    case 'utf-8':
    case 'utf8':
      return decodeUtf8
    case 'iso-8859-1':
    case 'iso8859-1':
    case 'latin1':
    case 'windows-1252':
    case 'cp1252':
      return decode1252
    case 'utf-7':
    case 'utf7':
    case 'unicode-1-1-utf-7':
      return decodeUtf7
    case 'iso-2022-kr':
      return (bytes) => shifted(bytes, SHIFT_OUT, 'euc-kr')
    case 'hz-gb-2312':
    case 'hz':
      return (bytes) => shifted(bytes, /~\{((?:(?!~\})[^])*)(?:~\})?/g, 'gbk')
    case 'utf-32':
    case 'utf-32be':
      return decodeUtf32(false)
    case 'utf-32le':
      return decodeUtf32(true)
  }
  const dos = DOS_HALVES[/^(?:cp|ibm|dos-?)-?0*(437|850|858)$/.exec(label)?.[1]?.replace('858', '850') ?? '']
  if (dos !== undefined) return singleByte(dos, 128)
  const iso = /^iso_?-?8859_?-?(\d{1,2})(?:-[ei])?$/.exec(label)
  for (const name of [ALIASES[label], label, iso ? `iso-8859-${iso[1]}` : undefined]) {
    if (name === undefined) continue
    try {
      const decoder = new TextDecoder(name)
      return (bytes) => decoder.decode(bytes)
    } catch {
      // An unknown label: the next candidate, and in the end a guess from the bytes.
    }
  }
  return null
}

/**
 * A charset label as found in mail (any case, quotes, language suffix) to a decoder; null when the label is unknown.
 * The cache is bounded because labels come from hostile mail.
 */
export function charsetDecoder(label: string): Decode | null {
  let decode = cache.get(label)
  if (decode !== undefined) return decode
  const clean = label
    .trim()
    .toLowerCase()
    .replace(/^["']+|["']+$/g, '')
    .replace(/\*.*$/, '')
  decode = build(clean)
  if (cache.size > 500) cache.clear()
  cache.set(label, decode)
  return decode
}

/** Bytes of a mail in the charset it names; unknown labels and undecodable bytes never throw. */
export function decodeBytes(bytes: Buffer, label: string): string {
  const decode = charsetDecoder(label) ?? decodeUnlabelled
  try {
    return decode(bytes)
  } catch {
    return decodeUnlabelled(bytes)
  }
}

/** Zero-width, soft-hyphen and direction characters: phishing splits words with them, and a search must not see them. */
const MAY_HIDE = /[\u00ad\u0100-\uffff]/
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu

/** Removes characters that are not seen. The query of a search wants the same treatment as the text. */
export function stripInvisible(text: string): string {
  // Most mail has nothing above Latin-1; looking for that is much cheaper than for the property.
  return MAY_HIDE.test(text) ? text.replace(INVISIBLE, '') : text
}
