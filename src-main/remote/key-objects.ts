import { createSecretKey } from 'node:crypto'
import type { Client } from 'ssh2'

/** Where ssh2 keeps the keys of a connection's two directions, of every cipher that it computes with Node's own crypto. */
const PLACES = {
  _cipher: ['_encKey', '_encKeyMain', '_encKeyPktLen', '_macKey'],
  _decipher: ['_decipherKey', '_decKeyMain', '_decKeyPktLen', '_macKey'],
} as const

/**
 * Turns the session keys of a connection into key objects. ssh2 begins a cipher anew for each packet, and Node 24 makes and
 * drops an error with its stack for each key that is a plain buffer: 30 to 90 µs a packet, 3.5 with a key object.
 * To be called after each exchange of keys (event `handshake`).
 * @returns how many keys were turned; 0 where ssh2 keeps them elsewhere, which costs time and nothing else
 */
export function useKeyObjects(client: Client): number {
  const protocol = (client as unknown as { _protocol?: unknown })._protocol
  let turned = 0
  for (const [side, names] of Object.entries(PLACES)) {
    const keys = isRecord(protocol) ? protocol[side] : null
    if (!isRecord(keys)) continue
    for (const name of names) {
      const key = keys[name]
      if (!Buffer.isBuffer(key) || key.length === 0) continue
      keys[name] = createSecretKey(key)
      turned++
    }
  }
  return turned
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
