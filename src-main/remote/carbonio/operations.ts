import { configDump } from './config-dump.ts'
import { configGet } from './config-get.ts'
import { configSet } from './config-set.ts'
import { deleteMapFiles } from './delete-map-files.ts'
import { doAccountScan } from './do-account-scan.ts'
import { doCheckShares } from './do-check-shares.ts'
import { doCoherencyCheck } from './do-coherency-check.ts'
import { doEnableDisableCos } from './do-enable-disable-cos.ts'
import { doExternalRestore } from './do-external-restore.ts'
import { doFixShares } from './do-fix-shares.ts'
import { doItemRestore } from './do-item-restore.ts'
import { doItemSearch } from './do-item-search.ts'
import { doRestartService } from './do-restart-service.ts'
import { doRestoreBlobs } from './do-restore-blobs.ts'
import { doRestoreOnNewAccount } from './do-restore-on-new-account.ts'
import { doSmartScan } from './do-smart-scan.ts'
import { doStartService } from './do-start-service.ts'
import { doStopAllOperations } from './do-stop-all-operations.ts'
import { doStopOperation } from './do-stop-operation.ts'
import { doStopService } from './do-stop-service.ts'
import { doUndelete } from './do-undelete.ts'
import { getAccountInfo } from './get-account-info.ts'
import { getAllOperations } from './get-all-operations.ts'
import { getAvailableAccounts } from './get-available-accounts.ts'
import { getAvailableDomains } from './get-available-domains.ts'
import { getBackupInfo } from './get-backup-info.ts'
import { getCosBackupStatus } from './get-cos-backup-status.ts'
import { getItem } from './get-item.ts'
import { getMap } from './get-map.ts'
import { getServerConfig } from './get-server-config.ts'
import { getServices } from './get-services.ts'
import { legalHoldGet } from './legal-hold-get.ts'
import { monitor } from './monitor.ts'
import type { OperationModule } from './operation.ts'
import { setCosBackup } from './set-cos-backup.ts'
import type { Effect } from './types.ts'
import { zmlocalconfigGet } from './zmlocalconfig-get.ts'
import { zmlocalconfigSet } from './zmlocalconfig-set.ts'

/** Every operation by the name that is used for it in the app. */
export const OPERATIONS = {
  configDump,
  configGet,
  configSet,
  deleteMapFiles,
  doAccountScan,
  doCheckShares,
  doCoherencyCheck,
  doEnableDisableCos,
  doExternalRestore,
  doFixShares,
  doItemRestore,
  doItemSearch,
  doRestartService,
  doRestoreBlobs,
  doRestoreOnNewAccount,
  doSmartScan,
  doStartService,
  doStopAllOperations,
  doStopOperation,
  doStopService,
  doUndelete,
  getAccountInfo,
  getAllOperations,
  getAvailableAccounts,
  getAvailableDomains,
  getBackupInfo,
  getCosBackupStatus,
  getItem,
  getMap,
  getServerConfig,
  getServices,
  legalHoldGet,
  monitor,
  setCosBackup,
  zmlocalconfigGet,
  zmlocalconfigSet,
} as const

/** What a list of operations shows. */
export interface OperationEntry {
  /** The vendor's name. */
  name: string
  module: OperationModule
  effect: Effect
  risk: string
}

/** All operations, for the drill server and the command console: what changes nothing first, then by name. */
export const OPERATION_LIST: readonly OperationEntry[] = Object.values(OPERATIONS)
  .map(({ name, module, effect, risk }) => ({ name, module, effect, risk }))
  .sort((a, b) => rank(a.effect) - rank(b.effect) || (a.name < b.name ? -1 : 1))

function rank(effect: Effect): number {
  return effect === 'reads' ? 0 : effect === 'changes' ? 1 : 2
}
