/**
 * Measures the catalog's queries on a catalog (synthetic-catalog.ts makes one of any size). Every figure is of one call: `first` right after
 * the connection was opened (columns loaded where a line says so), then the median and the 95th percentile of many.
 *
 * Run: node test/bench/queries.ts FILE
 */
import { openCatalog } from '../../src-main/catalog/catalog.ts'
import { listAccounts } from '../../src-main/catalog/queries/accounts.ts'
import { listFolders } from '../../src-main/catalog/queries/folders.ts'
import { itemDetail } from '../../src-main/catalog/queries/item.ts'
import { listPage, type Sort } from '../../src-main/catalog/queries/list.ts'
import { listMonths } from '../../src-main/catalog/queries/months.ts'
import { prepareView, warmUp } from '../../src-main/catalog/queries/prepare.ts'
import type { CatalogView } from '../../src-main/catalog/queries/selection.ts'
import { countView, walkContents } from '../../src-main/catalog/queries/walk.ts'
import { random, vocabulary } from './synthetic-catalog.ts'

const file = process.argv[2]
if (file === undefined) throw new Error('usage: queries.ts FILE')
const db = openCatalog(file, { readonly: true })
const zone = 'Europe/Rome'
const rnd = random(7)
const words = vocabulary(20_000)
const word = (): string => words[Math.floor(20_000 ** rnd()) - 1] ?? 'alpha'

/** Milliseconds: of this thread's processor time with `CPU=1` (on a machine that is busy with other things), else of the clock. */
function now(): number {
  if (process.env['CPU'] !== '1') return performance.now()
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function times(run: (n: number) => void, count: number): number[] {
  const all: number[] = []
  for (let n = 0; n < count; n++) {
    const began = now()
    run(n)
    all.push(now() - began)
  }
  return all
}
function report(name: string, all: number[]): void {
  const sorted = [...all].sort((a, b) => a - b)
  const at = (q: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0).toFixed(2)
  console.log(
    `${name.padEnd(58)} first ${all[0]!.toFixed(1).padStart(8)}  p50 ${at(0.5).padStart(8)}  p95 ${at(0.95).padStart(8)}  max ${at(1).padStart(8)}`,
  )
}
const page = (view: CatalogView, offset = 0, sort: Sort = 'date', descending = true) =>
  listPage(db, view, { sort, descending, offset, limit: 100 }, zone)

const accounts = listAccounts(db)
const largest = [...accounts].sort((a, b) => b.items - a.items)[0]!
const at = Date.UTC(2022, 5, 1)
const view = (scope: CatalogView['scope'], more: Partial<CatalogView> = {}): CatalogView => ({
  scope,
  at: null,
  deleted: 'show',
  ...more,
})
const all = view({ kind: 'all' })
const account = view({ kind: 'account', account: largest.id })
const inbox = view({ kind: 'folder', account: largest.id, folder: 2 })
const search = (query: string, more: Partial<CatalogView> = {}) => view({ kind: 'search', query }, more)

report(
  'accounts',
  times(() => listAccounts(db), 50),
)
report(
  'folders of the largest account',
  times(() => listFolders(db, largest.id, null, 'show'), 50),
)
report(
  'first page: inbox of the largest account',
  times(() => page(inbox), 50),
)
report(
  'first page: account',
  times(() => page(account), 50),
)
report(
  'first page: all',
  times(() => page(all), 50),
)
for (const sort of ['from', 'subject', 'size'] as const)
  report(
    `first page: all by ${sort}`,
    times(() => page(all, 0, sort), 20),
  )
const total = page(all).total
report(
  `jump anywhere in all (${total} rows)`,
  times(() => page(all, Math.floor(rnd() * total)), 60),
)
report(
  'jump anywhere in all by subject',
  times(() => page(all, Math.floor(rnd() * total), 'subject'), 30),
)
report(
  'jump anywhere in the account, deleted hidden',
  times(() => page({ ...account, deleted: 'hide' }, Math.floor(rnd() * largest.items * 0.8)), 60),
)
report(
  'scroll all, page by page from the middle',
  times((n) => page(all, Math.floor(total / 2) + n * 100), 100),
)
report(
  'months of all',
  times(() => listMonths(db, all, zone), 20),
)
report(
  'months of the inbox',
  times(() => listMonths(db, inbox, zone), 20),
)
report(
  'item detail',
  times((n) => itemDetail(db, 10_000 + n * 7, null), 100),
)
report(
  'count for an export: all',
  times(() => countView(db, all), 5),
)
report(
  'search, rare word, nothing loaded',
  times((n) => page(search(words[15_000 + n]!)), 100),
)

const rss = process.memoryUsage().rss
let longest = 0
const began = performance.now()
let last = began
const timer = setInterval(() => {
  longest = Math.max(longest, performance.now() - last)
  last = performance.now()
}, 1)
await warmUp(db)
clearInterval(timer)
console.log(
  `columns of now: loaded in ${(performance.now() - began).toFixed(0)} ms, longest step about ${longest.toFixed(0)} ms, +${((process.memoryUsage().rss - rss) / 1e6).toFixed(0)} MB`,
)

report(
  'search, random words of the text, first page and total',
  times(() => page(search(word())), 400),
)
report(
  'search, two random words',
  times(() => page(search(`${word()} ${word()}`)), 300),
)
report(
  'search, the most frequent word',
  times((n) => page(search(`${words[0]!} larger:${n}`)), 10),
)
report(
  'search, word in one account',
  times((n) => page(search(`${word()} account:user${1 + (n % 50)}@`)), 200),
)
report(
  'search, word and filters',
  times(() => page(search(`${word()} is:unread after:2019 -in:Trash has:attachment`)), 200),
)
report(
  'search, prefix of three letters',
  times((n) => page(search(`${words[300 + n]!.slice(0, 3)}*`)), 50),
)
report(
  'search, filters only',
  times((n) => page(search(`is:unread larger:${n}k`)), 20),
)
report(
  'search, months',
  times(() => listMonths(db, search(word()), zone), 50),
)

const then = view({ kind: 'account', account: largest.id }, { at })
report(
  'as of: page of the largest account',
  times((n) => page({ ...then, at: at + n * 86_400_000 }), 10),
)
report(
  'as of: folders of the largest account',
  times((n) => listFolders(db, largest.id, at + n * 86_400_000, 'show'), 10),
)
const wide = view({ kind: 'all' }, { at })
const beganAt = performance.now()
await prepareView(db, wide, zone)
console.log(`columns of another time: loaded in ${(performance.now() - beganAt).toFixed(0)} ms in steps`)
report(
  'as of: jump anywhere in all',
  times(() => page(wide, Math.floor(rnd() * total * 0.5)), 50),
)
report(
  'as of: search',
  times(() => page(search(word(), { at })), 200),
)

let walked = 0
const walkBegan = performance.now()
for (const item of walkContents(db, account)) if (item.blobs.length >= 0) walked++
const seconds = (performance.now() - walkBegan) / 1000
console.log(
  `walk of ${walked} rows: ${Math.round(walked / seconds)} rows/s; memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
)
db.close()
