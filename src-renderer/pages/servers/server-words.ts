import { mdiArchiveOutline, mdiServerOutline, mdiServerPlusOutline, mdiHelpNetworkOutline } from '@mdi/js'
import type { ConnectionState, ServerProfile, TestStep } from '../../../src-main/contract/servers.ts'
import type { Mark } from '../../components/mark.ts'

export const ROLES = ['old', 'new', 'storage', 'other'] as const
export const ROLE_ICONS: Readonly<Record<ServerProfile['role'], string>> = {
  old: mdiServerOutline,
  new: mdiServerPlusOutline,
  storage: mdiArchiveOutline,
  other: mdiHelpNetworkOutline,
}

/** Shape and colour of a connection; none is wanted = off. */
export function connectionMark(state: ConnectionState | undefined): Mark {
  switch (state?.state) {
    case 'connected':
      return 'ok'
    case 'connecting':
      return 'running'
    case 'lost':
      return 'attention'
    case 'failed':
      return 'failed'
    case undefined:
      return 'off'
  }
}

export const STEP_MARKS: Readonly<Record<TestStep['state'], Mark>> = {
  waiting: 'off',
  running: 'running',
  ok: 'ok',
  warning: 'attention',
  failed: 'failed',
  skipped: 'off',
}
