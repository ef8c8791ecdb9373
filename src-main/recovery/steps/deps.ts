import type { BackupSource, ProcedureId } from '../../contract/recovery.ts'
import type { TaskManager } from '../../engine/tasks.ts'
import type { Servers } from '../../remote/servers.ts'
import type { Copies } from '../../remote/transfer/copy-task.ts'
import type { CatalogAccess, Procedure } from '../types.ts'

/** What the steps of a case are run with. */
export interface RecoveryDeps {
  dataFolder: string
  servers: Pick<Servers, 'session' | 'profiles'>
  tasks: TaskManager
  copies: Copies
  /** Zone for timestamps of a backup that carry none, IANA name. */
  zone: () => string
  /** Reading threads; null: as many as there are cores. */
  jobs: () => number | null
  /**
   * Brings the catalog of a Backup Path up to date and opens it.
   * @throws NotABackupPathError, UnreadablePathError, ExpectedError
   */
  catalog: (path: string, signal: AbortSignal) => Promise<CatalogAccess>
  lookAtSources: (caseId: string, signal: AbortSignal) => Promise<BackupSource[]>
  procedure: (id: ProcedureId) => Procedure
}
