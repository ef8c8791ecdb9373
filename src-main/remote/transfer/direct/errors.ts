import { ConnectionError } from '../../connection-errors.ts'
import { hopName } from '../../profile.ts'
import type { SshWay } from './ends.ts'

/** What helps always. */
const RELAY = 'Copy through this computer instead (without --direct): it needs no space here.'

/** The old server could not log in to the new one: in its own words and in ours. */
export function whyNotReached(from: string, way: SshWay, stderr: string): ConnectionError {
  const said = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^warning:|^\*\*/i.test(line))
  const last = said.at(-1) ?? 'ssh ended without a word.'
  const where = hopName(way)
  if (/host key verification failed|host identification has changed/i.test(stderr)) {
    return new ConnectionError('host-key', way, `${from} finds another machine behind ${where}`, {
      why: 'The host key that answers there is not the one that this computer knows of the target.',
      next: `Name the address by which the old server reaches the new one (--direct-to HOST:PORT). ${RELAY}`,
    })
  }
  if (/permission denied|authentication failures/i.test(stderr)) {
    return new ConnectionError('login', way, `${where} does not let ${from} in`, {
      why: `The one-time key in ~/.ssh/authorized_keys was not accepted (${last}): its sshd may read another file (AuthorizedKeysFile), allow no keys for this user, or be older than OpenSSH 7.7.`,
      next: RELAY,
    })
  }
  const cause = /refused/i.test(last)
    ? 'the port is closed for it'
    : /resolve|not known/i.test(last)
      ? 'it does not know that name'
      : /timed out|no route|unreachable/i.test(last)
        ? 'a firewall or a missing route is between them'
        : 'ssh gave no clearer reason'
  return new ConnectionError('login', way, `${from} cannot reach ${where}`, {
    why: `It says: ${last} (${cause}).`,
    next: `Open the way, or name the address by which the old server reaches the new one (--direct-to HOST:PORT). ${RELAY}`,
  })
}

export function noSsh(name: string): ConnectionError {
  return nothingHelps(
    name,
    `${name} has no ssh`,
    'The program that would send the files was not found there.',
  )
}

export function noGnuTar(name: string): ConnectionError {
  return nothingHelps(
    name,
    `${name} has no GNU tar`,
    'A direct copy needs it to send exactly the listed files.',
  )
}

export function cannotForward(name: string): ConnectionError {
  return nothingHelps(
    name,
    `${name} takes no agent forwarding`,
    'Its sshd forbids it (AllowAgentForwarding, DisableForwarding or a restricted key). Without it a private key would have to lie there, and that is not done.',
  )
}

export function cannotLetIn(name: string, stderr: string): ConnectionError {
  const said = stderr.trim().split('\n').at(-1) ?? ''
  return nothingHelps(
    name,
    `The one-time key cannot be let in at ${name}`,
    said === '' ? 'Its date(1) cannot tell when the permission would end.' : `It says: ${said}`,
  )
}

/** The step `login` is never tried again by itself. */
function nothingHelps(name: string, message: string, why: string): ConnectionError {
  return new ConnectionError('login', { user: '', host: name, port: 22 }, message, { why, next: RELAY })
}
