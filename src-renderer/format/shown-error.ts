/** An error as a person reads it: what happened, why, what to do next, and the details to copy. */
export interface ShownError {
  what: string
  why: string | null
  next: string | null
  /** Typed code of the contract (`UNREADABLE`, …) or null for something nobody expected. */
  code: string | null
  details: string
  /** When it was seen, ms UTC. */
  at: number
}

interface Advice {
  why?: unknown
  next?: unknown
}

const EXPECTED = ['NOT_A_BACKUP_PATH', 'UNREADABLE', 'NOT_FOUND', 'REFUSED', 'BAD_QUERY', 'CONNECTION']

/** Turns anything thrown into what the screens show. Expected errors carry their own advice. */
export function toShownError(error: unknown): ShownError {
  const what = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
  const data: Advice =
    error instanceof Error && 'data' in error && typeof error.data === 'object' && error.data !== null
      ? error.data
      : {}
  const why = typeof data.why === 'string' ? data.why : null
  const next = typeof data.next === 'string' ? data.next : null
  // the transport uses the same codes for its own failures, but then there is no advice with them
  const expected = isExpected(code) && (why !== null || next !== null)
  const stack = error instanceof Error && error.stack && !expected ? error.stack : ''
  const details = [code ? `${code}: ${what}` : what, why, next, stack].filter(Boolean).join('\n')
  return { what, why, next, code: expected ? code : null, details, at: Date.now() }
}

/** An error of which only a text is left, as a step or a source tells it. @param at ms UTC; @param details for whoever helps */
export function toldError(what: string, at: number | null, details = what): ShownError {
  return { what, why: null, next: null, code: null, details, at: at ?? Date.now() }
}

function isExpected(code: string | null): code is string {
  return code !== null && EXPECTED.includes(code)
}

/** True for the rejection of a call that was given up on purpose. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
