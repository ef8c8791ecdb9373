import type { ProcedureId } from '../../contract/recovery.ts'
import type { Procedure } from '../types.ts'
import { aftermath } from './aftermath/index.ts'
import { dataRecovery } from './data-recovery/index.ts'
import { intake } from './intake/index.ts'
import { sameServer } from './same-server/index.ts'
import { vmSnapshot } from './vm-snapshot/index.ts'

/** All procedures, in the order they are offered. */
export const PROCEDURES: readonly Procedure[] = [intake, dataRecovery, vmSnapshot, sameServer, aftermath]

export function procedureOf(id: ProcedureId): Procedure {
  return PROCEDURES.find((procedure) => procedure.id === id)!
}
