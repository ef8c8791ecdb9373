import type { AccountRow, FolderNode } from '../../../src-main/contract/mail.ts'
import { accountLabel } from '../../format/account.ts'
import type { AccountFolders } from '../../stores/folders.ts'

/** One visible line of the tree of accounts and folders. */
export type TreeLine =
  | { kind: 'all'; id: string; level: 1 }
  | { kind: 'account'; id: string; level: 1; account: AccountRow; open: boolean }
  | {
      kind: 'folder'
      id: string
      level: number
      account: string
      folder: FolderNode
      /** Null without folders inside. */
      open: boolean | null
    }
  | { kind: 'loading' | 'failed'; id: string; level: 2; account: string }
  | { kind: 'unclaimed'; id: string; level: 1 }

/** Inbox, Drafts, Sent, Junk, Trash come first and in this order; ids of the mailbox's built-in folders. */
const FIRST = [2, 6, 5, 4, 3]
const HOLDS = ['mail', 'other', 'contacts', 'calendar', 'tasks', 'files', 'chats'] as const

export function folderOrder(a: FolderNode, b: FolderNode): number {
  const place = (node: FolderNode): number => {
    const at = FIRST.indexOf(node.id)
    return at < 0 ? FIRST.length : at
  }
  return (
    place(a) - place(b) ||
    HOLDS.indexOf(a.holds) - HOLDS.indexOf(b.holds) ||
    a.name.localeCompare(b.name) ||
    a.id - b.id
  )
}

/** Folders in tree order with their depth; what has no known parent is at the top. Circles (hostile data) end. */
export function folderLines(
  account: string,
  nodes: readonly FolderNode[],
  isOpen: (id: string) => boolean,
): TreeLine[] {
  const known = new Set(nodes.map((node) => node.id))
  const children = new Map<number | null, FolderNode[]>()
  for (const node of nodes) {
    const parent =
      node.parent !== null && node.parent !== node.id && known.has(node.parent) ? node.parent : null
    children.set(parent, [...(children.get(parent) ?? []), node])
  }
  const lines: TreeLine[] = []
  const seen = new Set<number>()
  const stack = [...(children.get(null) ?? [])]
    .sort(folderOrder)
    .reverse()
    .map((folder) => ({ folder, level: 2 }))
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { folder, level } = next
    if (seen.has(folder.id)) continue
    seen.add(folder.id)
    const id = `${account}/${String(folder.id)}`
    const inside = [...(children.get(folder.id) ?? [])].sort(folderOrder)
    const open = inside.length > 0 ? isOpen(id) : null
    lines.push({ kind: 'folder', id, level, account, folder, open })
    if (open) for (const child of inside.reverse()) stack.push({ folder: child, level: level + 1 })
  }
  // folders that lie in a circle have no way from the top: shown flat rather than lost
  for (const folder of nodes) {
    if (seen.has(folder.id) || reaches(folder, nodes)) continue
    lines.push({
      kind: 'folder',
      id: `${account}/${String(folder.id)}`,
      level: 2,
      account,
      folder,
      open: null,
    })
  }
  return lines
}

/** True when the parents of a folder lead to the top. */
function reaches(folder: FolderNode, nodes: readonly FolderNode[]): boolean {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const seen = new Set<number>()
  let at: FolderNode | undefined = folder
  while (at) {
    if (seen.has(at.id)) return false
    seen.add(at.id)
    at = at.parent === null || at.parent === at.id ? undefined : byId.get(at.parent)
  }
  return true
}

/** The whole tree as lines: all accounts, each with its folders where open, unclaimed mail last. */
export function treeLines(
  accounts: readonly AccountRow[],
  folders: ReadonlyMap<string, AccountFolders>,
  isOpen: (id: string) => boolean,
  unclaimed: number,
): TreeLine[] {
  const lines: TreeLine[] = [{ kind: 'all', id: 'all', level: 1 }]
  for (const account of accounts) {
    const open = isOpen(account.id)
    lines.push({ kind: 'account', id: account.id, level: 1, account, open })
    if (!open) continue
    const inside = folders.get(account.id)
    if (inside?.error)
      lines.push({ kind: 'failed', id: `${account.id}/failed`, level: 2, account: account.id })
    else if (!inside?.nodes)
      lines.push({ kind: 'loading', id: `${account.id}/loading`, level: 2, account: account.id })
    else lines.push(...folderLines(account.id, inside.nodes, isOpen))
  }
  if (unclaimed > 0) lines.push({ kind: 'unclaimed', id: 'unclaimed', level: 1 })
  return lines
}

export function lineLabel(line: TreeLine): string {
  if (line.kind === 'account') return accountLabel(line.account)
  return line.kind === 'folder' ? line.folder.name : ''
}
