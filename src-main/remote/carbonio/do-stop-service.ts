import { serviceOperation } from './service-operation.ts'

/** Stops a service of the backup module, such as `backup-realtime` (the RealTime Scanner). */
export const doStopService = serviceOperation(
  'doStopService',
  'stops',
  'Until it is started again nothing is backed up by it: with "backup-realtime" changes wait for the next SmartScan, with "module" all of the backup stops.',
)
