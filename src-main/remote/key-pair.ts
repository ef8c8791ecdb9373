import ssh2 from 'ssh2'

/**
 * A new Ed25519 key pair as OpenSSH writes it. ssh2 drops leading zeros of the public half, so that one pair in some 200
 * cannot be read by anybody; such a pair is thrown away and another one made.
 */
export function newKeyPair(comment = ''): { private: string; public: string } {
  for (let tries = 0; tries < 20; tries++) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    const read = [ssh2.utils.parseKey(pair.private), ssh2.utils.parseKey(pair.public)]
    if (read.every((key) => !(key instanceof Error))) return { private: pair.private, public: pair.public }
  }
  throw new Error('No key could be made that can be read again.')
}
