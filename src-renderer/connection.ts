/** The parts of the connection that need no page: kept apart so that they can be tested. */

export interface ConnectionState {
  state: 'connecting' | 'open' | 'lost' | 'ended'
  /** Failed attempts since it was last open. */
  attempt: number
  /** When the next attempt is made, ms UTC; null when none is planned. */
  retryAt: number | null
}

/** Milliseconds to wait before attempt `attempt` (1 = the first after a loss): 250, 500, … at most 5 s. */
export function backOffMs(attempt: number): number {
  return Math.min(5000, 250 * 2 ** Math.max(0, attempt - 1))
}

export interface Subscription<T> {
  signal: AbortSignal
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>
  onEvent: (event: T) => void
  onError?: ((error: unknown) => void) | undefined
  /** Resolves when there is a connection; rejects when there will be none. */
  ready: (signal: AbortSignal) => Promise<unknown>
}

/** True for an error the engine itself answered with; anything else is a broken connection. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'defined' in error
}

/** Reads a stream until it ends, the signal aborts or the engine refuses; opens it again when the connection broke. */
export async function subscribeWith<T>(subscription: Subscription<T>): Promise<void> {
  const { signal, open, onEvent, onError, ready } = subscription
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    try {
      await ready(signal)
      for await (const event of await open(signal)) {
        if (isOver()) return
        onEvent(event)
      }
      return
    } catch (error) {
      if (isOver()) return
      if (isAnswer(error)) {
        onError?.(error)
        return
      }
      // the connection broke: `ready` waits for the next one, and a rejection of it comes back here
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}
