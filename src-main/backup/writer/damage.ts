import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { ProblemKind } from '../types.ts'
import { SAMPLE_END } from './life.ts'
import { composeLetter } from './letters.ts'
import type { SampleDamage, SampleItem } from './manifest.ts'
import { entityBytes } from './mime.ts'
import { EVERYBODY_OUTSIDE, type StaffMember } from './people.ts'
import type { Random } from './random.ts'
import { blobPath, itemPath, type PathWriter } from './store.ts'

/** The other case of an ASCII letter; everything else stays. */
const swapCase = (text: string): string =>
  text.replace(/[A-Za-z]/g, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))

class Wrecker {
  readonly damages: SampleDamage[] = []
  readonly unclaimed: string[] = []
  readonly #writer: PathWriter
  readonly #random: Random
  readonly #pool: SampleItem[]
  readonly #fieldItems: SampleItem[]
  readonly #shared: string[]

  constructor(writer: PathWriter, random: Random, items: readonly SampleItem[]) {
    this.#writer = writer
    this.#random = random
    const owners = new Map<string, number>()
    for (const item of items)
      for (const digest of item.digests) owners.set(digest, (owners.get(digest) ?? 0) + 1)
    const single = (item: SampleItem): boolean =>
      item.digests.length === 1 && owners.get(item.digests[0] ?? '') === 1
    const messages = items.filter((item) => item.type === 'message' && !item.deleted && single(item))
    this.#pool = random.some(messages, messages.length)
    this.#fieldItems = items.filter(
      (item) => item.type === 'contact' && item.digests.length === 0 && !item.deleted,
    )
    this.#shared = [...owners].filter(([, count]) => count > 1).map(([digest]) => digest)
  }

  absolute(path: string): string {
    return join(this.#writer.root, path)
  }

  record(kind: ProblemKind, path: string, digest: string | null, recoverable: boolean, detail: string): void {
    this.damages.push({ kind, path, digest, recoverable, detail })
  }

  /** A whole message nobody else leans on, or null when the sample is too small for more damage. */
  victim(): { item: SampleItem; digest: string; path: string; file: string; metadata: string } | null {
    const item = this.#pool.pop()
    const digest = item?.digests[0]
    if (!item || digest === undefined) return null
    const path = blobPath(digest)
    return { item, digest, path, file: this.absolute(path), metadata: itemPath(item.account, item.id) }
  }

  fieldItem(): SampleItem | undefined {
    return this.#fieldItems.pop()
  }

  sharedBlob(): string | undefined {
    return this.#shared.pop()
  }

  /** Damages the blob of one message. `change` gets the compressed bytes and gives what shall lie there. */
  blob(
    kind: ProblemKind,
    recoverable: boolean,
    detail: string,
    change: (packed: Buffer) => Buffer | null,
  ): void {
    const victim = this.victim()
    if (!victim) return
    const changed = change(readFileSync(victim.file))
    if (changed === null) rmSync(victim.file)
    else writeFileSync(victim.file, changed)
    this.record(kind, victim.path, victim.digest, recoverable, detail)
  }

  moveBlob(kind: ProblemKind, detail: string, folderOf: (folder: string) => string): void {
    for (;;) {
      const victim = this.victim()
      if (!victim) return
      const folder = victim.digest.slice(0, 2)
      const target = folderOf(folder)
      if (target === folder) continue
      const path = `items/${target}/${victim.digest}`
      mkdirSync(dirname(this.absolute(path)), { recursive: true })
      renameSync(victim.file, this.absolute(path))
      this.record(kind, path, victim.digest, true, detail)
      return
    }
  }

  metadata(kind: ProblemKind, recoverable: boolean, detail: string, change: (file: string) => void): void {
    const victim = this.victim()
    if (!victim) return
    change(this.absolute(victim.metadata))
    this.record(kind, victim.metadata, victim.digest, recoverable, detail)
  }

  /** A message whose metadata is lost. */
  orphan(bytes: Buffer, detail: string): void {
    const digest = this.#writer.blob(bytes, 'sha256', SAMPLE_END)
    this.unclaimed.push(digest)
    this.record('blob-orphan', blobPath(digest), digest, true, detail)
  }

  plant(kind: ProblemKind, path: string, detail: string, make: (file: string) => void): void {
    const file = this.absolute(path)
    mkdirSync(dirname(file), { recursive: true })
    make(file)
    this.record(kind, path, null, true, detail)
  }

  letterTo(member: StaffMember, kind: 'note' | 'attachments'): Buffer {
    const from = this.#random.pick(EVERYBODY_OUTSIDE)
    return composeLetter(this.#random, {
      kind,
      from,
      to: [member],
      cc: [],
      subject: null,
      time: SAMPLE_END - this.#random.between(1, 900) * 86_400_000,
      language: from.language,
      thread: [],
      quoted: null,
      deliveredTo: this.#random.chance(0.6) ? member.address : null,
    }).bytes
  }
}

function damageBlobs(wreck: Wrecker, random: Random): void {
  wreck.blob('blob-missing', false, 'the blob is not there', () => null)
  wreck.blob('blob-empty', false, 'the blob has no bytes', () => Buffer.alloc(0))
  wreck.blob('blob-not-gzip', false, 'the blob holds something that is not gzip', (packed) =>
    random.bytes(packed.length),
  )
  wreck.blob('blob-not-gzip', true, 'the blob holds the message uncompressed', (packed) => gunzipSync(packed))
  wreck.blob('blob-truncated', false, 'the copy stopped after 60 % of the blob', (p) =>
    p.subarray(0, Math.floor(p.length * 0.6)),
  )
  wreck.blob('blob-truncated', false, 'only the first 12 bytes were copied', (p) => p.subarray(0, 12))
  wreck.blob('blob-corrupt', false, 'a stretch of the blob was overwritten', (packed) => {
    const broken = Buffer.from(packed)
    broken.fill(0xff, Math.floor(packed.length / 2), Math.floor(packed.length / 2) + 24)
    return broken
  })
  wreck.blob(
    'blob-corrupt',
    false,
    'the checksum at the end of the blob is wrong and so is one byte before',
    (packed) => {
      const raw = gunzipSync(packed)
      const other = Buffer.from(raw)
      other[other.length - 5] = (other[other.length - 5] ?? 0) ^ 0x01
      const broken = gzipSync(other)
      packed.copy(broken, broken.length - 8, packed.length - 8)
      return broken
    },
  )
  wreck.blob(
    'blob-digest-mismatch',
    false,
    'the blob is whole but holds another text than its name says',
    (packed) => gzipSync(Buffer.concat([gunzipSync(packed), Buffer.from('\r\n-- \r\nadded later\r\n')])),
  )
  wreck.blob('blob-double-gzip', true, 'the blob was compressed twice', (packed) => gzipSync(packed))
  wreck.moveBlob('blob-misplaced', 'the blob lies in the folder of another digest', (folder) =>
    folder === 'zz' ? 'zy' : 'zz',
  )
  wreck.moveBlob('case-folded', 'a copy on a case-insensitive disk merged two folders', swapCase)
  const unreadable = wreck.victim()
  if (unreadable) {
    chmodSync(unreadable.file, 0)
    wreck.record('blob-unreadable', unreadable.path, unreadable.digest, false, 'nobody may read the blob')
  }
  const shared = wreck.sharedBlob()
  if (shared !== undefined && existsSync(wreck.absolute(blobPath(shared)))) {
    const file = wreck.absolute(blobPath(shared))
    const packed = readFileSync(file)
    writeFileSync(file, packed.subarray(0, Math.floor(packed.length * 0.8)))
    wreck.record(
      'blob-truncated',
      blobPath(shared),
      shared,
      false,
      'a blob that several accounts share was cut short',
    )
  }
}

function damageMetadata(wreck: Wrecker): void {
  wreck.metadata('metadata-empty', true, 'the metadata has no bytes', (file) => writeFileSync(file, ''))
  wreck.metadata('metadata-broken', true, 'the metadata stops after its digest', (file) => {
    const text = readFileSync(file, 'utf8')
    const digest = /"blobDigest":"[^"]+"/.exec(text)
    writeFileSync(file, text.slice(0, digest ? digest.index + digest[0].length + 9 : 40))
  })
  wreck.metadata('metadata-broken', true, 'the metadata holds zero bytes instead of text', (file) =>
    writeFileSync(file, Buffer.alloc(lstatSync(file).size)),
  )
  wreck.metadata('metadata-unreadable', true, 'nobody may read the metadata', (file) => chmodSync(file, 0))
  const contact = wreck.fieldItem()
  if (contact) {
    const path = itemPath(contact.account, contact.id)
    writeFileSync(wreck.absolute(path), '['.repeat(100_000) + ']'.repeat(100_000))
    wreck.record('metadata-broken', path, null, false, 'the metadata is nested a hundred thousand deep')
  }
  const moved = wreck.victim()
  if (moved) {
    const bucket = (moved.item.id + 1) % 100
    const path = `accounts/${moved.item.account}/items/${String(bucket).padStart(2, '0')}/${moved.item.id}`
    mkdirSync(dirname(wreck.absolute(path)), { recursive: true })
    renameSync(wreck.absolute(moved.metadata), wreck.absolute(path))
    wreck.record('id-mismatch', path, moved.digest, true, 'the metadata lies in the folder of other digits')
  }
}

/**
 * Breaks a finished sample in every way the list of problem kinds knows, each recorded. Never touches
 * `backupstat`, which marks the folder as a sample.
 */
export function damageSample(
  writer: PathWriter,
  random: Random,
  staff: readonly StaffMember[],
  items: readonly SampleItem[],
): { damages: SampleDamage[]; unclaimed: string[] } {
  const wreck = new Wrecker(writer, random, items)
  damageBlobs(wreck, random)
  damageMetadata(wreck)

  for (let n = 0; n < 6; n++)
    wreck.orphan(
      wreck.letterTo(random.pick(staff), n % 2 === 0 ? 'note' : 'attachments'),
      'the metadata of this message is lost',
    )
  const stranger = entityBytes({
    headers: [
      ['From', 'daemon@elsewhere.example'],
      ['To', 'nobody@elsewhere.example'],
      ['Date', 'Fri, 20 Nov 2026 03:01:00 +0000'],
      ['Subject', 'Owner unknown'],
    ],
    body: Buffer.from('Nothing here tells whose this is.\r\n'),
  })
  wreck.orphan(stranger, 'a message without metadata that names no known account')
  const long = entityBytes({
    headers: [
      ['From', 'report@news.example'],
      ['To', staff[0]?.address ?? 'nobody@example.com'],
      ['Date', 'Thu, 19 Nov 2026 09:00:00 +0000'],
      ['Subject', 'One line of 12,000 bytes'],
      ['Content-Type', 'text/plain'],
    ],
    body: Buffer.from(`${'0123456789ab'.repeat(1000)}\r\n`),
  })
  const longDigest = writer.blob(long, 'sha256', SAMPLE_END)
  wreck.unclaimed.push(longDigest)
  wreck.record('blob-orphan', blobPath(longDigest), longDigest, true, 'a message without metadata')
  wreck.record('lmtp-line-too-long', blobPath(longDigest), longDigest, true, 'a line over 10,240 bytes')

  const lastButOne = staff.at(-2)
  const last = staff.at(-1)
  if (staff.length > 2 && lastButOne && last) {
    const torn = `accounts/${lastButOne.id}/account_info`
    const text = readFileSync(join(writer.root, torn), 'utf8')
    writeFileSync(join(writer.root, torn), text.slice(0, Math.floor(text.length * 0.6)))
    wreck.record('account-info-broken', torn, null, false, 'account_info was cut short')
    const lost = `accounts/${last.id}/account_info`
    rmSync(join(writer.root, lost))
    wreck.record('account-info-broken', lost, null, false, 'account_info is lost')
  }

  const first = staff[0]
  wreck.plant('link', 'items/aa/outside', 'a link that points out of the path', (file) =>
    symlinkSync('/etc', file),
  )
  if (first) {
    wreck.plant('link', `accounts/${first.id}/items/99/999999`, 'a link to a file outside', (file) =>
      symlinkSync('../../../../../../../../etc/hostname', file),
    )
  }
  wreck.plant('unexpected-file', 'items/aa/Thumbs.db', 'a file some desktop left behind', (file) =>
    writeFileSync(file, 'thumbs'),
  )
  wreck.plant('unexpected-file', '.DS_Store', 'a file some desktop left behind', (file) =>
    writeFileSync(file, 'store'),
  )
  return { damages: wreck.damages, unclaimed: wreck.unclaimed }
}
