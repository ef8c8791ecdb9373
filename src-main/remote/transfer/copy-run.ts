import { availableParallelism } from 'node:os'
import { ExpectedError } from '../../engine/errors.ts'
import { accountFolders, digestsRead, itemFiles, scopeOf, type ReadFiles } from './accounts.ts'
import { shown } from './byte-path.ts'
import type { Flow } from './flow.ts'
import { Ledger } from './ledger.ts'
import type { Listing } from './listing.ts'
import { caseClash, EVERYTHING, planOf, roomFor, type Plan, type Scope } from './plan.ts'
import { findingsOf } from './preflight.ts'
import type { Sides } from './sides.ts'
import type { CopyMode, CopyNotes, CopyOptions, CopyPhase, CopyResult } from './types.ts'
import type { Wanted } from './work.ts'

/** A live source is listed again so often, until nothing is new. */
const MAX_PASSES = 6
/** So many files without a digest at least are read together, once the source has summed them up. */
const GROUP = 2000
/** Of the target, `delete` never removes more than this part. */
const MAX_DELETE = 0.05

/** What the source says of files without a digest, while it says it. */
interface Sums {
  found: Map<string, string>
  /** So many of the files are settled, in their order. */
  settled: number
  failure: { error: unknown } | null
  wake: () => void
}

/** The course of one copy, whatever its ends are. */
export class CopyRun {
  readonly flow: Flow
  readonly ledger = new Ledger()
  phase: CopyPhase = 'connecting'
  /** Bytes that came over in this run. */
  bytes = 0
  total: number | null = null
  totalBytes: number | null = null
  alreadyThere = 0
  /** Blobs that come after the metadata being copied now. */
  blobsAhead = 0
  readonly notes: CopyNotes = { extra: 0, removed: 0, planned: null, notes: [], findings: [] }
  readonly #options: CopyOptions
  readonly #mode: CopyMode
  readonly #sides: Sides
  #scope: Scope = EVERYTHING
  #first = new Set<string>()
  #files = 0

  constructor(options: CopyOptions, mode: CopyMode, sides: Sides, flow: Flow) {
    this.#mode = mode
    this.#options = options
    this.#sides = sides
    this.flow = flow
  }

  /** @returns the result without mode and time */
  async run(): Promise<Omit<CopyResult, 'mode' | 'seconds'>> {
    const { source, target, early } = this.#sides
    this.phase = 'listing'
    let [listed, there] = await Promise.all([early.source ?? source.list(), early.target ?? target.list()])
    await this.#choose(listed)
    let plan = this.#plan(listed, there, true)
    if (this.#options.dryRun) return this.#dry(plan, listed)
    await this.#check(plan, listed)
    this.alreadyThere = plan.there
    let moved = false
    for (let pass = 1; ; pass++) {
      if (plan.doubtful.length > 0) plan = await this.#settleDoubts(plan, pass === 1)
      this.totalBytes = this.ledger.doneBytes + sizeOf(plan.metadata) + sizeOf(plan.blobs)
      if (plan.metadata.length + plan.blobs.length + plan.folders.length === 0) break
      moved = true
      if (pass > MAX_PASSES) {
        for (const { entry } of [...plan.metadata, ...plan.blobs])
          this.ledger.never(entry.path, 'it keeps changing at the source: run the copy again')
        break
      }
      await this.#pass(plan)
      this.phase = 'checking'
      target.settle()
      ;[listed, there] = await Promise.all([source.list(), target.list()])
      plan = this.#plan(listed, there, false)
    }
    this.phase = 'removing'
    await this.#remove(plan, listed, there)
    this.phase = 'checking'
    if (moved || this.notes.removed > 0) {
      await target.finish(listed.folders.filter(({ path }) => this.#scope.has(path)))
    }
    this.phase = 'done'
    return this.#result()
  }

  #result(): Omit<CopyResult, 'mode' | 'seconds'> {
    return {
      files: this.#files,
      bytes: this.bytes,
      // A file that was there and then changed at the source counts once, where it was copied.
      alreadyThere: Math.max(0, Math.min(this.alreadyThere, this.#files - this.ledger.verified)),
      verified: this.ledger.verified,
      missing: this.ledger.missing(),
      damaged: this.ledger.damaged(),
    }
  }

  /** What was done so far, for a copy that was stopped. */
  soFar(): Omit<CopyResult, 'mode' | 'seconds'> {
    return this.#result()
  }

  /** Compares, notes what cannot come, and leaves out what was given up. */
  #plan(source: Listing, target: Listing, first: boolean): Plan {
    const plan = planOf(source, target, this.#scope)
    const isHere = new Set(source.files.map(({ path }) => path))
    if (source.errors.length === 0) this.ledger.forget((path) => !isHere.has(path) && path !== '.')
    for (const error of source.errors) this.ledger.never(placeOf(error), error)
    for (const { path, kind } of source.odd) {
      if (this.#scope.has(path)) this.ledger.never(path, ODD[kind])
    }
    const links = source.odd.filter(({ path, kind }) => kind === 'link' && this.#scope.has(path))
    if (first && links.length > 0) {
      const all = links.length === 1 ? '1 link' : `${String(links.length)} links`
      this.notes.notes.push(
        `${all} at the source not copied (${shown(links[0]?.path ?? '')}${links.length > 1 ? ', …' : ''}): what they stand for is missing at the target.`,
      )
    }
    if (!first) {
      plan.metadata = plan.metadata.filter((work) => !this.ledger.gaveUp(work))
      plan.blobs = plan.blobs.filter((work) => !this.ledger.gaveUp(work))
    }
    this.#files = plan.files
    this.total = plan.files
    this.notes.extra = plan.extra.length
    return plan
  }

  async #choose(listing: Listing): Promise<void> {
    const { accounts = [], first = [] } = this.#options
    if (accounts.length > 0) {
      const folders = await accountFolders(accounts, listing, this.#read)
      this.#scope = scopeOf(folders, await digestsRead(itemFiles(listing, folders), this.#read))
    }
    if (first.length > 0) {
      const folders = await accountFolders(first, listing, this.#read)
      this.#first = await digestsRead(itemFiles(listing, folders), this.#read)
    }
  }

  readonly #read: ReadFiles = (entries) => this.#sides.source.readFiles(entries)

  async #dry(plan: Plan, listing: Listing): Promise<Omit<CopyResult, 'mode' | 'seconds'>> {
    const works = [...plan.metadata, ...plan.blobs, ...plan.doubtful]
    this.alreadyThere = plan.there
    const [source, target] = await Promise.all([this.#sides.source.look(), this.#sides.target.look()])
    const needed = {
      files: works.length + plan.folders.length,
      bytes: roomFor(works),
      clash: target.keepsCase === false ? caseClash(listing) : null,
    }
    this.notes.findings = findingsOf(this.#mode, source, target, needed)
    this.notes.planned = { files: works.length, bytes: sizeOf(works) }
    this.phase = 'done'
    return this.#result()
  }

  /** What would stop the copy in the middle is said before it begins. */
  async #check(plan: Plan, listing: Listing): Promise<void> {
    const { target } = this.#sides
    const works = [...plan.metadata, ...plan.blobs]
    if (!(await target.keepsCase())) {
      const clash = caseClash(listing)
      if (clash) throw sameName(clash)
      this.notes.notes.push(
        'The target does not keep upper and lower case apart: a restore needs a disk that does (ext4, xfs).',
      )
    }
    const room = await target.room()
    if (!room) return
    const bytes = roomFor(works)
    if (bytes > room.bytes) throw tooSmall(bytes, room.bytes)
    const files = works.length + plan.folders.length
    if (room.files !== null && files > room.files) throw tooFewFiles(files, room.files)
  }

  async #settleDoubts(plan: Plan, first: boolean): Promise<Plan> {
    const wrong = await this.#sides.target.doubtful(plan.doubtful)
    if (first) this.alreadyThere += plan.doubtful.length - wrong.length
    const wanted = wrong.filter((work) => first || !this.ledger.gaveUp(work))
    return { ...plan, doubtful: [], blobs: [...plan.blobs, ...wanted] }
  }

  async #pass(plan: Plan): Promise<void> {
    const { target } = this.#sides
    // The source sums up while the folders are made.
    const sums = this.#sumUp(plan.metadata)
    await target.makeFolders(plan.folders)
    this.phase = 'metadata'
    this.blobsAhead = plan.blobs.length
    await this.#metadata(plan.metadata, sums)
    this.blobsAhead = 0
    const isEarly = ({ digest }: Wanted): boolean => digest !== null && this.#first.has(digest)
    const early = this.#first.size > 0 ? plan.blobs.filter(isEarly) : []
    if (early.length > 0) {
      this.phase = 'first'
      await this.#fetch(early)
    }
    const rest = early.length > 0 ? plan.blobs.filter((work) => !isEarly(work)) : plan.blobs
    this.phase = 'blobs'
    await this.#fetch(rest)
    await target.idle()
    for (let again = this.ledger.takeAgain(); again.length > 0; again = this.ledger.takeAgain()) {
      this.phase = 'again'
      await this.#fetch(again)
      await target.idle()
    }
  }

  #sumUp(works: readonly Wanted[]): Sums {
    const sums: Sums = { found: new Map(), settled: 0, failure: null, wake: () => undefined }
    if (works.length === 0) return sums
    const entries = works.map(({ entry }) => entry)
    this.#sides.source
      .sums(entries, sums.found, (count) => {
        sums.settled = Math.max(sums.settled, count)
        sums.wake()
      })
      .catch((error: unknown) => {
        sums.failure = { error }
        sums.wake()
      })
    return sums
  }

  /** While some are read, the source sums up the next ones: few commands, each for many files. */
  async #metadata(works: readonly Wanted[], sums: Sums): Promise<void> {
    for (let at = 0; at < works.length;) {
      while (sums.failure === null && sums.settled < Math.min(works.length, at + GROUP))
        await new Promise<void>((resolve) => (sums.wake = resolve))
      if (sums.failure !== null) throw sums.failure.error as Error
      const end = sums.settled
      const group = works.slice(at, end)
      at = end
      await this.#fetch(group.map((work) => ({ ...work, sha256: sums.found.get(work.entry.path) ?? null })))
    }
    await this.#sides.target.idle()
  }

  async #fetch(works: readonly Wanted[]): Promise<void> {
    if (works.length === 0) return
    await this.flow.wait()
    await this.#sides.source.fetch(works, this.#sides.target.delivery)
  }

  async #remove(plan: Plan, source: Listing, target: Listing): Promise<void> {
    if (!this.#options.delete || plan.extra.length === 0) return
    if (source.errors.length > 0) throw noDelete('the listing of the source is not complete')
    const share = plan.extra.length / Math.max(1, target.files.length + target.folders.length)
    if (share > MAX_DELETE) {
      throw noDelete(
        `${String(plan.extra.length)} files and folders would go, more than 5 % of what is there (the first: ${shown(plan.extra[0] ?? '')})`,
      )
    }
    await this.#sides.target.remove(plan.extra)
    this.notes.removed = plan.extra.length
    this.notes.extra = 0
  }
}

const ODD = {
  link: 'link, not copied: a Backup Path has none of its own. Copy what it points to as a source of its own',
  other: 'it is neither a file nor a folder (a socket, pipe or device)',
} as const

function sizeOf(works: readonly Wanted[]): number {
  return works.reduce((sum, { entry }) => sum + entry.size, 0)
}

/** `find: './accounts/x': Permission denied` → `accounts/x`; `.` where no path can be told. */
function placeOf(error: string): string {
  const path = /^find: ['‘`]?(.+?)['’]?: /.exec(error)?.[1] ?? /^(.+?): /.exec(error)?.[1]
  return path ?? '.'
}

function sameName([one, other]: [string, string]): ExpectedError {
  return new ExpectedError('REFUSED', 'The target cannot keep names apart that differ only in case', {
    why: `It would write ${one} and ${other} into the same place, and half of the mail would be lost.`,
    next: 'Choose a disk with ext4, xfs or another file system that keeps case (on a Mac: APFS, case-sensitive).',
  })
}

function tooSmall(needed: number, free: number): ExpectedError {
  const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`
  return new ExpectedError(
    'REFUSED',
    'The target has too little room',
    {
      why: `${gb(needed)} are still to come, ${gb(free)} are free.`,
      next: 'Choose another disk or make room; --accounts takes only some accounts.',
    },
    { cause: { code: 'ENOSPC' } },
  )
}

function tooFewFiles(needed: number, free: number): ExpectedError {
  return new ExpectedError(
    'REFUSED',
    'The target cannot hold so many files',
    {
      why: `${String(needed)} files are still to come, its file system has ${String(free)} inodes left.`,
      next: 'Choose another disk, or format it with more inodes.',
    },
    { cause: { code: 'ENOSPC' } },
  )
}

function noDelete(why: string): ExpectedError {
  return new ExpectedError('REFUSED', 'Nothing was removed from the target', {
    why: `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}. Everything else of the copy is done.`,
    next: 'Look at what is different; copy without --delete, or into a new folder.',
  })
}

/** Threads that judge and write. */
export function jobsOf(options: CopyOptions): number {
  return options.jobs ?? availableParallelism()
}
