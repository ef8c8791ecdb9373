import { hash } from 'node:crypto'
import { BlobReader } from '../backup/blob.ts'
import type { BlobRead } from '../backup/blob.ts'
import { parseDigest } from '../backup/digest.ts'
import type { ParseContext } from '../backup/metadata.ts'
import type { BackupSource } from '../backup/source.ts'
import { hasInvitation, toIcalendar } from '../mail/icalendar.ts'
import { extractForIndex } from '../mail/index-walker.ts'
import { toVcard } from '../mail/vcard.ts'
import type { MailEntry, MailSource, MailTarget, WriteResult } from '../mail/formats/target.ts'
import { MailTargetError } from '../mail/formats/target.ts'
import type { ExportBlob, ExportItem } from './export-item.ts'
import { directoryOf, documentNameOf, fileNameOf, formOf, type ItemForm } from './item-names.ts'
import type { FailureRow, ManifestRow } from './manifest.ts'
import { metadataDocument, rawStates, readRawMetadata, type RawMetadata } from './raw-metadata.ts'

/** What one item's export tells about every file and every failure. */
export interface ItemSink {
  exported(row: ManifestRow, result: WriteResult): void
  /** @param within the collecting file that `row.salvaged` lies in */
  failed(row: FailureRow, within: string | null): void
}

export interface ItemWriterOptions {
  source: BackupSource
  /** Messages go here. */
  mail: MailTarget
  /** Everything else goes here; the same as `mail` for eml and zip. */
  files: MailTarget
  /** Nothing is in the target yet: existing files need not be looked for. */
  fresh: boolean
  /** Most blobs of this path fit no known digest rule: a right gzip check sum has to do. */
  ruleUnknown: boolean
  /** How the path's metadata is to be understood; null = in the order of the file. */
  metadata: ParseContext | null
  /** Throws when a folder below the target leads somewhere else. */
  checkFolder(dir: string[]): void
  sink: ItemSink
}

/** The system says that the target itself is at fault, not one file: no room, no permission, read-only. */
const WRITE_CODES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG', 'EPIPE'])

/**
 * Turns one row of a view into files: its message and the other versions of it, a contact, an event, a document, or
 * its metadata. What is not whole goes under `Damaged/` and is told as failed.
 */
export class ItemWriter {
  readonly #options: ItemWriterOptions
  readonly #reader = new BlobReader()

  constructor(options: ItemWriterOptions) {
    this.#options = options
  }

  /** Throws only what ends the whole export: a MailTargetError of kind `full`, `refused` or `io`. */
  async write(item: ExportItem): Promise<void> {
    const form = formOf(item.type)
    if (item.blobs.length === 0) {
      await this.#writeWithoutBlob(item)
      return
    }
    for (const blob of item.blobs) {
      const converted = form === 'contact' || form === 'calendar'
      if (converted) await this.#writeConverted(item, blob)
      else await this.#writeBlob(item, blob)
    }
  }

  async #writeWithoutBlob(item: ExportItem): Promise<void> {
    const form = formOf(item.type)
    if (form === 'container') return
    if (item.condition !== 'ok' && item.type === 'unknown') {
      this.#fail(item, null, `metadata-${item.condition}: nothing in the item's metadata can be read`)
      return
    }
    if (form === 'message' || form === 'document') {
      this.#fail(item, null, `blob-missing: the metadata of this ${item.type} names no blob`)
      return
    }
    await this.#writeMetadata(item, null)
  }

  /** vCard or iCalendar where fields or blob allow, else the metadata as JSON and the blob as it is. */
  async #writeConverted(item: ExportItem, blob: ExportBlob): Promise<void> {
    const read = this.#read(blob)
    const whole = this.#isWhole(read)
    if (blob.version === null) {
      // A damaged blob must not take the fields along; the pieces of it are told apart.
      const content = whole && read.message ? Buffer.from(read.message) : null
      const made = await this.#writeMetadata(item, content)
      if (read.status === 'missing' || read.status === 'empty') return
      if (whole && made && !hasAttachments(content)) return
    }
    await this.#writeBlob(item, blob)
  }

  /** @returns true when a vCard or iCalendar file was made */
  async #writeMetadata(item: ExportItem, blob: Buffer | null): Promise<boolean> {
    const raw = readRawMetadata(this.#options.source, item.metadataPath)
    const made = this.#convert(item, raw, blob)
    const files = made === null ? [] : [made]
    // An event made from fields says when it is; how it is repeated and who comes stays with the metadata.
    if (made === null || (made.ext === 'ics' && !hasInvitation(blob)))
      files.push({ bytes: this.#document(item, raw), ext: 'json' })
    for (const { bytes, ext } of files) {
      const entry = this.#entry(item, fileNameOf(item, null, ext), false)
      try {
        const result = await this.#put(this.#options.files, entry, bytes, hash('sha256', bytes, 'hex'))
        this.#done(item, null, result, 'metadata')
      } catch (error) {
        this.#failOrThrow(error, item, null)
      }
    }
    return made !== null
  }

  #convert(item: ExportItem, raw: RawMetadata, blob: Buffer | null): { bytes: Buffer; ext: string } | null {
    const form = formOf(item.type)
    if (form !== 'contact' && form !== 'calendar') return null
    const { at } = item
    const all = rawStates(raw, this.#options.metadata)
    const zone = this.#options.metadata?.zone ?? 'UTC'
    const holds = all.flatMap(({ start, end }) => [start, end]).filter((time) => time !== null)
    const make = (state: unknown): Buffer | null =>
      form === 'contact' ? toVcard({ raw: state, blob }) : toIcalendar({ raw: state, blob, holds, zone })
    const states = all.filter(({ start }) => at === null || start === null || start <= at).reverse()
    // The state that deletes an item often tells nothing else: then the one before speaks for it.
    for (const state of states.length > 0 ? states : [{ raw: null }]) {
      try {
        const bytes = make(state.raw)
        if (bytes) return { bytes, ext: form === 'contact' ? 'vcf' : 'ics' }
      } catch {
        // Fields nobody foresaw: the metadata goes out as it is.
      }
    }
    return null
  }

  #document(item: ExportItem, raw: RawMetadata): Buffer {
    const { account, id, type, deleted } = item
    return metadataDocument({ account, id, type, deleted, folder: item.folders.join('/') }, raw)
  }

  async #writeBlob(item: ExportItem, blob: ExportBlob): Promise<void> {
    const message = this.#isMessage(item)
    if (!this.#options.fresh && message && blob.path !== null) {
      const found = await this.#find(item, blob)
      if (found) {
        this.#done(item, blob, found, 'exported')
        return
      }
    }
    const read = this.#read(blob)
    if (this.#isWhole(read)) await this.#writeWhole(item, blob, read)
    else await this.#writeDamaged(item, blob, read)
  }

  #isMessage(item: ExportItem): boolean {
    return formOf(item.type) === 'message'
  }

  #read(blob: ExportBlob): BlobRead {
    const { source } = this.#options
    return this.#reader.read(
      source.absolute(blob.path ?? `items/${blob.digest.slice(0, 2)}/${blob.digest}`),
      blob.digest,
    )
  }

  /** Proved by its digest, or, where the rule is unknown, by its gzip check sum. */
  #isWhole(read: BlobRead): boolean {
    if (!read.large && read.message === null) return false
    if (read.rule !== null) return true
    return this.#options.ruleUnknown && read.status === 'digest-mismatch' && read.crcOk
  }

  /** The file of a message exported before, found by its name and proved by its digest without reading the blob. */
  async #find(item: ExportItem, blob: ExportBlob): Promise<WriteResult | null> {
    const sha256 = sha256Of(blob.digest)
    if (sha256 === null) return null
    const entry = this.#entry(item, fileNameOf(item, blob, 'eml'), false)
    this.#options.checkFolder(entry.dir)
    try {
      return await this.#options.mail.has({ ...entry, sha256 })
    } catch {
      return null
    }
  }

  async #writeWhole(item: ExportItem, blob: ExportBlob, read: BlobRead): Promise<void> {
    const { name, mail } = placeOf(item, blob, read)
    const target = mail ? this.#options.mail : this.#options.files
    const entry = this.#entry(item, name, false)
    const known = read.rule === 'sha256:message' ? sha256Of(blob.digest) : null
    try {
      const result = read.message
        ? await this.#put(target, entry, read.message, known ?? hash('sha256', read.message, 'hex'))
        : await this.#put(target, entry, this.#stream(blob, read), known)
      this.#done(item, blob, result, read.rule === null ? 'unverified' : 'exported')
    } catch (error) {
      this.#failOrThrow(error, item, blob)
    }
  }

  async #writeDamaged(item: ExportItem, blob: ExportBlob, read: BlobRead): Promise<void> {
    if (read.status === 'missing' && !NEEDS_BLOB.has(formOf(item.type))) return
    const reason = `blob-${read.status}: ${read.detail || DETAIL[read.status] || 'it cannot be used'}`
    if (read.rawBytes === 0 && !read.message && !read.partial) {
      this.#fail(item, blob, reason)
      return
    }
    // Whole bytes with a wrong digest keep their ending, so that a person can open them.
    const intact = read.message !== null || (read.large && read.crcOk)
    const isDocument = formOf(item.type) === 'document'
    const ext = `${intact ? '' : 'partial.'}${isDocument ? 'bin' : 'eml'}`
    const own = isDocument ? documentNameOf(item, blob, !intact) : null
    const entry = this.#entry(item, own ?? fileNameOf(item, blob, ext), true)
    const bytes = read.message ?? read.partial
    try {
      const result = bytes
        ? await this.#put(this.#options.files, entry, bytes, hash('sha256', bytes, 'hex'))
        : await this.#put(this.#options.files, entry, this.#stream(blob, null), null)
      this.#fail(item, blob, reason, result)
    } catch (error) {
      this.#failOrThrow(error, item, blob, `${reason}; what could be read of it was not saved`)
    }
  }

  /** Streams a large blob; with `expected` it must come out as it did when it was verified. */
  #stream(blob: ExportBlob, expected: BlobRead | null): MailSource {
    const path = this.#options.source.absolute(blob.path ?? '')
    return (fd: number) => {
      const read = this.#reader.copyMessageTo(path, blob.digest, fd)
      const code = read.refused?.code
      if (code !== undefined && WRITE_CODES.has(code)) {
        throw Object.assign(new Error(`${code}: writing failed`), { code })
      }
      if (expected && (read.status !== expected.status || read.rawBytes !== expected.rawBytes)) {
        throw new Error(`the blob reads differently now (${read.status}: ${read.detail})`)
      }
    }
  }

  #entry(item: ExportItem, name: string, damaged: boolean): MailEntry {
    return { dir: directoryOf(item, damaged), name, date: item.date, flags: item.flags, sha256: null }
  }

  async #put(
    target: MailTarget,
    entry: MailEntry,
    message: MailSource,
    sha256: string | null,
  ): Promise<WriteResult> {
    this.#options.checkFolder(entry.dir)
    return await target.write({ ...entry, sha256 }, message)
  }

  #done(item: ExportItem, blob: ExportBlob | null, result: WriteResult, status: ManifestRow['status']): void {
    const row: ManifestRow = {
      file: result.path,
      account: item.account,
      id: item.id,
      folder: item.folders.join('/'),
      date: blob?.date ?? item.date,
      sha256: result.sha256,
      digest: blob?.digest ?? null,
      status,
    }
    this.#options.sink.exported(row, result)
  }

  #fail(
    item: ExportItem,
    blob: ExportBlob | null,
    reason: string,
    salvaged: WriteResult | null = null,
  ): void {
    const row: FailureRow = {
      account: item.account,
      id: item.id,
      folder: item.folders.join('/'),
      // Of an item nobody can read, the catalog's date is only that of its file.
      date: blob ? (blob.date ?? item.date) : item.condition === 'ok' ? item.date : null,
      digest: blob?.digest ?? null,
      reason,
      salvaged: salvaged?.path ?? null,
    }
    this.#options.sink.failed(row, salvaged?.within ?? null)
  }

  /** One message that cannot be written is a failure; a target that cannot be written ends the export. */
  #failOrThrow(error: unknown, item: ExportItem, blob: ExportBlob | null, reason?: string): void {
    if (!(error instanceof MailTargetError)) throw error
    if (error.kind === 'full' || error.kind === 'refused' || error.kind === 'io') throw error
    this.#fail(item, blob, reason ?? `${REASON[error.kind]}: ${error.why}`)
  }
}

/** Name of a whole blob, and whether it goes with the mail. */
function placeOf(item: ExportItem, blob: ExportBlob, read: BlobRead): { name: string; mail: boolean } {
  const form = formOf(item.type)
  if (form === 'document') {
    return { name: documentNameOf(item, blob, false) ?? fileNameOf(item, blob, 'bin'), mail: false }
  }
  const isMail = form === 'message' || looksLikeMail(read)
  const beside = form === 'contact' || form === 'calendar'
  return { name: fileNameOf(item, blob, isMail ? 'eml' : 'bin'), mail: isMail && !beside }
}

/** Forms whose items are lost without their blob; a contact or an event lives in its metadata. */
const NEEDS_BLOB: ReadonlySet<ItemForm> = new Set(['message', 'document', 'other'])
const REASON = { name: 'name-refused', changed: 'written-bytes-differ', source: 'blob-unreadable' } as const
const DETAIL: Partial<Record<BlobRead['status'], string>> = {
  missing: 'the file is not there',
  empty: 'the file has no bytes',
}

/** The SHA-256 in hex that a digest promises of the message; null for other algorithms. */
function sha256Of(digest: string): string | null {
  const parsed = parseDigest(digest)
  return parsed?.algorithm === 'sha256' ? parsed.bytes.toString('hex') : null
}

function looksLikeMail(read: BlobRead): boolean {
  const bytes = read.message ?? read.head
  return bytes !== null && extractForIndex(bytes).looksLikeMail
}

function hasAttachments(message: Buffer | null): boolean {
  return message !== null && extractForIndex(message).hasAttachment
}
