import { z } from 'zod'
import { booleanOf, named, textArgument, textOf } from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick } from './replies.ts'
import { findHeading } from './text-tree.ts'

function enabledOf(value: unknown): boolean | null {
  const text = textOf(value)?.toLowerCase()
  return text === 'enabled' ? true : text === 'disabled' ? false : booleanOf(value)
}

/** Which COS are backed up (older releases; newer ones have `config get cos COS backupEnabled`). */
export const getCosBackupStatus = defineOperation({
  name: 'getCOSBackupStatus',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only.',
  input: z.object({ cos: textArgument.optional() }),
  output: z.object({ coses: z.array(z.object({ name: z.string().min(1), enabled: z.boolean() })) }),
  words: ({ cos }) => ['backup', 'getCOSBackupStatus', ...named({ cos_name: cos })],
  // `cosList`, below it name and Enabled or Disabled (D)
  read: ({ format, parts, tree }) => {
    if (format === 'text') {
      const heading = findHeading(tree, 'cosList')
      if (heading === null) return null
      // a name may hold two blanks: the status is what stands last
      const coses = heading.children.map(({ text }) => {
        const end = /\s+(\S+)$/.exec(text)
        return { name: end === null ? '' : text.slice(0, end.index), enabled: enabledOf(end?.[1]) }
      })
      return { coses }
    }
    const list = parts.length === 1 ? deepPick(parts[0]!.payload, ['cosList'], 2) : undefined
    if (Array.isArray(list)) {
      return {
        coses: list.map((entry: unknown) => ({
          name: textOf(pick(entry, 'name', 'cosName', 'cos')),
          enabled: enabledOf(pick(entry, 'status', 'enabled', 'backupStatus', 'backupEnabled')),
        })),
      }
    }
    if (!isObject(list)) return null
    return { coses: Object.entries(list).map(([cos, value]) => ({ name: cos, enabled: enabledOf(value) })) }
  },
})
