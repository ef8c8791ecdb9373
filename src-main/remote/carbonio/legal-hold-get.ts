import { z } from 'zod'
import { booleanOf, listArgument, textOf } from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick, isUuid } from './replies.ts'
import { linesOf } from './text-tree.ts'

function heldOf(value: unknown): boolean | null {
  const text = textOf(value)?.toLowerCase()
  return text === 'set' ? true : text === 'unset' ? false : booleanOf(value)
}

/** Which accounts are under legal hold: all their states are kept for ever. */
export const legalHoldGet = defineOperation({
  name: 'legalHold get',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({ accounts: z.union([z.literal('all'), listArgument]).default('all') }),
  output: z.object({
    accounts: z.array(z.object({ address: z.string().nullable(), id: z.string(), held: z.boolean() })),
  }),
  words: ({ accounts }) => ['backup', 'legalHold', 'get', accounts === 'all' ? accounts : accounts.join(',')],
  // text: `address id unset`, one account per line (D); JSON is not published
  read: ({ format, parts, tree }) => {
    if (format === 'text') {
      const accounts = [...linesOf(tree)].map(({ text }) => {
        const words = text.split(/\s+/)
        const id = words.find(isUuid)
        return { address: words.find((word) => word.includes('@')) ?? null, id, held: heldOf(words.at(-1)) }
      })
      return accounts.length === 0 ? null : { accounts }
    }
    const payload = parts.length === 1 ? parts[0]!.payload : undefined
    const list = Array.isArray(payload) ? payload : deepPick(payload, ['accounts', 'accountList'], 2)
    if (!Array.isArray(list) || !list.every(isObject)) return null
    return {
      accounts: list.map((entry) => ({
        address: textOf(pick(entry, 'name', 'mail', 'accountName')),
        id: textOf(pick(entry, 'id', 'accountId', 'zimbraId')),
        held: heldOf(pick(entry, 'legalHold', 'status', 'state', 'held')),
      })),
    }
  },
})
