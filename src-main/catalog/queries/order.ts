/** Sorting of a million rows in small steps, so that nobody waits behind it. */
import { giveBack, slab } from './slab.ts'

/** Runs steps to their end. */
export function drain<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Indexes 0…count-1 by date, then reference. Radix sort: 16 bits at a time over milliseconds since the oldest. */
export function* orderByDate(
  date: Float64Array,
  ref: Int32Array,
  count: number,
): Generator<void, Int32Array> {
  let order = new Int32Array(slab(4 * count), 0, count)
  for (let i = 0; i < count; i++) order[i] = i
  if (count < 256) return order.sort((a, b) => date[a]! - date[b]! || ref[a]! - ref[b]!)
  // The passes below keep the order of what is equal, so they start from that of the references: mostly a rising and then a falling run.
  order = yield* orderByReference(ref, order)
  let oldest = Infinity
  let newest = -Infinity
  for (let i = 0; i < count; i++) {
    if (date[i]! < oldest) oldest = date[i]!
    if (date[i]! > newest) newest = date[i]!
  }
  yield* radix(order, (row) => date[row]! - oldest, newest - oldest)
  return order
}

function* orderByReference(
  ref: Int32Array,
  order: Int32Array<ArrayBuffer>,
): Generator<void, Int32Array<ArrayBuffer>> {
  let lowest = 0
  let highest = 0
  let sorted = true
  for (let i = 0; i < order.length; i++) {
    if (ref[i]! < lowest) lowest = ref[i]!
    if (ref[i]! > highest) highest = ref[i]!
    if (i > 0 && ref[i - 1]! > ref[i]!) sorted = false
  }
  if (!sorted) yield* radix(order, (row) => ref[row]! - lowest, highest - lowest)
  return order
}

/** Sorts `order` in place by whole numbers from 0 to `range`. */
function* radix(
  order: Int32Array<ArrayBuffer>,
  key: (row: number) => number,
  range: number,
): Generator<void, void> {
  const count = order.length
  const digits = new Uint16Array(slab(2 * count), 0, count)
  const other = new Int32Array(slab(4 * count), 0, count)
  for (let unit = 1; range / unit >= 1; unit *= 65_536) {
    const starts = new Int32Array(65_537)
    for (let i = 0; i < count; i++) {
      const digit = Math.floor(key(order[i]!) / unit) % 65_536
      digits[i] = digit
      starts[digit + 1]!++
    }
    yield
    for (let d = 0; d < 65_536; d++) starts[d + 1]! += starts[d]!
    for (let i = 0; i < count; i++) other[starts[digits[i]!]!++] = order[i]!
    order.set(other)
    yield
  }
  giveBack(digits.buffer)
  giveBack(other.buffer)
}
