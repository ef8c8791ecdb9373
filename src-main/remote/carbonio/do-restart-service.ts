import { serviceOperation } from './service-operation.ts'

/** Restarts a service of the backup module. */
export const doRestartService = serviceOperation(
  'doRestartService',
  'stops',
  'Operations that run in the service end; with "module" the queue of the backup may be lost.',
)
