export function safeSegment(name: string): string {
  return name
}
/** See SPEC. */
export interface MessageName {
  date: number | null
  subject: string | null
  /** Item id, or the digest of unclaimed mail. */
  id: number | string
  version?: number | null
  /** Without the dot. */
  ext: string
}
export function messageFileName(name: MessageName): string {
  return `${name.id}.${name.ext}`
}
