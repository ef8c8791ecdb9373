/** One attachment of a message; `index` names it in later calls. */
export interface MailAttachment {
  index: number
  name: string
  type: string
  /** Decoded bytes. */
  size: number
  /** Shown inside the HTML by its content id. */
  inline: boolean
  contentId: string | null
}

/** A message taken apart for a person to read. */
export interface MailPreview {
  subject: string | null
  from: string | null
  to: string | null
  cc: string | null
  /** ms UTC. */
  date: number | null
  /** Decoded text part, or text made from the HTML; cut at 1 MB. */
  text: string
  textCut: boolean
  /** The HTML part as it came: hostile, only for `mailFrame`. */
  html: string | null
  attachments: MailAttachment[]
  headers: { name: string; value: string }[]
}
export function previewMessage(message: Buffer): Promise<MailPreview> {
  return Promise.reject(new Error('not built yet ' + message.length))
}
/** Null when there is no attachment of that index. */
export function attachmentBytes(
  message: Buffer,
  index: number,
): Promise<{ attachment: MailAttachment; bytes: Buffer } | null> {
  return Promise.reject(new Error('not built yet ' + message.length + index))
}
