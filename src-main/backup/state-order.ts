/**
 * Orders the states of an item by their start; where some tell only their end, by that. Stable: a state without a time
 * stays behind the one it followed.
 */
export function inTimeOrder<T extends { start: number | null; end: number | null }>(
  states: readonly T[],
): T[] {
  const byEnd = states.some(({ start, end }) => start === null && end !== null)
  let last = -Infinity
  const keyed = states.map((state, index) => {
    const time = byEnd ? (state.start ?? state.end) : state.start
    if (time !== null) last = time
    return { state, index, time: time ?? last }
  })
  // Two times of minus infinity differ by NaN, which the index decides.
  return keyed.sort((a, b) => a.time - b.time || a.index - b.index).map(({ state }) => state)
}
