import { z } from 'zod'
import { dateOr, momentOf, momentSchema, named, pathArgument, textArgument, textOf } from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick, fieldsOf, fieldsSchema, rowsOf } from './replies.ts'
import { findHeading, treeToObject } from './text-tree.ts'

/** Saved settings of the old server (`standard`), or the archives with its configuration files (`customizations`). */
export const getServerConfig = defineOperation({
  name: 'getServerConfig',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only. Settings are shown, never restored: that is done by hand.',
  input: z.object({
    type: z.enum(['standard', 'customizations']),
    date: dateOr('last', 'all').optional(),
    backupPath: pathArgument.optional(),
    file: pathArgument.optional(),
    /** `type/id/key`; `/` for everything. */
    query: textArgument.optional(),
    verbose: z.boolean().optional(),
  }),
  output: z.object({
    /** When this configuration was saved. */
    date: momentSchema.nullable(),
    archives: z.array(
      z.object({ filename: z.string(), path: z.string().nullable(), modified: z.string().nullable() }),
    ),
    fields: fieldsSchema,
  }),
  words: (input) => [
    'backup',
    'getServerConfig',
    input.type,
    ...named({
      date: input.date,
      backup_path: input.backupPath,
      file: input.file,
      query: input.query,
      verbose: input.verbose,
    }),
  ],
  // `config date____…` and `key____value`; for customizations `archives` with filename, path, modify date (D)
  read: ({ format, parts, tree, zone }, { type }) => {
    const payload = parts.length === 1 ? parts[0]!.payload : undefined
    const date = momentOf(deepPick(payload, ['config date', 'configDate', 'date']), zone)
    const heading = findHeading(tree, 'archives')
    const listed = deepPick(payload, ['archives'], 3)
    const entries =
      format === 'text'
        ? rowsOf(heading?.children ?? []).map((row) => treeToObject(row))
        : Array.isArray(listed)
          ? listed
          : []
    const archives = entries.filter(isObject).map((entry) => ({
      filename: textOf(pick(entry, 'filename', 'file name', 'name')),
      path: textOf(pick(entry, 'path')),
      modified: textOf(pick(entry, 'modify date', 'modifyDate', 'modified')),
    }))
    const known = type === 'customizations' ? heading !== null || listed !== undefined : date !== null
    return known ? { date, archives, fields: fieldsOf(payload) } : null
  },
})
