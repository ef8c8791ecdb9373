import { docx, DOCX_TYPE, pdf, png } from './attachments.ts'
import { addState, newLife, type ItemLife } from './life.ts'
import { calendarText, composeLetter } from './letters.ts'
import { entityBytes, fileEntity, multipart, textEntity } from './mime.ts'
import type { Person, StaffMember } from './people.ts'
import type { Random } from './random.ts'
import { fill, textsOf } from './texts/index.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/** A contact: fields in the metadata; one with a photo has a MIME blob with the picture. */
export function contactLife(
  random: Random,
  account: number,
  id: number,
  person: Person,
  time: number,
): ItemLife {
  const space = person.name.indexOf(' ')
  const firstName = space < 0 ? person.name : person.name.slice(0, space)
  const lastName = space < 0 ? '' : person.name.slice(space + 1)
  const fields: Record<string, string> = {
    firstName,
    lastName,
    fileAs: '8:' + person.name,
    email: person.address,
    mobilePhone: `+39 02 555 ${random.between(1000, 9999)}`,
    company: (person.address.split('@')[1] ?? '').split('.')[0] ?? '',
    ...(random.chance(0.3)
      ? { notes: random.pick(textsOf(person.language).sentences), birthday: '1979-04-12' }
      : {}),
    ...(random.chance(0.3)
      ? { workCity: random.pick(textsOf(person.language).cities), workStreet: 'Via Roma 1' }
      : {}),
  }
  const photo = random.chance(0.25)
  const blob = photo
    ? entityBytes(
        multipart('mixed', `=_contact_${random.hex(12)}`, [
          textEntity('', { charset: 'utf-8' }),
          fileEntity({ name: 'image.png', type: 'image/png', bytes: png(32, random) }),
        ]),
      )
    : null
  const life = newLife(account, id, 'contact', time, {
    folder: random.chance(0.3) ? 13 : 7,
    name: person.name,
    subject: person.name,
    blob,
    flags: photo ? 'a' : '',
    extra: { fields },
  })
  if (random.chance(0.3)) {
    const changed = { ...fields, mobilePhone: `+39 333 ${random.between(100_000, 999_999)}` }
    addState(life, time + random.between(1, 300) * DAY, { extra: { fields: changed } })
  }
  if (random.chance(0.1)) addState(life, time + random.between(301, 500) * DAY, { deleted: true })
  return life
}

/** An appointment: with a `multipart/digest` blob when the description is long or something is attached, else without. */
export function appointmentLife(
  random: Random,
  account: number,
  id: number,
  member: StaffMember,
  outside: readonly Person[],
  time: number,
): ItemLife {
  const texts = textsOf(member.language)
  const start = Math.floor((time + random.between(1, 30) * DAY) / HOUR) * HOUR
  const end = start + random.pick([0.5, 1, 1, 2, 24]) * HOUR
  const summary = fill(random.pick(texts.meetings), { project: random.pick(texts.projects) })
  const attendees = random.some(outside, random.between(0, 3))
  const uid = random.uuid()
  const location = random.pick(texts.cities)
  const withBlob = random.chance(0.4)
  const description = Array.from({ length: withBlob ? 12 : 1 }, () =>
    fill(random.pick(texts.sentences), {
      day: '1.3.',
      n: '3',
      amount: '1.200',
      name: member.name,
      project: random.pick(texts.projects),
      city: location,
    }),
  ).join('\n')
  const meeting = { uid, summary, start, end, location, organizer: member, attendees, description }
  const blobOf = (invite: number): Buffer => {
    const calendar = textEntity(calendarText({ ...meeting, method: 'REQUEST' }), {
      subtype: 'calendar',
      parameters: 'method=REQUEST',
      encoding: 'quoted-printable',
    })
    const parts = [textEntity(description, { charset: 'utf-8', encoding: 'quoted-printable' }), calendar]
    if (random.chance(0.4))
      parts.push(fileEntity({ name: 'agenda.pdf', type: 'application/pdf', bytes: pdf(summary) }))
    const inner = multipart('mixed', `=_inv_${random.hex(12)}`, parts)
    const message = entityBytes({
      headers: [['Subject', 'invite'], ['MIME-Version', '1.0'], ...inner.headers],
      body: inner.body,
    })
    return entityBytes(
      multipart('digest', `=_digest_${random.hex(12)}`, [
        {
          headers: [
            ['Content-Type', 'message/rfc822'],
            ['invId', String(invite)],
          ],
          body: message,
        },
      ]),
    )
  }
  const extra = (): Record<string, unknown> => ({
    appointment: {
      uid,
      name: summary,
      location,
      start,
      end,
      allDay: end - start >= DAY,
      organizer: member.address,
      attendees: attendees.map((a) => a.address),
      ...(withBlob ? {} : { description }),
    },
  })
  const life = newLife(account, id, 'appointment', time, {
    folder: 10,
    name: summary,
    subject: summary,
    blob: withBlob ? blobOf(id + 1) : null,
    extra: extra(),
  })
  if (random.chance(0.3)) {
    meeting.location = random.pick(texts.cities)
    addState(life, time + HOUR * random.between(1, 20), {
      extra: extra(),
      ...(withBlob ? { blob: blobOf(id + 2) } : {}),
    })
  }
  if (random.chance(0.12)) addState(life, time + DAY, { deleted: true })
  return life
}

export function taskLife(
  random: Random,
  account: number,
  id: number,
  member: StaffMember,
  time: number,
): ItemLife {
  const texts = textsOf(member.language)
  const summary = fill(random.pick(texts.tasks), { project: random.pick(texts.projects) })
  const task = (done: number): Record<string, unknown> => ({
    task: {
      uid: `task-${id}`,
      name: summary,
      due: time + 14 * DAY,
      percentComplete: done,
      status: done === 100 ? 'COMP' : 'INPR',
    },
  })
  const life = newLife(account, id, 'task', time, {
    folder: 15,
    name: summary,
    subject: summary,
    extra: task(0),
  })
  if (random.chance(0.6)) addState(life, time + random.between(1, 12) * DAY, { extra: task(100) })
  return life
}

/** A file in the briefcase: the blob is the file itself, named by SHA-384; a new version is a new blob. */
export function documentLife(
  random: Random,
  account: number,
  id: number,
  member: StaffMember,
  time: number,
): ItemLife {
  const texts = textsOf(member.language)
  const title = texts.attachmentName.replace('{n}', String(random.between(2, 90)))
  const word = random.chance(0.6)
  const content = (version: number): Buffer =>
    word
      ? docx([title, `Version ${version}`, ...random.some(texts.sentences, 3)])
      : Buffer.from(`${title}\n${version}\n${texts.sentences.join('\n')}\n`)
  const life = newLife(account, id, 'document', time, {
    folder: 16,
    name: word ? `${title}.docx` : `${title}.txt`,
    sender: member.address,
    blob: content(1),
    extra: { contentType: word ? DOCX_TYPE : 'text/plain', version: 1 },
  })
  if (random.chance(0.5))
    addState(life, time + random.between(1, 50) * DAY, {
      blob: content(2),
      extra: { contentType: word ? DOCX_TYPE : 'text/plain', version: 2 },
    })
  if (random.chance(0.1)) addState(life, time + 90 * DAY, { deleted: true })
  return life
}

/** A draft: written in several goes, each save a new blob; sent drafts disappear. */
export function draftLife(
  random: Random,
  account: number,
  id: number,
  member: StaffMember,
  to: Person,
  time: number,
): ItemLife {
  const letterAt = (moment: number, subject: string | null) =>
    composeLetter(random, {
      kind: 'alternative',
      from: member,
      to: [to],
      cc: [],
      subject,
      time: moment,
      language: to.language,
      thread: [],
      quoted: null,
      deliveredTo: null,
    })
  const first = letterAt(time, null)
  const life = newLife(account, id, 'message', time, {
    folder: 6,
    flags: 'd',
    subject: first.subject,
    sender: `${member.name} <${member.address}>`,
    recipients: `${to.name} <${to.address}>`,
    blob: first.bytes,
  })
  let moment = time
  for (let saves = random.between(1, 4); saves > 0; saves--) {
    moment += random.between(20_000, 600_000)
    addState(life, moment, { blob: letterAt(moment, first.subject).bytes, date: moment })
  }
  if (random.chance(0.5)) addState(life, moment + 60_000, { deleted: true, blob: null })
  return life
}
