/** What the index keeps of a message. */
export interface IndexedMail {
  /** Decoded; empty when there is none. */
  subject: string
  /** Sender as text, `Anna Rossi <anna@example.com>`; empty when there is none. */
  from: string
  /** All recipients (To, Cc, Bcc) as one text. */
  to: string
  /** Date header, else the newest Received; ms UTC. */
  date: number | null
  /** Without angle brackets. */
  messageId: string | null
  /** Words of the body, at most 64 KiB of UTF-8. */
  text: string
  /** Decoded names of the attachments, at most 200. */
  attachments: string[]
  hasAttachment: boolean
  /** Addresses, lower case, each once: Delivered-To, X-Original-To, Envelope-To, then To and Cc. */
  owners: string[]
  /** Bytes of the longest line without its line end. */
  longestLine: number
  /** False for bytes that do not begin like a message (no header field found). */
  looksLikeMail: boolean
}
export function extractForIndex(message: Buffer): IndexedMail {
  return { subject: '', from: '', to: '', date: null, messageId: null, text: message.toString('latin1', 0, 65536), attachments: [], hasAttachment: false, owners: [], longestLine: 0, looksLikeMail: true }
}
