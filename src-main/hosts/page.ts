import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../contract/app.ts'

/** Settings that are seen in the first picture, before the page can ask for them. */
export type PageLook = Pick<Settings, 'theme' | 'language'>

/** An answer of either host to a request for a file, before it becomes a Response (app://) or goes to a socket. */
export interface PageReply {
  status: number
  headers: Record<string, string>
  body: Buffer | string
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
}

/** Headers every answer of ours carries, whatever it is. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), display-capture=()',
}

/**
 * The Content-Security-Policy of the page. Styles need the nonce because Vuetify writes its theme into a <style>
 * element; nothing else inline runs. Mail is shown in frames of our own origin that carry their own stricter policy.
 * @param connect further sources the page may connect to, e.g. `ws://127.0.0.1:8080`
 */
export function pagePolicy(nonce: string, connect: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ')
}

/** True for addresses of mail and attachments, which api/files.ts answers; everything else is part of the page. */
export function isFileRoute(url: URL): boolean {
  return /^\/(?:mail-frame|attachment|message)\//.test(url.pathname)
}

/** `out/renderer`, seen from the sources as well as from `out/main` and from inside the package. */
export function rendererFolder(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const fromSources = import.meta.url.endsWith('.ts')
  return join(here, fromSources ? '../../out/renderer' : '../../renderer')
}

/** Serves the built page: only files that were there at the start, by their exact name, kept in memory (some MB). */
export class PageFiles {
  /** By name in the address: the contents, or the path of what nobody has asked for yet. */
  readonly #files = new Map<string, Buffer | string>()
  #look: PageLook = { theme: 'system' }

  constructor(folder: string = rendererFolder()) {
    if (!existsSync(join(folder, 'index.html')))
      throw new Error(`The page is not built: ${folder} has no index.html`)
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      const name = file.slice(folder.length).replaceAll('\\', '/')
      this.#files.set(name.startsWith('/') ? name : `/${name}`, file)
    }
  }

  /** Reads what the first screen is made of, while the window's own process begins. */
  prepare(): void {
    const page = this.#read('/index.html')?.toString('utf8') ?? ''
    for (const [, name] of page.matchAll(/ (?:src|href)="\.(\/assets\/[^"]+)"/g)) if (name) this.#read(name)
  }

  /** Reads what nobody has asked for yet: from now on another build of the page may take its place on the disk. */
  keep(): void {
    for (const name of this.#files.keys()) this.#read(name)
  }

  /** How the page looks from its first picture on. */
  wear(look: PageLook): void {
    this.#look = look
  }

  #read(name: string): Buffer | null {
    const file = this.#files.get(name)
    if (typeof file !== 'string') return file ?? null
    const contents = readFileSync(file)
    this.#files.set(name, contents)
    return contents
  }

  /**
   * @param pathname path of the URL, `/` for the page itself
   * @param connect see pagePolicy
   */
  reply(pathname: string, connect: readonly string[]): PageReply {
    const name = pathname === '/' ? '/index.html' : pathname
    const file = this.#read(name)
    if (!file) {
      return {
        status: 404,
        headers: { ...COMMON_HEADERS, 'content-type': 'text/plain' },
        body: 'Not found\n',
      }
    }
    const type = TYPES[extname(name)] ?? 'application/octet-stream'
    if (name !== '/index.html') {
      const cache = name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      const headers = { ...COMMON_HEADERS, 'content-type': type, 'cache-control': cache }
      return { status: 200, headers, body: file }
    }
    const nonce = randomBytes(16).toString('base64url')
    const headers = {
      ...COMMON_HEADERS,
      'content-type': type,
      'cache-control': 'no-store',
      'content-security-policy': pagePolicy(nonce, connect),
      'x-frame-options': 'DENY',
    }
    const { theme, language = 'system' } = this.#look
    const body = file
      .toString('utf8')
      .replaceAll('__CSP_NONCE__', nonce)
      .replace('__THEME__', theme)
      .replace('__LANGUAGE__', language)
    return { status: 200, headers, body }
  }
}
