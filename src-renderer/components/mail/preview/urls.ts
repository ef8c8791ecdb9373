/** What of an item is on the screen. */
export interface Seen {
  /** Index in the item's states; null = the state the row shows. */
  state: number | null
  /** Time of the view, ms UTC; null = now. What is saved must be what is seen. */
  at: number | null
}

/** Addresses of the engine's file routes (src-main/api/files.ts), relative to the page. */
function fileUrl(area: string, parts: readonly (string | number)[], { state, at }: Seen): string {
  const path = parts.map((part) => encodeURIComponent(part)).join('/')
  const which = state !== null ? `?state=${String(state)}` : at !== null ? `?at=${String(at)}` : ''
  return `/${area}/${path}${which}`
}

export function messageUrl(catalogId: string, key: string, seen: Seen): string {
  return fileUrl('message', [catalogId, `${key}.eml`], seen)
}

export function attachmentUrl(catalogId: string, key: string, index: number, seen: Seen): string {
  return fileUrl('attachment', [catalogId, key, index], seen)
}
