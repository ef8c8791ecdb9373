import { itemFields } from './item-fields.ts'
import type { ItemFields } from './item-fields.ts'
import { embeddedCards } from './embedded-cards.ts'
import { contentLine, escapeText } from './content-lines.ts'

export interface CardItem {
  /** Raw JSON of the item as parsed (all states, or one), in any spelling. */
  raw: unknown
  /** The whole message of its blob. */
  blob: Buffer | null
}

/**
 * A vCard 3.0 (the version every address book reads, RFC 2426) from a vCard inside the blob, else from the fields of the metadata, whose
 * names are those of the mailbox's contacts. Null when there is neither a name nor an address nor a number.
 */
export function toVcard(item: CardItem): Buffer | null {
  const embedded = item.blob === null ? [] : embeddedCards(item.blob, 'VCARD')
  if (embedded.length > 0) return Buffer.from(embedded.map((card) => `${card.trim()}\r\n`).join(''))
  const fields = itemFields(item.raw)
  const first = fields.text('firstName', 'givenName', 'first')
  const middle = fields.text('middleName', 'middle')
  const last = fields.text('lastName', 'familyName', 'surname', 'last')
  const full = fields.text('fullName', 'displayName', 'fileAs', 'fn', 'commonName', 'cn')
  const company = fields.text('company', 'organization', 'org')
  const emails = [...fields.all('email', 'workEmail', 'homeEmail', 'emailAddress', 'mail')].filter((mail) =>
    /^[^\s@]+@[^\s@]+$/.test(mail),
  )
  const phones = phoneLines(fields)
  const fallback = fields.text('nickname', 'dlist') ?? plainTitle(fields)
  const built = [first, middle, last].filter((part) => part !== null).join(' ')
  const name = [full?.replace(/^\d+:/, ''), built, company, emails[0], fallback].find(Boolean)
  if (!name) return null
  if (built === '' && company === null && emails.length === 0 && phones.length === 0 && full === null)
    return null

  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    contentLine('FN', escapeText(name)),
    contentLine(
      'N',
      [last, first, middle, fields.text('namePrefix'), fields.text('nameSuffix')]
        .map((part) => escapeText(part ?? ''))
        .join(';'),
    ),
  ]
  const add = (property: string, text: string | null) => {
    if (text !== null) lines.push(contentLine(property, escapeText(text)))
  }
  add('NICKNAME', fields.text('nickname'))
  if (company !== null) {
    const department = fields.text('department')
    lines.push(
      contentLine(
        'ORG',
        [company, department]
          .filter((part) => part !== null)
          .map((part) => escapeText(part))
          .join(';'),
      ),
    )
  }
  add('TITLE', fields.text('jobTitle'))
  for (const mail of emails) add('EMAIL;TYPE=INTERNET', mail)
  lines.push(...phones)
  for (const kind of ['home', 'work', 'other'] as const) addressLine(fields, kind, lines)
  for (const url of fields.all('homeURL', 'workURL', 'otherURL', 'url', 'website')) add('URL', url)
  const birthday = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(fields.text('birthday', 'bday') ?? '')
  if (birthday !== null) lines.push(`BDAY:${birthday[1]}-${birthday[2]}-${birthday[3]}`)
  add('NOTE', fields.text('notes', 'note'))
  add('UID', fields.text('uid'))
  lines.push('END:VCARD')
  return Buffer.from(`${lines.join('\r\n')}\r\n`)
}

/** Only a contact's own title, not the subject of a message that happens to be asked for. */
function plainTitle(fields: ItemFields): string | null {
  return fields.text('type')?.toLowerCase() === 'contact' ? fields.text('name') : null
}

const PHONES: [string, string][] = [
  ['mobilePhone', 'CELL'],
  ['mobile', 'CELL'],
  ['cellPhone', 'CELL'],
  ['workPhone', 'WORK,VOICE'],
  ['businessPhone', 'WORK,VOICE'],
  ['companyPhone', 'WORK,VOICE'],
  ['homePhone', 'HOME,VOICE'],
  ['otherPhone', 'VOICE'],
  ['phone', 'VOICE'],
  ['telephone', 'VOICE'],
  ['workMobile', 'WORK,CELL'],
  ['workFax', 'WORK,FAX'],
  ['homeFax', 'HOME,FAX'],
  ['otherFax', 'FAX'],
  ['pager', 'PAGER'],
]

function phoneLines(fields: ItemFields): string[] {
  const seen = new Set<string>()
  const lines: string[] = []
  for (const [name, type] of PHONES) {
    for (const number of fields.all(name)) {
      if (seen.has(number) || !/\d/.test(number) || number.length > 64) continue
      seen.add(number)
      lines.push(contentLine(`TEL;TYPE=${type}`, escapeText(number)))
    }
  }
  return lines
}

function addressLine(fields: ItemFields, kind: 'home' | 'work' | 'other', lines: string[]): void {
  const part = (name: string) => fields.text(`${kind}${name}`)
  const parts = [
    part('Street'),
    part('City'),
    part('State'),
    part('PostalCode') ?? part('Zip'),
    part('Country'),
  ]
  if (parts.every((text) => text === null)) return
  const type = kind === 'other' ? '' : `;TYPE=${kind.toUpperCase()}`
  lines.push(contentLine(`ADR${type}`, ['', '', ...parts.map((text) => escapeText(text ?? ''))].join(';')))
}
