import { oc } from '@orpc/contract'
import { z } from 'zod'
import {
  catalogIdSchema,
  deletedModeSchema,
  expectedErrors,
  itemTypeSchema,
  limitSchema,
  offsetSchema,
  timeSchema,
} from './common.ts'

/** The point in time a view shows; null means now, the last state of every item. */
export const atSchema = timeSchema.nullable()

export const accountRowSchema = z.object({
  /** UUID, the directory's name. */
  id: z.string(),
  name: z.string().nullable(),
  /** True when the name is a guess from the account's mail. */
  guessed: z.boolean(),
  displayName: z.string().nullable(),
  aliases: z.array(z.string()),
  cos: z.string().nullable(),
  status: z.string().nullable(),
  items: z.number(),
  messages: z.number(),
  deleted: z.number(),
  /** Compressed bytes of the blobs its items name. */
  bytes: z.number(),
  /** First and last date of its messages. */
  first: timeSchema.nullable(),
  last: timeSchema.nullable(),
  /** The backup ends at: newest start of any of its states. */
  lastChange: timeSchema.nullable(),
})
export type AccountRow = z.infer<typeof accountRowSchema>

export const folderNodeSchema = z.object({
  id: z.number(),
  parent: z.number().nullable(),
  name: z.string(),
  /** Path inside the mailbox, `/` between names, without a leading one. */
  path: z.string(),
  deleted: z.boolean(),
  /** Type the folder mainly holds, for the icon. */
  holds: z.enum(['mail', 'contacts', 'calendar', 'tasks', 'files', 'chats', 'other']),
  /** Items directly inside under the asked time and deleted mode. */
  items: z.number(),
  unread: z.number(),
})
export type FolderNode = z.infer<typeof folderNodeSchema>

/** What a list shows. */
export const scopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), account: z.string(), folder: z.number() }),
  z.object({ kind: z.literal('account'), account: z.string() }),
  z.object({ kind: z.literal('search'), query: z.string(), account: z.string().optional() }),
  /** Mail that no readable metadata claims; owner null = owner could not be guessed. Omitted = all. */
  z.object({ kind: z.literal('unclaimed'), owner: z.string().nullable().optional() }),
  z.object({ kind: z.literal('all') }),
])
export type Scope = z.infer<typeof scopeSchema>

export const sortSchema = z.enum(['date', 'from', 'subject', 'size'])

/** A view: scope, time, deleted mode and an optional range of message dates (the chart's filter). */
export const viewSchema = z.object({
  catalogId: catalogIdSchema,
  scope: scopeSchema,
  at: atSchema,
  deleted: deletedModeSchema,
  after: timeSchema.nullable().optional(),
  before: timeSchema.nullable().optional(),
})
export type View = z.infer<typeof viewSchema>

export const blobStateSchema = z.enum([
  'ok',
  'missing',
  'damaged',
  'double-gzip',
  'misplaced',
  'unreadable',
  'none',
])
export type BlobState = z.infer<typeof blobStateSchema>

/** `key` names a row in later calls: `i<number>` an item, `u<number>` unclaimed mail. Stable within one catalog. */
export const rowKeySchema = z.string().regex(/^[iu]\d{1,15}$/)

export const itemRowSchema = z.object({
  key: rowKeySchema,
  account: z.string().nullable(),
  accountName: z.string().nullable(),
  /** Item id in the mailbox; null for unclaimed mail. */
  id: z.number().nullable(),
  type: itemTypeSchema,
  /** Null while not read yet or when there is none. */
  subject: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  date: timeSchema.nullable(),
  /** Uncompressed bytes. */
  size: z.number().nullable(),
  flags: z.string(),
  tags: z.array(z.string()),
  deleted: z.boolean(),
  hasAttachment: z.boolean(),
  folder: z.string().nullable(),
  blob: blobStateSchema,
  /** False while the message has not been read yet. */
  read: z.boolean(),
})
export type ItemRow = z.infer<typeof itemRowSchema>

export const stateRowSchema = z.object({
  start: timeSchema.nullable(),
  end: timeSchema.nullable(),
  type: itemTypeSchema,
  deleted: z.boolean(),
  folder: z.string().nullable(),
  flags: z.string(),
  tags: z.array(z.string()),
  digest: z.string().nullable(),
  blob: blobStateSchema,
  /** Relative to the Backup Path; null when there is no file. */
  blobPath: z.string().nullable(),
  /** What changed against the state before, in words of the field: created, read, moved, flagged, deleted, … */
  changes: z.array(
    z.enum([
      'created',
      'content',
      'moved',
      'read',
      'unread',
      'flagged',
      'unflagged',
      'answered',
      'forwarded',
      'tagged',
      'renamed',
      'deleted',
      'restored',
      'other',
    ]),
  ),
})
export type StateRow = z.infer<typeof stateRowSchema>

export const itemDetailSchema = z.object({
  row: itemRowSchema,
  /** Path of the item's metadata file, relative; null for unclaimed mail. */
  metadataPath: z.string().nullable(),
  states: z.array(stateRowSchema),
  /** Problems of this item and its blobs, one sentence each. */
  problems: z.array(z.string()),
})
export type ItemDetail = z.infer<typeof itemDetailSchema>

export const attachmentSchema = z.object({
  index: z.number(),
  name: z.string(),
  type: z.string(),
  size: z.number(),
  inline: z.boolean(),
})

export const previewSchema = z.object({
  /** Digest of the blob shown. */
  digest: z.string(),
  /** `damaged`: what could be read of it is shown. */
  blob: blobStateSchema,
  subject: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  cc: z.string().nullable(),
  date: timeSchema.nullable(),
  /** Decoded text part, or text made from the HTML; cut at 1 MB. */
  text: z.string(),
  textCut: z.boolean(),
  hasHtml: z.boolean(),
  /** URL of the sandboxed frame that shows the HTML, relative to the page; null without HTML. */
  frameUrl: z.string().nullable(),
  /** Images, styles and other things the HTML would have loaded from the network. */
  remoteBlocked: z.number(),
  attachments: z.array(attachmentSchema),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
})
export type Preview = z.infer<typeof previewSchema>

const base = oc.errors(expectedErrors)
const rowInput = z.object({ catalogId: catalogIdSchema, key: rowKeySchema, at: atSchema.optional() })

export const mailContract = {
  accounts: base.input(z.object({ catalogId: catalogIdSchema })).output(z.array(accountRowSchema)),
  folders: base
    .input(
      z.object({ catalogId: catalogIdSchema, account: z.string(), at: atSchema, deleted: deletedModeSchema }),
    )
    .output(z.array(folderNodeSchema)),
  unclaimedOwners: base
    .input(z.object({ catalogId: catalogIdSchema }))
    .output(
      z.array(
        z.object({ owner: z.string().nullable(), account: z.string().nullable(), messages: z.number() }),
      ),
    ),
  /** One page of a view. `total` is exact when `totalExact`; while indexing it is "so far". */
  list: base
    .input(
      viewSchema.extend({
        sort: sortSchema,
        descending: z.boolean(),
        offset: offsetSchema,
        limit: limitSchema,
      }),
    )
    .output(
      z.object({
        rows: z.array(itemRowSchema),
        /** The order the rows are in: by date while a large catalog that is still filling has no index for the asked one. */
        sort: sortSchema,
        total: z.number(),
        totalExact: z.boolean(),
        /** False while the catalog is still being built: more may come. */
        complete: z.boolean(),
        revision: z.number(),
      }),
    ),
  /** Messages per month of a view, oldest first, months without mail left out. `month` is `YYYY-MM` UTC. */
  months: base.input(viewSchema).output(z.array(z.object({ month: z.string(), messages: z.number() }))),
  item: base.input(rowInput).output(itemDetailSchema),
  /** The item's metadata file as text, at most 1 MB of it. */
  raw: base.input(rowInput).output(z.object({ text: z.string(), cut: z.boolean() })),
  /** Reads, verifies and takes apart one blob: the row's own, or that of state `state` (index in `states`). */
  preview: base.input(rowInput.extend({ state: z.number().int().min(0).optional() })).output(previewSchema),
  /** The message as it is, decoded as Latin-1 or UTF-8, at most `limit` bytes from `offset`. */
  source: base
    .input(rowInput.extend({ state: z.number().int().min(0).optional(), offset: offsetSchema }))
    .output(z.object({ text: z.string(), total: z.number(), next: z.number().nullable() })),
  /** How a query was understood, for the search field's help. */
  explainQuery: base
    .input(z.object({ catalogId: catalogIdSchema, query: z.string() }))
    .output(z.object({ terms: z.array(z.object({ text: z.string(), meaning: z.string() })) })),
}
