import { z } from 'zod'
import { addressesArgument, listArgument, named, pathArgument, textArgument } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { queuedSchema, readQueued } from './replies.ts'

/**
 * Imports a Backup Path of another server. The reply only says that it was queued: isRestoreRunning tells whether it
 * runs. The parameters are described for a form in restore-parameters.ts.
 */
export const doExternalRestore = defineOperation({
  name: 'doExternalRestore',
  module: 'backup',
  effect: 'changes',
  risk: 'Creates domains, COS, lists, accounts and items on this server and never deletes any: repeated restores add what users deleted meanwhile. Carbonio asks for write access to the path it reads.',
  input: z.object({
    sourcePath: pathArgument,
    accounts: listArgument.optional(),
    /** A file on the server with one account per line. */
    inputFile: pathArgument.optional(),
    domains: listArgument.optional(),
    filterDeleted: z.boolean().optional(),
    skipSystemAccounts: z.boolean().optional(),
    skipAliases: z.boolean().optional(),
    skipDistributionLists: z.boolean().optional(),
    skipCoses: z.boolean().optional(),
    skipAccountProvisioning: z.boolean().optional(),
    skipDomainProvisioning: z.boolean().optional(),
    provisioningOnly: z.boolean().optional(),
    notifications: addressesArgument.optional(),
    concurrentAccounts: z.int().min(1).max(1000).optional(),
    /** Larger items are left out. The unit is not documented. */
    maxFileSize: z.int().min(1).optional(),
    restoreDatasource: z.boolean().optional(),
    forceAsExternalRestore: z.boolean().optional(),
    blobsArchive: textArgument.optional(),
  }),
  output: queuedSchema,
  words: (input) => [
    'backup',
    'doExternalRestore',
    input.sourcePath,
    ...named({
      accounts: input.accounts,
      input_file: input.inputFile,
      domains: input.domains,
      filter_deleted: input.filterDeleted,
      skip_system_accounts: input.skipSystemAccounts,
      skip_aliases: input.skipAliases,
      skip_distribution_lists: input.skipDistributionLists,
      skip_coses: input.skipCoses,
      skip_account_provisioning: input.skipAccountProvisioning,
      skip_domain_provisioning: input.skipDomainProvisioning,
      provisioning_only: input.provisioningOnly,
      notifications: input.notifications,
      concurrent_accounts: input.concurrentAccounts,
      max_file_size: input.maxFileSize,
      restore_datasource: input.restoreDatasource,
      force_as_external_restore: input.forceAsExternalRestore,
      blobs_archive: input.blobsArchive,
    }),
  ],
  read: readQueued,
})
