/** What a list asks the engine for, and gets. */
export interface Page<Row> {
  rows: readonly Row[]
  total: number
  totalExact: boolean
  complete: boolean
  revision: number
}

export interface PageCacheOptions<Row> {
  /** Rows a page; a screenful fits into one or two. */
  pageSize: number
  /** Pages kept; the ones looked at longest ago go first. */
  keep: number
  load(offset: number, limit: number, signal: AbortSignal): Promise<Page<Row>>
  /** Called after every change of rows, totals or error. */
  changed(): void
}

interface Entry<Row> {
  rows: readonly Row[]
  /** Loaded before the last invalidation: shown until the new page is there. */
  stale: boolean
  used: number
}

/** Requests under way at once: the engine answers one after the other anyway, and fast scrolling drops most of them. */
const PARALLEL = 2

/**
 * Pages of a long list. The screen says which rows it shows (`want`); missing pages are asked for, the visible ones
 * first, and requests for rows nobody looks at any more are aborted. After `invalidate` old rows stay on the screen
 * until the new ones are there, so that a list does not flicker while the catalog grows.
 */
export class PageCache<Row> {
  total = 0
  totalExact = false
  complete = false
  revision = -1
  /** False until the first answer. */
  known = false
  error: unknown = null

  readonly #options: PageCacheOptions<Row>
  readonly #pages = new Map<number, Entry<Row>>()
  readonly #loading = new Map<number, AbortController>()
  #wanted: number[] = [0]
  #tick = 0
  /** Rises with reset and dispose: answers of an earlier generation are thrown away. */
  #generation = 0

  constructor(options: PageCacheOptions<Row>) {
    this.#options = options
  }

  /** The row at `index` if its page is there. */
  row(index: number): Row | undefined {
    const size = this.#options.pageSize
    return this.#pages.get(Math.floor(index / size))?.rows[index % size]
  }

  /** Says which rows are on the screen, both inclusive. */
  want(first: number, last: number): void {
    const size = this.#options.pageSize
    const lastPage = this.known
      ? Math.max(0, Math.ceil(this.total / size) - 1)
      : Math.max(0, Math.floor(last / size))
    const from = Math.min(lastPage, Math.max(0, Math.floor(first / size)))
    const to = Math.min(lastPage, Math.max(from, Math.floor(last / size)))
    const pages: number[] = []
    for (let page = from; page <= to; page++) pages.push(page)
    // the neighbour that the screen is nearer to, so that slow scrolling never shows a gap
    const nearEnd = last % size >= size / 2
    if (nearEnd && to < lastPage) pages.push(to + 1)
    if (!nearEnd && from > 0) pages.push(from - 1)
    this.#wanted = pages
    for (const page of pages) {
      const entry = this.#pages.get(page)
      if (entry) entry.used = ++this.#tick
    }
    for (const [page, controller] of this.#loading)
      if (!pages.includes(page)) {
        controller.abort()
        this.#loading.delete(page)
      }
    this.#fill()
  }

  /** The rows are older than the engine's: asks again for what is wanted, keeps showing the old ones meanwhile. */
  invalidate(): void {
    for (const entry of this.#pages.values()) entry.stale = true
    this.error = null
    this.#fill()
  }

  /** Another list: forgets everything. */
  reset(): void {
    this.#stop()
    this.#pages.clear()
    this.#wanted = [0]
    this.total = 0
    this.known = false
    this.complete = false
    this.totalExact = false
    this.revision = -1
    this.error = null
    this.#options.changed()
    this.#fill()
  }

  /** Asks again after a failure. */
  retry(): void {
    this.error = null
    this.#options.changed()
    this.#fill()
  }

  /** Every row from `first` to `last` (inclusive), loading what is missing. Rows past the end are left out. */
  async range(first: number, last: number, signal: AbortSignal): Promise<Row[]> {
    const size = this.#options.pageSize
    const rows: Row[] = []
    for (let page = Math.floor(first / size); page <= Math.floor(last / size); page++) {
      signal.throwIfAborted()
      let found = this.#pages.get(page)?.rows
      if (!found) {
        const answer = await this.#options.load(page * size, size, signal)
        found = answer.rows
        this.#keep(page, found)
      }
      const start = Math.max(0, first - page * size)
      rows.push(...found.slice(start, last - page * size + 1))
      if (found.length < size) break
    }
    return rows
  }

  dispose(): void {
    this.#stop()
    this.#wanted = []
  }

  #stop(): void {
    this.#generation++
    for (const controller of this.#loading.values()) controller.abort()
    this.#loading.clear()
  }

  #fill(): void {
    if (this.error !== null) return
    for (const page of this.#wanted) {
      if (this.#loading.size >= PARALLEL) return
      const entry = this.#pages.get(page)
      if ((entry && !entry.stale) || this.#loading.has(page)) continue
      void this.#load(page)
    }
  }

  async #load(page: number): Promise<void> {
    const generation = this.#generation
    const controller = new AbortController()
    this.#loading.set(page, controller)
    const { pageSize } = this.#options
    try {
      const answer = await this.#options.load(page * pageSize, pageSize, controller.signal)
      if (generation !== this.#generation || controller.signal.aborted) return
      if (answer.revision !== this.revision)
        for (const [other, entry] of this.#pages) if (other !== page) entry.stale = true
      this.total = answer.total
      this.totalExact = answer.totalExact
      this.complete = answer.complete
      this.revision = answer.revision
      this.known = true
      this.#keep(page, answer.rows)
    } catch (error) {
      if (generation !== this.#generation || controller.signal.aborted) return
      this.error = error
    } finally {
      if (this.#loading.get(page) === controller) this.#loading.delete(page)
    }
    this.#options.changed()
    this.#fill()
  }

  #keep(page: number, rows: readonly Row[]): void {
    this.#pages.set(page, { rows, stale: false, used: ++this.#tick })
    if (this.#pages.size <= this.#options.keep) return
    const oldest = [...this.#pages]
      .filter(([other]) => !this.#wanted.includes(other))
      .sort(([, a], [, b]) => a.used - b.used)[0]
    if (oldest) this.#pages.delete(oldest[0])
  }
}
