import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import type { Engine } from '../api/engine.ts'
import { router } from '../api/router.ts'
import { refusal, type Session } from './session.ts'

/** Largest message a page may send: a selection of 100,000 rows is about a megabyte. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024

/**
 * Carries the contract over `/rpc`. Only pages of this very host with the cookie get in.
 * @returns a function that closes every socket
 */
export function attachWebSocket(server: Server, engine: Engine, session: Session): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has('lifeboat') ? 'lifeboat' : false),
  })
  const handler = new RPCHandler(router)

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refused = refusal(request, true)
    if (refused) reject(socket, 403, 'Forbidden', refused)
    else if (!session.holds(request)) reject(socket, 401, 'Unauthorized', 'no session')
    else if (request.url !== '/rpc') reject(socket, 404, 'Not Found', 'no such socket')
    else {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', (error) => engine.log.warn('websocket', { error }))
        void handler.upgrade(webSocket, { context: { engine } })
      })
    }
  })

  return () => {
    for (const webSocket of sockets.clients) webSocket.close(1001, 'stopping')
    const straggler = setTimeout(() => {
      for (const webSocket of sockets.clients) webSocket.terminate()
    }, 500)
    straggler.unref()
  }
}

function reject(socket: Duplex, status: number, phrase: string, reason: string): void {
  socket.on('error', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: ${reason.length + 1}\r\n\r\n${reason}\n`,
  )
}
