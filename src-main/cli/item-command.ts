import { localSource } from '../backup/source.ts'
import { contextOf } from '../catalog/queries/context.ts'
import { findItem, itemDetail } from '../catalog/queries/item.ts'
import type { ItemDetail, StateRow } from '../contract/mail.ts'
import { ExpectedError } from '../engine/errors.ts'
import { metadataContext } from '../export/catalog-source.ts'
import { rawStates, readRawMetadata, type RawState } from '../export/raw-metadata.ts'
import { accountNamed } from './choices.ts'
import { printJson, type CommandContext } from './command.ts'
import { openPath, type OpenPath } from './open-path.ts'
import { isoDate, localDate, plain, table } from './text.ts'

/** `lifeboat item PATH ACCOUNT ID` */
export async function itemCommand(
  context: CommandContext,
  path: string,
  accountName: string,
  id: number,
): Promise<void> {
  const opened = await openPath(context, path)
  try {
    const account = accountNamed(opened.db, accountName)
    const ref = findItem(opened.db, account.id, id)
    const detail = ref === null ? null : itemDetail(opened.db, ref, null)
    if (!detail) {
      throw new ExpectedError('NOT_FOUND', `${account.name ?? account.id} has no item ${id}`, {
        why: 'There is no metadata file of that number in this account.',
        next: 'See `lifeboat search PATH QUERY` for the numbers of its items.',
      })
    }
    const raw = rawOf(opened, detail)
    if (context.terminal.json) {
      printJson(context.terminal, {
        account: account.id,
        id,
        states: detail.states.map((state, index) => toJson(state, raw[index]?.raw ?? null)),
      })
    } else context.terminal.out(describe(account.name ?? account.id, id, detail, context.terminal.width))
  } finally {
    opened.close()
  }
}

/** The raw states beside those of the catalog; none where their number differs (the file changed meanwhile). */
function rawOf({ root, db }: OpenPath, detail: ItemDetail): RawState[] {
  const raw = rawStates(
    readRawMetadata(localSource(root), detail.metadataPath),
    metadataContext(contextOf(db)),
  )
  return raw.length === detail.states.length ? raw : []
}

function toJson(state: StateRow, raw: unknown): Record<string, unknown> {
  const { start, end, type, deleted, folder, digest, blobPath, blob } = state
  return { start: isoDate(start), end: isoDate(end), type, deleted, folder, digest, blobPath, blob, raw }
}

function describe(accountName: string, id: number, detail: ItemDetail, width: number): string {
  const { row, states, problems, metadataPath } = detail
  const head = [
    `${accountName}, ${row.type} ${id}: ${plain(row.subject ?? '(no subject)')}`,
    `  from ${plain(row.from ?? '–')}`,
    `  to   ${plain(row.to ?? '–')}`,
    `  date ${localDate(row.date)}`,
    `  file ${metadataPath ?? '–'}`,
    '',
  ]
  const rows = states.map((state) => [
    localDate(state.start),
    localDate(state.end),
    state.changes.join(', '),
    state.folder ?? '–',
    state.blob,
    state.blobPath ?? state.digest ?? '–',
  ])
  const columns = ['From', 'Until', 'What', 'Folder', 'Blob', 'File'].map((title) => ({ title }))
  const tail = problems.length === 0 ? [] : ['', ...problems.map((problem) => `  ! ${plain(problem)}`)]
  return `${[...head, table(columns, rows, width), ...tail].join('\n')}\n`
}
