import { join } from 'node:path'
import { writeSample } from '../../../src-main/backup/writer/index.ts'
import { openCatalog } from '../../../src-main/catalog/catalog.ts'
import { startIngest } from '../../../src-main/catalog/ingest/ingest.ts'
import { listPage } from '../../../src-main/catalog/queries/list.ts'
import { explainQuery } from '../../../src-main/catalog/search/explain.ts'
import { matchExpression } from '../../../src-main/catalog/search/match.ts'
import { parseQuery } from '../../../src-main/catalog/search/parse.ts'
import { must, shown, type Area } from '../area.ts'
import { mutateText } from '../mutate-bytes.ts'

const ORIGINALS = [
  'from:anna subject:"angebot märz" -entwurf',
  'has:attachment before:2025-01-01 after:"last month"',
  'is:deleted in:"Posta in arrivo" account:anna@example.com',
  'type:contact to:bob filename:pdf',
  'OR AND NOT NEAR(a b, 3) ^col * {subject}:x',
  '発送 東京 "ご案内"',
  '-"" "" - -- from: "unclosed',
  'tokens:acc1 hasattach typecontact unclaimed',
  'e\u0301 ça Straße İstanbul ﬁ',
  "'; DROP TABLE item; --",
  'on:2026-11-20 date:2026 larger:10M',
]

export const QUERIES: Area = {
  name: 'queries',
  async prepare(scratch) {
    const root = join(scratch, 'backup')
    const catalog = join(scratch, 'c.db')
    writeSample(root, { accounts: 3, items: 150, seed: 6, damage: true })
    await startIngest({ path: root, catalogFile: catalog, zone: 'UTC', jobs: 1 }).done
    const db = openCatalog(catalog, { readonly: true })
    const match = db.prepare('SELECT count(*) FROM fts WHERE fts MATCH ?').pluck()
    return (random) => {
      const query = mutateText(random.pick(ORIGINALS), random, ORIGINALS).slice(0, 20_000)
      const zone = random.pick(['UTC', 'Europe/Rome', 'Asia/Tokyo'])
      const parsed = parseQuery(query, { zone, now: 1.79e12 })
      explainQuery(parsed, zone)
      const { include, exclude } = matchExpression(parsed, random.chance(0.5) ? null : [1, 2])
      // A text too long for the full-text index is refused by SQLite itself; everything typed by hand is far shorter.
      if (parsed.terms.length <= 50) {
        for (const expression of [include, exclude]) {
          if (expression !== null) must(typeof match.get(expression) === 'number', () => shown(query))
        }
      }
      const deleted = random.pick(['hide', 'show', 'only'] as const)
      const view = {
        scope: { kind: 'search', query },
        at: random.chance(0.3) ? 1.75e12 : null,
        deleted,
      } as const
      const sort = random.pick(['date', 'from', 'subject', 'size'] as const)
      const page = listPage(db, view, { sort, descending: random.chance(0.5), offset: 0, limit: 20 }, zone)
      must(page.rows.length <= 20 && page.total >= page.rows.length, () => 'more rows than asked for')
    }
  },
}
