import { z } from 'zod'
import { booleanOf, textOf } from './arguments.ts'
import { attributeArgument, configSyntaxSchema, configTargetSchema, configWords } from './config-arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { isSecretName } from './clean-output.ts'
import { defineOperation } from './operation.ts'
import { deepPick } from './replies.ts'

/** A value as text; lists and objects (schedules) as JSON. */
export function settingText(value: unknown): string | null {
  if (value === null) return null
  return textOf(value) ?? (typeof value === 'object' ? JSON.stringify(value) : null)
}

function entriesIn(payload: unknown): unknown[] {
  const values = deepPick(payload, ['values'], 2)
  if (Array.isArray(values)) return values
  return [values, payload].filter(isObject)
}

/** One setting of Carbonio, such as `ZxBackup_DestPath` of a server. */
export const configGet = defineOperation({
  name: 'config get',
  module: 'config',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({
    target: configTargetSchema,
    attribute: attributeArgument,
    syntax: configSyntaxSchema.default('new'),
  }),
  output: z.object({
    attribute: z.string(),
    /** null when it is set to nothing; `***` for secrets. */
    value: z.string().nullable(),
    inherited: z.boolean().nullable(),
  }),
  words: ({ target, attribute, syntax }) => configWords('get', target, attribute, syntax),
  // `server …`, then `values` with attribute, value, isInherited, modules (D)
  read: ({ parts }, { attribute }) => {
    const payload = parts.length === 1 ? parts[0]!.payload : undefined
    for (const entry of entriesIn(payload)) {
      const named = textOf(pick(entry, 'attribute'))
      const keyed = isObject(entry) && Object.hasOwn(entry, attribute) ? entry[attribute] : undefined
      if (named !== attribute && keyed === undefined) continue
      const holder = named === attribute ? entry : isObject(keyed) ? keyed : { value: keyed }
      return {
        attribute,
        value: isSecretName(attribute) ? '***' : settingText(pick(holder, 'value') ?? null),
        inherited: booleanOf(pick(holder, 'isInherited')),
      }
    }
    return null
  },
})
