import { join, relative } from 'node:path'
import {
  messageFileName,
  numberedName,
  plainFileName,
  safeDir,
  safeSegment,
} from '../../../src-main/mail/names.ts'
import { must, shown, type Area } from '../area.ts'
import { mutateText } from '../mutate-bytes.ts'

const ORIGINALS = [
  'Inbox',
  'Posta in arrivo',
  '../../etc/passwd',
  'C:\\Windows\\system32',
  'CON',
  'nul.txt',
  'COM1.eml',
  '....',
  ' . ',
  '~',
  'a/b/c',
  '発送のご案内 ＜重要＞',
  'e\u0301'.repeat(60),
  '👨‍👩‍👧‍👦'.repeat(20),
  '\u202egnp.exe',
  'x'.repeat(500),
  'Rechnung 4711: "bezahlt"?',
  '',
]
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u001f\u007f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]/

function judge(name: string, given: string): void {
  const said = (what: string) => (): string => `${what}: ${shown(name)} from ${shown(given)}`
  must(name !== '' && name !== '.' && name !== '..', said('no name'))
  must(Buffer.byteLength(name) <= 240, said('too long'))
  must(!FORBIDDEN.test(name), said('forbidden character'))
  must(!/[. ]$/.test(name), said('dot or blank at the end'))
  must(!RESERVED.test(name), said('reserved'))
  must(name.normalize('NFC') === name, said('not NFC'))
  must(Buffer.from(name).toString() === name, said('lone surrogate'))
}

export const NAMES: Area = {
  name: 'names',
  prepare() {
    return (random) => {
      const text = mutateText(random.pick(ORIGINALS), random, ORIGINALS)
      const segment = safeSegment(text)
      judge(segment, text)
      must(safeSegment(segment) === segment, () => `not stable: ${shown(segment)} from ${shown(text)}`)
      const dir = safeDir(
        Array.from({ length: random.int(80) }, () => (random.chance(0.5) ? text : random.pick(ORIGINALS))),
      )
      for (const one of dir) judge(one, text)
      must(Buffer.byteLength(dir.join('/')) <= 2100, () => 'path too long')
      must(!relative('/target', join('/target', ...dir, segment)).startsWith('..'), () => 'outside')
      const id = random.chance(0.5) ? random.int(1e9) : text
      const date = random.pick([null, 0, 1.7e12, -1e15, 9e15, Number.NaN, Infinity])
      const version = random.pick([null, 1, 12])
      const name = messageFileName({
        date,
        subject: text,
        id,
        version,
        ext: random.pick(['eml', 'partial.eml', text]),
      })
      judge(name, text)
      must(name.includes(' ['), () => `no id: ${name}`)
      const plain = plainFileName(name)
      judge(plain, name)
      must(/^[\x20-\x7e]{1,140}$/.test(plain), () => `not plain: ${shown(plain)}`)
      judge(numberedName(plain, 2), plain)
    }
  },
}
