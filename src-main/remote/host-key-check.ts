import { ConnectionError } from './connection-errors.ts'
import { fingerprint, hostToken, judgeHostKey, keyTypeOf } from './known-hosts.ts'
import type { KnownHostLine } from './known-hosts.ts'
import type { Hop } from './profile.ts'
import { hopName } from './profile.ts'
import { commandLine } from './quote.ts'

/** A host key that no known_hosts line names. */
export interface UnknownHostKey {
  hop: Hop
  fingerprint: string
  keyType: string
  key: Buffer
  /** Key types already known of this host: a reason for more care. */
  otherTypes: string[]
}

/** A command for the console of the server that prints the fingerprints to compare. */
export const COMPARE_COMMAND = 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done'

/**
 * Accepts a known key, asks about an unknown one, refuses a changed or revoked one.
 * @param ask false refuses
 * @throws ConnectionError of the step host-key
 */
export async function checkHostKey(
  hop: Hop,
  key: Buffer,
  knownHosts: readonly KnownHostLine[],
  ask: (key: UnknownHostKey) => Promise<boolean>,
): Promise<void> {
  const verdict = judgeHostKey(knownHosts, hop.host, hop.port, key)
  const shown = fingerprint(key)
  switch (verdict.verdict) {
    case 'known':
      return
    case 'unknown': {
      const keyType = keyTypeOf(key) ?? 'unknown'
      if (await ask({ hop, key, keyType, fingerprint: shown, otherTypes: verdict.otherTypes })) return
      throw new ConnectionError('host-key', hop, `The host key of ${hopName(hop)} was not accepted`, {
        why: `Nobody has confirmed yet that ${shown} (${keyType}) belongs to this server.`,
        next: `Compare it on the console of the server (${COMPARE_COMMAND}), then accept it.`,
      })
    }
    case 'changed':
      throw new ConnectionError('host-key', hop, `The host key of ${hopName(hop)} has changed`, {
        why: `Known was ${verdict.expected} (line ${verdict.line} of ${verdict.file}), the server shows ${shown}. Another machine answers under this address, or the server was installed anew.`,
        next: `Do not go on before you know why. If the server was installed anew, compare the fingerprint on its console and remove the old line: ${commandLine(['ssh-keygen', '-R', hostToken(hop.host, hop.port), '-f', verdict.file])}`,
      })
    case 'revoked':
      throw new ConnectionError('host-key', hop, `The host key of ${hopName(hop)} is revoked`, {
        why: `Line ${verdict.line} of ${verdict.file} marks ${shown} as revoked: it must not be trusted any more.`,
        next: 'Ask whoever marked it; give the server a new host key.',
      })
  }
}
