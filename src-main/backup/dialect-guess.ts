import { asNumber, chained, timeOf } from './dialect-columns.ts'
import type { Features, Table } from './dialect-columns.ts'
import type { LearnHints } from './dialect.ts'
import { FIRST_USER_ID, systemFolderId, systemFolderName } from './folders.ts'
import type { Role } from './roles.ts'
import { booleanOf, flagsOf, isFlagMask, typeOf } from './values.ts'

/**
 * Roles by structure alone, for keys whose names say nothing (`k1`, `a`, `zeit`): what a column's values do over the
 * states of many items gives most roles away.
 */
export interface Guess {
  role: Role
  path: string
}

class Guesser {
  readonly guesses: Guess[] = []
  readonly #all: readonly Features[]
  readonly #table: Table
  readonly #taken: Map<string, Role>

  constructor(all: readonly Features[], table: Table, taken: ReadonlyMap<string, Role>) {
    this.#all = all
    this.#table = table
    this.#taken = new Map(taken)
  }

  has(role: Role): boolean {
    return [...this.#taken.values()].includes(role)
  }

  of(role: Role): Features | undefined {
    return this.#all.find(({ column }) => this.#taken.get(column.path) === role)
  }

  get free(): Features[] {
    return this.#all.filter(({ column, filled }) => !this.#taken.has(column.path) && filled.length > 0)
  }

  /** Takes the free column that scores best, if any scores above zero. */
  take(role: Role, score: (features: Features) => number): void {
    if (this.has(role)) return
    let best: { features: Features; score: number } | null = null
    for (const features of this.free) {
      const value = score(features)
      if (value > 0 && (best === null || value > best.score)) best = { features, score: value }
    }
    if (best === null) return
    const { path } = best.features.column
    this.#taken.set(path, role)
    this.guesses.push({ role, path })
  }

  /** Type of each sample file by what is known so far. */
  fileTypes(): Map<number, string> {
    const types = new Map<number, string>()
    for (const { file, value } of this.of('type')?.filled ?? []) {
      const type = typeOf(value)
      if (type !== undefined) types.set(file, type)
    }
    return types
  }

  get table(): Table {
    return this.#table
  }
}

/** Guesses what names did not tell. `taken` is what they did: path to role. */
export function guessRoles(
  all: readonly Features[],
  table: Table,
  taken: ReadonlyMap<string, Role>,
  _hints: LearnHints,
): Guess[] {
  const guesser = new Guesser(all, table, taken)
  guessTimes(guesser)
  guessIdAndType(guesser)
  guessDeleted(guesser)
  guessFolder(guesser)
  guessFlags(guesser)
  guessTexts(guesser)
  return guesser.guesses
}

function guessTimes(guesser: Guesser): void {
  const times = (): Features[] =>
    guesser.free.filter(({ time, text, distinct }) => time > 0.9 && (distinct > 1 || text > 0))
  // The end of validity first: it chains with another column, or is the one that is still open in last states.
  const starts = guesser.of('start')
  guesser.take('end', (features) => {
    if (features.time < 0.9) return 0
    const others = starts === undefined ? times().filter((other) => other !== features) : [starts]
    const chain = Math.max(0, ...others.map((other) => chained(other.column, features.column)))
    if (chain > 0.5) return 1 + chain
    const open = features.nullish / features.column.seen.length
    return open > 0 && others.length > 0 && afterOf(features, others) > 0.9 ? open : 0
  })
  const ends = guesser.of('end')
  guesser.take('start', (features) => {
    if (features.time < 0.9) return 0
    const always = features.filled.length / features.column.seen.length
    if (always < 0.9) return 0
    const chain = ends === undefined ? 0 : chained(features.column, ends.column)
    const moves = features.pairs === 0 ? 0.3 : Math.max(features.rising, features.falling)
    // Of times that never move the latest is the state's: mail is older than its backup.
    const late =
      ends === undefined
        ? 0
        : afterOf(
            features,
            times().filter((other) => other !== features),
          ) * 0.1
    return chain + moves + late - (features.pairs >= 3 ? features.steady : 0)
  })
  guesser.take('date', (features) =>
    features.time > 0.9 ? 1 + (features.pairs === 0 ? 0 : features.steady) : 0,
  )
}

/** Share of values that are not before the same state's value in any of the other columns. */
function afterOf(features: Features, others: readonly Features[]): number {
  let compared = 0
  let after = 0
  for (const other of others) {
    const times = new Map(other.filled.map(({ file, state, value }) => [file * 1000 + state, timeOf(value)]))
    for (const { file, state, value } of features.filled) {
      const theirs = times.get(file * 1000 + state)
      const own = timeOf(value)
      if (theirs === undefined || theirs === null || own === null) continue
      compared++
      if (own >= theirs) after++
    }
  }
  return compared === 0 ? 0 : after / compared
}

function guessIdAndType(guesser: Guesser): void {
  const { files } = guesser.table
  guesser.take('id', (features) => {
    if (features.integer < 0.95) return 0
    const known = features.filled.filter(({ file }) => files[file]?.id != null)
    if (known.length < 3) return 0
    const same = known.filter(({ file, value }) => files[file]?.id === asNumber(value)).length / known.length
    return same > 0.9 ? same : 0
  })
  guesser.take('type', (features) => {
    const typed =
      features.filled.filter(({ value }) => typeOf(value) !== undefined).length / features.filled.length
    if (typed < 0.9 || (features.pairs > 0 && features.steady < 0.6)) return 0
    const words = features.filled.every(({ value }) => typeof value === 'string' && !/^\d+$/.test(value))
    if (words) return 2
    // As numbers: where a blob is named it is nearly always a message, where none is, hardly ever.
    const withBlob = features.filled.filter(({ file }) => files[file]?.hasDigest === true)
    const without = features.filled.filter(({ file }) => files[file]?.hasDigest === false)
    const messages =
      withBlob.filter(({ value }) => typeOf(value) === 'message').length / Math.max(1, withBlob.length)
    const others =
      without.filter(({ value }) => typeOf(value) !== 'message').length / Math.max(1, without.length)
    return withBlob.length > 0 && messages > 0.4 && (without.length < 5 || others > 0.6)
      ? messages + others
      : 0
  })
}

function guessDeleted(guesser: Guesser): void {
  if (guesser.has('alive')) return
  guesser.take('deleted', (features) => {
    if (features.column.multiple) return 0
    const values = features.column.seen
    if (!values.every(({ value }) => booleanOf(value) !== undefined || value === null || value === 0))
      return 0
    const on = values.filter(({ value }) => booleanOf(value) === true)
    if (on.length === 0 || on.length > values.length * 0.7) return 0
    // A deleted mark is set at the end of a life and never taken back.
    const last =
      on.filter(({ file, state }) => (guesser.table.files[file]?.states ?? 0) === state + 1).length /
      on.length
    const late = on.filter(({ state }) => state > 0).length / on.length
    return last > 0.8 ? last + late + (features.falling === 0 ? 0.5 : 0) : 0
  })
}

function guessFolder(guesser: Guesser): void {
  const types = guesser.fileTypes()
  const folders = new Set<number>()
  guesser.table.files.forEach(({ id }, file) => {
    if (id !== null && types.get(file) === 'folder') folders.add(id)
  })
  guesser.take('folder', (features) => {
    if (features.text > 0.9) {
      const paths = features.filled.filter(
        ({ value }) => typeof value === 'string' && (/^\/[^/]/.test(value) || systemFolderId(value) !== null),
      ).length
      return paths / features.filled.length > 0.5 && features.distinct < features.filled.length * 0.8
        ? 0.6
        : 0
    }
    if (features.integer < 0.95 || features.time > 0.5) return 0
    let fitting = 0
    let builtIn = 0
    for (const { value } of features.filled) {
      const id = asNumber(value) ?? 0
      const system = systemFolderName(id) !== null
      if (system) builtIn++
      if (system || folders.has(id) || (folders.size === 0 && id >= FIRST_USER_ID)) fitting++
    }
    const share = fitting / features.filled.length
    const system = builtIn / features.filled.length
    const few = features.distinct / features.filled.length
    // Zero is no folder; sizes and counters differ from item to item.
    const zeros = features.column.seen.filter(({ value }) => value === 0).length / features.column.seen.length
    if (share < 0.85 || system < 0.1 || zeros > 0.05 || (few > 0.6 && features.filled.length > 20)) return 0
    const inbox = features.filled.some(({ value }) => asNumber(value) === 2) ? 0.3 : 0
    return features.distinct > 1 || features.filled.length < 5 ? share + system * 0.2 + inbox : 0
  })
}

function guessFlags(guesser: Guesser): void {
  guesser.take('flags', (features) => {
    const { filled } = features
    if (features.distinct < 2 || features.distinct > 60) return 0
    if (
      filled.every(
        ({ value }) => typeof value === 'string' && /^[a-z!?/]{1,8}$/.test(value) && flagsOf(value) === value,
      )
    )
      return 0.8
    if (!filled.every(({ value }) => isFlagMask(asNumber(value) ?? -1))) return 0
    const bits = filled.filter(
      ({ value }) => popCount(asNumber(value) ?? 0) <= 4 && ((asNumber(value) ?? 0) & (2 | 32 | 512)) !== 0,
    )
    return bits.length / filled.length > 0.9 ? 0.5 : 0
  })
}

function popCount(value: number): number {
  let bits = 0
  for (let rest = value; rest > 0; rest >>= 1) bits += rest & 1
  return bits
}

interface Texts {
  length: number
  blanks: number
  variety: number
}

function texts(features: Features, accept: (file: number) => boolean): Texts | null {
  const values = features.filled.flatMap(({ file, value }) =>
    typeof value === 'string' && accept(file) ? [value] : [],
  )
  if (values.length === 0 || features.text < 0.8 || features.digest > 0.2 || features.time > 0.3) return null
  if (values.some((value) => /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(value))) return null
  return {
    length: values.reduce((sum, value) => sum + value.length, 0) / values.length,
    blanks: values.filter((value) => value.includes(' ')).length / values.length,
    variety:
      new Set(values).size /
      new Set(features.filled.filter(({ file }) => accept(file)).map(({ file }) => file)).size,
  }
}

function guessTexts(guesser: Guesser): void {
  const types = guesser.fileTypes()
  const { files } = guesser.table
  const isMessage = (file: number): boolean =>
    types.size > 0 ? types.get(file) === 'message' : (files[file]?.hasDigest ?? false)
  const isFolder = (file: number): boolean =>
    types.size > 0 ? types.get(file) === 'folder' : !(files[file]?.hasDigest ?? false)
  const mails = (features: Features): Texts | null =>
    features.mail > 0.6 ? texts(features, isMessage) : null
  // Of two columns of addresses the more varied one is the sender's: the recipient is mostly the owner.
  guesser.take('sender', (features) => mails(features)?.variety ?? 0)
  guesser.take('recipients', (features) => mails(features)?.variety ?? 0)
  guesser.take('subject', (features) => {
    const found = features.mail < 0.5 ? texts(features, isMessage) : null
    if (found === null || found.variety < 0.3 || found.length < 4 || found.length > 90) return 0
    return found.variety + found.blanks
  })
  guesser.take('name', (features) => {
    const found = features.mail < 0.5 ? texts(features, isFolder) : null
    return found === null || found.length > 60 ? 0 : found.variety
  })
  // One key may hold a folder's name and a mail's subject.
  const subject = guesser.of('subject')
  if (!guesser.has('name') && subject !== undefined && texts(subject, isFolder) !== null) {
    guesser.guesses.push({ role: 'name', path: subject.column.path })
  }
}
