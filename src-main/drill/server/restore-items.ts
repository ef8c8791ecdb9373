import { existsSync } from 'node:fs'
import { BlobReader } from '../../backup/blob.ts'
import { FIRST_USER_ID } from '../../backup/folders.ts'
import type { ParsedItem } from '../../backup/metadata.ts'
import type { ItemState } from '../../backup/types.ts'
import { hasLineTooLong } from '../../verify/lmtp.ts'
import { stateAt, type BackupView, type ViewedAccount } from './backup-view.ts'
import type { Pace } from './pace.ts'
import type { SimServer } from './server.ts'
import type { SimAccount, SimOperation, Unrestored } from './state.ts'

interface ItemRules {
  filterDeleted: boolean
  /** Bytes of the message; larger ones are left out. */
  maxSize: number
  /** The state that held then, ms; null: the last. */
  at: number | null
  /** Called before each item; false ends the work. */
  goOn: () => boolean
}

const blobs = new BlobReader()

/** How often the progress reaches the disk, ms. */
const SAVE_MS = 250
/** Kinds of items that may have no blob at all. */
const NO_BLOB_NEEDED = new Set([
  'folder',
  'searchfolder',
  'tag',
  'mountpoint',
  'contact',
  'appointment',
  'task',
  'flag',
])

/**
 * Brings the items of one account back into its mailbox. What is there already counts as skipped, unless this very
 * operation brought it before it was interrupted.
 * @returns false when it was told to end
 */
export async function restoreItems(
  server: SimServer,
  view: BackupView,
  from: ViewedAccount,
  to: SimAccount,
  operation: SimOperation,
  rules: ItemRules,
  pace: Pace,
): Promise<boolean> {
  const mailbox = server.mailbox(to)
  let saved = Date.now()
  for (const file of view.items(from)) {
    if (!rules.goOn()) return false
    operation.done++
    if (file.id < FIRST_USER_ID) continue
    const known = mailbox.fromSource(from.info.id, file.id)
    if (known !== null) {
      if (known.operation === operation.id) operation.restored++
      else operation.skipped++
      continue
    }
    await pace.step()
    const unrestored = bringBack(
      server,
      view,
      from,
      to,
      operation,
      rules,
      file.id,
      view.read(file),
      file.path,
    )
    if (unrestored !== null) operation.unrestored.push(unrestored)
    if (Date.now() - saved > SAVE_MS) {
      saved = Date.now()
      server.save()
    }
  }
  server.save()
  return true
}

/** Restores one item; what could not be done, with its cause. @throws CommandError on a full or read-only disk */
function bringBack(
  server: SimServer,
  view: BackupView,
  from: ViewedAccount,
  to: SimAccount,
  operation: SimOperation,
  rules: ItemRules,
  id: number,
  item: ParsedItem,
  path: string,
): Unrestored | null {
  const failed = (cause: Unrestored['cause']): Unrestored => ({ account: to.name, item: id, cause })
  if (!server.mayRead(view.source.absolute(path))) return failed('read error')
  const state = stateAt(item, rules.at)
  if (state === null || item.condition === 'broken') return failed('broken')
  if (state.deleted && rules.filterDeleted) return null
  let message: Buffer | null = null
  if (state.digest !== null) {
    const blob = view.blob(state.digest)
    if (existsSync(blob) && !server.mayRead(blob)) return failed('read error')
    const read = blobs.read(blob, state.digest)
    if (read.status === 'unreadable') return failed('read error')
    if (read.message === null || read.rule === null) return failed('broken')
    message = read.message
    if (message.length > rules.maxSize) return null
    const validated = server.state.localconfig['zimbra_lmtp_validate_messages'] !== 'false'
    if (validated && state.type === 'message' && hasLineTooLong(message)) return failed('invalid')
  } else if (!NO_BLOB_NEEDED.has(state.type)) {
    // A deleted message may have lost its blob long ago.
    return state.deleted ? null : failed('broken')
  }
  server.reserve((message?.length ?? 0) + 400, server.mailbox(to).folder)
  server.mailbox(to).add(storedOf(state, id, from.info.id, operation.id), message)
  operation.restored++
  return null
}

function storedOf(state: ItemState, id: number, account: string, operation: string) {
  const { type, folder, subject, name, date, digest, flags, deleted } = state
  return {
    sourceId: id,
    sourceAccount: account,
    type,
    folder,
    subject,
    name,
    date,
    digest,
    flags,
    deleted,
    operation,
  }
}
