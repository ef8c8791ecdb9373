/** Names of the mailbox's built-in folders by id. Source: the mailbox's constants, FORMAT.md "Items". */
const SYSTEM_FOLDERS: ReadonlyMap<number, string> = new Map([
  [1, 'USER_ROOT'],
  [2, 'Inbox'],
  [3, 'Trash'],
  [4, 'Junk'],
  [5, 'Sent'],
  [6, 'Drafts'],
  [7, 'Contacts'],
  [8, 'Tags'],
  [9, 'Conversations'],
  [10, 'Calendar'],
  [11, 'ROOT'],
  [13, 'Emailed Contacts'],
  [14, 'Chats'],
  [15, 'Tasks'],
  [16, 'Briefcase'],
  [19, 'Unsubscribe'],
  [20, 'Archive'],
])

/** The first id the mailbox gives to something a user made; everything below is built in. */
export const FIRST_USER_ID = 256

/** Ids of the two roots: they are no part of a folder's path. */
export const ROOT_FOLDER_IDS: readonly number[] = [1, 11]

/** Name of a built-in folder, or null for every other id. */
export function systemFolderName(id: number): string | null {
  return SYSTEM_FOLDERS.get(id) ?? null
}

const BY_NAME: ReadonlyMap<string, number> = new Map([
  ...[...SYSTEM_FOLDERS].map(([id, name]) => [name.toLowerCase(), id] as const),
  ['spam', 4],
  ['emailedcontacts', 13],
  ['emailed_contacts', 13],
])

/** Id of a built-in folder by its name or path (`Inbox`, `/Inbox`), case ignored; null for every other. */
export function systemFolderId(name: string): number | null {
  const bare = name.replace(/^\/+|\/+$/g, '').toLowerCase()
  if (bare === '') return name.startsWith('/') ? 1 : null
  return BY_NAME.get(bare) ?? null
}
