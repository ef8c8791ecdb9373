import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIRST_USER_ID } from '../../backup/folders.ts'
import { openBackup } from '../server/backup-view.ts'
import type { DrillServer } from '../drill.ts'
import type { Lost } from './driver.ts'

interface IndexLine {
  id: number
  sourceId: number
  digest: string | null
}

/** What of an account's backup is in a mailbox of a simulated server, read from both disks without asking either. */
interface MailboxProof {
  /** Live items of the backup. */
  wanted: number
  /** Of these in the mailbox; messages with their bytes compared by SHA-256. */
  there: number
  missing: Lost[]
}

/** @param account id or address in the backup; @param destination address of the mailbox */
export function proveMailbox(
  backup: string,
  account: string,
  server: Pick<DrillServer, 'store'>,
  destination: string,
): MailboxProof {
  const view = openBackup(backup)
  const viewed = view.account(account)
  const folder = join(server.store, destination.toLowerCase())
  const index = join(folder, 'index.ndjson')
  const lines = existsSync(index)
    ? readFileSync(index, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as IndexLine)
    : []
  const bySource = new Map(lines.map((line) => [line.sourceId, line]))
  const proof: MailboxProof = { wanted: 0, there: 0, missing: [] }
  for (const file of view.items(viewed)) {
    if (file.id < FIRST_USER_ID) continue
    const state = view.read(file).states.at(-1)
    if (!state || state.deleted) continue
    proof.wanted++
    const line = bySource.get(file.id)
    const what = state.subject ?? state.name ?? state.type
    if (line === undefined)
      proof.missing.push({ account: viewed.name, item: file.id, what, why: 'not in the mailbox' })
    else if (state.digest !== null && !isSame(join(folder, `${String(line.id)}.msg`), state.digest))
      proof.missing.push({
        account: viewed.name,
        item: file.id,
        what,
        why: 'its bytes differ from the backup',
      })
    else proof.there++
  }
  return proof
}

const HASHES: Readonly<Record<number, string>> = { 28: 'sha1', 44: 'sha256', 64: 'sha384' }

/** A digest is base64 with a comma for each slash; its length tells the hash (FORMAT.md, "Digest"). */
function isSame(file: string, digest: string): boolean {
  if (!existsSync(file)) return false
  const hash = HASHES[digest.length] ?? 'sha256'
  return createHash(hash).update(readFileSync(file)).digest('base64').replaceAll('/', ',') === digest
}
