import { serviceOperation } from './service-operation.ts'

/** Starts a service of the backup module, such as `backup-realtime` (the RealTime Scanner). */
export const doStartService = serviceOperation(
  'doStartService',
  'changes',
  'Starts a service. The RealTime Scanner writes to the Backup Path of the server from then on.',
)
