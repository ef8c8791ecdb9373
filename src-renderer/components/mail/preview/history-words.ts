import {
  mdiCircleSmall,
  mdiEmailOpenOutline,
  mdiEmailOutline,
  mdiFlagOffOutline,
  mdiFlagOutline,
  mdiFolderMoveOutline,
  mdiPencilOutline,
  mdiPlus,
  mdiRenameOutline,
  mdiReply,
  mdiRestore,
  mdiShare,
  mdiTagOutline,
  mdiTrashCanOutline,
} from '@mdi/js'
import type { StateRow } from '../../../../src-main/contract/mail.ts'

export type Change = StateRow['changes'][number]

export const CHANGE_ICONS: Record<Change, string> = {
  created: mdiPlus,
  content: mdiPencilOutline,
  moved: mdiFolderMoveOutline,
  read: mdiEmailOpenOutline,
  unread: mdiEmailOutline,
  flagged: mdiFlagOutline,
  unflagged: mdiFlagOffOutline,
  answered: mdiReply,
  forwarded: mdiShare,
  tagged: mdiTagOutline,
  renamed: mdiRenameOutline,
  deleted: mdiTrashCanOutline,
  restored: mdiRestore,
  other: mdiCircleSmall,
}

/** What a state is told by, the weightiest change first. */
const WEIGHT: readonly Change[] = ['deleted', 'restored', 'created', 'content', 'moved', 'renamed']

export function mainChange(state: StateRow): Change {
  return WEIGHT.find((change) => state.changes.includes(change)) ?? state.changes[0] ?? 'other'
}
