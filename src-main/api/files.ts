import type { OutgoingHttpHeaders } from 'node:http'

/** A verified message (or what is left of it) as the api loads it. */
export interface LoadedMessage {
  message: Buffer
  /** Status of the blob; only `ok` and `double-gzip` are proved bytes. */
  status: string
  subject: string | null
  /** ms UTC. */
  date: number | null
  /** Item id, or the digest of unclaimed mail. */
  id: number | string
}
export interface FileRouteDeps {
  /** Reads and verifies the row's blob, or that of state `state`; null when there is none. */
  loadMessage(catalogId: string, key: string, state?: number): Promise<LoadedMessage | null>
}
export interface FileResponse {
  status: number
  headers: Record<string, string>
  body: Buffer | string
}
export type { OutgoingHttpHeaders }
/** Answers `/mail-frame/…`, `/attachment/…` and `/message/….eml`; null when the URL is none of them. */
export function handleFileRequest(url: URL, deps: FileRouteDeps): Promise<FileResponse | null> {
  return Promise.reject(new Error('not built yet ' + url.pathname + typeof deps))
}
