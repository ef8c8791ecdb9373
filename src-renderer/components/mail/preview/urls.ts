/**
 * Addresses of the engine's file routes (src-main/api/files.ts), relative to the page. `state` is an index in the item's
 * states, null = the state the row shows.
 */
function fileUrl(area: string, parts: readonly (string | number)[], state: number | null): string {
  const path = parts.map((part) => encodeURIComponent(part)).join('/')
  return `/${area}/${path}${state === null ? '' : `?state=${String(state)}`}`
}

export function messageUrl(catalogId: string, key: string, state: number | null): string {
  return fileUrl('message', [catalogId, `${key}.eml`], state)
}

export function attachmentUrl(catalogId: string, key: string, index: number, state: number | null): string {
  return fileUrl('attachment', [catalogId, key, index], state)
}
