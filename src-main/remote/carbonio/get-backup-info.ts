import { z } from 'zod'
import { countOf, momentOf, momentSchema, named, pathArgument, textOf } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { deepPick, fieldsOf, fieldsSchema } from './replies.ts'

/** What Carbonio itself knows of a Backup Path: last scan, numbers of accounts. */
export const getBackupInfo = defineOperation({
  name: 'getBackupInfo',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({ backupPath: pathArgument.optional() }),
  output: z.object({
    /** End of the last SmartScan. */
    lastScan: momentSchema.nullable(),
    activeAccounts: z.number().nullable(),
    checkedAccounts: z.number().nullable(),
    backupPath: z.string().nullable(),
    fields: fieldsSchema,
  }),
  words: ({ backupPath }) => ['backup', 'getBackupInfo', ...named({ backup_path: backupPath })],
  // `response.backupStat.scan.lastScan` in ms (FORMAT.md); text keys as public monitoring scripts read them
  read: ({ parts, zone }) => {
    const payload = parts.length === 1 ? parts[0]!.payload : undefined
    const lastScan = momentOf(deepPick(payload, ['lastScan']), zone)
    const activeAccounts = countOf(deepPick(payload, ['numActiveBackupedAccounts', 'numActiveAccounts']))
    const known =
      lastScan !== null || activeAccounts !== null || deepPick(payload, ['backupStat']) !== undefined
    if (!known) return null
    return {
      lastScan,
      activeAccounts,
      checkedAccounts: countOf(deepPick(payload, ['numCheckedAccounts'])),
      backupPath: textOf(deepPick(payload, ['backupPath', 'destPath', 'path'])),
      fields: fieldsOf(payload),
    }
  },
})
