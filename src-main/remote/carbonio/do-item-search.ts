import { z } from 'zod'
import { accountArgument, dateArgument, named, pathArgument, textArgument, textOf } from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick, fieldsOf, fieldsSchema, rowsOf } from './replies.ts'
import { findHeading, treeToObject } from './text-tree.ts'
import type { Reply } from './types.ts'

const LISTS = ['items', 'itemList', 'searchResult', 'results', 'found']
const IDS = ['id', 'itemId', 'item_id', 'item id', 'item']

function entriesOf({ format, parts, tree }: Reply): unknown[] | null {
  if (format === 'text') {
    const heading = findHeading(tree, ...LISTS)
    const lines = heading?.children ?? tree
    if (heading !== null && lines.length === 0) return []
    // either one heading per item with its fields below, or rows of fields
    return lines.every((line) => line.children.length > 0 && /^\d+$/.test(line.key))
      ? lines.map((line) => ({ id: line.key, fields: treeToObject(line.children) }))
      : rowsOf(lines).map((row) => treeToObject(row))
  }
  const payload = parts.length === 1 ? parts[0]!.payload : undefined
  const list = Array.isArray(payload) ? payload : deepPick(payload, LISTS, 3)
  if (Array.isArray(list)) return list as unknown[]
  if (!isObject(list)) return null
  return Object.entries(list).map(([id, entry]) => (isObject(entry) ? { id, ...entry } : entry))
}

/** Searches the items of an account in a Backup Path, also those that were deleted. */
export const doItemSearch = defineOperation({
  name: 'doItemSearch',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only. Without limits it walks every item of the account.',
  input: z.object({
    account: accountArgument,
    backupPath: pathArgument.optional(),
    id: textArgument.optional(),
    /** Case matters. */
    searchString: textArgument.optional(),
    type: z.enum(['message', 'contact', 'folder', 'document', 'all']).optional(),
    before: dateArgument.optional(),
    after: dateArgument.optional(),
    rawMetadata: z.boolean().optional(),
    /** Carbonio's own default is `deleted`. */
    filter: z.enum(['all', 'deleted', 'not_deleted']).optional(),
  }),
  output: z.object({ items: z.array(z.object({ id: z.string(), fields: fieldsSchema })) }),
  timeout: 600_000,
  words: (input) => [
    'backup',
    'doItemSearch',
    input.account,
    ...named({
      backup_path: input.backupPath,
      id: input.id,
      search_string: input.searchString,
      type: input.type,
      before: input.before,
      after: input.after,
      raw_metadata: input.rawMetadata,
      search_filter: input.filter,
    }),
  ],
  // the form of the result is not published: it is understood only when every entry has an id
  read: (reply) => {
    const entries = entriesOf(reply)
    if (!entries?.every(isObject)) return null
    const items = entries.map((entry) => ({ id: textOf(pick(entry, ...IDS)), fields: fieldsOf(entry) }))
    return items.every(({ id }) => id !== null && /^[\w-]+$/.test(id)) &&
      (items.length > 0 || reply.text.trim() !== '')
      ? { items }
      : null
  },
})
