import type { Hop } from './profile.ts'
import { hopName } from './profile.ts'

/** How far a connection came before it failed. */
export type ConnectionStep = 'reach' | 'key-exchange' | 'host-key' | 'login' | 'session' | 'privilege'

/** A connection that could not be made or was lost: what happened (message), why, what to try. Holds no secret. */
export class ConnectionError extends Error {
  readonly step: ConnectionStep
  readonly host: string
  readonly why: string
  readonly next: string
  /** Login methods that were tried, in order. */
  readonly tried: readonly string[]

  constructor(
    step: ConnectionStep,
    hop: Pick<Hop, 'user' | 'host' | 'port'>,
    message: string,
    advice: { why: string; next: string; tried?: readonly string[] },
    options?: { cause?: unknown },
  ) {
    super(message, options)
    this.name = 'ConnectionError'
    this.step = step
    this.host = hopName(hop)
    this.why = advice.why
    this.next = advice.next
    this.tried = advice.tried ?? []
  }
}

/** Cause and cure of the socket errors that a technician meets. */
const REACH_ADVICE: Readonly<Record<string, { why: string; next: string }>> = {
  ECONNREFUSED: {
    why: 'The machine answers, but nothing listens on this port.',
    next: 'Check the port, and whether sshd runs there (systemctl status ssh).',
  },
  ETIMEDOUT: {
    why: 'Nothing answered in time: the machine is off, or a firewall drops the packets.',
    next: 'Ping it, check cable, VPN and firewall, and try from its own network.',
  },
  EHOSTUNREACH: {
    why: 'There is no route to this address.',
    next: 'Check the network, the VPN and the address.',
  },
  ENETUNREACH: {
    why: 'The laptop has no network that leads there.',
    next: 'Check cable, Wi-Fi and VPN of the laptop.',
  },
  ENOTFOUND: {
    why: 'The name could not be resolved: in an outage the name server may be gone as well.',
    next: 'Use the IP address instead of the name.',
  },
  EAI_AGAIN: {
    why: 'The name server does not answer.',
    next: 'Use the IP address instead of the name.',
  },
  ECONNRESET: {
    why: 'The other side closed the connection: sshd may refuse this address, or have too many connections.',
    next: 'Wait a moment and try again; look at the log of sshd on the server.',
  },
}

/**
 * The typed error for what ssh2 reported.
 * @param seen reached: the TCP connection stood; keyed: the key exchange was done; the login methods tried and allowed
 */
export function fromSshError(
  error: unknown,
  hop: Hop,
  seen: { reached: boolean; keyed: boolean; tried: readonly string[]; allowed: readonly string[] | null },
): ConnectionError {
  const { code, level, message } = error as { code?: string; level?: string; message?: string }
  const where = hopName(hop)
  const cause = { cause: error }
  if (level === 'client-authentication' || (seen.keyed && /authentication/i.test(message ?? ''))) {
    return refusedLogin(error, hop, seen)
  }
  if (!seen.reached) {
    const advice = (code !== undefined ? REACH_ADVICE[code] : undefined) ?? {
      why: message ?? 'The connection could not be made.',
      next: 'Check host name, port and network.',
    }
    return new ConnectionError('reach', hop, `${where} cannot be reached`, advice, cause)
  }
  if (level === 'client-timeout' || code === 'ETIMEDOUT') {
    return new ConnectionError(
      seen.keyed ? 'session' : 'key-exchange',
      hop,
      `${where} stopped answering`,
      {
        why: 'The connection stands, but nothing came back in time: the server may be overloaded or its disk may hang.',
        next: 'Try again; if it stays so, look at the console of the server.',
      },
      cause,
    )
  }
  if (!seen.keyed) {
    return new ConnectionError(
      'key-exchange',
      hop,
      `${where} and this laptop could not agree on how to encrypt`,
      {
        why: message ?? 'What answers on this port does not speak SSH as expected.',
        next: 'Check that the port is that of SSH; a very old server may offer only outdated algorithms.',
      },
      cause,
    )
  }
  return new ConnectionError(
    'session',
    hop,
    `The connection to ${where} was lost`,
    {
      why: message ?? 'It was closed by the other side.',
      next: 'Lifeboat connects again by itself; if that fails, check network and server.',
    },
    cause,
  )
}

/** The login was refused: what was tried, what the server would take, and which of the two does not fit. */
function refusedLogin(
  error: unknown,
  hop: Hop,
  { tried, allowed }: { tried: readonly string[]; allowed: readonly string[] | null },
): ConnectionError {
  const takes = allowed && allowed.length > 0 ? ` The server takes: ${allowed.join(', ')}.` : ''
  const attempts =
    tried.length === 0 ? 'No method of login could be tried.' : `Tried in this order: ${tried.join('; ')}.`
  const tooMany = /too many authentication failures/i.test((error as Error).message)
  const next = tooMany
    ? 'The agent offered too many keys: name one key file in the profile.'
    : tried.length === 0
      ? 'Add to the profile a method that the server takes.'
      : 'Check user name and secret; the log of sshd on the server tells more (journalctl -u ssh).'
  return new ConnectionError(
    'login',
    hop,
    `${hopName(hop)} refused the login`,
    { why: `${attempts}${takes}`, next, tried },
    { cause: error },
  )
}
