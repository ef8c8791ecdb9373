import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** Somebody outside who would like to hear from us: every connection and request that reaches it is remembered. */
export interface Listener {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  readonly port: number
  /** Paths that were asked for; `connected` for a connection that asked nothing yet. */
  readonly heard: string[]
  /** `Cookie` headers that came along. */
  readonly cookies: string[]
  /** What is answered to a path instead of an empty image. */
  pages: Map<string, string>
  close(): Promise<void>
}

/** Starts a listener that answers anybody anything, with all the doors open that a server can open. */
export async function startListener(): Promise<Listener> {
  const heard: string[] = []
  const cookies: string[] = []
  const pages = new Map<string, string>()
  const server: Server = createServer((request, response) => {
    const path = request.url ?? ''
    heard.push(path)
    if (request.headers.cookie) cookies.push(request.headers.cookie)
    response.setHeader('access-control-allow-origin', '*')
    const page = pages.get(path.split('?')[0] ?? '')
    response.setHeader('content-type', page === undefined ? 'image/svg+xml' : 'text/html')
    response.end(page ?? '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  })
  server.on('connection', (socket: Socket) => {
    heard.push('connected')
    socket.on('error', () => undefined)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    heard,
    cookies,
    pages,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
