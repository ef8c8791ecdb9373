import type { Random } from './random.ts'
import { addState, momentAt, newLife, SAMPLE_START, type ItemLife, type LifeState } from './life.ts'
import { composeLetter, type Letter, type LetterKind } from './letters.ts'
import { appointmentLife, contactLife, documentLife, draftLife, taskLife } from './other-items.ts'
import { correspondents, type Person, type StaffMember } from './people.ts'
import { textsOf } from './texts/index.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** System folders with mail or other items of their own; ids are the mailbox's fixed ones. */
const SYSTEM_FOLDERS: readonly (readonly [id: number, name: string, parent: number])[] = [
  [1, 'USER_ROOT', 11],
  [2, 'Inbox', 1],
  [3, 'Trash', 1],
  [4, 'Junk', 1],
  [5, 'Sent', 1],
  [6, 'Drafts', 1],
  [7, 'Contacts', 1],
  [10, 'Calendar', 1],
  [13, 'Emailed Contacts', 1],
  [15, 'Tasks', 1],
  [16, 'Briefcase', 1],
]

interface Thread {
  subject: string
  ids: string[]
  other: Person
  text: string
}

/** A mailbox being lived in. */
export interface Desk {
  index: number
  member: StaffMember
  outside: Person[]
  quota: number
  nextId: number
  /** Ids of the personal folders. */
  folders: number[]
  tags: string[]
  threads: Thread[]
}

const TAGS: readonly string[] = ['Urgente', 'wichtig', 'To do', '★ VIP', 'фактура', '重要']

const KINDS: readonly LetterKind[] = [
  ...Array<LetterKind>(9).fill('note'),
  ...Array<LetterKind>(3).fill('flowed'),
  ...Array<LetterKind>(6).fill('alternative'),
  ...Array<LetterKind>(2).fill('picture'),
  ...Array<LetterKind>(3).fill('newsletter'),
  ...Array<LetterKind>(4).fill('attachments'),
  'invitation',
  'forward',
]

function takeId(desk: Desk): number {
  desk.quota--
  return desk.nextId++
}

function* furnish(random: Random, desk: Desk): Generator<ItemLife> {
  const texts = textsOf(desk.member.language)
  const full = desk.quota >= 60
  const folderLife = (id: number, name: string, parent: number, start: number): ItemLife =>
    newLife(desk.index, id, 'folder', start, { folder: parent, name, extra: { view: 'message' } })
  for (const [id, name, parent] of SYSTEM_FOLDERS) {
    if (desk.quota <= 1 || (!full && id > 6)) continue
    desk.quota--
    yield folderLife(id, name, parent, SAMPLE_START)
  }
  if (!full) return
  const byPath = new Map<string, number>()
  for (const path of texts.folders) {
    const cut = path.lastIndexOf('/')
    const parent = cut < 0 ? 1 : (byPath.get(path.slice(0, cut)) ?? 1)
    const id = takeId(desk)
    const start = SAMPLE_START + desk.folders.length * 40 * MINUTE
    const life = folderLife(id, path.slice(cut + 1), parent, start)
    byPath.set(path, id)
    desk.folders.push(id)
    if (random.chance(0.25))
      addState(life, momentAt(0.2 + random.float() * 0.6), {
        name: `${path.slice(cut + 1)} ${random.between(2021, 2026)}`,
      })
    yield life
  }
  for (const tag of random.some(TAGS, 3)) {
    desk.tags.push(tag)
    yield newLife(desk.index, takeId(desk), 'tag', SAMPLE_START + DAY, {
      folder: 8,
      name: tag,
      extra: { color: random.int(9) },
    })
  }
}

/** What its owner does with a received message: reads, answers, files, tags, throws away, purges. */
function liveOn(random: Random, desk: Desk, life: ItemLife, junk: boolean): void {
  let time = life.states[0]?.start ?? SAMPLE_START
  const now = (): LifeState | undefined => life.states.at(-1)
  const later = (most: number): number => (time += random.between(MINUTE, most))
  const withFlag = (flag: string): string => [...new Set((now()?.flags ?? '') + flag)].join('')
  if (junk) {
    if (random.chance(0.7))
      addState(life, later(40 * DAY), { deleted: true, ...(random.chance(0.5) ? { blob: null } : {}) })
    return
  }
  if (random.chance(0.9)) addState(life, later(DAY), { flags: (now()?.flags ?? '').replace('u', '') })
  if (random.chance(0.15)) addState(life, later(DAY), { flags: withFlag('r') })
  if (random.chance(0.05)) addState(life, later(DAY), { flags: withFlag('f') })
  if (desk.tags.length > 0 && random.chance(0.08))
    addState(life, later(5 * DAY), { tags: random.some(desk.tags, random.between(1, 2)) })
  if (desk.folders.length > 0 && random.chance(0.4))
    addState(life, later(20 * DAY), { folder: random.pick(desk.folders) })
  if (random.chance(0.14) && addState(life, later(200 * DAY), { folder: 3 })) {
    if (random.chance(0.65))
      addState(life, later(30 * DAY), { deleted: true, ...(random.chance(0.4) ? { blob: null } : {}) })
    else if (random.chance(0.2)) addState(life, later(3 * DAY), { folder: 2 })
  }
}

function messageLife(
  desk: Desk,
  letter: Letter,
  from: Person,
  to: readonly Person[],
  time: number,
  folder: number,
  flags: string,
): ItemLife {
  return newLife(desk.index, takeId(desk), 'message', time + 5000, {
    folder,
    flags: flags + (letter.hasAttachment ? 'a' : ''),
    subject: letter.subject,
    sender: `${from.name} <${from.address}>`,
    recipients: to.map((p) => `${p.name} <${p.address}>`).join(', '),
    date: time,
    blob: letter.bytes,
  })
}

function* correspond(random: Random, desk: Desk, desks: readonly Desk[], time: number): Generator<ItemLife> {
  const { member } = desk
  const known = desk.threads.length > 0 && random.chance(0.45) ? random.pick(desk.threads) : null
  const colleague = random.chance(0.2) ? random.pick(desks) : null
  const other: Person =
    known?.other ?? (colleague && colleague !== desk ? colleague.member : random.pick(desk.outside))
  const odd = random.chance(0.012)
  const kind: LetterKind = odd
    ? 'odd'
    : known
      ? random.pick(['note', 'flowed', 'alternative', 'attachments'])
      : random.pick(KINDS)
  const outgoing = kind !== 'newsletter' && random.chance(known ? 0.4 : 0.2)
  const from: Person = outgoing
    ? member
    : kind === 'newsletter'
      ? {
          name: textsOf(other.language).newsletter.title,
          address: `news@${other.address.split('@')[1]}`,
          language: other.language,
        }
      : other
  const main: Person = outgoing ? other : member
  // A circular to several colleagues: one blob, several owners.
  const copied =
    !outgoing && random.chance(0.08)
      ? random.some(
          desks.filter((d) => d !== desk && d.quota > 0),
          random.between(1, 4),
        )
      : []
  const shared = copied.length > 0
  const letter = composeLetter(random, {
    kind,
    from,
    to: [main],
    cc: copied.map((d) => d.member),
    subject: known?.subject ?? null,
    time,
    language: random.chance(0.8) ? other.language : member.language,
    thread: known?.ids ?? [],
    quoted: known && random.chance(0.6) ? known.text : null,
    deliveredTo: outgoing || shared ? null : member.address,
  })
  if (known) {
    known.ids.push(letter.messageId)
    known.text = letter.text
    if (known.ids.length > 14) desk.threads.splice(desk.threads.indexOf(known), 1)
  } else if (kind !== 'newsletter' && random.chance(0.5)) {
    desk.threads.push({ subject: letter.subject, ids: [letter.messageId], other, text: letter.text })
    if (desk.threads.length > 25) desk.threads.shift()
  }
  const recipients = [main, ...copied.map((d) => d.member)]
  const receivers = outgoing
    ? desks.filter((d) => d.member === other && d !== desk && d.quota > 0)
    : [desk, ...copied]
  const senders = outgoing ? [desk] : desks.filter((d) => d.member === other && d !== desk && d.quota > 0)
  const junk = kind === 'newsletter' && random.chance(0.25)
  for (const sender of senders) {
    if (sender.quota > 0) yield messageLife(sender, letter, from, recipients, time, 5, 's')
  }
  for (const receiver of receivers) {
    if (receiver.quota <= 0) continue
    const life = messageLife(receiver, letter, from, recipients, time, junk ? 4 : 2, 'u')
    liveOn(random, receiver, life, junk)
    yield life
  }
}

/**
 * Six years in the mailboxes of `staff`, item by item, exactly `items` of them (folders and tags
 * included). Lives come in the order of their creation, so ids rise with time as they do on a server.
 */
export function* liveThrough(
  random: Random,
  staff: readonly StaffMember[],
  items: number,
): Generator<ItemLife> {
  const weights = staff.map((_, index) => (index === 0 ? 3 : index === 1 ? 2 : 1 + (index % 3) * 0.4))
  const sum = weights.reduce((a, b) => a + b, 0)
  const desks: Desk[] = staff.map((member, index) => ({
    index,
    member,
    outside: correspondents(member, random),
    quota: Math.floor(((weights[index] ?? 1) / sum) * items),
    nextId: 257,
    folders: [],
    tags: [],
    threads: [],
  }))
  const first = desks[0]
  if (!first) return
  first.quota += items - desks.reduce((total, desk) => total + desk.quota, 0)
  for (const desk of desks) yield* furnish(random, desk)
  const total = Math.max(
    1,
    desks.reduce((left, desk) => left + desk.quota, 0),
  )
  for (;;) {
    const left = desks.reduce((rest, desk) => rest + Math.max(0, desk.quota), 0)
    if (left <= 0) return
    let at = random.int(left)
    const desk = desks.find((one) => (at -= Math.max(0, one.quota)) < 0) ?? first
    const time = momentAt(1 - left / total) + random.int(60_000)
    const what = random.float()
    if (what < 0.035) yield contactLife(random, desk.index, takeId(desk), random.pick(desk.outside), time)
    else if (what < 0.07)
      yield appointmentLife(random, desk.index, takeId(desk), desk.member, desk.outside, time)
    else if (what < 0.08) yield taskLife(random, desk.index, takeId(desk), desk.member, time)
    else if (what < 0.095) yield documentLife(random, desk.index, takeId(desk), desk.member, time)
    else if (what < 0.115)
      yield draftLife(random, desk.index, takeId(desk), desk.member, random.pick(desk.outside), time)
    else yield* correspond(random, desk, desks, time)
  }
}
