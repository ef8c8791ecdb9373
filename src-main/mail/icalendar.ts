import { contentLine, escapeText } from './content-lines.ts'
import { embeddedCards } from './embedded-cards.ts'
import { itemFields } from './item-fields.ts'
import type { ItemFields } from './item-fields.ts'
import type { CardItem } from './vcard.ts'
import { parseTimestamp } from '../backup/timestamps.ts'

const PRODUCT = '-//Lifeboat//Recovered from a backup//EN'

export interface CalendarItem extends CardItem {
  /** Times at which the item's states begin and end, ms UTC: they stand beside the event's own, under names as usual for an event. */
  holds?: readonly number[]
  /** IANA zone of times that name none; UTC when left out. */
  zone?: string
}

/** The blob holds an invitation: nothing of the metadata is needed. */
export function hasInvitation(blob: Buffer | null): boolean {
  return blob !== null && merged(embeddedCards(blob, 'VCALENDAR')) !== null
}

/**
 * One iCalendar file (RFC 5545) with everything of an appointment or task: the invitations inside its blob merged, else an event made from
 * the fields of the metadata. Null when the blob holds none and the metadata no start.
 */
export function toIcalendar(item: CalendarItem): Buffer | null {
  const calendars = item.blob === null ? [] : embeddedCards(item.blob, 'VCALENDAR')
  const lines = calendars.length > 0 ? merged(calendars) : fromFields(itemFields(item.raw), item)
  return lines === null ? null : Buffer.from(`${lines.join('\r\n')}\r\n`)
}

/** The components of all calendars in one; time zones that several bring stand there once. METHOD goes: it would make an invitation of a record. */
function merged(calendars: string[]): string[] | null {
  const zones = new Set<string>()
  const components: string[] = []
  for (const calendar of calendars) {
    for (const component of topComponents(calendar)) {
      if (!/^BEGIN:VTIMEZONE/i.test(component)) {
        if (!components.includes(component)) components.push(component)
      } else {
        const id = /^TZID[^:]*:(.*)$/im.exec(component)?.[1]?.trim() ?? component
        if (zones.has(id)) continue
        zones.add(id)
        components.unshift(component)
      }
    }
  }
  if (components.length === zones.size) return null
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', `PRODID:${PRODUCT}`, ...components, 'END:VCALENDAR']
}

function topComponents(calendar: string): string[] {
  const found: string[] = []
  let open: string[] = []
  let depth = 0
  for (const line of calendar.split('\r\n').slice(1, -1)) {
    if (/^BEGIN:/i.test(line)) depth++
    if (depth > 0) open.push(line)
    if (/^END:/i.test(line) && depth > 0 && --depth === 0) {
      found.push(open.join('\r\n'))
      open = []
    }
  }
  return found
}

function fromFields(fields: ItemFields, { holds = [], zone = 'UTC' }: CalendarItem): string[] | null {
  const notOfEvent = new Set(holds.map((ms) => time(ms, 'UTC')))
  const firstOf = (...names: string[]): string | null =>
    fields
      .values(...names)
      .map((value) => time(value, zone))
      .find((text) => text !== null && !notOfEvent.has(text)) ?? null
  const start = firstOf('startTime', 'dtStart', 'start', 'startDate', 's', 'st')
  const summary = fields.text('subject', 'summary', 'name', 'title', 'n')
  if (start === null || summary === null) return null
  const end = firstOf('endTime', 'dtEnd', 'endDate', 'e', 'et')
  const task = fields.text('type')?.toLowerCase() === 'task'
  const kind = task ? 'VTODO' : 'VEVENT'
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:${PRODUCT}`,
    `BEGIN:${kind}`,
    contentLine(
      'UID',
      escapeText(
        fields.text('uid', 'u') ??
          `${start}-${Buffer.from(summary).toString('hex').slice(0, 24)}@lifeboat.invalid`,
      ),
    ),
    `DTSTAMP:${start}`,
    `DTSTART:${start}`,
  ]
  if (end !== null && end > start) lines.push(`${task ? 'DUE' : 'DTEND'}:${end}`)
  lines.push(contentLine('SUMMARY', escapeText(summary)))
  const add = (property: string, text: string | null) => {
    if (text !== null) lines.push(contentLine(property, escapeText(text)))
  }
  add('LOCATION', fields.text('location', 'loc', 'l'))
  add('DESCRIPTION', fields.text('description', 'desc', 'notes', 'fragment'))
  lines.push(`END:${kind}`, 'END:VCALENDAR')
  return lines
}

/** Basic ISO form in UTC of a time in any spelling; null for what is none. */
function time(value: unknown, zone: string): string | null {
  const ms = parseTimestamp(value, zone)
  return ms === null ? null : new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')
}
