/** One line of a comparison; numbers count from 1, null on the side that does not have it. */
export interface DiffLine {
  kind: 'same' | 'old' | 'new'
  old: number | null
  new: number | null
  text: string
}

interface LineDiff {
  lines: DiffLine[]
  /** Too different or too long: the old lines, then the new ones. */
  coarse: boolean
}

/** Differences beyond this many lines are not worth the time: such files have nothing to do with each other. */
const MOST_EDITS = 2000

/**
 * Compares two texts line by line: the shortest way from one to the other (E. Myers, "An O(ND) Difference Algorithm and Its
 * Variations", 1986).
 */
export function diffLines(before: string, after: string): LineDiff {
  const [a, b] = [split(before), split(after)]
  const path = shortestPath(a, b)
  if (path === null) {
    return {
      coarse: true,
      lines: [
        ...a.map((text, n): DiffLine => ({ kind: 'old', old: n + 1, new: null, text })),
        ...b.map((text, n): DiffLine => ({ kind: 'new', old: null, new: n + 1, text })),
      ],
    }
  }
  return { coarse: false, lines: path }
}

function split(text: string): string[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function shortestPath(a: readonly string[], b: readonly string[]): DiffLine[] | null {
  const most = Math.min(a.length + b.length, MOST_EDITS)
  const middle = most + 1
  const ends = new Int32Array(2 * middle + 1)
  const trace: Int32Array[] = []
  for (let edits = 0; edits <= most; edits++) {
    trace.push(ends.slice(middle - edits - 1, middle + edits + 2))
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && ends[middle + k - 1]! < ends[middle + k + 1]!)
      let x = down ? ends[middle + k + 1]! : ends[middle + k - 1]! + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      ends[middle + k] = x
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trace)
    }
  }
  return null
}

/** @param trace for each number of edits the ends as they were before it, from diagonal -edits - 1 on */
function walkBack(a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): DiffLine[] {
  const lines: DiffLine[] = []
  let x = a.length
  let y = b.length
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const ends = trace[edits]!
    const at = (k: number): number => ends[k + edits + 1]!
    const k = x - y
    const down = k === -edits || (k !== edits && at(k - 1) < at(k + 1))
    const from = down ? k + 1 : k - 1
    const startX = edits === 0 ? 0 : at(from)
    const startY = edits === 0 ? 0 : startX - from
    const same = edits === 0 ? 0 : down ? startX : startX + 1
    while (x > same && y > (edits === 0 ? 0 : down ? startY + 1 : startY)) {
      lines.push({ kind: 'same', old: x, new: y, text: a[x - 1]! })
      x--
      y--
    }
    if (edits === 0) break
    if (down) lines.push({ kind: 'new', old: null, new: y, text: b[y - 1]! })
    else lines.push({ kind: 'old', old: x, new: null, text: a[x - 1]! })
    x = startX
    y = startY
  }
  return lines.reverse()
}
