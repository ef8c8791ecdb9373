import { z } from 'zod'
import { dateOr, pathArgument, textOf } from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick } from './replies.ts'

const isDomain = (text: unknown): text is string =>
  typeof text === 'string' && /^[^\s@/]+\.[^\s@/.]+$/.test(text)

function domainsIn(value: unknown): unknown[] | null {
  if (value === null || value === '') return []
  if (Array.isArray(value)) {
    return value.map((entry: unknown) => (isObject(entry) ? pick(entry, 'name', 'domain') : textOf(entry)))
  }
  if (isObject(value)) {
    const keys = Object.keys(value)
    return keys.every(isDomain) ? keys : Object.values(value)
  }
  return null
}

/** The domains that a Backup Path can restore. */
export const getAvailableDomains = defineOperation({
  name: 'getAvailableDomains',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({ date: dateOr('last').default('last'), backupPath: pathArgument }),
  output: z.object({ domains: z.array(z.string()) }),
  words: ({ date, backupPath }) => ['backup', 'getAvailableDomains', date, backupPath],
  read: ({ parts }) => {
    const payload = parts.length === 1 ? parts[0]!.payload : undefined
    const list = deepPick(payload, ['domains', 'domainList', 'domainMap', 'availableDomains'], 2)
    const domains = domainsIn(list ?? (Array.isArray(payload) && payload.length > 0 ? payload : undefined))
    return domains?.every(isDomain) === true ? { domains } : null
  },
})
