import { z } from 'zod'
import { named } from './arguments.ts'
import { configTargetSchema } from './config-arguments.ts'
import { settingText } from './config-get.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick, withoutSecrets } from './replies.ts'

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{1,127}$/

/** Settings as pairs, whether they come as `{name: value}`, `{name: {value, …}}` or a list with `attribute`. */
function pairsOf(payload: unknown): Map<string, string | null> {
  const pairs = new Map<string, string | null>()
  const values = deepPick(payload, ['values', 'attributes'], 2) ?? payload
  if (Array.isArray(values)) {
    for (const entry of values) {
      const attribute = pick(entry, 'attribute')
      if (typeof attribute === 'string') pairs.set(attribute, settingText(pick(entry, 'value') ?? null))
    }
  } else if (isObject(values)) {
    for (const [key, entry] of Object.entries(values)) {
      if (!NAME.test(key)) continue
      const inner = isObject(entry) && 'value' in entry ? entry['value'] : entry
      pairs.set(key, settingText(inner ?? null))
    }
  }
  return pairs
}

/** All settings of a server, COS, domain, account, or the global ones. Secrets are taken out. */
export const configDump = defineOperation({
  name: 'config dump',
  module: 'config',
  effect: 'reads',
  risk: 'Reads only. The output on the server may hold secrets; Lifeboat takes them out.',
  input: z.object({ target: configTargetSchema, showInherited: z.boolean().optional() }),
  output: z.object({ settings: z.record(z.string(), z.string().nullable()) }),
  words: ({ target, showInherited }) => [
    'config',
    'dump',
    target.scope,
    ...(target.scope === 'global' ? [] : [target.name]),
    ...named({ 'show-inherited': showInherited }),
  ],
  // one padded `name value` per line, as the vendor's support instructions cut it
  read: ({ parts }) => {
    const pairs = pairsOf(parts.length === 1 ? withoutSecrets(parts[0]!.payload) : undefined)
    // any words look like settings: a dump has some of the vendor's names
    return [...pairs.keys()].some((key) => /^(?:Zx[A-Z]|backup|zimbra|carbonio|team)[A-Za-z]/.test(key))
      ? { settings: Object.fromEntries(pairs) }
      : null
  },
})
