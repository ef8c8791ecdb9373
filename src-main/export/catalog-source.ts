import type { Dialect } from '../backup/dialect.ts'
import type { ParseContext } from '../backup/metadata.ts'
import { digestRuleUnknown } from '../catalog/queries/blob-state.ts'
import { contextOf, type QueryContext } from '../catalog/queries/context.ts'
import { countView, walkContents } from '../catalog/queries/walk.ts'
import type { Database } from '../engine/sqlite.ts'
import type { ExportItem } from './export-item.ts'
import type { ExportSource } from './exporter.ts'
import type { ExportPart } from './request.ts'

/**
 * The rows of an export out of the catalog, read while they are exported; parts do not repeat each other's rows unless
 * their views do.
 * @param zone IANA zone of dates in a query
 */
export function exportSource(db: Database, parts: readonly ExportPart[], zone: string): ExportSource {
  const context = contextOf(db)
  const counts = parts.map(({ view, keys }) => countView(db, view, keys, zone))
  return {
    items: walkParts(db, parts, zone),
    rows: counts.reduce((sum, count) => sum + count.items, 0),
    bytes: counts.reduce((sum, count) => sum + count.bytes, 0),
    ruleUnknown: digestRuleUnknown(context),
    metadata: metadataContext(context),
    catalogComplete: context.complete(),
  }
}

function* walkParts(db: Database, parts: readonly ExportPart[], zone: string): Generator<ExportItem> {
  for (const { view, keys } of parts) {
    for (const item of walkContents(db, view, keys, zone)) yield { ...item, at: view.at }
  }
}

/** How the metadata of a catalog's path is to be understood; null while that was not learned. */
export function metadataContext(context: QueryContext): ParseContext | null {
  const text = context.meta('dialect')
  if (typeof text !== 'string') return null
  try {
    return { dialect: JSON.parse(text) as Dialect, zone: String(context.meta('zone') ?? 'UTC') }
  } catch {
    return null
  }
}
