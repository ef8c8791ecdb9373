import { cleanHtml, escapeAttribute } from './html-clean.ts'
import { parseParts } from './preview.ts'
import type { MailPreview, ParsedAttachment } from './preview.ts'

export interface MailFrame {
  /** A complete HTML document for a sandboxed frame. */
  html: string
  /** Images, styles and other things it would have loaded from the network. */
  remoteBlocked: number
  /** True when the HTML was too long to be shown whole. */
  cut: boolean
}

/** The policy the document is served with; it also stands inside, for a frame that is filled in another way. */
export const FRAME_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self' app:"

const IMAGE_TYPE = /^image\/(?:png|jpe?g|pjpeg|gif|webp|bmp|x-icon|avif)$/
/** Images of the message that are put into the document, decoded bytes together. */
const INLINE_LIMIT = 32 * 1024 * 1024

/** Mail is written for white paper: it stays white in dark mode too, or half of its colours could not be read. */
const BASE_STYLE = `:root{color-scheme:light}
html{background:#fff}
body{margin:0;padding:16px;background:#fff;color:#1a1a1a;font:15px/1.45 system-ui,sans-serif;overflow-wrap:break-word}
img{max-width:100%}
pre{white-space:pre-wrap}
[data-link]{color:#0b57d0;text-decoration:underline;cursor:help}
img[data-blocked]{background:#f1f3f4;outline:1px dashed #9aa0a6;outline-offset:-1px;min-width:12px;min-height:12px}`

/** The HTML of a previewed message as a document that loads nothing, runs nothing and leads nowhere. */
export async function mailFrame(preview: MailPreview, message: Buffer): Promise<MailFrame> {
  const html = preview.html ?? ''
  const attachments = /cid:/i.test(html) ? await inlineImages(message) : []
  const clean = cleanHtml(html, cidResolver(attachments))
  const body = clean.bodyStyle === '' ? '<body>' : `<body style="${escapeAttribute(clean.bodyStyle)}">`
  return {
    html: `<!doctype html>
<html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY.replace(/; frame-ancestors[^;]*/, '')}">
<meta name="referrer" content="no-referrer">
<style>${BASE_STYLE}</style>
<style>${clean.css}</style></head>
${body}
${clean.html}${clean.cut ? '<p>[…]</p>' : ''}
</body></html>
`,
    remoteBlocked: clean.remoteBlocked,
    cut: clean.cut,
  }
}

async function inlineImages(message: Buffer): Promise<ParsedAttachment[]> {
  try {
    return (await parseParts(message)).attachments
  } catch {
    return []
  }
}

/** Each image is put in as often as it is named, but the limit counts it each time. */
function cidResolver(attachments: ParsedAttachment[]): (id: string) => string | null {
  const byId = new Map<string, ParsedAttachment>()
  for (const attachment of attachments) {
    const id = attachment.contentId
    if (id !== null && !byId.has(id)) byId.set(id, attachment)
  }
  const urls = new Map<string, string>()
  let used = 0
  return (id) => {
    let bare = id.trim()
    try {
      bare = decodeURIComponent(bare)
    } catch {
      // A lone % stands for itself.
    }
    const attachment = byId.get(bare.replace(/^<|>$/g, ''))
    if (attachment === undefined || !IMAGE_TYPE.test(attachment.type)) return null
    used += attachment.size
    if (used > INLINE_LIMIT) return null
    let url = urls.get(bare)
    if (url === undefined) {
      url = `data:${attachment.type};base64,${attachment.bytes.toString('base64')}`
      urls.set(bare, url)
    }
    return url
  }
}
