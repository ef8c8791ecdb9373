import type { Fact } from '../../contract/server-report.ts'

/** Why a fact could not be told, in words for a person. Thrown inside a probe, never out of it. */
export class CannotTell extends Error {
  constructor(because: string) {
    super(because)
    this.name = 'CannotTell'
  }
}

export function known<Value>(value: Value): Fact<Value> {
  return { known: true, value }
}

export function unknown(because: string): { known: false; because: string } {
  return { known: false, because }
}

/** The value as a fact, or why there is none. Only the signal's abort goes through. */
export async function tell<Value>(find: () => Promise<Value>, signal: AbortSignal): Promise<Fact<Value>> {
  try {
    return known(await find())
  } catch (error) {
    if (signal.aborted) throw error
    return unknown(reasonOf(error))
  }
}

export function reasonOf(error: unknown): string {
  const { message, why } = error as Error & { why?: unknown }
  if (error instanceof CannotTell || typeof why !== 'string') return message
  return `${message}: ${why}`
}

/** The value of a fact that another one hangs on. */
export function needs<Value>(fact: Fact<Value>): Value {
  if (!fact.known) throw new CannotTell(fact.because)
  return fact.value
}
