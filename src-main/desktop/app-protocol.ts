import { protocol } from 'electron'
import type { FileResponse } from '../api/files.ts'
import { COMMON_HEADERS, isFileRoute, type PageFiles, type PageReply } from '../hosts/page.ts'

export const APP_SCHEME = 'app'
/** The page's only origin. */
export const APP_ORIGIN = `${APP_SCHEME}://lifeboat`

/** True for addresses of our own page; everything else is foreign to the window. */
export function isOwnUrl(address: string): boolean {
  return address === APP_ORIGIN || address.startsWith(`${APP_ORIGIN}/`)
}

/**
 * Answers `app://lifeboat/…` with the page and with mail, attachments and messages.
 * @param file answers the latter; waits for the engine when need be
 */
export function handleAppProtocol(
  page: () => PageFiles,
  file: (url: URL) => Promise<FileResponse | null>,
): void {
  protocol.handle(APP_SCHEME, async (request) => toResponse(await answer(request, page(), file)))
}

async function answer(
  request: Request,
  page: PageFiles,
  file: (url: URL) => Promise<FileResponse | null>,
): Promise<PageReply> {
  const url = new URL(request.url)
  if (!isOwnUrl(request.url) || request.method !== 'GET') {
    return { status: 403, headers: { ...COMMON_HEADERS }, body: 'Refused\n' }
  }
  if (isFileRoute(url)) {
    const reply = await file(url)
    if (reply) return { ...reply, headers: { ...COMMON_HEADERS, ...reply.headers } }
  }
  return page.reply(url.pathname, [])
}

function toResponse(reply: PageReply): Response {
  const body = typeof reply.body === 'string' ? reply.body : new Uint8Array(reply.body)
  return new Response(reply.status === 204 ? null : body, { status: reply.status, headers: reply.headers })
}
