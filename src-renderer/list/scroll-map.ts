/**
 * Browsers cannot make an element as high as a million rows (Chromium stops at 33 million pixels, Firefox at 17).
 * Above MAX_HEIGHT the scroll bar therefore moves in a shorter space than the rows: this maps between the two.
 * `virtual` pixels are those of the rows, `real` ones those of the scroll bar.
 */
export const MAX_HEIGHT = 8_000_000

export interface ScrollShape {
  count: number
  rowHeight: number
  /** Visible height in pixels. */
  viewport: number
}

/** Height to give the scrolled element, pixels. */
export function realHeight(shape: ScrollShape): number {
  return Math.min(shape.count * shape.rowHeight, MAX_HEIGHT)
}

function virtualRange({ count, rowHeight, viewport }: ScrollShape): number {
  return Math.max(0, count * rowHeight - viewport)
}

/** Virtual pixels that one real pixel of scrolling stands for; 1 while everything fits. */
export function scale(shape: ScrollShape): number {
  const real = realHeight(shape) - shape.viewport
  return real <= 0 ? 1 : Math.max(1, virtualRange(shape) / real)
}

/** Virtual offset at a scroll position. */
export function toVirtual(scrollTop: number, shape: ScrollShape): number {
  return Math.min(virtualRange(shape), Math.max(0, scrollTop * scale(shape)))
}

/** Scroll position for a virtual offset. */
export function toReal(offset: number, shape: ScrollShape): number {
  return Math.min(virtualRange(shape), Math.max(0, offset)) / scale(shape)
}

/** First and last row (inclusive) to draw at a virtual offset, with `overscan` rows more on both sides; last is -1 when empty. */
export function visibleRows(
  offset: number,
  shape: ScrollShape,
  overscan = 0,
): { first: number; last: number } {
  const first = Math.max(0, Math.floor(offset / shape.rowHeight) - overscan)
  const end = Math.ceil((offset + shape.viewport) / shape.rowHeight) + overscan
  return { first, last: Math.min(shape.count, end) - 1 }
}

/** The nearest virtual offset at which row `index` is wholly visible. */
export function offsetShowing(index: number, offset: number, shape: ScrollShape): number {
  const top = index * shape.rowHeight
  if (top < offset) return top
  const below = top + shape.rowHeight - shape.viewport
  return below > offset ? below : offset
}
