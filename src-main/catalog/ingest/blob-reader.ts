import { BlobReader } from '../../backup/blob.ts'
import type { BlobRead } from '../../backup/blob.ts'
import { guessOwner } from '../../backup/owners.ts'
import type { KnownOwners } from '../../backup/owners.ts'
import { readBlobFolder } from '../../backup/scan.ts'
import type { BackupLayout } from '../../backup/layout.ts'
import { localSource } from '../../backup/source.ts'
import type { BackupSource } from '../../backup/source.ts'
import type { BlobStatus, ProblemKind } from '../../backup/types.ts'
import type { Database, Statement } from '../../engine/sqlite.ts'
import { extractForIndex } from '../../mail/index-walker.ts'
import type { IndexedMail } from '../../mail/index-walker.ts'
import { accountToken, blobPath, itemPath, typeCode, typeName, typeToken } from '../schema.ts'
import { foldForIndex } from '../search/tokens.ts'
import { onlyClaimant } from './claimants.ts'
import { metadataText } from './item-reader.ts'
import type { Outbox } from './outbox.ts'
import type { FoundProblem, ReadRecord } from './protocol.ts'

/** The LMTP validator refuses a message with a longer line. Source: FORMAT.md, zimbra_lmtp_max_line_length. */
const LMTP_LINE = 10_240
const MESSAGE = typeCode('message')

const KIND: Partial<Record<BlobStatus, ProblemKind>> = {
  'double-gzip': 'blob-double-gzip',
  'digest-mismatch': 'blob-digest-mismatch',
  missing: 'blob-missing',
  empty: 'blob-empty',
  'not-gzip': 'blob-not-gzip',
  truncated: 'blob-truncated',
  corrupt: 'blob-corrupt',
  unreadable: 'blob-unreadable',
}

const SENTENCE: Partial<Record<BlobStatus, string>> = {
  'double-gzip': 'It was compressed twice; the message is whole.',
  'digest-mismatch': 'Its content does not fit its name.',
  missing: 'The file is not there any more.',
  empty: 'The file is empty.',
  'not-gzip': 'It is not a gzip file.',
  truncated: 'It ends too early.',
  corrupt: 'Its compressed data are damaged.',
  unreadable: 'It cannot be read.',
}

/** What is known of the accounts while messages are read. */
export interface ReadContext {
  owners: KnownOwners
  /** pk of accounts whose name is to be guessed. */
  unnamed: ReadonlySet<number>
  /** For `onlyClaimant`. */
  claimants: Uint32Array
}

type TodoRow = [
  id: number,
  digest: string,
  doc: number | null,
  path: string | null,
  date: number | null,
  status: string | null,
  sender: string | null,
  subject: string | null,
  recipients: string | null,
]

interface Todo {
  id: number
  digest: string
  doc: number | null
  path: string | null
  date: number | null
  status: string | null
  sender: string | null
  subject: string | null
  recipients: string | null
  /** pks and type codes of the items that claim it, each once; none when unclaimed. */
  accounts: number[]
  types: number[]
  lacks: number
}

/** Lists blob folders and reads blobs: verifies them and takes out the words. */
export class ContentReader {
  readonly #source: BackupSource
  readonly #layout: BackupLayout
  readonly #out: Outbox
  readonly #db: Database
  readonly #blobs = new BlobReader()
  readonly #known: Statement
  readonly #knownCopies: Statement
  readonly #todo: Statement
  readonly #claimants: Statement
  readonly #copies: Statement
  readonly #claims: Statement

  constructor(db: Database, layout: BackupLayout, out: Outbox) {
    this.#source = localSource(layout.root)
    this.#layout = layout
    this.#out = out
    this.#db = db
    this.#known = db
      .prepare(
        `SELECT id, digest, file_size, file_mtime FROM content
         WHERE digest >= ? AND digest < ? AND path IS NULL AND file_size IS NOT NULL`,
      )
      .raw()
    this.#knownCopies = db
      .prepare('SELECT path, file_size, file_mtime FROM copy WHERE path >= ? AND path < ?')
      .raw()
    this.#todo = db
      .prepare(
        `SELECT id, digest, doc, path, date, status, sender, subject, recipients FROM content
         WHERE id IN (SELECT value FROM json_each(?)) AND digest IS NOT NULL`,
      )
      .raw()
    this.#claimants = db
      .prepare(
        `SELECT i.account, i.type, i.lacks, i.content FROM claim k CROSS JOIN item i ON i.pk = k.item
         WHERE k.content = ?`,
      )
      .raw()
    this.#copies = db
      .prepare('SELECT path, file_size, file_mtime FROM copy WHERE digest = ? ORDER BY path')
      .raw()
    this.#claims = db
      .prepare(
        `SELECT a.uuid, i.id, i.path FROM claim k JOIN item i ON i.pk = k.item JOIN account a ON a.pk = i.account
         WHERE k.content = ? LIMIT 5`,
      )
      .raw()
  }

  /** Compares folders of blobs with the catalog. */
  list(dirs: readonly string[], stopped: () => boolean): void {
    // One read transaction: the locks of two questions for each of thousands of folders add up.
    this.#db.transaction(() => {
      for (const dir of dirs) if (!stopped()) this.#listOne(dir)
    })()
  }

  #listOne(dir: string): void {
    const listed = readBlobFolder(this.#source, this.#layout, dir)
    this.#out.found(listed)
    const complete = listed.refused.length === 0
    const prefix = dir.slice(dir.lastIndexOf('/') + 1)
    const known = new Map<string, [id: number, size: number, mtime: number]>()
    if (dir !== this.#layout.items && prefix.length === 2) {
      for (const row of this.#known.all(prefix, after(prefix)) as [number, string, number, number][]) {
        known.set(row[1], [row[0], row[2], row[3]])
      }
    }
    const copies = new Map<string, [size: number, mtime: number]>()
    // `items` itself: its own loose files only, the folders below are jobs of their own.
    for (const [path, size, mtime] of this.#knownCopies.all(`${dir}/`, `${dir}0`) as [
      string,
      number,
      number,
    ][]) {
      if (dir !== this.#layout.items || !path.slice(dir.length + 1).includes('/'))
        copies.set(path, [size, mtime])
    }
    const rows: [string, number, number][] = []
    const copyRows: [string, string, number, number][] = []
    for (const { digest, path } of listed.found) {
      this.#out.step()
      const stat = this.#source.stat(path)
      if (stat?.kind !== 'file') continue
      const canonical = path === blobPath(digest)
      const row = canonical ? known.get(digest) : undefined
      const copy = copies.get(path)
      if (canonical) known.delete(digest)
      copies.delete(path)
      if (row?.[1] === stat.size && row[2] === stat.mtime) continue
      if (copy?.[0] === stat.size && copy[1] === stat.mtime) continue
      if (canonical) rows.push([digest, stat.size, stat.mtime])
      else copyRows.push([path, digest, stat.size, stat.mtime])
    }
    const gone = complete ? [...known.values()].map((row) => row[0]) : []
    const goneCopies = complete ? [...copies.keys()] : []
    if (rows.length > 0 || gone.length > 0) this.#out.blobs(rows, gone)
    if (copyRows.length > 0 || goneCopies.length > 0) this.#out.copies(copyRows, goneCopies)
  }

  /** Reads some blobs: verifies them and takes out their words. `ids` in the order of their folders. */
  read(ids: Iterable<number>, context: ReadContext, stopped: () => boolean): void {
    // One read transaction for the questions: each on its own costs more in locks than in answers.
    const todos = this.#db.transaction(() => this.#todosOf([...ids], context.claimants))()
    for (const todo of todos) {
      if (stopped()) return
      this.#out.step()
      if (todo !== null) this.#out.read(this.#readOne(todo, context))
    }
  }

  /** In the order of `ids`; null for what is gone. */
  #todosOf(ids: readonly number[], claimants: Uint32Array): (Todo | null)[] {
    const rows = this.#todo.all(JSON.stringify(ids)) as TodoRow[]
    const todos = new Map(rows.map((row) => [row[0], this.#todoOf(row, claimants)]))
    return ids.map((id) => todos.get(id) ?? null)
  }

  #todoOf(row: TodoRow, claimants: Uint32Array): Todo {
    const [id, digest, doc, path, date, status, sender, subject, recipients] = row
    const facts = { id, digest, doc, path, date, status, sender, subject, recipients }
    const only = onlyClaimant(claimants, id)
    if (only !== null) return { ...facts, accounts: [only.account], types: [only.type], lacks: only.lacks }
    const accounts: number[] = []
    const types: number[] = []
    let lacks = 0
    const rows = this.#claimants.all(id) as [number, number, number, number][]
    for (const [account, type, itemLacks, shown] of rows) {
      if (!accounts.includes(account)) accounts.push(account)
      if (!types.includes(type)) types.push(type)
      if (shown === id) lacks |= itemLacks
    }
    return { ...facts, accounts, types, lacks }
  }

  #readOne(todo: Todo, context: ReadContext): ReadRecord {
    const { owners, unnamed } = context
    const { digest, accounts } = todo
    let path = todo.path ?? blobPath(digest)
    let blob = this.#blobs.read(this.#source.absolute(path), digest)
    let moved: ReadRecord['moved'] = null
    if (blob.rule === null && blob.status !== 'double-gzip') {
      const better = this.#betterCopy(digest, path)
      if (better !== null) {
        const at: { path: string; size: number; mtime: number } = better
        moved = at
        path = at.path
        blob = this.#blobs.read(this.#source.absolute(path), digest)
      }
    }
    if (blob.refused !== null) this.#out.countRefusal(blob.refused)
    const bytes = blob.message ?? blob.partial ?? blob.head
    const mail = bytes === null ? null : extractForIndex(bytes)
    const letter = mail?.looksLikeMail ? mail : null
    const date = todo.date ?? mail?.date ?? null
    const guess = accounts.length === 0 && mail !== null ? guessOwner(ownersOf(mail), owners) : null
    return {
      id: todo.id,
      oldDoc: todo.doc,
      again: todo.status !== null,
      status: blob.status,
      rule: blob.rule,
      rawSize: blob.rawBytes > 0 && (blob.message !== null || blob.large) ? blob.rawBytes : null,
      moved,
      subject: letter?.subject || null,
      sender: letter?.from || null,
      recipients: letter?.to || null,
      date,
      hasAttachment: mail?.hasAttachment ?? false,
      attachments: mail !== null && mail.attachments.length > 0 ? JSON.stringify(mail.attachments) : null,
      owner: guess?.owner ?? null,
      words: this.#words(todo, mail),
      lacks: todo.lacks,
      mailDate: mail?.date ?? null,
      problems: problemsOf(path, digest, blob, mail),
      votes: accounts.some((pk) => unnamed.has(pk)) && letter ? votesOf(accounts, unnamed, letter) : [],
    }
  }

  /** Another file of the same digest that is whole, when the first one is not. */
  #betterCopy(digest: string, used: string): { path: string; size: number; mtime: number } | null {
    for (const [path, size, mtime] of this.#copies.all(digest) as [string, number, number][]) {
      if (path === used) continue
      const read = this.#blobs.read(this.#source.absolute(path), digest)
      if (read.rule !== null) return { path, size, mtime }
    }
    return null
  }

  #words(todo: Todo, mail: IndexedMail | null): ReadRecord['words'] {
    const { accounts, types } = todo
    const subject = mail === null || mail.subject === '' ? (todo.subject ?? '') : mail.subject
    const sender = mail === null || mail.from === '' ? (todo.sender ?? '') : mail.from
    const recipients = mail === null || mail.to === '' ? (todo.recipients ?? '') : mail.to
    let body = mail === null ? '' : foldForIndex(mail.text)
    if (types.some((type) => type !== MESSAGE)) body += this.#metadataWords(todo.id)
    let tokens = accounts.length === 0 ? 'unclaimed typemessage' : ''
    for (const pk of accounts) tokens += `${accountToken(pk)} `
    for (const type of types) tokens += `${typeToken(typeName(type))} `
    if (mail?.hasAttachment === true) tokens += ' hasattachment'
    const attachments = mail === null ? '' : foldForIndex(mail.attachments.join('\n'))
    return [foldForIndex(subject), foldForIndex(sender), foldForIndex(recipients), body, attachments, tokens]
  }

  /** A contact's blob holds only its picture: its words are in the metadata. */
  #metadataWords(content: number): string {
    let words = ''
    for (const [uuid, id, path] of this.#claims.all(content) as [string, number, string | null][]) {
      const read = this.#source.read(path ?? itemPath(uuid, id), 1024 * 1024)
      if ('bytes' in read) words += `\n${metadataText(read.bytes)}`
    }
    return words
  }
}

/** The least string that is greater than all that begin with `prefix`. */
function after(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
}

/** Mail that was sent and never delivered here belongs to its sender, unless a recipient is one of ours. */
function ownersOf(mail: IndexedMail): string[] {
  return mail.fromAddress === null ? mail.owners : [...mail.owners, mail.fromAddress]
}

/** An account's own address is the one that stands in nearly all of its mail, as recipient or as sender. */
function votesOf(accounts: number[], unnamed: ReadonlySet<number>, mail: IndexedMail): [number, string][] {
  const addresses = new Set(mail.owners.slice(0, 4))
  if (mail.fromAddress !== null) addresses.add(mail.fromAddress)
  return accounts
    .filter((pk) => unnamed.has(pk))
    .flatMap((pk) => [...addresses].map((address): [number, string] => [pk, address]))
}

/** `the data ends too early` → `The data ends too early.`; null for nothing. */
function sentence(detail: string): string | null {
  if (detail === '') return null
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}${detail.endsWith('.') ? '' : '.'}`
}

function problemsOf(path: string, digest: string, blob: BlobRead, mail: IndexedMail | null): FoundProblem[] {
  const problems: FoundProblem[] = []
  const kind = KIND[blob.status]
  if (kind !== undefined) {
    const detail = sentence(blob.detail) ?? SENTENCE[blob.status] ?? 'It cannot be used.'
    problems.push({ kind, path, digest, detail })
  }
  if (mail !== null && mail.longestLine > LMTP_LINE) {
    const detail = `A line of ${String(mail.longestLine)} bytes: over LMTP a server refuses more than ${String(LMTP_LINE)}.`
    problems.push({ kind: 'lmtp-line-too-long', path, digest, detail })
  }
  return problems
}
