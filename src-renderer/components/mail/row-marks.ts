import type { ItemRow } from '../../../src-main/contract/mail.ts'
import type { Mark } from '../mark.ts'

/** What is wrong or special about the content of a row; null when all is well. The word is `blob.<state>`. */
export function blobMark(row: Pick<ItemRow, 'blob' | 'type'>): Mark | null {
  switch (row.blob) {
    case 'ok':
      return null
    case 'damaged':
      return 'damaged'
    case 'missing':
    case 'unreadable':
      return 'failed'
    case 'double-gzip':
    case 'misplaced':
      return 'attention'
    case 'none':
      // a contact needs no content of its own, a message does
      return row.type === 'message' ? 'attention' : null
  }
}

/** What rows say of their place. */
export type Place = 'none' | 'folder' | 'account'

export function isUnread(row: Pick<ItemRow, 'flags'>): boolean {
  return row.flags.includes('u')
}

/** Height of a row in pixels. `lines` 1 in a wide list; 2 in a narrow one; 3 with account and folder. */
export function rowHeight(lines: 1 | 2 | 3, compact: boolean): number {
  if (lines === 1) return compact ? 28 : 36
  if (lines === 2) return compact ? 44 : 56
  return compact ? 60 : 72
}
