import { z } from 'zod'
import { booleanOf, momentOf, momentSchema, textOf } from '../carbonio/arguments.ts'
import { defineOperation } from '../carbonio/operation.ts'
import { deepPick, fieldsOf, fieldsSchema } from '../carbonio/replies.ts'

/** Questions to `carbonio` that only the look at a server asks. What they answer is not documented, so it is read widely. */

const VERSION = /\b\d+\.\d+(?:\.\d+)*\b/

/** Version of the Carbonio modules. */
export const getVersion = defineOperation({
  name: 'core getVersion',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({}),
  output: z.object({ version: z.string() }),
  words: () => ['core', 'getVersion'],
  read: ({ parts, format, text }) => {
    const picked = deepPick(parts[0]?.payload, [
      'version',
      'carbonio_version',
      'product_version',
      'system_version',
    ])
    const version = textOf(picked) ?? (format === 'text' ? VERSION.exec(text)?.[0] : undefined)
    return version === undefined ? null : { version }
  },
})

/** The licence as the server knows it. */
export const getLicenseInfo = defineOperation({
  name: 'core getLicenseInfo',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({}),
  output: z.object({
    /** What the reply itself says; null when it does not say. */
    valid: z.boolean().nullable(),
    expires: momentSchema.nullable(),
    fields: fieldsSchema,
  }),
  words: () => ['core', 'getLicenseInfo'],
  read: ({ parts, zone }) => {
    const payload = parts[0]?.payload
    const valid = booleanOf(
      deepPick(payload, ['valid', 'isValid', 'is_valid', 'licenseValid', 'active', 'licensed']),
    )
    const expires = momentOf(
      deepPick(payload, [
        'expiration',
        'expirationDate',
        'expiration_date',
        'dateEnd',
        'end_date',
        'endDate',
        'expires',
        'validUntil',
      ]),
      zone,
    )
    return valid === null && expires === null ? null : { valid, expires, fields: fieldsOf(payload) }
  },
})

/** Five fields of cron(8). */
const CRON = /(?:^|[\s"':=])((?:[\d*/,-]+[ \t]+){4}[\d*/,-]+)(?:$|[\s"',}])/m

/** When the SmartScan runs: `carbonio backup scheduler SmartScan get global` (D, newer releases). */
export const getSmartScanSchedule = defineOperation({
  name: 'scheduler SmartScan get',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({}),
  output: z.object({ enabled: z.boolean().nullable(), pattern: z.string() }),
  words: () => ['backup', 'scheduler', 'SmartScan', 'get', 'global'],
  read: ({ parts, text }) => {
    const payload = parts[0]?.payload
    const pattern =
      textOf(deepPick(payload, ['pattern', 'cron-pattern', 'cronPattern', 'schedule'])) ?? cronIn(text)
    if (pattern === null) return null
    return { enabled: booleanOf(deepPick(payload, ['enabled', 'cron-enabled', 'cronEnabled'])), pattern }
  },
})

/** A cron pattern somewhere in a text; null when there is none. */
export function cronIn(text: string): string | null {
  return CRON.exec(text)?.[1] ?? null
}
