import { z } from 'zod'
import { textArgument } from './arguments.ts'

/**
 * `new`: `carbonio config get server HOST ATTRIBUTE`; `old`: `carbonio config server get HOST attribute ATTRIBUTE`,
 * which the vendor calls deprecated (D).
 */
export const configSyntaxSchema = z.enum(['new', 'old'])
export type ConfigSyntax = z.infer<typeof configSyntaxSchema>

/** Whose setting; `global` has no name. */
export const configTargetSchema = z.discriminatedUnion('scope', [
  z.object({ scope: z.literal('global') }),
  z.object({ scope: z.enum(['server', 'cos', 'domain', 'account']), name: textArgument }),
])
export type ConfigTarget = z.infer<typeof configTargetSchema>

/** Name of an attribute, such as `ZxBackup_DestPath`. */
export const attributeArgument = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,127}$/, 'The name of an attribute holds letters, digits, and . _ - only.')

const nameOf = (target: ConfigTarget): string[] => (target.scope === 'global' ? [] : [target.name])

/** The words of one config command in either syntax. */
export function configWords(
  verb: 'get' | 'set',
  target: ConfigTarget,
  attribute: string,
  syntax: ConfigSyntax,
  value?: string,
): string[] {
  const values = value === undefined ? [] : [value]
  if (syntax === 'new') return ['config', verb, target.scope, ...nameOf(target), attribute, ...values]
  const named = value === undefined ? [] : ['value', value]
  return ['config', target.scope, verb, ...nameOf(target), 'attribute', attribute, ...named]
}
