import { BlobReader, type BlobRead } from '../backup/blob.ts'
import { localSource } from '../backup/source.ts'
import type { BlobStatus } from '../backup/types.ts'
import { blobOfRow, type BlobPlace } from '../catalog/queries/item.ts'
import { refOfKey } from '../catalog/queries/rows.ts'
import { ExpectedError } from '../engine/errors.ts'
import type { OpenCatalog } from './open-catalog.ts'

/** A message read from its blob and verified. */
export interface LoadedBlob {
  digest: string
  status: BlobStatus
  /** The whole message; what came out before the damage; or the first MiB of a message over 64 MiB. */
  bytes: Buffer
  /** False when `bytes` is only a part. */
  whole: boolean
  /** From the catalog. */
  subject: string | null
  /** Ms UTC. */
  date: number | null
}

/** Which blob of a row: that of a state (index), else the one as of a time (null = now). */
export interface Which {
  at?: number | null | undefined
  state?: number | undefined
}

/** Messages kept because the frame, the attachments and the source of the same one are asked for next. */
const KEPT_BYTES = 48 * 1024 * 1024
const KEPT = 6

/** Reads messages for the screens; one per engine, in its thread. */
export class MessageLoader {
  readonly #reader = new BlobReader()
  readonly #kept = new Map<string, LoadedBlob>()

  /**
   * The message of a row.
   * @throws ExpectedError NOT_FOUND when the row has no blob or its file is missing, UNREADABLE when the file refuses us or nothing of it
   * can be read
   */
  load(catalog: OpenCatalog, key: string, which: Which): LoadedBlob {
    const place = this.find(catalog, key, which)
    if (place === null) {
      throw new ExpectedError('NOT_FOUND', 'There is no message to show', {
        why: 'The metadata names no blob for it: contacts, appointments and folders often have none.',
        next: 'Look at its metadata.',
      })
    }
    if (place.path === null) {
      throw new ExpectedError('NOT_FOUND', 'The content of this message is not in the backup', {
        why: `The metadata names the blob ${place.digest}, but there is no such file.`,
        next: 'Another copy of the backup may have it: heal from there.',
      })
    }
    const cached = `${catalog.root}\0${place.path}\0${place.digest}`
    const found = this.#kept.get(cached)
    if (found !== undefined) return { ...found, subject: place.subject, date: place.date }
    const loaded = this.#read(catalog, place, place.path)
    this.#keep(cached, loaded)
    return loaded
  }

  /** The blob of a row without reading it; null when it has none or there is no such row. */
  find(catalog: OpenCatalog, key: string, which: Which): BlobPlace | null {
    const ref = refOfKey(key)
    return ref === null ? null : blobOfRow(catalog.db, ref, which.at ?? null, which.state)
  }

  #read(catalog: OpenCatalog, place: BlobPlace, path: string): LoadedBlob {
    const read = this.#reader.read(localSource(catalog.root).absolute(path), place.digest)
    const bytes = read.message ?? read.partial ?? read.head
    if (bytes === null) throw notReadable(place, read)
    return {
      digest: place.digest,
      status: read.status,
      bytes: Buffer.from(bytes), // the reader's buffer is used again
      whole: read.message !== null,
      subject: place.subject,
      date: place.date,
    }
  }

  #keep(key: string, loaded: LoadedBlob): void {
    if (loaded.bytes.length > KEPT_BYTES / 2) return
    this.#kept.set(key, loaded)
    let bytes = 0
    for (const one of this.#kept.values()) bytes += one.bytes.length
    for (const [old, one] of this.#kept) {
      if (bytes <= KEPT_BYTES && this.#kept.size <= KEPT) break
      bytes -= one.bytes.length
      this.#kept.delete(old)
    }
  }
}

function notReadable(place: BlobPlace, read: BlobRead): ExpectedError {
  if (read.status === 'missing') {
    return new ExpectedError('NOT_FOUND', 'The content of this message is not in the backup any more', {
      why: `There is no file ${place.path ?? place.digest}.`,
      next: 'Read the backup path again: something was removed from it.',
    })
  }
  const refused = read.status === 'unreadable'
  return new ExpectedError('UNREADABLE', 'The content of this message cannot be read', {
    why: read.detail === '' ? `Its blob is damaged (${read.status}).` : `Its blob: ${read.detail}.`,
    next: refused
      ? 'Mount the backup read-only in a way that lets you read it, or start Lifeboat with sudo lifeboat serve.'
      : 'Another copy of the backup may have it whole: heal from there.',
  })
}
