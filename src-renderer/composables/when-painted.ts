/** When nothing is painted for this long (a hidden window), what waits for it goes on all the same, ms. */
const PATIENCE_MS = 1000

/** Calls back once, when the page shows something for the first time; at once after that. */
export function whenPainted(callback: () => void): void {
  const once = (): void => {
    observer.disconnect()
    clearTimeout(timer)
    callback()
  }
  const observer = new PerformanceObserver(once)
  const timer = setTimeout(once, PATIENCE_MS)
  observer.observe({ type: 'paint', buffered: true })
}
