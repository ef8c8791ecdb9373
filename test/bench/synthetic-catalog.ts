/**
 * Writes a catalog of any size straight into the schema, without a Backup Path, to measure queries: accounts of very different
 * size, nested folders, a vocabulary with the usual few frequent and many rare words, states that were read, moved and deleted,
 * shared blobs and unclaimed mail. The same seed gives the same catalog.
 *
 * Run: node test/bench/synthetic-catalog.ts FILE [ITEMS] [ACCOUNTS]
 */
import { rmSync } from 'node:fs'
import { catalogFiles, openCatalog } from '../../src-main/catalog/catalog.ts'
import {
  SORT_INDEXES,
  accountToken,
  docBase,
  monthOf,
  sortKey,
  typeCode,
  typeToken,
} from '../../src-main/catalog/schema.ts'
import { foldForIndex } from '../../src-main/catalog/search/tokens.ts'
import type { ItemType } from '../../src-main/backup/types.ts'

const START = Date.UTC(2016, 0, 1)
const END = Date.UTC(2026, 9, 1)

/** Small fast generator (mulberry32): 0 ≤ x < 1. */
export function random(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = a
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const SYLLABLES =
  'ba be bi bo bu ca ce co da de di do fa fe fi ga ge go la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve vi zo'.split(
    ' ',
  )

/** The vocabulary: word 0 is the most frequent. */
export function vocabulary(size: number): string[] {
  const words: string[] = []
  for (let i = 0; i < size; i++) {
    let n = i + 45
    let word = ''
    while (n > 0) {
      word += SYLLABLES[n % 45] ?? ''
      n = Math.floor(n / 45)
    }
    words.push(word)
  }
  return words
}

export interface SyntheticOptions {
  items: number
  accounts?: number
  seed?: number
  wordsPerMessage?: number
}

/** Writes the catalog file (an existing one is replaced). Returns the seconds it took. */
export function writeSyntheticCatalog(file: string, options: SyntheticOptions): number {
  const began = Date.now()
  for (const part of catalogFiles(file)) rmSync(part, { force: true })
  const items = options.items
  const accounts = options.accounts ?? Math.max(3, Math.round(Math.sqrt(items) / 5))
  const perMessage = options.wordsPerMessage ?? 30
  const rnd = random(options.seed ?? 1)
  const words = vocabulary(20_000)
  const word = () => words[Math.floor(20_000 ** rnd()) - 1] ?? 'alpha'
  const db = openCatalog(file)
  db.pragma('journal_mode = MEMORY')
  db.pragma('synchronous = OFF')
  db.exec("INSERT INTO fts(fts, rank) VALUES('hashsize', 67108864)")
  db.exec("INSERT INTO fts(fts, rank) VALUES('automerge', 0)")
  const put = {
    account: db.prepare(
      'INSERT INTO account(pk, uuid, name, display_name, aliases, folder) VALUES(?, ?, ?, ?, ?, ?)',
    ),
    content: db.prepare(
      'INSERT INTO content(id, digest, doc, file_size, status, raw_size, subject, sender, recipients, date, has_attachment, attachments, claims, owner, owner_account, indexed) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1)',
    ),
    claim: db.prepare('INSERT OR IGNORE INTO claim VALUES(?, ?)'),
    item: db.prepare(
      "INSERT INTO item(pk, account, id, condition, type, folder, deleted, flags, content, date, size, subject_key, sender_key, states, first_start, last_change, ends) VALUES(?,?,?,'ok',?,?,?,?,?,?,?,?,?,?,?,?,?)",
    ),
    state: db.prepare('INSERT INTO state VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)'),
    folder: db.prepare('INSERT INTO folder_version VALUES(?,?,?,?,?,?,?,?,?,?)'),
    fts: db.prepare(
      'INSERT INTO fts(rowid, subject, sender, recipients, body, attachments, tokens) VALUES(?,?,?,?,?,?,?)',
    ),
  }
  db.exec('BEGIN')
  const type = (name: ItemType) => typeCode(name)
  let pk = 0
  let contentId = 0
  const system: [number, string, number][] = [
    [1, 'USER_ROOT', 11],
    [2, 'Inbox', 1],
    [3, 'Trash', 1],
    [4, 'Junk', 1],
    [5, 'Sent', 1],
    [6, 'Drafts', 1],
    [7, 'Contacts', 1],
    [10, 'Calendar', 1],
  ]
  const pickAccount = () => 1 + Math.floor(accounts * rnd() ** 2)
  for (let a = 1; a <= accounts; a++) {
    const uuid = `${a.toString(16).padStart(8, '0')}-0000-4000-8000-${a.toString(16).padStart(12, '0')}`
    put.account.run(
      a,
      uuid,
      `user${a}@example.com`,
      `User ${word()} ${a}`,
      JSON.stringify([`u${a}@example.org`]),
      `user${a}@example.com`,
    )
    for (let f = 0; f < 20; f++) {
      const [id, name, parent] = system[f] ?? [257 + f, `Folder ${word()} ${f}`, f > 12 ? 257 + f - 5 : 1]
      pk++
      contentId++
      put.content.run(
        contentId,
        null,
        null,
        null,
        null,
        null,
        name,
        null,
        null,
        START,
        0,
        null,
        1,
        null,
        null,
      )
      put.item.run(
        pk,
        a,
        id,
        type('folder'),
        parent,
        0,
        '',
        contentId,
        START,
        null,
        sortKey(name),
        '',
        1,
        START,
        START,
        null,
      )
      put.state.run(pk, 0, a, START, null, type('folder'), 0, parent, '', null, contentId, 0, name)
      put.folder.run(a, id, 0, pk, START, null, 0, type('folder'), name, parent)
    }
  }
  const folders = [2, 2, 2, 2, 5, 5, 3, 4, 6, ...Array.from({ length: 12 }, (_, i) => 265 + i)]
  const nextId = new Int32Array(accounts + 1).fill(1000)
  let lastDoc = 0
  const unclaimed = Math.round(items / 200)
  for (let i = 0; i < items + unclaimed; i++) {
    const date = Math.floor(START + ((END - START) * i) / (items + unclaimed) + rnd() * 3_600_000)
    const text: string[] = []
    for (let w = 0; w < perMessage; w++) text.push(word())
    const subject = `${word()} ${word()} ${word()}`
    const sender = `${word()} <${word()}@${rnd() < 0.5 ? 'example.com' : `${word()}.net`}>`
    const attachment = rnd() < 0.2 ? [`${word()}.pdf`] : null
    contentId++
    lastDoc = Math.max(lastDoc + 1, docBase(date))
    const orphan = i % 201 === 200
    const kind: ItemType = rnd() < 0.95 ? 'message' : rnd() < 0.5 ? 'contact' : 'appointment'
    const copies = orphan ? 0 : rnd() < 0.03 ? 3 : 1
    const digest = `${contentId.toString(36).padStart(43, 'A')}=`
    const size = Math.floor(800 + 20_000 * rnd() ** 4)
    const tokens = [typeToken(kind)]
    if (attachment) tokens.push('hasattachment')
    if (orphan) tokens.push('unclaimed')
    for (let c = 0; c < copies; c++) {
      const account = pickAccount()
      pk++
      const id = nextId[account]!
      nextId[account] = id + 1
      tokens.push(accountToken(account))
      put.claim.run(contentId, pk)
      const folder = folders[Math.floor(folders.length * rnd())] ?? 2
      const r = rnd()
      const states: [number | null, number, number, string][] = [[date, 0, 2, 'u']]
      if (r < 0.6) states.push([date + 3_600_000, 0, 2, ''])
      if (folder !== 2) states.push([date + 7_200_000, 0, folder, ''])
      if (rnd() < 0.12) states.push([Math.min(END, date + Math.floor(rnd() * 3e10)), 1, 3, ''])
      for (const [n, [start, deleted, place, flags]] of states.entries()) {
        put.state.run(
          pk,
          n,
          account,
          start,
          states[n + 1]?.[0] ?? null,
          type(kind),
          deleted,
          place,
          flags,
          null,
          contentId,
          deleted ? 0 : 1,
          null,
        )
      }
      const [start, deleted, place, flags] = states.at(-1)!
      put.item.run(
        pk,
        account,
        id,
        type(kind),
        place,
        deleted,
        flags,
        contentId,
        date,
        size,
        sortKey(subject),
        sortKey(sender),
        states.length,
        date,
        start,
        null,
      )
    }
    put.content.run(
      contentId,
      digest,
      lastDoc,
      size >> 1,
      'ok',
      size,
      subject,
      sender,
      'someone@example.com',
      date,
      attachment ? 1 : 0,
      attachment ? JSON.stringify(attachment) : null,
      copies,
      orphan ? `user${1 + (i % accounts)}@example.com` : null,
      orphan ? 1 + (i % accounts) : null,
    )
    put.fts.run(
      lastDoc,
      foldForIndex(subject),
      sender,
      'someone@example.com',
      foldForIndex(text.join(' ')),
      attachment?.[0] ?? '',
      tokens.join(' '),
    )
    if (i % 50_000 === 49_999) {
      db.exec('COMMIT')
      db.exec('BEGIN')
    }
  }
  db.exec(
    `INSERT INTO folder_count SELECT account, folder, deleted, type, count(*), sum(instr(flags, 'u') > 0) FROM item WHERE folder IS NOT NULL GROUP BY 1, 2, 3, 4`,
  )
  const months = new Map<string, number>()
  for (const row of db
    .prepare('SELECT account, date, deleted FROM item WHERE type = ?')
    .iterate(type('message'))) {
    const { account, date, deleted } = row as { account: number; date: number; deleted: number }
    const key = `${account} ${monthOf(date)} ${deleted}`
    months.set(key, (months.get(key) ?? 0) + 1)
  }
  const month = db.prepare('INSERT INTO month VALUES(?, ?, ?, ?)')
  for (const [key, count] of months) month.run(...key.split(' ').map(Number), count)
  db.exec(`UPDATE account SET (items, messages, deleted, first, last, last_change) =
    (SELECT count(*), sum(type = 4), sum(deleted), min(date), max(date), max(last_change) FROM item WHERE item.account = account.pk)`)
  for (const index of SORT_INDEXES) db.exec(index.sql)
  const meta = db.prepare('INSERT OR REPLACE INTO meta VALUES(?, ?)')
  for (const [key, value] of Object.entries({
    backupPath: '/synthetic',
    zone: 'Europe/Rome',
    revision: 1,
    phase: 'done',
    complete: 1,
    digestRuleUnknown: 0,
    sorted: 1,
    items: pk,
    unclaimed,
    lastChange: END,
  }))
    meta.run(key, value)
  db.exec('COMMIT')
  db.exec('ANALYZE')
  db.pragma('journal_mode = WAL')
  db.close()
  return (Date.now() - began) / 1000
}

if (process.argv[1] === import.meta.filename) {
  const [file, items, accounts] = process.argv.slice(2)
  if (file === undefined) throw new Error('usage: synthetic-catalog.ts FILE [ITEMS] [ACCOUNTS]')
  const seconds = writeSyntheticCatalog(file, {
    items: Number(items ?? 50_000),
    ...(accounts ? { accounts: Number(accounts) } : {}),
  })
  console.log(`${file}: ${seconds.toFixed(1)} s`)
}
