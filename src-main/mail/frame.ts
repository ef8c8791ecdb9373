import type { MailPreview } from './preview.ts'
export interface MailFrame {
  /** A complete HTML document for a sandboxed frame. */
  html: string
  /** Images, styles and other things it would have loaded from the network. */
  remoteBlocked: number
}
export function mailFrame(preview: MailPreview, message: Buffer): Promise<MailFrame> {
  return Promise.reject(new Error('not built yet ' + message.length + String(preview.html)))
}
