import { z } from 'zod'
import { textArgument } from './arguments.ts'
import { requireCosWarning } from './cos-warning.ts'
import { doneSchema, readDone } from './replies.ts'

const input = z.object({
  cos: textArgument,
  enabled: z.boolean(),
  /** From cosBackupWarning; needed to switch off. */
  confirmed: z.string().optional(),
})
type Input = z.infer<typeof input>

/** What both syntaxes of switching backup for a COS on and off share: the warning must have been given before it is switched off. */
export function cosSwitch(name: string) {
  return {
    effect: 'changes' as const,
    risk: 'Switched off, the accounts of the COS are treated as deleted and their backup data is purged after the retention time.',
    input,
    output: doneSchema,
    check: ({ cos, enabled, confirmed }: Input) => {
      if (!enabled) requireCosWarning(name, { cos, confirmed, use: false })
    },
    before: ({ cos, enabled, confirmed }: Input, host: string) => {
      if (!enabled) requireCosWarning(name, { cos, confirmed, host, use: true })
    },
    read: readDone,
  }
}
