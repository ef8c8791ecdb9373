/**
 * The one typed contract between the engine and the renderer. Electron carries it over a MessagePort, the browser
 * host over a WebSocket; no caller knows which. The renderer imports types only.
 */
import type { ContractRouterClient } from '@orpc/contract'
import { appContract } from './app.ts'
import { backupContract } from './backup.ts'
import { copyContract } from './copy.ts'
import { logContract } from './log.ts'
import { mailContract } from './mail.ts'
import { recoveryContract } from './recovery.ts'
import { serversContract } from './servers.ts'
import { configurationsContract } from './settings-compare.ts'
import { exportContract, tasksContract } from './tasks.ts'
import { unrestoredContract } from './unrestored-acts.ts'
import { verifyContract } from './verify.ts'

export const contract = {
  app: appContract,
  backup: backupContract,
  mail: mailContract,
  tasks: tasksContract,
  export: exportContract,
  verify: verifyContract,
  servers: serversContract,
  copy: copyContract,
  recovery: recoveryContract,
  configurations: configurationsContract,
  unrestored: unrestoredContract,
  log: logContract,
}
export type Contract = typeof contract
export type ContractClient = ContractRouterClient<Contract>
