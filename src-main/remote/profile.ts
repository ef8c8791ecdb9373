import type { Hop } from '../contract/servers.ts'

// A profile is what the screens send and the app database keeps: its one description is the contract's.
export type { AuthMethod, Hop, Privilege, ServerProfile } from '../contract/servers.ts'

/** `user@host:port`, as messages name a hop. */
export function hopName(hop: Pick<Hop, 'user' | 'host' | 'port'>): string {
  const host = hop.host.includes(':') ? `[${hop.host}]` : hop.host
  return `${hop.user}@${host}${hop.port === 22 ? '' : `:${String(hop.port)}`}`
}
