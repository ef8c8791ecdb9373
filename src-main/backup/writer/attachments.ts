import { crc32, deflateRawSync, deflateSync } from 'node:zlib'
import type { Random } from './random.ts'
import type { Texts } from './texts/index.ts'

export interface Attachment {
  name: string
  type: string
  bytes: Buffer
}

/** A real PNG of plain colour bands, `size` pixels square. */
export function png(size: number, random: Random): Buffer {
  const rows = Buffer.alloc((size * 3 + 1) * size)
  const colours = [random.bytes(3), random.bytes(3), random.bytes(3)]
  for (let y = 0; y < size; y++) {
    const colour = colours[Math.floor((y * 3) / size)] ?? Buffer.alloc(3)
    for (let x = 0; x < size; x++) colour.copy(rows, y * (size * 3 + 1) + 1 + x * 3)
  }
  const chunk = (type: string, data: Buffer): Buffer => {
    const out = Buffer.alloc(12 + data.length)
    out.writeUInt32BE(data.length, 0)
    out.write(type, 4, 'latin1')
    data.copy(out, 8)
    out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length)
    return out
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A real one-page PDF with one line of (Latin) text. */
export function pdf(line: string): Buffer {
  const safe = line
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/[()\\]/g, '\\$&')
  const content = `BT /F1 18 Tf 72 770 Td (${safe}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let text = '%PDF-1.4\n'
  const offsets: number[] = []
  objects.forEach((object, index) => {
    offsets.push(text.length)
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
  })
  const xref = text.length
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`
  for (const offset of offsets) text += `${String(offset).padStart(10, '0')} 00000 n \n`
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

/** A real zip archive with the given files, deflated, dated 1980. */
export function zipArchive(files: { name: string; bytes: Buffer }[]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.name, 'utf8')
    const packed = deflateRawSync(file.bytes)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt16LE(0x21, 8)
    common.writeUInt32LE(crc32(file.bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(file.bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const entry = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, name]))
    local.push(entry)
    offset += entry.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}

const escapeXml = (text: string): string =>
  text.replace(/[<>&]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&amp;'))

/** A word-processor document (Office Open XML) with one paragraph for each line. */
export function docx(lines: string[]): Buffer {
  const paragraphs = lines.map((l) => `<w:p><w:r><w:t>${escapeXml(l)}</w:t></w:r></w:p>`).join('')
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
  const office = 'http://schemas.openxmlformats.org'
  return zipArchive([
    {
      name: '[Content_Types].xml',
      bytes: Buffer.from(
        `${xml}<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
      ),
    },
    {
      name: '_rels/.rels',
      bytes: Buffer.from(
        `${xml}<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="r1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
      ),
    },
    {
      name: 'word/document.xml',
      bytes: Buffer.from(
        `${xml}<w:document xmlns:w="${office}/wordprocessingml/2006/main"><w:body>${paragraphs}</w:body></w:document>`,
      ),
    },
  ])
}

export const DOCX_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** One small attachment of a random kind with a name in the language of `texts`. */
export function randomAttachment(random: Random, texts: Texts, lines: string[]): Attachment {
  const name = texts.attachmentName.replace('{n}', String(random.between(2, 980)))
  switch (random.int(6)) {
    case 0:
    case 1:
      return { name: `${name}.pdf`, type: 'application/pdf', bytes: pdf(`Lifeboat sample: ${name}`) }
    case 2:
      return {
        name: `IMG_${random.between(1000, 9999)}.png`,
        type: 'image/png',
        bytes: png(random.between(8, 40), random),
      }
    case 3: {
      const rows = ['id;name;amount']
      for (let i = 0; i < random.between(5, 60); i++)
        rows.push(
          `${i + 1};${random.pick(texts.projects)};${random.between(10, 9999)},${random.int(90) + 10}`,
        )
      return { name: `${name}.csv`, type: 'text/csv', bytes: Buffer.from(`\ufeff${rows.join('\r\n')}\r\n`) }
    }
    case 4:
      return { name: `${name}.docx`, type: DOCX_TYPE, bytes: docx(lines) }
    default:
      return { name: `${name}.txt`, type: 'text/plain', bytes: Buffer.from(`${lines.join('\n')}\n`) }
  }
}
