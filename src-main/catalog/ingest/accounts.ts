import { setImmediate as breathe } from 'node:timers/promises'
import { parseAccountInfo } from '../../backup/account-info.ts'
import type { BackupLayout } from '../../backup/layout.ts'
import { listAccounts } from '../../backup/scan.ts'
import type { AccountFolder } from '../../backup/scan.ts'
import { describeRefusal } from '../../backup/source.ts'
import type { BackupSource } from '../../backup/source.ts'
import type { CatalogWriter } from './writer.ts'

/** `account_info` holds everything of an account, signatures and pictures too; more than this is not read. */
const INFO_LIMIT = 16 * 1024 * 1024
/** One transaction takes at most this long, ms. */
const SLICE = 200

interface KnownAccount {
  pk: number
  uuid: string
  info_size: number | null
  info_mtime: number | null
}

/**
 * First phase: all accounts by their folders at once, then what `account_info` tells of each. Accounts whose folder is gone go
 * with all their items.
 * @param uuids filled with pk to UUID
 */
export async function readAccounts(
  source: BackupSource,
  layout: BackupLayout,
  writer: CatalogWriter,
  uuids: Map<number, string>,
  onStep: (done: number, total: number) => void,
): Promise<{ account: number; folder: AccountFolder }[]> {
  const { db } = writer
  const listed = listAccounts(source, layout)
  const known = new Map(
    (db.prepare('SELECT pk, uuid, info_size, info_mtime FROM account').all() as KnownAccount[]).map((row) => [
      row.uuid,
      row,
    ]),
  )
  const insert = db.prepare('INSERT INTO account(uuid, folder) VALUES (?, ?)')
  writer.transaction(() => {
    for (const problem of listed.problems) writer.blobs.problem(problem, null)
    for (const { refused } of listed.refused) {
      if (refused.code === 'EACCES' || refused.code === 'EPERM') writer.refuse({ ...refused, files: 1 })
    }
    for (const { id } of listed.found) {
      if (known.has(id)) continue
      const pk = Number(insert.run(id, id).lastInsertRowid)
      known.set(id, { pk, uuid: id, info_size: null, info_mtime: null })
    }
  })
  const here = new Set(listed.found.map(({ id }) => id))
  // A folder of accounts that refuses us has not lost them.
  const refused = listed.refused.some(({ path }) => path === layout.accounts)
  if (!refused)
    await dropAccounts(
      writer,
      [...known.values()].filter(({ uuid }) => !here.has(uuid)),
    )
  onStep(0, listed.found.length)

  const accounts: { account: number; folder: AccountFolder }[] = []
  for (let i = 0; i < listed.found.length;) {
    const began = Date.now()
    const first = i
    writer.transaction(() => {
      for (; i < listed.found.length && Date.now() - began < SLICE; i++) {
        const folder = listed.found[i]
        const row = folder === undefined ? undefined : known.get(folder.id)
        if (folder === undefined || row === undefined) continue
        uuids.set(row.pk, folder.id)
        accounts.push({ account: row.pk, folder })
        readInfo(source, writer, folder, row)
      }
    })
    onStep(i - first, listed.found.length)
    await breathe()
  }
  writer.transaction(() => {
    nameFolders(writer)
  })
  return accounts
}

function readInfo(
  source: BackupSource,
  writer: CatalogWriter,
  folder: AccountFolder,
  row: KnownAccount,
): void {
  const { db } = writer
  const path = folder.infoPath ?? `${folder.path}/account_info`
  const broken = (detail: string): void => {
    writer.blobs.problem({ kind: 'account-info-broken', path, digest: null, detail }, null)
  }
  const stat = folder.infoPath === null ? null : source.stat(path)
  if (stat === null) {
    broken('There is no account_info; the account is known by its UUID and a guess from its mail.')
    return
  }
  if (row.info_size === stat.size && row.info_mtime === stat.mtime) return
  const read = source.read(path, INFO_LIMIT)
  if ('refused' in read) {
    broken(`It cannot be read: ${describeRefusal(read.refused)}.`)
    if (read.refused.code === 'EACCES' || read.refused.code === 'EPERM')
      writer.refuse({ ...read.refused, files: 1 })
    return
  }
  const { info, condition } = parseAccountInfo(read.bytes, folder.id)
  // A broken one is not remembered as read, so that every opening reports it again.
  const sound = condition === 'ok' && info.name !== null
  if (!sound) broken(condition === 'empty' ? 'It is empty.' : 'It is damaged or tells no address.')
  db.prepare(
    // What an earlier, sound account_info told stays when it is damaged later.
    `UPDATE account SET name = coalesce(@name, name), guessed = CASE WHEN @name IS NULL THEN guessed ELSE 0 END,
       display_name = coalesce(@displayName, display_name), cos = coalesce(@cos, cos), status = coalesce(@status, status),
       aliases = CASE WHEN @name IS NULL AND @aliases = '[]' THEN aliases ELSE @aliases END,
       info_size = @size, info_mtime = @mtime
     WHERE pk = @pk`,
  ).run({
    pk: row.pk,
    name: info.name,
    displayName: info.displayName,
    aliases: JSON.stringify(info.aliases),
    cos: info.cos,
    status: info.status,
    size: sound ? stat.size : null,
    mtime: sound ? stat.mtime : null,
  })
}

/**
 * Names of the accounts' folders in an export: the address, else the UUID (a guess is no address); two that differ only in case
 * would meet on Windows and macOS, so the second gets a number.
 */
function nameFolders(writer: CatalogWriter): void {
  const { db } = writer
  const rows = db
    .prepare('SELECT pk, uuid, CASE WHEN guessed = 0 THEN name END AS name, folder FROM account ORDER BY pk')
    .all() as { pk: number; uuid: string; name: string | null; folder: string | null }[]
  const taken = new Set<string>()
  const set = db.prepare('UPDATE account SET folder = ? WHERE pk = ?')
  for (const { pk, uuid, name, folder } of rows) {
    const wanted = name ?? uuid
    let free = wanted
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${wanted} (${String(n)})`
    taken.add(free.toLowerCase())
    if (free !== folder) set.run(free, pk)
  }
}

async function dropAccounts(writer: CatalogWriter, gone: KnownAccount[]): Promise<void> {
  const { db } = writer
  const some = db.prepare('SELECT pk FROM item WHERE account = ? LIMIT 2000').pluck()
  for (const { pk } of gone) {
    for (;;) {
      const items = some.all(pk) as number[]
      if (items.length === 0) break
      writer.transaction(() => {
        for (const item of items) writer.items.remove(item)
      })
      await breathe()
    }
    writer.transaction(() => {
      for (const table of ['folder_count', 'month', 'owner_vote']) {
        db.prepare(`DELETE FROM ${table} WHERE account = ?`).run(pk)
      }
      db.prepare('DELETE FROM account WHERE pk = ?').run(pk)
    })
  }
}
