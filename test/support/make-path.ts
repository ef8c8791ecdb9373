import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Random } from '../../src-main/backup/writer/random.ts'
import type { NamedState } from '../../src-main/backup/writer/spelling.ts'
import type { ItemType } from '../../src-main/backup/types.ts'
import { applyDamages, type DamageName } from './damages.ts'
import { DIALECTS, dialectNamed, type Dialect } from './dialects.ts'
import { removeTree } from './remove-tree.ts'

/**
 * What must become of a message when everything is exported:
 * `returned` byte for byte under its account; `unclaimed` byte for byte anywhere; `lost` named as failed;
 * `either` returned or named as failed, but never passed over.
 */
export type Fate = 'returned' | 'unclaimed' | 'lost' | 'either'

export interface MadeAccount {
  id: string
  /** Null: `account_info` tells none. */
  name: string | null
  /** Folders of their own: id → name and parent. */
  folders: Map<number, { name: string; parent: number }>
  nextId: number
}

export interface MadeItem {
  account: MadeAccount
  id: number
  type: ItemType
  states: NamedState[]
  /** Metadata file relative to the root. */
  file: string
  /** Set when a damage has taken what the file said: its blobs are unclaimed then. */
  mute: boolean
  /** Set when the file still names its blobs but no longer tells the folder. */
  torn: boolean
}

export interface MadeBlob {
  digest: string
  /** SHA-256 of the uncompressed message, hex. */
  sha256: string
  size: number
  /** Path relative to the root. */
  file: string
  fate: Fate
}

/** One message that the export owes us. */
export interface Claim {
  account: MadeAccount | null
  id: number | null
  digest: string
  sha256: string
  fate: Fate
  /** Folder of the last state, for the item's path in the mailbox. */
  folder: number | null
  deleted: boolean
}

export interface MakePathOptions {
  /** Where; it is made. */
  root: string
  dialect?: Dialect | string
  /** How many accounts, or their addresses (null: no account_info). */
  accounts?: number | readonly (string | null)[]
  /** How many generated messages, or their very bytes. */
  messages?: number | readonly Buffer[]
  damages?: readonly DamageName[]
  seed?: number
  /** Writes the deleted mark and moves on some messages (default true). */
  lively?: boolean
}

/** The system folders as the mailbox calls them in English. */
const SYSTEM: Record<number, string> = {
  2: 'Inbox',
  3: 'Trash',
  4: 'Junk',
  5: 'Sent',
  6: 'Drafts',
  7: 'Contacts',
  10: 'Calendar',
}

const BASE_TIME = Date.UTC(2023, 2, 14, 9, 30, 0)

/** A Backup Path made by hand for one test, with the truth about everything in it. */
export class MadePath {
  readonly root: string
  readonly dialect: Dialect
  readonly random: Random
  readonly accounts: MadeAccount[] = []
  readonly items: MadeItem[] = []
  readonly blobs = new Map<string, MadeBlob>()
  /** Files whose modes a damage took away: given back before anything is removed. */
  #clock = BASE_TIME

  constructor(root: string, dialect: Dialect, seed: number) {
    this.root = root
    this.dialect = dialect
    this.random = new Random(seed)
    mkdirSync(join(root, 'items'), { recursive: true })
    mkdirSync(join(root, 'accounts'), { recursive: true })
  }

  absolute(path: string): string {
    return join(this.root, path)
  }

  write(path: string, content: Buffer | string): void {
    mkdirSync(dirname(this.absolute(path)), { recursive: true })
    writeFileSync(this.absolute(path), content)
  }

  addAccount(name: string | null, id = this.random.uuid()): MadeAccount {
    const account: MadeAccount = { id, name, folders: new Map(), nextId: 257 }
    this.accounts.push(account)
    mkdirSync(this.absolute(`accounts/${id}/items`), { recursive: true })
    if (name !== null) {
      this.write(
        `accounts/${id}/account_info`,
        JSON.stringify({
          id,
          name,
          attrs: {
            displayName: name.split('@')[0],
            zimbraAccountStatus: 'active',
            userPassword: '{SSHA512}geheim',
          },
        }),
      )
    }
    return account
  }

  /** A folder of the account's own, written as an item. */
  addFolder(account: MadeAccount, name: string, parent = 1): number {
    const id = account.nextId++
    account.folders.set(id, { name, parent })
    this.addItem(account, 'folder', [this.state({ folder: parent, name })], id)
    return id
  }

  state(known: Partial<NamedState> & { folder: number }): NamedState {
    const start = (this.#clock += 61_000)
    return {
      start,
      end: null,
      deleted: false,
      flags: '',
      tags: [],
      name: null,
      subject: null,
      sender: null,
      recipients: null,
      date: start,
      digest: null,
      size: null,
      extra: {},
      ...known,
    }
  }

  /** Puts a blob down and gives its name. */
  addBlob(
    raw: Buffer,
    options: {
      algorithm?: 'sha1' | 'sha256' | 'sha384'
      packed?: Buffer
      ofPacked?: boolean
      padding?: boolean
    } = {},
  ): string {
    const packed = options.packed ?? gzipSync(raw)
    let digest = hash(options.algorithm ?? 'sha256', options.ofPacked ? packed : raw, 'base64').replace(
      /\//g,
      ',',
    )
    if (options.padding === false) digest = digest.replace(/=+$/, '')
    if (!this.blobs.has(digest)) {
      const file = `items/${digest.slice(0, 2)}/${digest}`
      this.write(file, packed)
      this.blobs.set(digest, {
        digest,
        sha256: hash('sha256', raw, 'hex'),
        size: raw.length,
        file,
        fate: 'returned',
      })
    }
    return digest
  }

  addItem(
    account: MadeAccount,
    type: ItemType,
    states: NamedState[],
    id = account.nextId++,
    bucket?: string,
  ): MadeItem {
    states.forEach((state, index) => {
      state.end = states[index + 1]?.start ?? null
    })
    const file = `accounts/${account.id}/items/${bucket ?? String(id % 100).padStart(2, '0')}/${id}`
    const item: MadeItem = { account, id, type, states, file, mute: false, torn: false }
    this.items.push(item)
    this.write(file, this.dialect.file(item, states))
    return item
  }

  /** A message with its blob; `earlier` are the bytes of former versions, oldest first. */
  addMessage(
    account: MadeAccount,
    raw: Buffer,
    options: {
      folder?: number
      earlier?: readonly Buffer[]
      deleted?: boolean
      movedFrom?: number
      subject?: string
      id?: number
      bucket?: string
      digest?: string
    } = {},
  ): MadeItem {
    const folder = options.folder ?? 2
    const subject = options.subject ?? `Message ${this.items.length}`
    const common = {
      subject,
      sender: 'Anna Rossi <anna@example.com>',
      recipients: account.name ?? 'x@example.com',
    }
    const states: NamedState[] = []
    for (const version of options.earlier ?? []) {
      states.push(
        this.state({ ...common, folder, digest: this.addBlob(version), size: version.length, flags: 'd' }),
      )
    }
    const digest = options.digest ?? this.addBlob(raw)
    if (options.movedFrom !== undefined)
      states.push(this.state({ ...common, folder: options.movedFrom, digest, size: raw.length, flags: 'u' }))
    states.push(this.state({ ...common, folder, digest, size: raw.length }))
    if (options.deleted)
      states.push(
        this.state({ ...common, folder, deleted: true, digest: this.random.chance(0.5) ? digest : null }),
      )
    return this.addItem(account, 'message', states, options.id, options.bucket)
  }

  /** `Inbox`, `Clienti/Offerte` … of an item's folder; null when it is not known. */
  folderPath(account: MadeAccount, folder: number): string | null {
    const system = SYSTEM[folder]
    if (system !== undefined) return system
    const names: string[] = []
    let at = folder
    for (let depth = 0; depth < 100; depth++) {
      if (at === 1) return names.join('/')
      const known = account.folders.get(at)
      if (!known) return SYSTEM[at] === undefined ? null : [SYSTEM[at], ...names].join('/')
      names.unshift(known.name)
      at = known.parent
    }
    return null
  }

  /** Everything an export of the whole path with `--unclaimed` owes: each blob of each item once, and each blob of nobody. */
  claims(): Claim[] {
    const claims: Claim[] = []
    const claimed = new Set<string>()
    for (const item of this.items) {
      if (item.mute || item.type !== 'message') continue
      const last = item.states.at(-1)
      for (const digest of new Set(item.states.flatMap((s) => s.digest ?? []))) {
        const blob = this.blobs.get(digest)
        if (!blob) continue
        claimed.add(digest)
        claims.push({
          account: item.account,
          id: item.id,
          digest,
          sha256: blob.sha256,
          fate: blob.fate,
          folder: item.torn ? null : (last?.folder ?? null),
          deleted: last?.deleted ?? false,
        })
      }
    }
    for (const blob of this.blobs.values()) {
      if (claimed.has(blob.digest)) continue
      const ofOther = this.items.some(
        (item) => !item.mute && item.type !== 'message' && item.states.some((s) => s.digest === blob.digest),
      )
      if (ofOther) continue
      claims.push({
        account: null,
        id: null,
        digest: blob.digest,
        sha256: blob.sha256,
        fate: blob.fate === 'returned' ? 'unclaimed' : blob.fate,
        folder: null,
        deleted: false,
      })
    }
    return claims
  }

  /** Removes the whole path, also what refuses us. */
  remove(): void {
    removeTree(this.root)
  }
}

/** A plain message of a few lines, different for each `n`. */
export function plainMessage(n: number, to = 'anna@example.com'): Buffer {
  return Buffer.from(
    [
      'From: "Marek Kowalski" <marek@mail.example.com>',
      `To: ${to}`,
      `Subject: =?UTF-8?Q?Messaggio_n=C2=B0_${n}?=`,
      `Date: ${new Date(BASE_TIME + n * 60_000).toUTCString().replace('GMT', '+0000')}`,
      `Message-ID: <m${n}@mail.example.com>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      `Testo numero ${n}: perché no?`,
      'x'.repeat(40 + (n % 300)),
      '',
    ].join('\r\n'),
  )
}

/**
 * Builds a Backup Path: accounts, folders, messages (some moved, deleted, edited, shared), then the damages.
 * The result knows what an export owes.
 */
export function makePath(options: MakePathOptions): MadePath {
  const dialect =
    typeof options.dialect === 'string' ? dialectNamed(options.dialect) : (options.dialect ?? DIALECTS[0])
  if (!dialect) throw new RangeError('no dialect')
  const path = new MadePath(options.root, dialect, options.seed ?? 1)
  const names =
    typeof options.accounts === 'object'
      ? options.accounts
      : Array.from({ length: options.accounts ?? 2 }, (_, n) => `user${n + 1}@mail.example.com`)
  for (const name of names) path.addAccount(name)
  const folders = new Map(
    path.accounts.map((account) => {
      const top = path.addFolder(account, 'Clienti')
      return [account, [2, 2, 2, 5, 4, top, path.addFolder(account, 'Offerte È', top)]]
    }),
  )
  const wanted = options.messages ?? 20
  const raws = typeof wanted === 'number' ? Array.from({ length: wanted }, (_, n) => plainMessage(n)) : wanted
  const { random } = path
  raws.forEach((raw, n) => {
    const account = path.accounts[n % path.accounts.length]
    if (!account) return
    const folder = random.pick(folders.get(account) ?? [2])
    const lively = options.lively ?? true
    const first = random.float()
    if (!lively || first < 0.6) path.addMessage(account, raw, { folder })
    else if (first < 0.75) path.addMessage(account, raw, { folder: 3, movedFrom: folder })
    else if (first < 0.85) path.addMessage(account, raw, { folder: 3, movedFrom: folder, deleted: true })
    else if (first < 0.93)
      path.addMessage(account, raw, {
        folder: 6,
        earlier: [plainMessage(1_000_000 + n), plainMessage(2_000_000 + n)],
      })
    else {
      path.addMessage(account, raw, { folder })
      const other = path.accounts[(n + 1) % path.accounts.length]
      if (other && other !== account) path.addMessage(other, raw, { folder: 2 })
    }
  })
  applyDamages(path, options.damages ?? [])
  return path
}
