import type { Hop } from '../../src-main/contract/servers.ts'

/** `user@host:port` as the engine names a hop; the usual port is left out. */
export function hopName({ user, host, port }: Pick<Hop, 'user' | 'host' | 'port'>): string {
  const bare = host.includes(':') ? `[${host}]` : host
  return `${user}@${bare}${port === 22 ? '' : `:${String(port)}`}`
}
