export interface PaneRule {
  /** Preferred width, pixels. */
  width: number
  min: number
}

/**
 * Widths that fill `total`: the wanted ones are kept as far as the minima allow; what is missing is taken from the
 * widest first, the last pane gets what is left. Where even the minima do not fit, they are all that is given.
 */
export function fitPanes(wanted: readonly number[], panes: readonly PaneRule[], total: number): number[] {
  const widths = panes.map((pane, index) => Math.max(pane.min, wanted[index] ?? pane.width))
  const last = widths.length - 1
  const used = widths.slice(0, last).reduce((sum, width) => sum + width, 0)
  widths[last] = total - used
  let missing = (panes[last]?.min ?? 0) - (widths[last] ?? 0)
  while (missing > 0.5) {
    const spare = widths.slice(0, last).map((width, index) => width - (panes[index]?.min ?? 0))
    const most = Math.max(...spare, 0)
    if (most <= 0) break
    const index = spare.indexOf(most)
    const taken = Math.min(most, missing)
    widths[index] = (widths[index] ?? 0) - taken
    missing -= taken
  }
  widths[last] = Math.max(
    panes[last]?.min ?? 0,
    total - widths.slice(0, last).reduce((sum, width) => sum + width, 0),
  )
  return widths
}
