/**
 * What the page remembers by itself: the open path for a reload of this window, and widths of panes. Nothing of the
 * mail. Storage may be refused (private windows): then nothing is remembered, and nothing breaks.
 */
const PREFIX = 'lifeboat.'

export function remember(key: string, value: string, lasting = false): void {
  try {
    const storage = lasting ? localStorage : sessionStorage
    storage.setItem(PREFIX + key, value)
  } catch {
    // not remembered
  }
}

export function recall(key: string, lasting = false): string | null {
  try {
    const storage = lasting ? localStorage : sessionStorage
    return storage.getItem(PREFIX + key)
  } catch {
    return null
  }
}

export function forget(key: string): void {
  try {
    sessionStorage.removeItem(PREFIX + key)
  } catch {
    // nothing was remembered
  }
}
