import { KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Client, type ClientChannel } from 'ssh2'
import { describe, expect, it } from 'vitest'
import { useKeyObjects } from '../../../../src-main/remote/key-objects.ts'
import { SSHD, startSshServer } from '../../../support/ssh-server.ts'

/** Ciphers as OpenSSH calls them; with those without authentication of their own the MAC has a key too. */
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes256-ctr',
]

async function echo(client: Client, bytes: Buffer): Promise<Buffer> {
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec('cat', (error, opened) => (error ? reject(error) : resolve(opened)))
  })
  const pieces: Buffer[] = []
  channel.on('data', (piece: Buffer) => pieces.push(piece))
  channel.end(bytes)
  await once(channel, 'close')
  return Buffer.concat(pieces)
}

/** Every key that the connection works with now. */
function keysOf(client: Client): unknown[] {
  const { _cipher, _decipher } = (client as unknown as { _protocol: Record<string, object> })._protocol
  return [_cipher, _decipher].flatMap((side) =>
    Object.entries(side ?? {}).flatMap(([name, value]) =>
      /key/i.test(name) && (Buffer.isBuffer(value) || value instanceof KeyObject) ? [value as unknown] : [],
    ),
  )
}

describe.skipIf(!SSHD)('session keys as key objects', () => {
  it.each(CIPHERS)('%s: bytes come back the same, also after the keys were changed', async (cipher) => {
    const server = await startSshServer({ config: [`Ciphers ${cipher}`, 'RekeyLimit 1M'] })
    const client = new Client()
    const turned: number[] = []
    client.on('handshake', () => turned.push(useKeyObjects(client)))
    client.connect({
      host: '127.0.0.1',
      port: server.port,
      username: server.user,
      privateKey: readFileSync(server.key),
      algorithms: { cipher: [cipher as 'aes256-ctr'] },
    })
    await once(client, 'ready')
    const bytes = Buffer.alloc(3_000_000, 'a message, again and again; ')
    expect((await echo(client, bytes)).equals(bytes)).toBe(true)
    expect(turned.length).toBeGreaterThan(1)
    // Fails when a later ssh2 keeps its keys elsewhere: then nothing is quicker, and nobody would notice.
    for (const count of turned) expect(count).toBeGreaterThan(0)
    // aes256-ctr hands the cipher's key over at once; the others keep it.
    const keys = keysOf(client)
    expect(keys.length).toBeGreaterThanOrEqual(2)
    for (const key of keys) expect(key).toBeInstanceOf(KeyObject)
    client.end()
    await once(client, 'close')
    await server.stop()
  })

  it('a connection that has no keys yet, or keeps them elsewhere, is left alone', () => {
    expect(useKeyObjects(new Client())).toBe(0)
    expect(useKeyObjects({ _protocol: { _cipher: { _encKey: 'text' } } } as unknown as Client)).toBe(0)
  })
})
