import type { z } from 'zod'
import { localSource } from '../backup/source.ts'
import { listAccounts } from '../catalog/queries/accounts.ts'
import { blobState, digestRuleUnknown } from '../catalog/queries/blob-state.ts'
import { contextOf } from '../catalog/queries/context.ts'
import { listFolders } from '../catalog/queries/folders.ts'
import { itemDetail, metadataPath, stateIndexAt } from '../catalog/queries/item.ts'
import { listPage } from '../catalog/queries/list.ts'
import { listMonths } from '../catalog/queries/months.ts'
import { prepareView, warmUp } from '../catalog/queries/prepare.ts'
import { refOfKey } from '../catalog/queries/rows.ts'
import { listUnclaimedOwners } from '../catalog/queries/unclaimed.ts'
import { explainQuery } from '../catalog/search/explain.ts'
import { parseQuery } from '../catalog/search/parse.ts'
import type { mailContract, Preview } from '../contract/mail.ts'
import { ExpectedError } from '../engine/errors.ts'
import { mailFrame } from '../mail/frame.ts'
import { previewMessage } from '../mail/preview.ts'
import type { LoadedMessage } from './files.ts'
import { MessageLoader, type LoadedBlob, type Which } from './message-loader.ts'
import type { OpenCatalog } from './open-catalog.ts'

type Procedures = typeof mailContract
type InputOf<K extends keyof Procedures> = z.infer<NonNullable<Procedures[K]['~orpc']['inputSchema']>>
type OutputOf<K extends keyof Procedures> = z.infer<NonNullable<Procedures[K]['~orpc']['outputSchema']>>

/** One asynchronous function per procedure of contract.mail. */
export type MailProcedures = { [K in keyof Procedures]: (input: InputOf<K>) => Promise<OutputOf<K>> }

export interface MailApi extends MailProcedures {
  /** For files.ts: the message of a row, also of one of its states or as of a time; null when there is none. */
  loadMessage(catalogId: string, key: string, which?: Which): Promise<LoadedMessage | null>
}

export interface MailApiDeps {
  /** @throws ExpectedError NOT_FOUND */
  openCatalog(catalogId: string): OpenCatalog
}

const RAW_LIMIT = 1024 * 1024
/** Bytes of a message's source in one answer. */
const SOURCE_STEP = 256 * 1024

/** The mail procedures over the catalogs that are open. */
export function createMailApi(deps: MailApiDeps): MailApi {
  const loader = new MessageLoader()

  return {
    async accounts({ catalogId }) {
      const { db } = deps.openCatalog(catalogId)
      void warmUp(db)
      return listAccounts(db)
    },
    async folders({ catalogId, account, at, deleted }) {
      const { db, zone } = deps.openCatalog(catalogId)
      await prepareView(db, { scope: { kind: 'account', account }, at, deleted }, zone)
      return listFolders(db, account, at, deleted)
    },
    async unclaimedOwners({ catalogId }) {
      return listUnclaimedOwners(deps.openCatalog(catalogId).db)
    },
    async list({ catalogId, sort, descending, offset, limit, ...view }) {
      const { db, zone } = deps.openCatalog(catalogId)
      await prepareView(db, view, zone)
      return listPage(db, view, { sort, descending, offset, limit }, zone)
    },
    async months({ catalogId, ...view }) {
      const { db, zone } = deps.openCatalog(catalogId)
      await prepareView(db, view, zone)
      return listMonths(db, view, zone)
    },
    async item({ catalogId, key, at }) {
      const { db } = deps.openCatalog(catalogId)
      const ref = refOfKey(key)
      const detail = ref === null ? null : itemDetail(db, ref, at ?? null)
      if (detail === null) throw gone(key)
      return detail
    },
    async raw({ catalogId, key }) {
      const { db, root } = deps.openCatalog(catalogId)
      const ref = refOfKey(key)
      const path = ref === null || ref < 0 ? null : metadataPath(db, ref)
      if (path === null) throw gone(key)
      return readText(root, path)
    },
    async preview({ catalogId, key, at, state }) {
      const catalog = deps.openCatalog(catalogId)
      return preview(catalog, key, loader.load(catalog, key, { at, state }), { at, state })
    },
    async source({ catalogId, key, at, state, offset }) {
      const { bytes } = loader.load(deps.openCatalog(catalogId), key, { at, state })
      return sourcePart(bytes, offset)
    },
    async explainQuery({ catalogId, query }) {
      const { zone } = deps.openCatalog(catalogId)
      return { terms: explainQuery(parseQuery(query, { zone }), zone) }
    },
    async loadMessage(catalogId, key, which = {}) {
      const catalog = deps.openCatalog(catalogId)
      if (loader.find(catalog, key, which) === null) return null
      const { bytes, status, subject, date, digest } = loader.load(catalog, key, which)
      const ref = refOfKey(key)
      const row = ref === null ? undefined : itemDetail(catalog.db, ref, null)?.row
      return { message: bytes, status, subject, date, id: row?.id ?? digest }
    },
  }
}

function gone(key: string): ExpectedError {
  return new ExpectedError('NOT_FOUND', 'This item is not in the catalog any more', {
    why: `Its row ${key} is gone: the backup path changed, or the catalog was built anew.`,
    next: 'Load the list again.',
  })
}

function readText(root: string, path: string): OutputOf<'raw'> {
  const read = localSource(root).read(path, RAW_LIMIT)
  if ('refused' in read) {
    throw new ExpectedError('UNREADABLE', `The metadata file ${path} cannot be read`, {
      why: `The system answered ${read.refused.code}.`,
      next: 'Look whether the disk is still there and lets you read it.',
    })
  }
  return { text: read.bytes.toString('utf8'), cut: read.cut }
}

async function preview(catalog: OpenCatalog, key: string, blob: LoadedBlob, which: Which): Promise<Preview> {
  const parts = await previewMessage(blob.bytes)
  const frame = parts.html === null ? null : await mailFrame(parts, blob.bytes)
  const ruleUnknown = digestRuleUnknown(contextOf(catalog.db))
  return {
    digest: blob.digest,
    blob: blobState({ digest: blob.digest, file_size: 1, status: blob.status, misplaced: 0 }, ruleUnknown),
    subject: parts.subject ?? blob.subject,
    from: parts.from,
    to: parts.to,
    cc: parts.cc,
    date: parts.date ?? blob.date,
    text: parts.text,
    textCut: parts.textCut || !blob.whole,
    hasHtml: parts.html !== null,
    frameUrl: frame === null ? null : frameUrl(catalog, key, which),
    remoteBlocked: frame?.remoteBlocked ?? 0,
    attachments: parts.attachments.map(({ index, name, type, size, inline }) => ({
      index,
      name,
      type,
      size,
      inline,
    })),
    headers: parts.headers,
  }
}

/** The frame is asked for by state, so that it shows the same blob as the preview. */
function frameUrl(catalog: OpenCatalog, key: string, { at, state }: Which): string {
  const ref = refOfKey(key)
  const shown = state ?? (at == null || ref === null ? null : stateIndexAt(catalog.db, ref, at))
  return `/mail-frame/${catalog.id}/${key}${shown === null ? '' : `?state=${String(shown)}`}`
}

/** UTF-8 where the whole piece is UTF-8, else Latin-1: every byte shows as something. Pieces never split a character. */
function sourcePart(bytes: Buffer, offset: number): OutputOf<'source'> {
  let end = Math.min(bytes.length, offset + SOURCE_STEP)
  for (let back = 0; back < 3 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80; back++) end--
  const piece = bytes.subarray(Math.min(offset, bytes.length), end)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(piece)
  } catch {
    text = piece.toString('latin1')
  }
  return { text, total: bytes.length, next: end < bytes.length ? end : null }
}
