import { z } from 'zod'
import { accountArgument, dateOr, momentOf, momentSchema, named, pathArgument, textOf } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { deepPick, fieldsOf, fieldsSchema, isUuid } from './replies.ts'

/** Metadata of one account in a Backup Path. Password hashes and other secrets are taken out. */
export const getAccountInfo = defineOperation({
  name: 'getAccountInfo',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only. The output on the server holds password hashes; Lifeboat takes them out.',
  input: z.object({
    account: accountArgument,
    backupPath: pathArgument.optional(),
    date: dateOr('most_recent', 'least_recent', 'all').optional(),
    backupStats: z.boolean().optional(),
  }),
  output: z.object({
    id: z.string().nullable(),
    address: z.string().nullable(),
    /** Begin of the state that is shown. */
    start: momentSchema.nullable(),
    /** Its end; the text `now` for the state that still holds. */
    end: momentSchema.nullable(),
    fields: fieldsSchema,
  }),
  words: ({ account, backupPath, date, backupStats }) => [
    'backup',
    'getAccountInfo',
    account,
    ...named({ backup_path: backupPath, date, backupstats: backupStats }),
  ],
  // `end date  now` is what public monitoring scripts look for
  read: ({ parts, zone }) => {
    const payload = parts.length === 1 ? parts[0]!.payload : undefined
    const start = momentOf(deepPick(payload, ['startDate', 'start_date']), zone)
    const end = momentOf(deepPick(payload, ['endDate', 'end_date']), zone)
    const id = [deepPick(payload, ['zimbraId', 'accountId', 'id'])].find(isUuid) ?? null
    const address = textOf(deepPick(payload, ['mail', 'accountName', 'account', 'name']))
    const known = start !== null || end !== null || id !== null
    return known
      ? {
          id,
          address: address?.includes('@') === true ? address : null,
          start,
          end,
          fields: fieldsOf(payload),
        }
      : null
  },
})
