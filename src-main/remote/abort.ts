/** The work, or a rejection as soon as the signal aborts; the work itself then goes on unheard. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortReason(signal))
    signal.addEventListener('abort', abort, { once: true })
    const release = (): void => signal.removeEventListener('abort', abort)
    work.then(resolve, reject).finally(release)
    if (signal.aborted) abort()
  })
}

/** Why a signal aborted, always an Error. */
export function abortReason(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('Stopped.')
}
