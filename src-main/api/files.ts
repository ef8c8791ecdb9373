import type { Which } from './message-loader.ts'
import { FRAME_POLICY, mailFrame } from '../mail/frame.ts'
import { messageFileName, safeSegment } from '../mail/names.ts'
import { attachmentBytes, previewMessage } from '../mail/preview.ts'

/** A message as the api loads it: read from its blob, its digest verified. */
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
  /** Reads and verifies the row's blob, or that of a state or a time; null when there is none. May throw an error with `code`, `why` and `next`. */
  loadMessage(catalogId: string, key: string, which?: Which): Promise<LoadedMessage | null>
}

export interface FileResponse {
  status: number
  headers: Record<string, string>
  body: Buffer | string
}

const PROVED = new Set(['ok', 'double-gzip'])
/** Nothing of what is handed out may be taken for a page of the app. */
const CLOSED_POLICY = "sandbox; default-src 'none'"
const ROUTE = /^\/(mail-frame|attachment|message)\/([\w-]{1,64})\/([iu]\d{1,15})(?:\/(\d{1,6})|(\.eml))?$/

/**
 * Answers `/mail-frame/<catalogId>/<key>`, `/attachment/<catalogId>/<key>/<index>` and `/message/<catalogId>/<key>.eml`, each with an
 * optional `?state=n` or `?at=MS` (the time of the view: what is saved is what is seen), for both hosts. Null when the URL is none of them; never rejects. Hosts check who asks before they call this.
 */
export async function handleFileRequest(url: URL, deps: FileRouteDeps): Promise<FileResponse | null> {
  const match = ROUTE.exec(url.pathname)
  if (match === null) return null
  const [, route, catalogId, key, index, eml] = match as unknown as [
    string,
    string,
    string,
    string,
    string?,
    string?,
  ]
  if ((route === 'attachment') !== (index !== undefined) || (route === 'message') !== (eml !== undefined))
    return null
  const state = url.searchParams.get('state')
  if (state !== null && !/^\d{1,9}$/.test(state)) return problem(400, 'The address names no state.')
  const at = url.searchParams.get('at')
  if (at !== null && !/^-?\d{1,16}$/.test(at)) return problem(400, 'The address names no time.')
  try {
    const loaded = await deps.loadMessage(catalogId, key, {
      ...(state === null ? {} : { state: Number(state) }),
      ...(at === null ? {} : { at: Number(at) }),
    })
    if (loaded === null)
      return problem(404, 'There is no message here: the item has no blob, or it is missing.')
    if (route === 'mail-frame') return await frame(loaded)
    if (route === 'attachment') return await attachment(loaded, Number(index))
    return whole(loaded)
  } catch (error) {
    return failed(error)
  }
}

async function frame(loaded: LoadedMessage): Promise<FileResponse> {
  const preview = await previewMessage(loaded.message)
  const { html } = await mailFrame(preview, loaded.message)
  return {
    status: 200,
    headers: { ...common(`sandbox; ${FRAME_POLICY}`), 'content-type': 'text/html; charset=utf-8' },
    body: html,
  }
}

async function attachment(loaded: LoadedMessage, index: number): Promise<FileResponse> {
  const found = await attachmentBytes(loaded.message, index)
  if (found === null) return problem(404, 'The message has no such attachment.')
  return {
    status: 200,
    headers: download(found.attachment.name, 'application/octet-stream', found.bytes.length),
    body: found.bytes,
  }
}

/** The message byte for byte, or nothing: what could not be verified must not leave under the name of a message. */
function whole(loaded: LoadedMessage): FileResponse {
  if (!PROVED.has(loaded.status)) {
    return problem(
      409,
      `The blob of this message is damaged (${loaded.status}), so it is not given out as a message. Export it: what can be read goes to the folder Damaged.`,
    )
  }
  const name = messageFileName({ date: loaded.date, subject: loaded.subject, id: loaded.id, ext: 'eml' })
  return {
    status: 200,
    headers: download(name, 'message/rfc822', loaded.message.length),
    body: loaded.message,
  }
}

function common(policy: string): Record<string, string> {
  return {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  }
}

function download(name: string, type: string, bytes: number): Record<string, string> {
  return {
    ...common(CLOSED_POLICY),
    'content-type': type,
    'content-length': String(bytes),
    'content-disposition': contentDisposition(name),
  }
}

/** RFC 6266 with the extended form of RFC 5987; the plain form is ASCII for old programs. */
export function contentDisposition(name: string): string {
  const safe = safeSegment(name)
  const ascii = safe
    .normalize('NFD')
    .replace(/[^\x20-\x7e]+/g, '_')
    .replace(/["\\%]/g, '_')
  const extended = encodeURIComponent(safe).replace(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${extended}`
}

function problem(status: number, sentence: string): FileResponse {
  return {
    status,
    headers: { ...common(CLOSED_POLICY), 'content-type': 'text/plain; charset=utf-8' },
    body: `${sentence}\n`,
  }
}

const STATUS: Record<string, number> = {
  NOT_FOUND: 404,
  UNREADABLE: 423,
  REFUSED: 409,
  NOT_A_BACKUP_PATH: 422,
  BAD_QUERY: 400,
}

/** Errors meant for people keep their words; others tell nothing of the inside. */
function failed(error: unknown): FileResponse {
  const known =
    error instanceof Error ? (error as Error & { code?: unknown; why?: unknown; next?: unknown }) : null
  const status = STATUS[String(known?.code)]
  if (known === null || status === undefined)
    return problem(500, 'The message could not be read. The log tells more.')
  const words = [known.message, known.why, known.next].filter(
    (text) => typeof text === 'string' && text !== '',
  )
  return problem(status, words.join(' '))
}
