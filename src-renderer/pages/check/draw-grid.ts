import { COLUMNS, stateOf, type CellState, type StoreGrid } from './store-grid.ts'

/** Paints the picture of the store in the colours of the theme; states differ by shape as well. */
export function drawGrid(canvas: HTMLCanvasElement, grid: StoreGrid, pitch: number): void {
  const scale = window.devicePixelRatio || 1
  canvas.width = Math.round(COLUMNS * pitch * scale)
  canvas.height = Math.round(grid.rows * pitch * scale)
  const context = canvas.getContext('2d')
  if (!context) return
  const style = getComputedStyle(canvas)
  const colour = (name: string): string => style.getPropertyValue(`--lb-${name}`).trim()
  const colours = {
    sound: colour('ok'),
    notices: colour('attention'),
    errors: colour('failed'),
    empty: colour('border'),
    cross: colour('surface'),
  }
  context.scale(scale, scale)
  context.clearRect(0, 0, COLUMNS * pitch, grid.rows * pitch)
  for (const [place, cell] of grid.cells.entries()) {
    const x = (place % COLUMNS) * pitch
    const y = Math.floor(place / COLUMNS) * pitch
    drawCell(context, stateOf(cell), { x, y, side: pitch - 1 }, colours)
  }
}

function drawCell(
  context: CanvasRenderingContext2D,
  state: CellState,
  { x, y, side }: { x: number; y: number; side: number },
  colours: Record<CellState | 'cross', string>,
): void {
  context.fillStyle = colours[state]
  if (state === 'empty') {
    context.fillRect(x + side / 2 - 0.5, y + side / 2 - 0.5, 1, 1)
    return
  }
  if (state === 'sound') {
    context.globalAlpha = 0.42
    context.fillRect(x, y, side, side)
    context.globalAlpha = 1
    return
  }
  if (state === 'notices') {
    context.beginPath()
    context.moveTo(x + side / 2, y - 0.5)
    context.lineTo(x + side + 0.5, y + side)
    context.lineTo(x - 0.5, y + side)
    context.fill()
    return
  }
  context.fillRect(x - 0.5, y - 0.5, side + 1, side + 1)
  context.strokeStyle = colours.cross
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(x + 1, y + 1)
  context.lineTo(x + side - 1, y + side - 1)
  context.moveTo(x + side - 1, y + 1)
  context.lineTo(x + 1, y + side - 1)
  context.stroke()
}
