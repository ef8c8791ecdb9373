import { z } from 'zod'
import { pathArgument } from './arguments.ts'
import { defineOperation } from './operation.ts'
import { isUuid } from './replies.ts'
import { isObject } from './json-reply.ts'
import { linesOf } from './text-tree.ts'

function pairsIn(value: unknown, pairs: { from: string; to: string }[], depth: number): void {
  if (depth > 6) return
  if (Array.isArray(value)) {
    const ids = value.filter(isUuid)
    if (ids.length === 2 && value.length === 2) pairs.push({ from: ids[0]!, to: ids[1]! })
    else for (const entry of value) pairsIn(entry, pairs, depth + 1)
  } else if (isObject(value)) {
    const own = Object.values(value).filter(isUuid)
    const entries = Object.entries(value)
    const keyed = entries.filter(([key]) => isUuid(key))
    // {old: new, …}, or rows {source: …, destination: …}
    if (keyed.length > 0) {
      for (const [from, to] of keyed) if (isUuid(to)) pairs.push({ from, to })
    } else if (own.length === 2 && entries.length <= 4) pairs.push({ from: own[0]!, to: own[1]! })
    else for (const [, entry] of entries) pairsIn(entry, pairs, depth + 1)
  }
}

/** Which account of the old server became which one here, from a `map_…` file that an import left. */
export const getMap = defineOperation({
  name: 'getMap',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({ file: pathArgument }),
  output: z.object({ pairs: z.array(z.object({ from: z.string(), to: z.string() })).min(1) }),
  words: ({ file }) => ['backup', 'getMap', file],
  // a table of the binary map (D); its form is not published: rows of two ids are what is understood
  read: ({ format, parts, tree }) => {
    const pairs: { from: string; to: string }[] = []
    if (format === 'json') pairsIn(parts[0]?.payload, pairs, 0)
    else {
      for (const { text } of linesOf(tree)) {
        const ids = text.split(/[\s,;|=>_]+/).filter(isUuid)
        if (ids.length === 2) pairs.push({ from: ids[0]!, to: ids[1]! })
      }
    }
    return { pairs }
  },
})
