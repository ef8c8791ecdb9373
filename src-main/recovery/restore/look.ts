import type { Words } from '../../contract/recovery.ts'
import { ConnectionError } from '../../remote/connection-errors.ts'
import { CarbonioError } from '../../remote/carbonio/errors.ts'
import type { Answer } from '../../remote/carbonio/types.ts'
import { CannotTell, reasonOf } from '../../remote/probe/fact.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { figure, translated, words } from '../cases/words.ts'
import type { Check, CheckResult, StepContext } from '../types.ts'

/**
 * A check whose errors of servers, of Carbonio and of what could not be read become `unknown` with the reason.
 * Mistakes of our own go through.
 */
export function check(
  id: string,
  label: Words,
  guard: boolean,
  look: (context: StepContext) => Promise<CheckResult>,
): Check {
  return {
    id,
    label,
    guard,
    async run(context) {
      try {
        return await look(context)
      } catch (error) {
        context.signal.throwIfAborted()
        if (!isForeseen(error)) throw error
        return {
          verdict: 'unknown',
          evidence: words(
            `Could not be told: ${reasonOf(error)}`,
            `Non è stato possibile stabilirlo: ${inItalian(reasonOf(error))}`,
          ),
          ...nextOf(error),
        }
      }
    },
  }
}

/** What asking a server may end with instead of an answer; its reason is told, anything else is a fault. */
export function isNoAnswer(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof CarbonioError || error instanceof CannotTell
}

function isForeseen(error: unknown): boolean {
  if (isNoAnswer(error)) return true
  return error instanceof Error && typeof (error as Error & { next?: unknown }).next === 'string'
}

function nextOf(error: unknown): { next?: Words } {
  const { next } = error as { next?: unknown }
  return typeof next === 'string' && next !== '' ? { next: translated(next) } : {}
}

/** The value of an answer. @throws CannotTell when it was not understood */
export function understood<T>(answer: Answer<T>): T {
  if (answer.understood) return answer.value
  throw new CannotTell(answer.why)
}

export const ok = (en: string, it: string): CheckResult => ({ verdict: 'ok', evidence: words(en, it) })

/** Counts and sizes for people. */
export const count = (value: number): string => figure(value).en
/** The same for Italian. */
export const countIt = (value: number): string => figure(value).it
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000
  return `${unit === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ''}`
}

/** A list of names for a sentence: the first few, and how many more. */
export function some(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown} (+${count(names.length - most)})` : shown
}
