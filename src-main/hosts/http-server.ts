import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Engine } from '../api/engine.ts'
import { ExpectedError } from '../engine/errors.ts'
import { COMMON_HEADERS, isFileRoute, type PageFiles, type PageReply } from './page.ts'
import { refusal, Session } from './session.ts'
import { attachWebSocket } from './websocket.ts'

export interface HttpHost {
  readonly port: number
  /** A new address that opens the page once. @param openPath a Backup Path to open there at once */
  address(openPath?: string): string
  close(): Promise<void>
}

/**
 * Serves page and contract on 127.0.0.1 only.
 * @param port 0 = any free one
 * @throws ExpectedError REFUSED when the port is taken
 */
export async function startHttpHost(engine: Engine, port: number, page: PageFiles): Promise<HttpHost> {
  const server = createServer()
  await listen(server, port)
  const actual = (server.address() as AddressInfo).port
  const session = new Session(actual)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(request, engine, session, page)
      .catch((error: unknown) => {
        engine.log.error('request failed', { url: withoutToken(request.url), error })
        return plain(500, 'Something went wrong; the log has the details.')
      })
      .then((reply) => {
        response.writeHead(reply.status, {
          ...reply.headers,
          // Pages of others stay apart. Not for the window, which has none: it would get a second process in mid-opening.
          'cross-origin-opener-policy': 'same-origin',
          'content-length': Buffer.byteLength(reply.body),
        })
        response.end(request.method === 'HEAD' ? undefined : reply.body)
      })
      .catch(() => response.destroy())
  })
  const closeSockets = attachWebSocket(server, engine, session)
  return {
    port: actual,
    address: (openPath) => {
      const url = new URL(`http://127.0.0.1:${actual}/`)
      url.searchParams.set('token', session.issueToken())
      if (openPath !== undefined) url.searchParams.set('open', openPath)
      return url.href
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      closeSockets()
      server.closeIdleConnections()
      const straggler = setTimeout(() => server.closeAllConnections(), 1000)
      await closed
      clearTimeout(straggler)
    },
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') {
        reject(error)
        return
      }
      const why =
        error.code === 'EADDRINUSE' ? 'Another program uses this port.' : 'This port needs more rights.'
      const next = 'Choose another port, or leave it out to get a free one.'
      reject(
        new ExpectedError('REFUSED', `Cannot listen on 127.0.0.1:${port}`, { why, next }, { cause: error }),
      )
    })
    server.listen({ port, host: '127.0.0.1' }, resolve)
  })
}

function plain(status: number, text: string, headers: Record<string, string> = {}): PageReply {
  return {
    status,
    headers: {
      ...COMMON_HEADERS,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      ...headers,
    },
    body: `${text}\n`,
  }
}

async function answer(
  request: IncomingMessage,
  engine: Engine,
  session: Session,
  page: PageFiles,
): Promise<PageReply> {
  const refused = refusal(request, false)
  if (refused) return plain(403, `Refused: ${refused}.`)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return plain(405, 'Only GET is answered here.', { allow: 'GET, HEAD' })
  }
  const url = parseTarget(request.url)
  if (!url) return plain(400, 'This is no address of Lifeboat.')

  const token = url.pathname === '/' ? url.searchParams.get('token') : null
  if (token !== null && request.method === 'GET') return enter(request, session, url, token)
  if (!session.holds(request)) return plain(401, NOT_YOU)
  if (url.pathname === '/session') return { ...plain(204, ''), body: '' }

  const file = isFileRoute(url) ? await engine.file(url) : null
  if (file) return { ...file, headers: { ...COMMON_HEADERS, ...file.headers } }
  return page.reply(url.pathname, [`ws://${request.headers.host ?? ''}`])
}

const NOT_YOU =
  'This address opens Lifeboat only once. Use the address that Lifeboat printed when it started,\n' +
  'in the browser in which it was opened first; or stop Lifeboat and start it again for a new one.'

/** Exchanges the one-time token for the cookie and takes it out of the address. */
function enter(request: IncomingMessage, session: Session, url: URL, token: string): PageReply {
  const cookie = session.redeem(token)
  if (cookie === null && !session.holds(request)) return plain(401, NOT_YOU)
  const openPath = url.searchParams.get('open')
  const location = openPath ? `/#/open?${new URLSearchParams({ path: openPath }).toString()}` : '/'
  return plain(303, 'Opened.', { location, ...(cookie === null ? {} : { 'set-cookie': cookie }) })
}

/** The target of a request line as a URL of ours; null for anything that is no plain path. */
function parseTarget(target: string | undefined): URL | null {
  if (!target?.startsWith('/') || target.startsWith('//')) return null
  try {
    return new URL(target, 'http://127.0.0.1')
  } catch {
    return null
  }
}

function withoutToken(target: string | undefined): string {
  return (target ?? '').replace(/token=[^&]*/g, 'token=***')
}
