import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Names a browser may use for this machine itself. The port is free: an SSH tunnel may map it to another. */
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i

function sameSecret(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

/** One-time tokens for the first address, and the cookie they are exchanged for. Both live in memory only. */
export class Session {
  readonly #tokens = new Set<string>()
  readonly #cookie = randomBytes(32).toString('base64url')
  readonly #cookieName: string

  /** @param port part of the cookie's name, because cookies do not know ports */
  constructor(port: number) {
    this.#cookieName = `lifeboat_${port}`
  }

  /** A new token that opens the door once. */
  issueToken(): string {
    const token = randomBytes(32).toString('base64url')
    this.#tokens.add(token)
    return token
  }

  /** Uses a token up: the `Set-Cookie` value to answer with, or null when it is not valid (any more). */
  redeem(token: string): string | null {
    for (const known of this.#tokens) {
      if (!sameSecret(known, token)) continue
      this.#tokens.delete(known)
      return `${this.#cookieName}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`
    }
    return null
  }

  /** True when the request carries our cookie. */
  holds(request: IncomingMessage): boolean {
    for (const pair of (request.headers.cookie ?? '').split(';')) {
      const at = pair.indexOf('=')
      if (
        pair.slice(0, at).trim() === this.#cookieName &&
        sameSecret(pair.slice(at + 1).trim(), this.#cookie)
      ) {
        return true
      }
    }
    return false
  }
}

/**
 * Why a request must be refused whoever sends it: a foreign Host (DNS rebinding), a foreign Origin, or a page of
 * another site or port asking through the browser. Null when it may pass on to the question of the cookie.
 * @param isUpgrade a WebSocket must say its Origin; a page's own GET does not
 */
export function refusal(request: IncomingMessage, isUpgrade: boolean): string | null {
  const { host, origin } = request.headers
  if (!host || !LOOPBACK_HOST.test(host)) return 'foreign host'
  if (origin === undefined ? isUpgrade : origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return 'foreign origin'
  }
  const site = request.headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return null
  // following a link to the first page is harmless: the cookie is not sent along, only a token opens it
  const isVisit =
    request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
  return isVisit && request.method === 'GET' && /^\/(?:\?|$)/.test(request.url ?? '') ? null : 'foreign site'
}
