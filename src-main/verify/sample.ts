/** A fair choice of `count` things out of a stream of unknown length (reservoir sampling), repeatable by its seed. */
export interface Sample<T> {
  offer(thing: T): void
  chosen(): T[]
}

export function sampleOf<T>(count: number, seed: number): Sample<T> {
  const next = generator(seed)
  const kept: T[] = []
  let offered = 0
  return {
    offer(thing) {
      offered++
      if (kept.length < count) kept.push(thing)
      else {
        const place = Math.floor(next() * offered)
        if (place < count) kept[place] = thing
      }
    },
    chosen: () => kept,
  }
}

/** Numbers in [0, 1): mulberry32, good enough to choose files by. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
