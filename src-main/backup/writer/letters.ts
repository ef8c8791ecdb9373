import { DOCX_TYPE, docx, pdf, png, randomAttachment } from './attachments.ts'
import {
  dateHeader,
  encodedWords,
  entityBytes,
  fileEntity,
  mailbox,
  multipart,
  textEntity,
  type Entity,
  type TransferEncoding,
} from './mime.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'
import { fill, textsOf, type Texts } from './texts/index.ts'

export type LetterKind =
  | 'note'
  | 'flowed'
  | 'alternative'
  | 'picture'
  | 'newsletter'
  | 'attachments'
  | 'invitation'
  | 'forward'
  | 'odd'

export interface LetterSpec {
  kind: LetterKind
  from: Person
  to: readonly Person[]
  cc: readonly Person[]
  /** Subject without `Re:`; null makes a new one. */
  subject: string | null
  time: number
  language: string
  /** Message-IDs of the thread so far, oldest first. */
  thread: readonly string[]
  quoted: string | null
  /** Puts trace headers as a receiving server does; the address goes into Delivered-To. */
  deliveredTo: string | null
}

export interface Letter {
  bytes: Buffer
  subject: string
  messageId: string
  text: string
  hasAttachment: boolean
}

function values(
  random: Random,
  texts: Texts,
  me: string,
  name: string,
  time: number,
): Record<string, string> {
  const day = new Date(time + random.int(20) * 86_400_000).toISOString().slice(0, 10)
  return {
    name,
    me,
    day: texts.code === 'en' ? day : day.split('-').reverse().join('.'),
    n: String(random.between(3, 4800)),
    amount: `${random.between(1, 98)}.${String(random.int(1000)).padStart(3, '0')}`,
    project: random.pick(texts.projects),
    city: random.pick(texts.cities),
  }
}

/** A new subject in the language of `texts`. */
export function newSubject(random: Random, texts: Texts, me: string, name: string, time: number): string {
  return fill(random.pick(texts.subjects), values(random, texts, me, name, time))
}

function bodyText(random: Random, texts: Texts, from: Person, to: Person, time: number): string {
  // Colleagues greet by the first name; names in other scripts and of firms are used whole.
  const short = /^[A-Z][^ ]+ [A-Z][^ ]+$/.test(to.name) ? (to.name.split(' ')[0] ?? to.name) : to.name
  const name = random.chance(0.5) ? short : to.name
  const known = { ...values(random, texts, from.name, to.name, time), name }
  const say = (templates: readonly string[]): string =>
    fill(random.pick(templates), { ...known, n: String(random.between(2, 4000)) })
  const paragraphs: string[] = [say(texts.greetings)]
  const sentences = random.some(texts.sentences, random.between(2, 8)).map((sentence, index) => {
    const said = fill(sentence, { ...known, n: String(random.between(2, 90)) })
    // The first one goes on after the comma of the greeting.
    return index === 0 ? said : said.charAt(0).toUpperCase() + said.slice(1)
  })
  while (sentences.length > 0) paragraphs.push(sentences.splice(0, random.between(1, 3)).join(' '))
  if (random.chance(0.15))
    paragraphs.push(random.pick(['👍', '🎉 🎂', 'https://www.example.com/doc?id=8&v=2', '🙂']))
  paragraphs.push(say(texts.closings))
  return paragraphs.join('\n\n')
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c)

function htmlOf(text: string, texts: Texts, extra = ''): string {
  const direction = texts.rightToLeft ? ' dir="rtl"' : ''
  const paragraphs = text.split('\n\n').map((p) => `<p>${escapeHtml(p).replace(/\n/g, '<br>\n')}</p>`)
  return `<!DOCTYPE html>\n<html lang="${texts.code}"${direction}><head><style>p { font-family: sans-serif; color: #223 }</style></head>\n<body>\n${paragraphs.join('\n')}\n${extra}</body></html>\n`
}

function newsletterHtml(random: Random, texts: Texts, day: string): string {
  const { title, lead, button, unsubscribe } = texts.newsletter
  const id = random.hex(10)
  const blocks = [1, 2, 3]
    .map(
      (n) =>
        `<tr><td style="padding:12px"><img src="https://img.news.example/${id}/teaser-${n}.jpg" width="180" height="120" alt="${n}"></td>` +
        `<td><h3>${escapeHtml(fill(random.pick(texts.subjects), { n: String(n), project: random.pick(texts.projects), day, city: random.pick(texts.cities) }))}</h3>` +
        `<a href="https://news.example/r/${id}/${n}">${escapeHtml(button)}</a></td></tr>`,
    )
    .join('\n')
  return (
    `<html><head><style>@import url("https://fonts.news.example/css?family=Lato"); .hero { background-image: url(https://img.news.example/${id}/hero.png) }</style></head>` +
    `<body style="margin:0"><table class="hero" width="600" background="https://img.news.example/${id}/bg.gif"><tr><td colspan="2"><h1>${escapeHtml(title)}</h1>` +
    `<p>${escapeHtml(fill(lead, { day }))}</p></td></tr>\n${blocks}</table>` +
    `<p><small><a href="https://news.example/u/${id}">${escapeHtml(unsubscribe)}</a></small></p>` +
    `<img src="https://track.news.example/o.gif?u=${id}" width="1" height="1"></body></html>`
  )
}

/** An iCalendar object for one meeting of an hour; `method` as in RFC 5546. */
export function calendarText(meeting: {
  uid: string
  summary: string
  start: number
  end: number
  location: string
  organizer: Person
  attendees: readonly Person[]
  description?: string
  method?: string
}): string {
  const stamp = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
  const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\n/g, '\\n')
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Lifeboat//Synthetic sample//EN',
    ...(meeting.method ? [`METHOD:${meeting.method}`] : []),
    'BEGIN:VEVENT',
    `UID:${meeting.uid}`,
    `DTSTAMP:${stamp(meeting.start - 86_400_000)}`,
    `DTSTART:${stamp(meeting.start)}`,
    `DTEND:${stamp(meeting.end)}`,
    `SUMMARY:${escaped(meeting.summary)}`,
    `LOCATION:${escaped(meeting.location)}`,
    ...(meeting.description ? [`DESCRIPTION:${escaped(meeting.description)}`] : []),
    `ORGANIZER;CN="${meeting.organizer.name}":mailto:${meeting.organizer.address}`,
    ...meeting.attendees.map((a) => `ATTENDEE;CN="${a.name}";RSVP=TRUE:mailto:${a.address}`),
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  const limit = 70
  return lines
    .flatMap((line) => {
      const folded: string[] = []
      let current = ''
      for (const character of line) {
        if (Buffer.byteLength(current + character) > limit) {
          folded.push(current)
          current = ' '
        }
        current += character
      }
      return [...folded, current]
    })
    .join('\r\n')
    .concat('\r\n')
}

interface Made {
  entity: Entity
  hasAttachment: boolean
}

function makeBody(random: Random, spec: LetterSpec, texts: Texts, text: string, boundary: string): Made {
  const charset = random.chance(0.6) ? (texts.charsets[0] ?? 'utf-8') : random.pick(texts.charsets)
  const encoding: TransferEncoding = random.pick([
    'quoted-printable',
    'quoted-printable',
    'base64',
    '8bit',
  ] as const)
  const plain = (): Entity =>
    charset === 'us-ascii' ? textEntity(text, { charset }) : textEntity(text, { charset, encoding })
  const html = (extra = ''): Entity =>
    textEntity(htmlOf(text, texts, extra), {
      subtype: 'html',
      charset: 'utf-8',
      encoding: 'quoted-printable',
    })
  const both = (extra = ''): Entity => multipart('alternative', `${boundary}_a`, [plain(), html(extra)])
  switch (spec.kind) {
    case 'note':
      return { entity: plain(), hasAttachment: false }
    case 'flowed':
      return {
        entity: textEntity(text, { flowed: true, charset: 'utf-8', encoding: '8bit' }),
        hasAttachment: false,
      }
    case 'alternative':
      return { entity: both(), hasAttachment: false }
    case 'picture': {
      const cid = `logo.${random.hex(6)}@mail.example.com`
      const picture = { name: 'logo.png', type: 'image/png', bytes: png(24, random), contentId: cid }
      const withPicture = multipart('related', `${boundary}_r`, [
        html(`<p><img src="cid:${cid}" alt="logo" width="48"></p>`),
        fileEntity(picture),
      ])
      return {
        entity: multipart('alternative', `${boundary}_a`, [plain(), withPicture]),
        hasAttachment: false,
      }
    }
    case 'newsletter': {
      const day = new Date(spec.time + 9 * 86_400_000).toISOString().slice(0, 10)
      const lead = fill(`${texts.newsletter.title}\n\n${texts.newsletter.lead}`, { day })
      return {
        entity: multipart('alternative', `${boundary}_a`, [
          textEntity(lead, { charset: 'utf-8' }),
          textEntity(newsletterHtml(random, texts, day), { subtype: 'html', encoding: 'quoted-printable' }),
        ]),
        hasAttachment: false,
      }
    }
    case 'attachments': {
      const lines = text.split('\n').filter((line) => line !== '')
      const naming = random.pick(['both', 'rfc2047', 'rfc2231'] as const)
      const files = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () =>
        fileEntity({ ...randomAttachment(random, texts, lines), naming }),
      )
      const body = random.chance(0.5) ? both() : plain()
      return { entity: multipart('mixed', `${boundary}_m`, [body, ...files]), hasAttachment: true }
    }
    case 'invitation': {
      const start = Math.ceil((spec.time + random.between(1, 20) * 86_400_000) / 3_600_000) * 3_600_000
      const calendar = calendarText({
        uid: random.uuid(),
        summary: fill(random.pick(texts.meetings), { project: random.pick(texts.projects) }),
        start,
        end: start + 3_600_000,
        location: random.pick(texts.cities),
        organizer: spec.from,
        attendees: spec.to,
        method: 'REQUEST',
      })
      const part = textEntity(calendar, {
        subtype: 'calendar',
        parameters: 'method=REQUEST',
        encoding: 'base64',
      })
      return {
        entity: multipart('alternative', `${boundary}_a`, [plain(), html(), part]),
        hasAttachment: false,
      }
    }
    case 'forward': {
      const inner = composeLetter(random, {
        ...spec,
        kind: random.pick(['note', 'attachments']),
        from: spec.to[0] ?? spec.from,
        to: [spec.from],
        cc: [],
        subject: null,
        time: spec.time - 5 * 86_400_000,
        thread: [],
        quoted: null,
        deliveredTo: null,
      })
      const file = { name: `${inner.subject.slice(0, 40)}.eml`, type: 'message/rfc822', bytes: inner.bytes }
      return { entity: multipart('mixed', `${boundary}_m`, [plain(), fileEntity(file)]), hasAttachment: true }
    }
    case 'odd':
      return makeOdd(random, text, boundary)
  }
}

/** What real mailboxes hold too: empty mail, one very long line, an undeclared charset, a lone attachment. */
function makeOdd(random: Random, text: string, boundary: string): Made {
  switch (random.int(5)) {
    case 0:
      return { entity: { headers: [], body: Buffer.alloc(0) }, hasAttachment: false }
    case 1: {
      const table = Array.from({ length: 1400 }, (_, n) => `<td>${n}</td>`).join('')
      const body = Buffer.from(`<html><body><table><tr>${table}</tr></table></body></html>\r\n`)
      return {
        entity: { headers: [['Content-Type', 'text/html; charset=utf-8']], body },
        hasAttachment: false,
      }
    }
    case 2:
      return {
        entity: { headers: [['Content-Type', 'text/plain']], body: Buffer.from(text.replace(/\n/g, '\r\n')) },
        hasAttachment: false,
      }
    case 3:
      return {
        entity: fileEntity({ name: 'scan.pdf', type: 'application/pdf', bytes: pdf('Scanned page') }),
        hasAttachment: true,
      }
    default: {
      const unnamed: Entity = {
        headers: [
          ['Content-Type', DOCX_TYPE],
          ['Content-Transfer-Encoding', 'base64'],
        ],
        body: Buffer.from(`${docx([text]).toString('base64')}\r\n`),
      }
      return {
        entity: multipart('mixed', `${boundary}_m`, [textEntity(text, { charset: 'utf-8' }), unnamed]),
        hasAttachment: true,
      }
    }
  }
}

const ZONES: Record<string, number> = { ja: 540, zh: 480, ru: 180, ar: 180, he: 120, el: 120, en: 0 }

/** One whole message with CRLF line ends, as it would lie in a blob. */
export function composeLetter(random: Random, spec: LetterSpec): Letter {
  const texts = textsOf(spec.language)
  const first = spec.to[0] ?? spec.from
  const fresh =
    spec.kind === 'newsletter'
      ? `${texts.newsletter.title} #${random.between(10, 300)}`
      : newSubject(random, texts, spec.from.name, first.name, spec.time)
  const prefix = spec.thread.length > 0 ? texts.reply : spec.kind === 'forward' ? texts.forward : ''
  const subject = prefix + (spec.subject ?? fresh)
  let text = bodyText(random, texts, spec.from, first, spec.time)
  if (spec.quoted !== null) {
    const day = new Date(spec.time - 86_400_000).toISOString().slice(0, 10)
    const quote = spec.quoted.split('\n').map((line) => `> ${line}`)
    text += `\n\n${fill(texts.quote, { day, name: first.name })}\n${quote.slice(0, 30).join('\n')}`
  }
  const domain = spec.from.address.split('@')[1] ?? 'example.com'
  const messageId = `<${random.hex(8)}.${random.hex(12)}@${domain}>`
  const boundary = `=_${random.hex(16)}`
  const form = random.pick(['B', 'Q'] as const)
  const wordCharset = random.chance(0.5) ? 'utf-8' : (texts.charsets[0] ?? 'utf-8')
  const { entity, hasAttachment } = makeBody(random, spec, texts, text, boundary)
  const zone = ZONES[texts.code] ?? (new Date(spec.time).getUTCMonth() % 10 > 2 ? 120 : 60)
  const box = (person: Person): string => mailbox(person.name, person.address, 'utf-8', form)
  const headers: [string, string][] = []
  if (spec.deliveredTo !== null) {
    headers.push(
      ['Return-Path', `<${spec.from.address}>`],
      ['Delivered-To', spec.deliveredTo],
      [
        'Received',
        `from mx.${domain} (mx.${domain} [192.0.2.${random.between(1, 254)}]) by mail.example.com (Postfix) with ESMTPS id ${random.hex(10).toUpperCase()} for <${spec.deliveredTo}>; ${dateHeader(spec.time + 4000, zone)}`,
      ],
    )
  }
  headers.push(
    ['Date', dateHeader(spec.time, zone)],
    ['From', box(spec.from)],
    ['To', spec.to.map(box).join(', ')],
    ...(spec.cc.length > 0 ? ([['Cc', spec.cc.map(box).join(', ')]] as [string, string][]) : []),
    ['Message-ID', messageId],
    ['Subject', encodedWords(subject, wordCharset, form)],
  )
  const last = spec.thread.at(-1)
  if (last !== undefined) headers.push(['In-Reply-To', last], ['References', spec.thread.slice(-8).join(' ')])
  if (spec.kind === 'newsletter') {
    headers.push(['List-Unsubscribe', `<https://news.example/u/${random.hex(8)}>`], ['Precedence', 'bulk'])
  }
  headers.push(['MIME-Version', '1.0'])
  const bytes = entityBytes({ headers: [...headers, ...entity.headers], body: entity.body })
  return { bytes, subject, messageId, text, hasAttachment }
}
