import type { CaseRole, Words } from '../../contract/recovery.ts'
import { ConnectionError } from '../../remote/connection-errors.ts'
import type { CommandResult, RunAs } from '../../remote/shell.ts'
import { words } from '../cases/words.ts'
import { errorWords } from '../steps/next.ts'
import type { CheckResult, StepContext } from '../types.ts'

/** Runs a program that only reads, in the C locale; an error of the connection as words. */
export async function ask(
  context: StepContext,
  role: CaseRole,
  argv: readonly string[],
  as: RunAs = 'root',
  timeout = 30_000,
): Promise<CommandResult> {
  return context.command(role, ['env', 'LC_ALL=C', ...argv], { as, timeout, effect: 'reads' })
}

/** Runs a program that changes something. @throws CommandFailed when it ends with another code than 0 */
export async function doIt(
  context: StepContext,
  role: CaseRole,
  argv: readonly string[],
  as: RunAs = 'root',
): Promise<CommandResult> {
  const result = await context.command(role, argv, { as, timeout: 180_000 })
  if (result.code === 0) return result
  throw new CommandFailed(argv.join(' '), result)
}

/** A command that ended without success; `message` says what it printed. */
export class CommandFailed extends Error {
  readonly why: string
  readonly next: string
  constructor(command: string, { code, stderr, stdout }: CommandResult) {
    super(`The command ended with code ${String(code)}: ${command}`)
    this.name = 'CommandFailed'
    this.why = (stderr || stdout).trim().slice(0, 500) || 'It printed nothing.'
    this.next = 'Run it by hand to see more, then do the step again: it goes on where it stopped.'
  }
}

/** "Could not be told, because" for a check: what a server says never throws out of one. */
function unknownBecause(error: unknown): CheckResult {
  const message = error instanceof Error ? error.message : String(error)
  const why = error instanceof ConnectionError ? error.why : ''
  const { en, it } = errorWords({ message, why, next: '' })
  return {
    verdict: 'unknown',
    evidence: words(`Could not be told, because: ${en}`, `Non è stato possibile saperlo, perché: ${it}`),
  }
}

/** A check whose errors become `unknown`; only the abort of the step goes through. */
export function looking(
  look: (context: StepContext) => Promise<CheckResult>,
): (context: StepContext) => Promise<CheckResult> {
  return async (context) => {
    try {
      return await look(context)
    } catch (error) {
      if (context.signal.aborted) throw error
      return unknownBecause(error)
    }
  }
}

export function result(verdict: CheckResult['verdict'], evidence: Words, next?: Words): CheckResult {
  return next === undefined ? { verdict, evidence } : { verdict, evidence, next }
}
