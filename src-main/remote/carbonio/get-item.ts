import { z } from 'zod'
import {
  accountArgument,
  booleanOf,
  dateOr,
  momentOf,
  momentSchema,
  named,
  pathArgument,
  textArgument,
  textOf,
} from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick, fieldsOf, fieldsSchema, rowsOf } from './replies.ts'
import { findHeading, treeToObject } from './text-tree.ts'
import type { Reply } from './types.ts'

const stateSchema = z.object({
  start: momentSchema.nullable(),
  end: momentSchema.nullable(),
  /** As Carbonio names it: message, folder, contact … */
  type: z.string().nullable(),
  deleted: z.boolean().nullable(),
  /** Path of the blob on the server; null for items without one. */
  blobPath: z.string().nullable(),
  fields: fieldsSchema,
})

function statesOf({ format, parts, tree }: Reply): unknown[] | null {
  if (format === 'text') {
    const heading = findHeading(tree, 'itemStates', 'item states', 'item_states')
    return heading === null ? null : rowsOf(heading.children).map((row) => treeToObject(row))
  }
  const payload = parts.length === 1 ? parts[0]!.payload : undefined
  const states = Array.isArray(payload) ? payload : deepPick(payload, ['itemStates', 'states'], 3)
  return Array.isArray(states) ? states : isObject(states) ? Object.values(states) : null
}

/** One item in a Backup Path with all its states. */
export const getItem = defineOperation({
  name: 'getItem',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only. With dump_blob the whole message is sent over the connection.',
  input: z.object({
    account: accountArgument,
    item: textArgument,
    backupPath: pathArgument.optional(),
    dumpBlob: z.boolean().optional(),
    date: dateOr('all', 'last').optional(),
    blobsArchive: textArgument.optional(),
  }),
  output: z.object({ states: z.array(stateSchema) }),
  words: ({ account, item, backupPath, dumpBlob, date, blobsArchive }) => [
    'backup',
    'getItem',
    account,
    item,
    ...named({ backup_path: backupPath, dump_blob: dumpBlob, date, blobs_archive: blobsArchive }),
  ],
  // `itemStates`, then `start date`, `type`, `deleted`, `blob path …` per state; older releases print `start_date` (D)
  read: (reply) => {
    const states = statesOf(reply)
    if (!states?.every(isObject)) return null
    const read = states.map((state) => ({
      start: momentOf(pick(state, 'start date', 'startDate', 'start'), reply.zone),
      end: momentOf(pick(state, 'end date', 'endDate', 'end'), reply.zone),
      type: textOf(pick(state, 'type', 'itemType')),
      deleted: booleanOf(pick(state, 'deleted', 'isDeleted')),
      blobPath: textOf(pick(state, 'blob path', 'blobPath', 'blob')),
      fields: fieldsOf(state),
    }))
    return read.every((state) => state.start !== null || state.type !== null) ? { states: read } : null
  },
})
