import type { ItemType } from '../../../../../src-main/backup/types.ts'
import { openCatalog } from '../../../../../src-main/catalog/catalog.ts'
import {
  SORT_INDEXES,
  accountToken,
  docBase,
  monthOf,
  sortKey,
  typeCode,
  typeToken,
} from '../../../../../src-main/catalog/schema.ts'
import { random } from '../../../../bench/synthetic-catalog.ts'

/** A catalog of random rows, and the same rows as plain objects: what the queries answer is compared with a naive model of them. */
export interface TinyContent {
  id: number
  digest: string | null
  missing: boolean
  damaged: boolean
  words: string[]
  subject: string
  sender: string
  attachment: boolean
  date: number | null
  rawSize: number
  claims: number
  owner: string | null
}
export interface TinyState {
  starts: number | null
  ends: number | null
  type: ItemType
  deleted: boolean
  folder: number | null
  flags: string
  tags: string[]
  content: number | null
}
export interface TinyItem {
  pk: number
  account: number
  id: number
  states: TinyState[]
  /** What is shown now: the last state, or for unreadable metadata what is known. */
  now: TinyState
  date: number
  size: number | null
}
export interface TinyCatalog {
  items: TinyItem[]
  contents: Map<number, TinyContent>
  accounts: { pk: number; uuid: string; name: string }[]
  times: number[]
}

export const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'épsilon', '東京大学', 'zeta-9']
const FLAGS = ['', 'u', 'f', 'uf', 'r', 'd', 'w', 'us']
const BASE = Date.UTC(2020, 0, 1)
const SPAN = 1000

/** Folders of every account: id, name, parent. 900 has no metadata. */
export const FOLDERS: readonly [number, string, number][] = [
  [300, 'Projects', 1],
  [301, 'Città', 300],
  [302, 'Old', 3],
]
const PLACES = [2, 3, 5, 300, 301, 302, 900, null]

/** Fills a new catalog file. Times lie at BASE + 0…1000 days. */
export function writeTinyCatalog(file: string, seed: number, count: number): TinyCatalog {
  const rnd = random(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(rnd() * from.length)]!
  const chance = (p: number): boolean => rnd() < p
  const day = (): number => BASE + Math.floor(rnd() * SPAN) * 86_400_000
  const accounts = [1, 2, 3].map((pk) => ({
    pk,
    uuid: `${String(pk).repeat(8)}-0000-4000-8000-000000000000`,
    name: `user${String(pk)}@example.com`,
  }))
  const contents = new Map<number, TinyContent>()
  const items: TinyItem[] = []
  const makeContent = (blob: boolean): TinyContent => {
    const id = contents.size + 1
    const content: TinyContent = {
      id,
      digest: blob ? `${String(id).padStart(43, 'B')}=` : null,
      missing: blob && chance(0.1),
      damaged: blob && chance(0.1),
      words: WORDS.filter(() => chance(0.25)),
      subject: `${chance(0.3) ? 'Re: ' : ''}${pick(WORDS)} ${pick(WORDS)}`,
      sender: `${pick(['Anna', 'Bob', 'Čeněk'])} <${pick(['anna', 'bob', 'c'])}@${pick(['example.com', 'test.org'])}>`,
      attachment: blob && chance(0.3),
      date: chance(0.9) ? day() : null,
      rawSize: Math.floor(rnd() * 5000),
      claims: 0,
      owner: null,
    }
    contents.set(id, content)
    return content
  }
  for (let pk = 1; pk <= count; pk++) {
    const structure = chance(0.1)
    const type: ItemType = structure
      ? pick(['folder', 'tag', 'mountpoint'] as const)
      : pick(['message', 'message', 'message', 'contact', 'unknown'] as const)
    const shared =
      contents.size > 5 && chance(0.15) ? contents.get(1 + Math.floor(rnd() * contents.size)) : undefined
    const first = shared?.digest != null ? shared : makeContent(!structure && type !== 'contact')
    const known = chance(0.95)
    const states: TinyState[] = []
    let content: number | null = first.digest === null ? null : first.id
    let at = day()
    for (let n = Math.floor(rnd() * 4); n >= 0; n--) {
      if (first.digest !== null && states.length > 0 && chance(0.15)) content = makeContent(true).id
      const start: number | null = chance(0.05) ? null : at
      at += Math.floor(rnd() * 100) * 86_400_000
      states.push({
        starts: start,
        // Usually the end is the next start; sometimes missing, overlapping, leaving a gap, or an end of the last state.
        ends: n > 0 ? (chance(0.8) ? at : chance(0.5) ? null : at - 86_400_000 * 5) : chance(0.1) ? at : null,
        type: chance(0.03) ? 'tag' : type,
        deleted: n === 0 ? chance(0.3) : chance(0.05),
        folder: pick(PLACES),
        flags: pick(FLAGS),
        tags: chance(0.1) ? ['Urgent'] : [],
        content: chance(0.05) && states.length === 0 ? null : content,
      })
    }
    const last = states.at(-1)!
    const shown = last.content ?? (first.digest === null ? first.id : makeContent(false).id)
    items.push({
      pk,
      account: 1 + Math.floor(rnd() * 3),
      id: 1000 + pk,
      states: known ? states : [],
      now: { ...last, content: shown },
      date: chance(0.1) ? BASE : day(),
      size: chance(0.9) ? Math.floor(rnd() * 5000) : null,
    })
  }
  for (let n = 0; n < count / 10; n++) {
    const content = makeContent(true)
    content.owner = pick([null, 'user1@example.com', 'gone@example.net'])
  }
  const tiny = {
    items,
    contents,
    accounts,
    times: [BASE - 1, BASE, BASE + SPAN * 43_200_000, BASE + SPAN * 2 * 86_400_000],
  }
  for (let n = 0; n < 6; n++)
    tiny.times.push(day(), pick(pick(items).states.concat(items[0]!.now)).starts ?? BASE)
  // Moments at which the last state of something ends: it is not there any more.
  const ends = items.map((item) => item.states.at(-1)?.ends ?? null).filter((end) => end !== null)
  tiny.times.push(...ends.slice(0, 4))
  store(file, tiny)
  return tiny
}

function store(file: string, { items, contents, accounts }: TinyCatalog): void {
  const db = openCatalog(file)
  const run = (sql: string, ...values: unknown[]): void => {
    db.prepare(sql).run(...values)
  }
  db.exec('BEGIN')
  for (const { pk, uuid, name } of accounts) {
    run(
      'INSERT INTO account(pk, uuid, name, aliases, folder) VALUES (?, ?, ?, ?, ?)',
      pk,
      uuid,
      name,
      '[]',
      name,
    )
    for (const [id, folder, parent] of FOLDERS) {
      run('INSERT INTO folder_version VALUES (?, ?, 0, 0, NULL, NULL, 0, 0, ?, ?)', pk, id, folder, parent)
    }
  }
  const claimers = new Map<number, Set<number>>()
  for (const item of items) {
    const mine = new Set([...item.states.map((s) => s.content), item.now.content].filter((c) => c !== null))
    for (const content of mine) {
      contents.get(content)!.claims++
      run('INSERT INTO claim VALUES (?, ?)', content, item.pk)
      claimers.set(content, (claimers.get(content) ?? new Set()).add(item.account))
    }
    const { now } = item
    const shown = contents.get(now.content!)!
    run(
      `INSERT INTO item(pk, account, id, condition, type, folder, deleted, flags, tags, content, date, size, subject_key, sender_key, states)
        VALUES (?, ?, ?, 'ok', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[item.pk, item.account, item.id, typeCode(now.type), now.folder, Number(now.deleted), now.flags],
      ...[
        JSON.stringify(now.tags),
        shown.id,
        item.date,
        item.size,
        sortKey(shown.subject),
        sortKey(shown.sender),
        item.states.length,
      ],
    )
    for (const [n, s] of item.states.entries()) {
      run(
        'INSERT INTO state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)',
        ...[
          item.pk,
          n,
          item.account,
          s.starts,
          s.ends,
          typeCode(s.type),
          Number(s.deleted),
          s.folder,
          s.flags,
        ],
        ...[JSON.stringify(s.tags), s.content, Number(s.content !== null)],
      )
    }
  }
  const lastDoc = new Map<number, number>()
  for (const c of contents.values()) {
    const base = docBase(c.date)
    const doc = (lastDoc.get(base) ?? base - 1) + 1
    lastDoc.set(base, doc)
    run(
      `INSERT INTO content(id, digest, doc, file_size, status, raw_size, subject, sender, recipients, date, has_attachment, claims, owner,
        owner_account, indexed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'x@example.org', ?, ?, ?, ?, ?, 1)`,
      ...[
        c.id,
        c.digest,
        doc,
        c.digest === null || c.missing ? null : 100,
        c.damaged ? 'truncated' : 'ok',
        c.rawSize,
      ],
      ...[c.subject, c.sender, c.date, Number(c.attachment), c.claims, c.claims === 0 ? c.owner : null],
      c.claims === 0 && c.owner === 'user1@example.com' ? 1 : null,
    )
    if (c.claims === 0 && (c.missing || c.digest === null)) {
      // Without a file and without a claim there is no such content.
      run('DELETE FROM content WHERE id = ?', c.id)
      contents.delete(c.id)
      continue
    }
    const tokens = [...(claimers.get(c.id) ?? [])].map(accountToken)
    if (c.attachment) tokens.push('hasattachment')
    tokens.push(typeToken('message'), ...(c.claims === 0 ? ['unclaimed'] : []))
    run(
      'INSERT INTO fts(rowid, subject, sender, recipients, body, attachments, tokens) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[
        doc,
        fold(c.subject),
        c.sender,
        'x@example.org',
        fold(c.words.join(' ')),
        c.attachment ? 'plan.pdf' : '',
        tokens.join(' '),
      ],
    )
  }
  db.exec(`INSERT INTO folder_count SELECT account, coalesce(folder, -1), deleted, type, count(*), sum(instr(flags, 'u') > 0) FROM item
    GROUP BY 1, 2, 3, 4`)
  for (const item of items.filter(({ now }) => now.type === 'message')) {
    run(
      'INSERT INTO month VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET messages = messages + 1',
      ...[item.account, monthOf(item.date), Number(item.now.deleted)],
    )
  }
  for (const index of SORT_INDEXES) db.exec(index.sql)
  for (const [key, value] of Object.entries({ revision: 1, complete: 1, sorted: 1 })) {
    run('INSERT INTO meta VALUES (?, ?)', key, value)
  }
  db.exec('COMMIT')
  db.close()
}

import { foldForIndex as fold } from '../../../../../src-main/catalog/search/tokens.ts'
