import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { liveThrough } from './company.ts'
import { damageSample } from './damage.ts'
import { SAMPLE_END, SAMPLE_START, type ItemLife } from './life.ts'
import type { SampleAccount, SampleItem, SampleManifest } from './manifest.ts'
import { makeStaff } from './people.ts'
import { Random } from './random.ts'
import { writeAccountFiles, writeServerFiles } from './server-files.ts'
import { sampleSpelling, type NamedState, type Spelling } from './spelling.ts'
import { itemPath, PathWriter } from './store.ts'

export interface SampleOptions {
  accounts?: number
  /** Items in all accounts together, folders and tags included. */
  items?: number
  seed?: number
  /** Also break it: every kind of problem at least once. */
  damage?: boolean
  /** How the metadata is spelled; default: the sample's own. */
  spelling?: Spelling
  /** Called now and then with items written and items in all. */
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal
}

/** The key in `backupstat` by which a sample is known as one. */
export const SAMPLE_MARK = 'lifeboatSyntheticSample'

/** The target of a sample is not empty and no sample, or lies within somebody's backup. */
export class SampleTargetError extends Error {
  readonly why: string
  readonly next: string

  constructor(message: string, why: string, next: string) {
    super(message)
    this.name = 'SampleTargetError'
    this.why = why
    this.next = next
  }
}

/** True when `path` was written by `writeSample`. */
export function isSample(path: string): boolean {
  try {
    const stat: unknown = JSON.parse(readFileSync(join(path, 'backupstat'), 'utf8'))
    return typeof stat === 'object' && stat !== null && SAMPLE_MARK in stat
  } catch {
    return false
  }
}

/**
 * Makes `out` an empty folder for a sample. A former sample there is removed (only the names a sample
 * has); anything else in it, or a real backup around it, is refused.
 */
export function prepareTarget(out: string): string {
  const target = resolve(out)
  if (
    existsSync(target) &&
    !lstatSync(target).isDirectory() &&
    !(lstatSync(target).isSymbolicLink() && existsSync(join(target, '.')))
  ) {
    throw new SampleTargetError(
      `${target} is not a folder`,
      'a file of this name is there',
      'Choose another folder.',
    )
  }
  for (let above = dirname(target); above !== dirname(above); above = dirname(above)) {
    if (existsSync(join(above, 'items')) && existsSync(join(above, 'accounts')) && !isSample(above)) {
      throw new SampleTargetError(
        `${target} lies within a Backup Path`,
        `${above} looks like a real backup, and nothing is ever written into one`,
        'Choose a folder outside of it.',
      )
    }
  }
  mkdirSync(target, { recursive: true })
  const present = readdirSync(target)
  if (present.length > 0) {
    if (!isSample(target)) {
      throw new SampleTargetError(
        `${target} is not empty`,
        'a sample is only written into an empty folder or over an earlier sample',
        'Choose an empty folder.',
      )
    }
    for (const name of present) {
      const own = ['accounts', 'items', 'server', '.DS_Store'].includes(name) || name.startsWith('map_')
      if (own) rmSync(join(target, name), { recursive: true, force: true })
    }
  }
  return realpathSync(target)
}

function named(writer: PathWriter, life: ItemLife): NamedState[] {
  const names = new Map<Buffer, string>()
  return life.states.map(({ blob, ...state }) => {
    if (blob === null) return { ...state, digest: null, size: null }
    let digest = names.get(blob)
    if (digest === undefined) {
      digest = writer.blob(blob, life.algorithm, state.start)
      names.set(blob, digest)
    }
    return { ...state, digest, size: blob.length }
  })
}

/** The work in steps, so that a caller may breathe between them; yields the number of items written. */
function* sampleSteps(out: string, options: SampleOptions): Generator<number, SampleManifest> {
  const seed = options.seed ?? 1
  const total = options.items ?? 2000
  const spelling = options.spelling ?? sampleSpelling
  const root = prepareTarget(out)
  const writer = new PathWriter(root)
  const random = new Random(seed)
  const staff = makeStaff(options.accounts ?? 5, seed)
  // First of all the mark: a sample that was interrupted can be written again.
  writer.write(
    'backupstat',
    `${JSON.stringify({ [SAMPLE_MARK]: { seed, note: 'synthetic, written by Lifeboat' }, lastScan: SAMPLE_END })}\n`,
    SAMPLE_END,
  )
  mkdirSync(join(root, 'items'), { recursive: true })
  mkdirSync(join(root, 'accounts'), { recursive: true })
  const items: SampleItem[] = []
  let states = 0
  for (const life of liveThrough(random, staff, total)) {
    const member = staff[life.account]
    const last = life.states.at(-1)
    if (!member || !last) continue
    const written = named(writer, life)
    writer.write(itemPath(member.id, life.id), spelling(life, written), last.start)
    states += written.length
    items.push({
      account: member.id,
      id: life.id,
      type: life.type,
      states: written.length,
      folder: last.folder,
      deleted: last.deleted,
      subject: last.subject ?? last.name,
      digests: [...new Set(written.flatMap((state) => state.digest ?? []))],
    })
    yield items.length
  }
  const accounts = staff.map((member): SampleAccount => {
    const own = items.filter((item) => item.account === member.id)
    writeAccountFiles(writer, member, own.length)
    return {
      id: member.id,
      name: member.address,
      displayName: member.name,
      aliases: member.aliases,
      items: own.length,
      messages: own.filter((item) => item.type === 'message').length,
      deleted: own.filter((item) => item.deleted).length,
    }
  })
  writeServerFiles(writer, staff, new Random(seed ^ 0xcafe).uuid())
  const counted = { blobs: writer.blobs.size, bytes: writer.blobBytes }
  const { damages, unclaimed } = options.damage
    ? damageSample(writer, random, staff, items)
    : { damages: [], unclaimed: [] }
  return {
    path: root,
    synthetic: true,
    seed,
    start: SAMPLE_START,
    end: SAMPLE_END,
    accounts,
    items,
    states,
    messages: items.filter((item) => item.type === 'message').length,
    ...counted,
    unclaimed,
    damages,
  }
}

/**
 * Writes a synthetic Backup Path into `out`: 5 accounts and 2,000 items unless told otherwise, the same
 * for the same seed. Synchronous (about a second for 2,000 items).
 * @throws SampleTargetError when `out` is not empty and no sample, or lies within a Backup Path.
 */
export function writeSample(out: string, options: SampleOptions = {}): SampleManifest {
  const total = options.items ?? 2000
  const steps = sampleSteps(out, options)
  for (;;) {
    options.signal?.throwIfAborted()
    const step = steps.next()
    if (step.done) return step.value
    if (step.value % 250 === 0) options.onProgress?.(step.value, total)
  }
}

/** As `writeSample`, but lets the event loop run every few milliseconds, so that a window stays alive and `signal` is heard. */
export async function writeSampleGently(out: string, options: SampleOptions = {}): Promise<SampleManifest> {
  const total = options.items ?? 2000
  const steps = sampleSteps(out, options)
  let since = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (performance.now() - since < 12) continue
    options.onProgress?.(step.value, total)
    await breathe()
    options.signal?.throwIfAborted()
    since = performance.now()
  }
}
