export interface DiffLine {
  kind: 'same' | 'old' | 'new'
  old: number | null
  new: number | null
  text: string
}
export type ShownLine = DiffLine | { kind: 'fold'; n: number }

/** Keeps `around` equal lines at either side of what differs; runs of others become one line that says how many. */
export function folded(lines: readonly DiffLine[], around: number): ShownLine[] {
  if (around === Infinity) return [...lines]
  const near = new Set<number>()
  lines.forEach((line, at) => {
    if (line.kind === 'same') return
    const [from, to] = [Math.max(0, at - around), Math.min(lines.length - 1, at + around)]
    for (let one = from; one <= to; one++) near.add(one)
  })
  const shown: ShownLine[] = []
  let hidden = 0
  lines.forEach((line, at) => {
    if (!near.has(at)) {
      hidden++
      return
    }
    if (hidden > 0) shown.push({ kind: 'fold', n: hidden })
    hidden = 0
    shown.push(line)
  })
  if (hidden > 0) shown.push({ kind: 'fold', n: hidden })
  return shown
}
