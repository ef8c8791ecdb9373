import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import { newKeyPair } from '../../../../src-main/remote/key-pair.ts'
import { OneTimeKey } from '../../../../src-main/remote/transfer/direct/one-time-key.ts'

/** ssh2's own generator fails this once in some 200 times. */
const MANY = 2_000

describe('a new key pair', () => {
  it('can be read and signs, every time', () => {
    for (let n = 0; n < MANY; n++) {
      const pair = newKeyPair('somebody')
      const [secret, open] = [ssh2.utils.parseKey(pair.private), ssh2.utils.parseKey(pair.public)]
      if (secret instanceof Error || open instanceof Error)
        throw new Error(`pair ${String(n)} cannot be read`)
      const said = Buffer.from(`message ${String(n)}`)
      expect(open.verify(said, secret.sign(said))).toBe(true)
      expect(pair.public).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68} somebody$/)
    }
  })

  it('is there for every direct copy', () => {
    for (let n = 0; n < MANY; n++)
      expect(new OneTimeKey().publicLine).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68}$/)
  })
})
