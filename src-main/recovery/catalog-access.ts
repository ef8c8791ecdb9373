import { join } from 'node:path'
import { BlobReader } from '../backup/blob.ts'
import { FIRST_USER_ID } from '../backup/folders.ts'
import { localSource } from '../backup/source.ts'
import type { BlobStatus, ProblemKind } from '../backup/types.ts'
import { openCatalog } from '../catalog/catalog.ts'
import { accountBook, type KnownAccount } from '../catalog/queries/accounts.ts'
import { blobFile, digestRuleUnknown } from '../catalog/queries/blob-state.ts'
import { contextOf, type QueryContext } from '../catalog/queries/context.ts'
import { contentsOfItem, findItem, itemDetail } from '../catalog/queries/item.ts'
import { statesOf } from '../catalog/queries/states.ts'
import { catalogSummary } from '../catalog/queries/summary.ts'
import { walkContents } from '../catalog/queries/walk.ts'
import { LISTED_SQL, TYPES_WITH_BLOB, typeCode } from '../catalog/schema.ts'
import type { StateRow } from '../contract/mail.ts'
import { ExpectedError } from '../engine/errors.ts'
import { assertApart, isWithin, realPlace } from '../engine/paths.ts'
import { metadataContext } from '../export/catalog-source.ts'
import type { ExportItem } from '../export/export-item.ts'
import { ItemWriter } from '../export/item-writer.ts'
import { prepareTarget } from '../export/target-folder.ts'
import { openEmlTreeTarget } from '../mail/formats/eml-tree.ts'
import { safeDir } from '../mail/names.ts'
import type { CatalogAccess, CatalogItem } from './types.ts'

/** Accounts of Carbonio itself: an External Restore leaves them out unless told otherwise (D). */
const SYSTEM_ACCOUNT = /^(?:spam|ham|virus-quarantine|galsync|zextras)[.\w-]*@/i

/** What is open of a catalog; `close` gives the connection back. */
export interface OpenCatalogAccess extends CatalogAccess {
  close(): void
}

/**
 * The catalog of a Backup Path as recovery asks it. The catalog must have been built (see `startIngest`).
 * @param root real path of the Backup Path; @param catalogFile its catalog in the data folder
 */
export function openCatalogAccess(root: string, catalogFile: string): OpenCatalogAccess {
  const db = openCatalog(catalogFile, { readonly: true })
  const context = contextOf(db)
  const reader = new BlobReader()

  return {
    path: root,
    accounts: () => accountRows(context),
    domains: () => [
      ...new Set(accountRows(context).flatMap(({ name }) => (name.includes('@') ? [domainOf(name)] : []))),
    ],
    totals() {
      const rows = accountRows(context)
      const { lastChange, problems } = catalogSummary(db)
      return {
        accounts: rows.length,
        items: rows.reduce((sum, { items }) => sum + items, 0),
        bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
        newest: lastChange,
        problems: Object.values(problems).reduce((sum, count) => sum + count, 0),
      }
    },
    item(name, id) {
      const found = itemNamed(context, name, id)
      return found === null ? null : catalogItem(context, root, found.account, found.ref)
    },
    messages: (name) => messagesOf(context, name),
    blobs: (name) => blobsOf(context, name),
    readBlob(path, digest) {
      const { status, detail, message, rule, crcOk } = reader.read(path, digest)
      const whole = rule !== null || (digestRuleUnknown(context) && crcOk)
      return { status, detail, message: whole && message !== null ? Buffer.from(message) : null }
    },
    async exportItem(name, id, folder, digest) {
      const item = itemNamed(context, name, id)
      if (item === null) throw noItem(name, id)
      const { account, ref } = item
      const wanted = digest ?? lastGood(catalogItem(context, root, account, ref))
      const found = [...walkContents(db, EVERYTHING, [`i${String(ref)}`])][0]
      if (found === undefined) throw noItem(name, id)
      const blobs =
        wanted === null
          ? []
          : found.blobs.filter((blob) => blob.digest === wanted).map((blob) => ({ ...blob, version: null }))
      if (wanted !== null && blobs.length === 0) {
        throw new ExpectedError('NOT_FOUND', `Item ${String(id)} of ${name} has no state with this blob`, {
          why: `No state of it names ${wanted}.`,
          next: 'Choose one of the states that are listed.',
        })
      }
      return writeOne({ ...found, at: null, blobs }, folder, root, context)
    },
    close: () => db.close(),
  }
}

const EVERYTHING = { scope: { kind: 'all' }, at: null, deleted: 'show' } as const

const domainOf = (name: string): string => name.slice(name.lastIndexOf('@') + 1).toLowerCase()

function noItem(account: string, id: number): ExpectedError {
  return new ExpectedError('NOT_FOUND', `The catalog has no item ${String(id)} of ${account}`, {
    why: 'There is no metadata file of that number in this account of the Backup Path.',
    next: 'Look whether the catalog belongs to the Backup Path that was restored from.',
  })
}

/**
 * Accounts of an address, alias or UUID, and nothing that only resembles it; the likeliest first. An account that was
 * deleted and made again is there twice, and one without account_info may be called by a guess.
 */
function accountsCalled(context: QueryContext, name: string): KnownAccount[] {
  const wanted = name.trim().toLowerCase()
  const { all } = accountBook(context)
  const byName = all.filter((one) => one.id.toLowerCase() === wanted || one.name?.toLowerCase() === wanted)
  const found =
    byName.length > 0
      ? byName
      : all.filter((one) => one.aliases.some((alias) => alias.toLowerCase() === wanted))
  const doubts = (one: KnownAccount): number => (one.guessed ? 2 : 0) + (one.status === 'deleted' ? 1 : 0)
  return found.toSorted((a, b) => doubts(a) - doubts(b) || (b.lastChange ?? 0) - (a.lastChange ?? 0))
}

function accountNamed(context: QueryContext, name: string): KnownAccount | null {
  return accountsCalled(context, name)[0] ?? null
}

/** The item of that number in the likeliest account that has it. */
function itemNamed(
  context: QueryContext,
  name: string,
  id: number,
): { account: KnownAccount; ref: number } | null {
  for (const account of accountsCalled(context, name)) {
    const ref = findItem(context.db, account.id, id)
    if (ref !== null) return { account, ref }
  }
  return null
}

/** Live items of users (ids from 256; folders and tags are the mailbox's structure) and their uncompressed bytes per account: what a restore brings by default. */
const LIVE = `SELECT account, count(*) AS items, coalesce(sum(size), 0) AS bytes,
  sum(type = ${String(typeCode('message'))}) AS messages FROM item WHERE deleted = 0 AND id >= ${String(FIRST_USER_ID)} AND ${LISTED_SQL} GROUP BY account`

function accountRows(context: QueryContext): ReturnType<CatalogAccess['accounts']> {
  return context.remember('recovery-accounts', '', 1, () => {
    const counted = new Map(
      (context.sql(LIVE).all() as { account: number; items: number; bytes: number; messages: number }[]).map(
        (row) => [row.account, row],
      ),
    )
    return accountBook(context).all.map((account) => {
      const live = counted.get(account.pk)
      const name = account.name ?? account.id
      return {
        id: account.id,
        name,
        items: live?.items ?? 0,
        messages: live?.messages ?? 0,
        bytes: live?.bytes ?? 0,
        newest: account.lastChange,
        cos: account.cos,
        // whether the backup of a COS is on stands in the directory, not in the Backup Path
        cosBackup: null,
        system: SYSTEM_ACCOUNT.test(name),
        deleted: account.status === 'deleted',
      }
    })
  })
}

const MESSAGES = `SELECT i.id, i.folder, i.date, i.size, c.subject FROM item i LEFT JOIN content c ON c.id = i.content
  WHERE i.account = ? AND i.deleted = 0 AND i.type = ${String(typeCode('message'))} ORDER BY i.id`

function* messagesOf(context: QueryContext, name: string): ReturnType<CatalogAccess['messages']> {
  const account = accountNamed(context, name)
  if (account === null) return
  const rows = context.sql(MESSAGES).all(account.pk) as {
    id: number
    date: number | null
    size: number | null
    subject: string | null
  }[]
  for (const { id, date, size, subject } of rows) yield { id, date, bytes: size ?? 0, subject: subject ?? '' }
}

const BLOBS = `SELECT DISTINCT c.digest, c.path, c.file_size FROM item i JOIN content c ON c.id = i.content
  WHERE i.account = ? AND i.deleted = 0 AND c.digest IS NOT NULL AND c.file_size IS NOT NULL`

function* blobsOf(context: QueryContext, name: string): ReturnType<CatalogAccess['blobs']> {
  const account = accountNamed(context, name)
  if (account === null) return
  const rows = context.sql(BLOBS).all(account.pk) as {
    digest: string
    path: string | null
    file_size: number
  }[]
  for (const row of rows) yield { digest: row.digest, path: blobFile(row) ?? '' }
}

function catalogItem(
  context: QueryContext,
  root: string,
  account: KnownAccount,
  ref: number,
): CatalogItem | null {
  const detail = itemDetail(context.db, ref, null)
  if (detail === null) return null
  const { row, states, metadataPath } = detail
  const path = (relative: string | null): string | null => (relative === null ? null : join(root, relative))
  const condition = context.sql('SELECT condition FROM item WHERE pk = ?').pluck().get(ref) as string
  return {
    account: account.name ?? account.id,
    accountId: account.id,
    id: row.id ?? 0,
    type: row.type,
    folder: row.folder ?? '',
    subject: row.subject ?? '',
    from: row.from ?? '',
    date: row.date,
    bytes: row.size ?? 0,
    metadata: path(metadataPath) ?? '',
    condition: condition as CatalogItem['condition'],
    states: states
      .map((state) => ({
        at: state.start,
        digest: state.digest,
        blob: path(state.blobPath),
        deleted: state.deleted,
        verdict: verdictOf(context, state),
      }))
      .reverse(),
    problems: problemKinds(context, ref),
  }
}

const VERDICTS: Record<StateRow['blob'], CatalogItem['states'][number]['verdict']> = {
  ok: 'good',
  'double-gzip': 'good',
  misplaced: 'good',
  missing: 'missing',
  damaged: 'damaged',
  unreadable: 'unreadable',
  none: 'not-needed',
}

function verdictOf(context: QueryContext, state: StateRow): CatalogItem['states'][number]['verdict'] {
  if (state.digest === null) {
    // A deleted item may have lost its blob long ago; other types need none.
    return TYPES_WITH_BLOB.has(state.type) && !state.deleted ? 'missing' : 'not-needed'
  }
  const verdict = VERDICTS[state.blob]
  if (verdict !== 'good') return verdict
  const status = context.sql('SELECT status FROM content WHERE digest = ?').pluck().get(state.digest) as
    BlobStatus | null | undefined
  return status == null ? 'unknown' : 'good'
}

function problemKinds(context: QueryContext, ref: number): ProblemKind[] {
  const contents = contentsOfItem(context, ref, statesOf(context, ref))
  const kinds = [
    ...(context.sql('SELECT kind FROM problem WHERE item = ?').pluck().all(ref) as ProblemKind[]),
    ...contents.flatMap(
      (content) =>
        context
          .sql('SELECT kind FROM problem WHERE content = ? LIMIT 50')
          .pluck()
          .all(content) as ProblemKind[],
    ),
  ]
  return [...new Set(kinds)]
}

/** Digest of the newest state that is whole; null for an item that needs no blob. */
function lastGood(item: CatalogItem | null): string | null {
  const good = item?.states.find(({ verdict, deleted }) => verdict === 'good' && !deleted)
  if (good) return good.digest
  if (item !== null && item.states.length > 0 && item.states[0]?.verdict === 'not-needed') return null
  throw new ExpectedError('REFUSED', `No state of item ${String(item?.id ?? 0)} is whole`, {
    why: 'Every state of it has lost its blob, or the blob is damaged.',
    next: 'Look for it in another copy of the Backup Path, or give it up with a reason.',
  })
}

/** Writes one item as a file below `folder` and proves it; what is not whole is told as an error. */
async function writeOne(
  item: ExportItem,
  folder: string,
  root: string,
  context: QueryContext,
): ReturnType<CatalogAccess['exportItem']> {
  const { root: place } = prepareTarget(folder, root)
  const target = openEmlTreeTarget(place)
  const written: { file: string; bytes: number; sha256: string }[] = []
  const failed: string[] = []
  const writer = new ItemWriter({
    source: localSource(root),
    mail: target,
    files: target,
    fresh: false,
    ruleUnknown: digestRuleUnknown(context),
    metadata: metadataContext(context),
    checkFolder(dir) {
      const at = realPlace(join(place, ...safeDir(dir)))
      assertApart(at, root, 'export folder')
      if (!isWithin(at, place)) {
        throw new ExpectedError('REFUSED', `${at} lies outside the export folder`, {
          why: 'A link leads out of it.',
          next: 'Remove the link, or choose an empty folder.',
        })
      }
    },
    sink: {
      exported: (_row, { path, bytes, sha256 }) =>
        void written.push({ file: join(place, path), bytes, sha256 }),
      failed: ({ reason, salvaged }) =>
        void failed.push(
          salvaged === null ? reason : `${reason}; what could be read of it is in ${salvaged}`,
        ),
    },
  })
  try {
    await writer.write(item)
    await target.close()
  } catch (error) {
    await target.abort()
    throw error
  }
  const [first] = written
  if (first !== undefined && failed.length === 0) return first
  throw new ExpectedError('REFUSED', `Item ${String(item.id ?? 0)} could not be exported whole`, {
    why: failed.join('; ') || 'Nothing of it can be written as a file.',
    next: 'Choose an older state, look for it in another copy, or give it up with a reason.',
  })
}
