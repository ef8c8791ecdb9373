import { z } from 'zod'

/** What a server is in a recovery. */
export const serverRoleSchema = z.enum(['old', 'new', 'storage', 'other'])

/** One way to log in. Secrets are never part of a profile: they are asked for when needed. */
export const authMethodSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('agent') }),
  z.object({ kind: z.literal('key'), file: z.string().min(1) }),
  z.object({ kind: z.literal('password') }),
  z.object({ kind: z.literal('keyboard-interactive') }),
])
export type AuthMethod = z.infer<typeof authMethodSchema>

/** How commands become root or `zextras` after login. */
export const privilegeSchema = z.enum(['zextras', 'root', 'sudo', 'sudo-password', 'su'])
export type Privilege = z.infer<typeof privilegeSchema>

export const hopSchema = z.object({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65535),
  user: z.string().min(1),
  /** Tried in this order. */
  auth: z.array(authMethodSchema).min(1),
})
/** One SSH login on the way: a jump host or the server itself. */
export type Hop = z.infer<typeof hopSchema>

export const serverProfileSchema = hopSchema.extend({
  id: z.string().min(1),
  name: z.string().min(1),
  role: serverRoleSchema,
  privilege: privilegeSchema,
  /** Passed through in this order, the first one is reached from the laptop. */
  jumps: z.array(hopSchema),
})
export type ServerProfile = z.infer<typeof serverProfileSchema>

/** `user@host:port`, as messages name a hop. */
export function hopName(hop: Pick<Hop, 'user' | 'host' | 'port'>): string {
  const host = hop.host.includes(':') ? `[${hop.host}]` : hop.host
  return `${hop.user}@${host}${hop.port === 22 ? '' : `:${String(hop.port)}`}`
}
