import { decodeBencode, looksBencoded } from './bencode.ts'
import { parseTimestamp } from './timestamps.ts'

/**
 * The single values of a JSON tree with the path of names that leads to each, walked without recursion (hostile input
 * nests 100,000 deep) and with bounds on depth and number.
 */
export const MAX_DEPTH = 48
const MAX_LEAVES = 20_000
const MAX_EMBEDDED = 256 * 1024
const MAX_NODES = 20_000

/** One place in the shape of the metadata; nodes are shared by all states, so what is known of a path is looked up once. */
export class PathNode<T> {
  readonly segment: string
  readonly parent: PathNode<T> | null
  readonly tree: PathTree<T>
  #children: Map<string, PathNode<T>> | null = null
  /** Whatever the user of the tree knows about this path. */
  known: T | null = null

  constructor(tree: PathTree<T>, segment: string, parent: PathNode<T> | null) {
    this.tree = tree
    this.segment = segment
    this.parent = parent
  }

  child(segment: string): PathNode<T> {
    const found = this.#children?.get(segment)
    if (found !== undefined) return found
    const made = new PathNode(this.tree, segment, this)
    // Keys may be data (ids, header names): beyond the bound, nodes are not kept.
    if (this.tree.size < MAX_NODES) {
      this.tree.size++
      this.#children ??= new Map()
      this.#children.set(segment, made)
    }
    return made
  }

  segments(): string[] {
    // At most MAX_DEPTH steps and a few for embedded values.
    return this.parent === null ? [] : [...this.parent.segments(), this.segment]
  }
}

export class PathTree<T> {
  size = 1
  readonly state = new PathNode<T>(this, '', null)
  /** What stands around the list of states. */
  readonly around = this.state.child('^')
}

export type Scalar = string | number | boolean | null
export type LeafValue = Scalar | readonly number[]

/** A Java date-time written as `[2026, 11, 20, 3, 1, 1]`. */
function isDateArray(value: readonly unknown[]): value is number[] {
  if (value.length < 3 || value.length > 7) return false
  const [year, month, day] = value
  if (typeof year !== 'number' || year < 1970 || year > 2100) return false
  if (typeof month !== 'number' || month < 1 || month > 12 || typeof day !== 'number' || day < 1 || day > 31)
    return false
  return value.every((part) => typeof part === 'number')
}

/** Start and end as a pair `[1763604060000, null]`; tags or recipients are no times. */
function isPeriod(value: readonly unknown[]): boolean {
  return (
    value.length === 2 &&
    parseTimestamp(value[0], 'UTC') !== null &&
    (isUnset(value[1]) || parseTimestamp(value[1], 'UTC') !== null)
  )
}

function isUnset(value: unknown): boolean {
  return (
    value === null ||
    value === '' ||
    value === 0 ||
    value === -1 ||
    (typeof value === 'number' && value >= 9e15)
  )
}

/** Begins like JSON or a bencoded dictionary. */
function mayEmbed(text: string): boolean {
  const first = text.charCodeAt(0)
  return first === 0x7b || first === 0x5b || first === 0x64
}

function embedded(text: string): unknown {
  const first = text.charCodeAt(0)
  if (text.length > MAX_EMBEDDED) return undefined
  if (first === 0x7b || first === 0x5b) {
    try {
      const value: unknown = JSON.parse(text)
      return typeof value === 'object' && value !== null ? value : undefined
    } catch {
      return undefined
    }
  }
  return first === 0x64 && looksBencoded(text) ? (decodeBencode(text) ?? undefined) : undefined
}

/**
 * Calls `visit` for every value below `root` in document order, `skip` and what is below it left out. Strings that hold
 * JSON or a bencoded dictionary are opened. Returns whether everything was seen (false: too deep or too many).
 */
export function walkLeaves<T>(
  root: unknown,
  at: PathNode<T>,
  visit: (node: PathNode<T>, value: LeafValue) => void,
  skip?: unknown,
): boolean {
  let complete = true
  let leaves = 0
  const stack: { node: PathNode<T>; value: unknown; depth: number }[] = [{ node: at, value: root, depth: 0 }]
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { node, value, depth } = item
    if (value === skip && value !== undefined) continue
    if (typeof value === 'object' && value !== null) {
      if (depth >= MAX_DEPTH) {
        complete = false
        continue
      }
      if (Array.isArray(value)) {
        const list = value as unknown[]
        if (isDateArray(list)) {
          visit(node, list)
          continue
        }
        if (list.length > MAX_LEAVES) complete = false
        // A state written as a list has its roles by position; inside a state, elements are alike.
        const positional = depth === 0 || isPeriod(list)
        for (let index = Math.min(list.length, MAX_LEAVES) - 1; index >= 0; index--) {
          stack.push({
            node: node.child(positional ? `#${String(index)}` : '[]'),
            value: list[index],
            depth: depth + 1,
          })
        }
        continue
      }
      const record = value as Record<string, unknown>
      const keys = Object.keys(record)
      if (keys.length > MAX_LEAVES) {
        complete = false
        keys.length = MAX_LEAVES
      }
      // Single values at the head are visited at once, nearly always all of them; what follows the first other one waits in order.
      let plain = 0
      for (; plain < keys.length; plain++) {
        const key = keys[plain] as string
        const inside = record[key]
        if (typeof inside === 'object' && inside !== null) break
        if (typeof inside === 'string' && inside.length > 4 && mayEmbed(inside)) break
        if (inside === skip && inside !== undefined) continue
        if (++leaves > MAX_LEAVES) return false
        visit(node.child(key), inside as Scalar)
      }
      for (let index = keys.length - 1; index >= plain; index--) {
        const key = keys[index] as string
        stack.push({ node: node.child(key), value: record[key], depth: depth + 1 })
      }
      continue
    }
    if (++leaves > MAX_LEAVES) return false
    if (typeof value === 'string') {
      if (value.length > 4) {
        const inner = embedded(value)
        if (inner !== undefined) {
          stack.push({
            node: node.child(value.charCodeAt(0) === 0x64 ? '$benc' : '$json'),
            value: inner,
            depth: depth + 1,
          })
        }
      }
      visit(node, value)
    } else if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
      visit(node, value)
    }
  }
  return complete
}
