import { chained, collectColumns, digestOfLeaf, featuresOf } from './dialect-columns.ts'
import type { Features, Table } from './dialect-columns.ts'
import { guessRoles } from './dialect-guess.ts'
import { isSecretKey, rolesByName } from './roles.ts'
import type { Role } from './roles.ts'
import { booleanOf, deletedOf, flagsOf, folderOf, integerOf, saysDeleted, tagsOf, typeOf } from './values.ts'

/**
 * What was learned of the key spelling of one Backup Path. Plain data: it is kept with the catalog and sent to threads.
 */
export interface Dialect {
  version: 1
  /** What every key begins with, `''` for nothing. */
  prefix: string
  /** Path of names inside a state (`/` between, `^` in front for what stands around the list) to its roles, best rank first. */
  paths: Record<string, PathRole[]>
  /** Paths whose words say that something was deleted, e.g. `state: "DELETED"`. */
  deletedWords: string[]
  /** Where the states are when they are not the file's own list, names joined by `/`. */
  statesAt: string | null
  /** Paths whose digests name something else than blobs: hardly any has one, while those of another path have. */
  notBlobs: string[]
}

export interface PathRole {
  role: Role
  /** Lower wins when several paths offer the same role. */
  rank: number
}

export interface LearnHints {
  /** Item id of each sample by its file name. */
  ids?: readonly (number | null)[]
  /** Whether a blob of this name is on disk. */
  blobExists?: (name: string) => boolean
}

/** Knows nothing: everything is read by names and forms alone. */
export const EMPTY_DIALECT: Dialect = {
  version: 1,
  prefix: '',
  paths: {},
  deletedWords: [],
  statesAt: null,
  notBlobs: [],
}

/** Roles by name that no sample confirmed rank behind those that samples confirmed. */
export const UNLEARNED_RANK = 100
/** Values around the list of states yield to values in the state. */
export const AROUND_RANK = 400

/** What all keys of the states share at their beginning (`zx_type`, `zx_folder`); `''` when nothing. */
function commonPrefix(table: Table): string {
  const keys = [...new Set(table.columns.map(({ segments }) => segments[0] ?? ''))].filter(
    (key) => /^[A-Za-z_@:$.-]/.test(key) && key !== '^',
  )
  const [first] = keys
  if (first === undefined || keys.length < 4) return ''
  let length = first.length
  for (const key of keys) while (!key.startsWith(first.slice(0, length))) length--
  const prefix = first.slice(0, length)
  if (prefix === '') return ''
  const known = (strip: string): number =>
    keys.filter((key) => rolesByName([key], strip).some(({ score }) => score > 0.65)).length
  const hits = known(prefix)
  // One letter in common may be chance: then most of what is left must make sense.
  return hits > known('') && (prefix.length > 1 || hits >= keys.length * 0.6) ? prefix : ''
}

/** How well the values of a column go with a role, 0 to 1; 0 rules it out. */
function fitness(role: Role, features: Features, hints: LearnHints): number {
  const { filled, column } = features
  if (filled.length === 0) return role === 'end' || role === 'deleted' || role === 'flags' ? 0.5 : 0.1
  const part = (test: (value: unknown) => boolean): number =>
    filled.filter(({ value }) => test(value)).length / filled.length
  switch (role) {
    case 'start':
      // A time that never changes over the states of an item is not the state's own.
      if (features.time < 0.8) return 0
      if (features.pairs >= 3 && features.steady > 0.9) return 0.05
      // Every state begins; only ends stay open.
      return features.nullish > column.seen.length * 0.1 ? 0.2 : features.time
    case 'end':
    case 'date':
      return features.time < 0.6 ? 0 : features.time
    case 'type':
      return atLeast(
        part((value) => typeOf(value) !== undefined),
        0.5,
      )
    case 'deleted':
      return column.multiple
        ? 0
        : atLeast(
            part((value) => deletedOf(value) !== undefined),
            0.6,
          )
    case 'alive':
    case 'unread':
      return atLeast(
        part((value) => booleanOf(value) !== undefined),
        0.9,
      )
    case 'folder':
      return features.time > 0.5 || features.mail > 0.5 || features.digest > 0.3
        ? 0
        : atLeast(
            part((value) => folderOf(value) !== undefined),
            0.6,
          )
    case 'flags':
      return atLeast(
        part((value) => flagsOf(value) !== undefined),
        0.6,
      )
    case 'digest':
      return atLeast(
        part((value) => digestOfLeaf(value as string, hints.blobExists) !== null),
        0.05,
      )
    case 'id':
    case 'size':
      return atLeast(
        part((value) => integerOf(value) !== undefined && (value as number) >= 0),
        0.9,
      )
    case 'tags':
      if (features.time > 0.5 && features.text < 0.5) return 0
      // A single word without separators is rather a name.
      return column.multiple || part((value) => typeof value !== 'string' || tagsOf(value).length > 1) > 0.05
        ? 1
        : 0.3
    case 'sender':
    case 'recipients':
      return features.text < 0.5 || features.time > 0.3 || features.digest > 0.3 ? 0 : 0.5 + features.mail / 2
    case 'subject':
    case 'name':
      return features.text < 0.3 || features.time > 0.5 || features.digest > 0.3 ? 0 : 1
  }
}

function atLeast(value: number, least: number): number {
  return value < least ? 0 : value
}

/** Raises what the samples themselves prove: validity that chains, ids that are the file's, digests that have a blob. */
function evidence(
  role: Role,
  features: Features,
  all: readonly Features[],
  table: Table,
  hints: LearnHints,
): number {
  switch (role) {
    case 'digest': {
      const { blobExists } = hints
      if (blobExists === undefined) return 0
      const names = features.filled
        .slice(0, 500)
        .flatMap(({ value }) => digestOfLeaf(value, blobExists) ?? [])
      return names.length === 0 ? 0 : names.filter(blobExists).length / names.length
    }
    case 'start':
      if (features.nullish > features.column.seen.length * 0.1) return -1
      return features.pairs === 0 ? 0 : Math.max(features.rising, features.falling) - features.steady
    case 'end':
      return Math.max(
        0,
        ...all
          .filter((other) => other !== features && other.time > 0.8)
          .map((other) => chained(other.column, features.column)),
      )
    case 'id': {
      const known = features.filled.filter(({ file }) => table.files[file]?.id != null)
      if (known.length === 0) return 0
      const same =
        known.filter(({ file, value }) => table.files[file]?.id === integerOf(value)).length / known.length
      return same > 0.7 ? same : -1
    }
    default:
      return 0
  }
}

/** Roles that may share one path: a folder's name and a mail's subject, a state word that says type and deletion. */
const SHAREABLE: Partial<Record<Role, readonly Role[]>> = {
  name: ['subject'],
  subject: ['name'],
}

const ORDER: readonly Role[] = [
  'digest',
  'end',
  'start',
  'deleted',
  'alive',
  'type',
  'folder',
  'id',
  'flags',
  'unread',
  'tags',
  'date',
  'size',
  'recipients',
  'sender',
  'subject',
  'name',
]

/**
 * Works out which key plays which role: first by its name and whether its values fit, then, for roles that no name
 * tells, by structure over all samples (see dialect-guess.ts). Samples are parsed JSON of item files, best of several
 * accounts; some hundred are enough. Never throws.
 */
export function learnDialect(samples: readonly unknown[], hints: LearnHints = {}): Dialect {
  const table = collectColumns(samples, hints.ids ?? [])
  const prefix = commonPrefix(table)
  const all = table.columns
    .filter(({ segments }) => !segments.some(isSecretKey))
    .map((column) => featuresOf(column, hints.blobExists))
  const offers = new Map<Role, Offer[]>()
  for (const features of all) {
    const named = rolesByName(features.column.segments, prefix)
    for (const { role, score } of named) {
      const fit = fitness(role, features, hints)
      if (fit === 0) continue
      // A name that means two things means the one it says best.
      const lead =
        score -
        Math.max(
          0,
          ...named
            .filter((other) => other.role !== role && fitness(other.role, features, hints) > 0)
            .map((other) => other.score),
        )
      const total =
        score * 0.6 * Math.min(1, fit * 2) +
        fit * 0.3 +
        evidence(role, features, all, table, hints) * 0.3 +
        Math.min(0, lead) * 0.2
      offers.set(role, [...(offers.get(role) ?? []), { features, score: total }])
    }
    if (features.digest > 0.3 && !named.some(({ role }) => role === 'digest')) {
      const total = 0.2 + features.digest * 0.2 + evidence('digest', features, all, table, hints) * 0.5
      offers.set('digest', [...(offers.get('digest') ?? []), { features, score: total }])
    }
  }
  const dialect: Dialect = { ...EMPTY_DIALECT, prefix, paths: {}, statesAt: table.statesAt }
  const taken = new Map<string, Role>()
  const assign = (role: Role, path: string, rank: number): void => {
    const list = (dialect.paths[path] ??= [])
    if (!list.some((known) => known.role === role)) list.push({ role, rank })
  }
  // A key that was empty in every sample (the name that only folders have) is left to what its name says.
  for (const features of all) if (features.filled.length > 0) dialect.paths[features.column.path] = []
  const ranked = new Map<Role, Offer[]>()
  for (const [role, list] of offers) {
    const good = list.filter(({ score }) => score > 0.25).sort((a, b) => b.score - a.score)
    if (good.length > 0) ranked.set(role, good)
  }
  for (const role of ORDER) {
    const free = (ranked.get(role) ?? []).filter(({ features, score }) => {
      const { path } = features.column
      const owner = taken.get(path)
      if (owner !== undefined) return SHAREABLE[role]?.includes(owner) ?? false
      return !belongsElsewhere(role, path, score, ranked)
    })
    free.forEach(({ features, score }, index) => {
      const { path } = features.column
      if (index === 0 || !taken.has(path)) assign(role, path, rankOf(score, index))
      if (index === 0 && !taken.has(path)) taken.set(path, role)
    })
  }
  for (const { role, path } of guessRoles(all, table, taken, hints)) assign(role, path, UNLEARNED_RANK - 10)
  dialect.deletedWords = all
    .filter((features) => enumeratesDeletion(features, taken))
    .map(({ column }) => column.path)
  dialect.notBlobs = withoutBlobs(all, hints)
  return dialect
}

/** See `Dialect.notBlobs`. */
function withoutBlobs(all: readonly Features[], { blobExists }: LearnHints): string[] {
  if (blobExists === undefined) return []
  const shares = all.flatMap((features) => {
    const names = features.filled.slice(0, 500).flatMap(({ value }) => digestOfLeaf(value, blobExists) ?? [])
    if (names.length < 20) return []
    return [{ path: features.column.path, share: names.filter(blobExists).length / names.length }]
  })
  if (!shares.some(({ share }) => share > 0.5)) return []
  return shares.filter(({ share }) => share < 0.02).map(({ path }) => path)
}

interface Offer {
  features: Features
  score: number
}

/** Whether a later role wants this path most and needs it more. */
function belongsElsewhere(
  role: Role,
  path: string,
  score: number,
  ranked: ReadonlyMap<Role, readonly Offer[]>,
): boolean {
  return ORDER.slice(ORDER.indexOf(role) + 1).some((other) => {
    const [top] = ranked.get(other) ?? []
    return top?.features.column.path === path && top.score > score + 0.05
  })
}

function rankOf(score: number, index: number): number {
  return Math.min(UNLEARNED_RANK - 20, Math.max(0, Math.round((1.2 - score) * 40)) + index)
}

/** A column of few words of which some say deleted; a subject or a folder's name is none. */
function enumeratesDeletion(features: Features, taken: ReadonlyMap<string, Role>): boolean {
  if (features.text < 0.5 || features.distinct > 24 || features.column.multiple) return false
  const role = taken.get(features.column.path)
  if (role !== undefined && role !== 'type' && role !== 'deleted') return false
  const words = new Set(features.filled.map(({ value }) => String(value)))
  return [...words].some(saysDeleted)
}
