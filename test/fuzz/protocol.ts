/** What a fuzzing thread is started with. */
export interface FuzzJob {
  area: string
  /** Seed of the first case; the next ones follow by one. */
  first: number
  count: number
  /** A folder to write into. */
  scratch: string
  /** Where the thread says which case it is at (Int32 each): read by the test while the thread hangs. */
  shared: SharedArrayBuffer
}

/** Places in `shared`: number of the case that runs, and when it began (ms of the thread). */
export const CURRENT = 0
export const STARTED = 1

export interface FuzzReport {
  cases: number
  failures: { seed: number; text: string }[]
  /** The longest case, ms, and its seed. */
  slowest: number
  slowestSeed: number
  /** Bytes of heap and buffers held after every 500 cases, garbage collected. */
  held: number[]
}
