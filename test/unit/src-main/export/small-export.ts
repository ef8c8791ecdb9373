import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readCsv } from '../../../../src-main/export/csv.ts'
import type { ExportBlob, ExportItem } from '../../../../src-main/export/export-item.ts'
import { runExport, type ExportSource } from '../../../../src-main/export/exporter.ts'
import type { ExportControl, ExportOutcome } from '../../../../src-main/export/request.ts'
import { SmallBackup, temporaryFolder } from '../../../support/small-backup.ts'

/** A small Backup Path and an export of what the test says is in its catalog. */

export const UUID = '11111111-2222-3333-4444-555555555555'
export const DATE = Date.UTC(2026, 10, 20, 3, 1)

export function blobOf(digest: string, version: number | null = null): ExportBlob {
  return { digest, path: `items/${digest.slice(0, 2)}/${digest}`, version, date: DATE, subject: null }
}

export function itemOf(id: number | null, digests: string[], change: Partial<ExportItem> = {}): ExportItem {
  return {
    account: id === null ? null : UUID,
    accountFolder: id === null ? null : 'anna@example.com',
    id,
    type: 'message',
    deleted: false,
    flags: '',
    folders: id === null ? [] : ['Inbox'],
    date: DATE,
    subject: `Subject ${id ?? 'none'}`,
    name: null,
    metadataPath: null,
    condition: 'ok',
    at: null,
    blobs: digests.map((digest, index) => blobOf(digest, index === 0 ? null : index)),
    ...change,
  }
}

export function sourceOf(items: Iterable<ExportItem>, change: Partial<ExportSource> = {}): ExportSource {
  return { items, rows: 1, bytes: 0, ruleUnknown: false, metadata: null, catalogComplete: true, ...change }
}

/** Text that does not compress to nothing: `lines` hashes. */
export function noisyText(lines: number): string {
  return Array.from({ length: lines }, (_, index) =>
    createHash('sha256').update(String(index)).digest('hex'),
  ).join('\r\n')
}

export const quiet: ExportControl = { shouldStop: () => false, progress: () => undefined }

export function setUp(): { backup: SmallBackup; out: string; spool: string } {
  const folder = temporaryFolder()
  return {
    backup: new SmallBackup(join(folder, 'backup')),
    out: join(folder, 'out'),
    spool: join(folder, 'data/spool'),
  }
}

export type Case = ReturnType<typeof setUp>
export function exportInto(
  { backup, out, spool }: Case,
  source: ExportSource,
  format: 'eml' | 'mbox' | 'maildir' | 'zip' = 'eml',
  control = quiet,
): Promise<ExportOutcome> {
  return runExport({ backupPath: backup.root, out, format, spool }, source, control)
}

export function rows(file: string): Record<string, string>[] {
  const [head, ...rest] = [...readCsv(file)]
  return rest.map((row) => Object.fromEntries((head ?? []).map((name, index) => [name, row[index] ?? ''])))
}
