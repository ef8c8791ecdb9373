import { RPCHandler } from '@orpc/server/message-port'
import type { Engine } from '../api/engine.ts'
import { router } from '../api/router.ts'
import type { MessagePortMain } from 'electron'

const handler = new RPCHandler(router)

/** Carries the contract over a port. */
export function serveContract(port: MessagePortMain, engine: Engine): void {
  handler.upgrade(port, { context: { engine } })
  port.start()
}
