import { parseAccountInfo } from '../../backup/account-info.ts'
import { learnDialect, type Dialect } from '../../backup/dialect.ts'
import { detectLayout, type BackupLayout } from '../../backup/layout.ts'
import { parseItemFile, type ParsedItem } from '../../backup/metadata.ts'
import { blobPath, itemPathCandidates, listAccounts, scanItems } from '../../backup/scan.ts'
import type { AccountFolder, ItemFile } from '../../backup/scan.ts'
import { localSource, type BackupSource } from '../../backup/source.ts'
import type { AccountInfo, ItemState } from '../../backup/types.ts'
import { CommandError } from './call.ts'

export interface ViewedAccount {
  folder: AccountFolder
  info: AccountInfo
  name: string
  domain: string
  /** `account_info` could not be read. */
  broken: boolean
}

/** A Backup Path as the simulated server reads it: with Lifeboat's own readers. */
export interface BackupView {
  readonly root: string
  readonly source: BackupSource
  readonly accounts: readonly ViewedAccount[]
  items(account: ViewedAccount): Generator<ItemFile, void, undefined>
  read(file: ItemFile): ParsedItem
  /** One item by id; null when there is no such file. */
  item(account: ViewedAccount, id: number): ParsedItem | null
  blob(digest: string): string
  /** By address or id. @throws CommandError */
  account(nameOrId: string): ViewedAccount
  serverId: string
}

const MOST_BYTES = 16 * 1024 * 1024

/** @throws CommandError when it is no Backup Path or cannot be read */
export function openBackup(path: string): BackupView {
  let layout: BackupLayout
  try {
    layout = detectLayout(path)
  } catch (error) {
    throw new CommandError(`Unable to read the backup path ${path}: ${(error as Error).message}`)
  }
  const source = localSource(layout.root)
  const folders = listAccounts(source, layout).found
  let dialect: Dialect | null = null
  const accounts = folders.map((folder): ViewedAccount => {
    const read = folder.infoPath === null ? null : source.read(folder.infoPath, MOST_BYTES)
    const parsed = parseAccountInfo(
      read === null || 'refused' in read ? Buffer.alloc(0) : read.bytes,
      folder.id,
    )
    const name = parsed.info.name ?? folder.id
    return {
      folder,
      info: parsed.info,
      name,
      domain: name.includes('@') ? (name.split('@').at(-1) ?? '') : '',
      broken: parsed.condition !== 'ok',
    }
  })
  const view: BackupView = {
    root: layout.root,
    source,
    accounts,
    items: (account) => scanItems(source, account.folder, () => undefined),
    read(file) {
      dialect ??= learn(source, folders)
      const read = source.read(file.path, MOST_BYTES)
      const bytes = 'refused' in read ? Buffer.alloc(0) : read.bytes
      return parseItemFile(bytes, { dialect, zone: 'UTC' })
    },
    item(account, id) {
      const path = itemPathCandidates(account.folder, id).find((one) => source.stat(one) !== null)
      return path === undefined ? null : view.read({ account: account.folder.id, id, path })
    },
    blob: (digest) => source.absolute(blobPath(layout, digest)),
    account(nameOrId) {
      const wanted = nameOrId.toLowerCase()
      const found = accounts.find(
        ({ name, info }) => name.toLowerCase() === wanted || info.id.toLowerCase() === wanted,
      )
      if (!found) throw new CommandError(`No such account in the backup: ${nameOrId}`)
      return found
    },
    serverId: accounts[0]?.folder.id ?? 'unknown',
  }
  return view
}

/** The state that held at a moment; the last one without a moment. */
export function stateAt(item: ParsedItem, at: number | null): ItemState | null {
  if (at === null) return item.states.at(-1) ?? null
  return item.states.findLast((state) => state.start === null || state.start <= at) ?? null
}

/** Enough item files to see how a path spells its metadata. */
const LEARNED = 200

function learn(source: BackupSource, folders: readonly AccountFolder[]): Dialect {
  const samples: unknown[] = []
  const each = Math.ceil(LEARNED / Math.max(1, folders.length))
  for (const folder of folders) {
    let left = each
    for (const { path } of scanItems(source, folder, () => undefined)) {
      if (left-- <= 0) break
      const read = source.read(path, MOST_BYTES)
      if ('refused' in read) continue
      try {
        samples.push(JSON.parse(read.bytes.toString('utf8')))
      } catch {
        // a torn file teaches nothing
      }
    }
  }
  return learnDialect(samples)
}
