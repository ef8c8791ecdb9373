import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isAbsolute, posix, relative, sep } from 'node:path'
import type { Words } from '../../contract/recovery.ts'
import { hasLineTooLong, LMTP_MAX_LINE } from '../../verify/lmtp.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { words } from '../cases/words.ts'
import type { CatalogAccess, CatalogItem, StepContext } from '../types.ts'
import { count, countIt } from '../restore/look.ts'
import { filesOnServer, type FileState } from './server-files.ts'
import type { Cause, WorkItem } from './rows.ts'

interface Told {
  cause: Cause
  evidence: Words
  sure: boolean
}

const told = (cause: Cause, en: string, it: string, sure = true): Told => ({
  cause,
  evidence: words(en, it),
  sure,
})

/** An item of the list before anything is known of it. */
export interface Listed {
  account: string
  id: number
}

/**
 * The worklist: every listed item with account, folder, subject, date and size from the catalog, and the cause that can
 * be told without trying again.
 * @param path the Backup Path on the new server that was restored from
 */
export async function withCauses(
  context: StepContext,
  catalog: CatalogAccess,
  listed: readonly Listed[],
  path: string,
): Promise<WorkItem[]> {
  const found = listed.map((one) => {
    const item = catalog.item(one.account, one.id)
    return { ...one, item, files: item === null ? [] : filesOf(item, catalog.path, path) }
  })
  const states = await filesOnServer(
    context,
    found.flatMap(({ files }) => files),
  )
  const rows: WorkItem[] = []
  for (const { account, id, item, files } of found) {
    context.signal.throwIfAborted()
    const cause =
      item === null
        ? told(
            'broken',
            'The Backup Path has no readable metadata of this item',
            'Il Backup Path non ha metadati leggibili di questo elemento',
          )
        : ((await refusedOn(catalog, item, files, states, path)) ?? judged(catalog, item))
    const good = item?.states.find(({ verdict, deleted }) => verdict === 'good' && !deleted) ?? null
    rows.push({
      account: item?.account ?? account,
      id,
      type: item?.type ?? 'unknown',
      folder: item?.folder ?? '',
      subject: item?.subject ?? '',
      from: item?.from ?? '',
      date: item?.date ?? null,
      bytes: item?.bytes ?? 0,
      ...cause,
      files,
      good: good?.digest ?? null,
      exportable: good !== null || item?.states[0]?.verdict === 'not-needed',
      fromServer: false,
    })
  }
  return rows
}

/** Metadata and the blob of the newest state, as they lie on the server. */
function filesOf(item: CatalogItem, root: string, path: string): string[] {
  const there = (local: string | null): string[] => {
    if (local === null || local === '') return []
    const inside = relative(root, local)
    return inside === '' || inside.startsWith('..') || isAbsolute(inside)
      ? []
      : [posix.join(path, inside.split(sep).join('/'))]
  }
  return [...there(item.metadata), ...there(item.states[0]?.blob ?? null)]
}

/** What the server says of its files, when that is a reason. */
async function refusedOn(
  catalog: CatalogAccess,
  item: CatalogItem,
  files: readonly string[],
  states: ReadonlyMap<string, FileState>,
  path: string,
): Promise<Told | null> {
  for (const file of files) {
    const state = states.get(file)
    if (state === undefined) continue
    if (state.state === 'refused')
      return told(
        'read-error',
        `zextras cannot read ${file} (${state.said})`,
        `zextras non può leggere ${file} (${state.said})`,
      )
    if (state.state === 'io')
      return told(
        'read-error',
        `${file}: ${state.said} (read on the server)`,
        `${file}: ${state.said} (letto sul server)`,
      )
    if (state.state === 'missing' && item.states[0]?.verdict !== 'missing')
      return told(
        'read-error',
        `${file} is in the backup, but did not arrive on the server`,
        `${file} è nel backup, ma non è arrivato sul server`,
      )
    if (state.state === 'read' && (await differs(catalog, file, state.sha256, path)))
      return told(
        'read-error',
        `${file} on the server differs from the whole one here: it was damaged on its way`,
        `${file} sul server differisce da quello integro qui: si è danneggiato nel trasporto`,
      )
  }
  return null
}

async function differs(catalog: CatalogAccess, file: string, sha256: string, path: string): Promise<boolean> {
  const local = posix.join(catalog.path.split(sep).join('/'), posix.relative(path, file))
  try {
    return (
      createHash('sha256')
        .update(await readFile(local))
        .digest('hex') !== sha256
    )
  } catch {
    // this copy cannot be read either: the catalog says what is wrong with it
    return false
  }
}

/** What is wrong with the item itself; a whole one was rejected by the validator. */
function judged(catalog: CatalogAccess, item: CatalogItem): Told {
  if (item.condition !== 'ok')
    return told(
      'broken',
      `Its metadata file is ${item.condition}`,
      `Il suo file di metadati è ${item.condition === 'empty' ? 'vuoto' : item.condition === 'unreadable' ? 'illeggibile' : 'danneggiato'}`,
    )
  const last = item.states[0]
  if (last === undefined) return told('broken', 'It has no state', 'Non ha stati')
  const older = item.states.filter(({ verdict, deleted }) => verdict === 'good' && !deleted).length
  const rest =
    older > 0
      ? [`; whole older states: ${count(older)}`, `; stati più vecchi integri: ${count(older)}`]
      : ['; no older state is whole', '; nessuno stato più vecchio è integro']
  if (last.verdict === 'missing' || last.verdict === 'damaged' || last.verdict === 'unreadable') {
    const come = { missing: 'mancante', damaged: 'danneggiato', unreadable: 'illeggibile' }[last.verdict]
    return told(
      'broken',
      `Its blob is ${last.verdict}${rest[0] ?? ''}`,
      `Il suo blob è ${come}${rest[1] ?? ''}`,
    )
  }
  if (last.blob === null || last.digest === null)
    return told('unknown', 'Nothing is wrong with it here', 'Qui non ha nulla che non va', false)
  // read now: a catalog may be older than the damage
  const { message, detail } = catalog.readBlob(last.blob, last.digest)
  if (message === null)
    return told(
      'broken',
      `Its blob cannot be used: ${detail}${rest[0] ?? ''}`,
      `Il suo blob non è utilizzabile: ${inItalian(detail)}${rest[1] ?? ''}`,
    )
  if (item.type !== 'message')
    return told(
      'unknown',
      'Its blob is whole; it is no message',
      'Il suo blob è integro; non è un messaggio',
      false,
    )
  if (hasLineTooLong(message)) {
    const { line, bytes } = longestLine(message)
    return told(
      'invalid',
      `Line ${count(line)} has ${count(bytes)} bytes; the LMTP validator allows ${count(LMTP_MAX_LINE)}`,
      `La riga ${countIt(line)} ha ${countIt(bytes)} byte; il validatore LMTP ne ammette ${countIt(LMTP_MAX_LINE)}`,
    )
  }
  return told(
    'invalid',
    'It is whole and readable: the LMTP validator rejected it for another reason',
    'È integro e leggibile: il validatore LMTP lo ha respinto per un altro motivo',
    false,
  )
}

/** The longest line, counted from 1, and its bytes without line end. */
export function longestLine(message: Buffer): { line: number; bytes: number } {
  let longest = { line: 1, bytes: 0 }
  let line = 1
  for (let start = 0; start < message.length; line++) {
    const end = message.indexOf(10, start)
    const stop = end < 0 ? message.length : end
    const bytes = stop - start - (stop > start && message[stop - 1] === 13 ? 1 : 0)
    if (bytes > longest.bytes) longest = { line, bytes }
    start = stop + 1
  }
  return longest
}
