import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors, timeSchema } from './common.ts'
import { serverReportSchema } from './server-report.ts'

/** What a server is in a recovery. */
export const serverRoleSchema = z.enum(['old', 'new', 'storage', 'other'])

/** One way to log in. Secrets are never part of a profile: they are asked for when needed. */
export const authMethodSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('agent') }),
  /** Absolute path of a private key on the laptop. */
  z.object({ kind: z.literal('key'), file: z.string().min(1).max(4096) }),
  z.object({ kind: z.literal('password') }),
  z.object({ kind: z.literal('keyboard-interactive') }),
])
export type AuthMethod = z.infer<typeof authMethodSchema>

/** How commands become root or `zextras` after login: already so, `sudo` without or with a password, `su -`. */
export const privilegeSchema = z.enum(['zextras', 'root', 'sudo', 'sudo-password', 'su'])
export type Privilege = z.infer<typeof privilegeSchema>

/** A host name or address: nothing in it that could be taken for an option or a control character. */
const wordSchema = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^[^-\s\p{Cc}][^\s\p{Cc}]*$/u)

export const hopSchema = z.object({
  host: wordSchema,
  port: z.number().int().min(1).max(65535),
  user: wordSchema,
  /** Tried in this order. */
  auth: z.array(authMethodSchema).min(1).max(10),
})
/** One SSH login on the way: a jump host or the server itself. */
export type Hop = z.infer<typeof hopSchema>

export const serverProfileSchema = hopSchema.extend({
  id: z.string().min(1).max(64),
  name: z.string().trim().min(1).max(200),
  role: serverRoleSchema,
  privilege: privilegeSchema,
  /** Passed through in this order, the first one is reached from the laptop. */
  jumps: z.array(hopSchema).max(8),
})
export type ServerProfile = z.infer<typeof serverProfileSchema>
/** A profile that was not saved yet has no id. */
export const serverDraftSchema = serverProfileSchema.extend({ id: z.string().min(1).max(64).optional() })
export type ServerDraft = z.infer<typeof serverDraftSchema>

/** A `Host` of ~/.ssh/config as a draft. */
export const importedServerSchema = z.object({
  /** As written after `Host`. */
  alias: z.string(),
  draft: serverDraftSchema,
  /** A profile that already leads there: user, host and port are the same. */
  existing: z.string().nullable(),
  /** What of the entry Lifeboat does not follow, in words. */
  notes: z.array(z.string()),
})
export type ImportedServer = z.infer<typeof importedServerSchema>

/** What everything that waits for a person says of itself. */
const questionBase = {
  id: z.string(),
  /** Profile for which it is asked; null for one that is only being tried. */
  serverId: z.string().nullable(),
  serverName: z.string(),
  /** `user@host:port` of the hop that asks: the server or one of its jump hosts. */
  hop: z.string(),
  askedAt: timeSchema,
}
/** What may be remembered and how it is stored, for the secret questions. */
const secretBase = {
  /** The one given before was refused. */
  wrong: z.boolean(),
}

export const questionSchema = z.discriminatedUnion('kind', [
  /** A host key that nobody has confirmed yet. */
  z.object({
    kind: z.literal('host-key'),
    ...questionBase,
    host: z.string(),
    port: z.number(),
    /** `ssh-ed25519`, … */
    keyType: z.string(),
    /** `SHA256:…` as ssh-keygen -l prints it. */
    fingerprint: z.string(),
    /** Other key types already known of this host: a reason for more care. */
    otherTypes: z.array(z.string()),
    /** A command for the console of the server that prints the fingerprint to compare. */
    compareWith: z.string(),
  }),
  /** A password: of the login, for sudo, or of root for `su -`. */
  z.object({
    kind: z.literal('password'),
    ...questionBase,
    ...secretBase,
    use: z.enum(['login', 'sudo', 'su']),
  }),
  z.object({ kind: z.literal('passphrase'), ...questionBase, ...secretBase, keyFile: z.string() }),
  /** What a keyboard-interactive login asks. Never remembered: it may be a one-time code. */
  z.object({
    kind: z.literal('answers'),
    ...questionBase,
    prompts: z.array(z.object({ prompt: z.string(), echo: z.boolean() })),
  }),
])
export type Question = z.infer<typeof questionSchema>

/** Used once, kept in memory until Lifeboat ends, or kept by the operating system's keychain. */
export const rememberSchema = z.enum(['once', 'session', 'keychain'])
export type Remember = z.infer<typeof rememberSchema>

export const questionAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cancel') }),
  z.object({ kind: z.literal('host-key'), accept: z.boolean() }),
  z.object({ kind: z.literal('secret'), secret: z.string().max(10_000), remember: rememberSchema }),
  z.object({ kind: z.literal('answers'), answers: z.array(z.string().max(10_000)).max(50) }),
])
export type QuestionAnswer = z.infer<typeof questionAnswerSchema>

/** Where secrets can be kept on this machine. */
export const secretStorageSchema = z.object({
  /** `weak`: the system offers only a file that anybody with this account can read (`basic_text`). */
  keychain: z.enum(['available', 'weak', 'none']),
  /** `kwallet5`, `gnome_libsecret`, `basic_text`, `keychain`, `dpapi`; null without one. */
  backend: z.string().nullable(),
  /** To be shown beside `keychain` when it is not `available`; null otherwise. */
  warning: z.string().nullable(),
  /** The person insisted on the weak one. */
  insisted: z.boolean(),
})
export type SecretStorage = z.infer<typeof secretStorageSchema>

/** A secret that is remembered; never the secret itself. */
export const rememberedSecretSchema = z.object({
  /** `user@host:port` */
  hop: z.string(),
  kind: z.enum(['password', 'passphrase', 'sudo', 'su']),
  keyFile: z.string().nullable(),
  where: z.enum(['session', 'keychain']),
})
export type RememberedSecret = z.infer<typeof rememberedSecretSchema>

/** The steps of *Test connection* in their order; the first four repeat for every jump host. */
export const TEST_STEPS = [
  'reach',
  'key-exchange',
  'host-key',
  'login',
  'shell',
  'privilege',
  'zextras',
  'carbonio',
] as const
export const testStepSchema = z.object({
  step: z.enum(TEST_STEPS),
  /** `user@host:port` of the hop it belongs to. */
  hop: z.string(),
  /** `skipped`: an earlier one failed. `warning`: it works, but read the detail. */
  state: z.enum(['waiting', 'running', 'ok', 'warning', 'failed', 'skipped']),
  /** What was found: `Debian OpenSSH 9.2`, `SHA256:… (ssh-ed25519)`, `uid 1000 zextras`; empty while it waits. */
  detail: z.string(),
  /** Cause of a failure and what to try; empty otherwise. */
  why: z.string(),
  next: z.string(),
  /** Login methods that were tried, in their order. */
  tried: z.array(z.string()),
  milliseconds: z.number().nullable(),
})
export type TestStep = z.infer<typeof testStepSchema>
/** All steps, again on every change. */
export const connectionTestSchema = z.object({
  steps: z.array(testStepSchema),
  done: z.boolean(),
  ok: z.boolean(),
})
export type ConnectionTest = z.infer<typeof connectionTestSchema>

export const connectionStateSchema = z.object({
  serverId: z.string(),
  /** `lost`: it was there and is being made again, see `retryAt`. `failed`: given up until asked for again. */
  state: z.enum(['connecting', 'connected', 'lost', 'failed']),
  since: timeSchema,
  /** When the next try starts; null when none is planned. */
  retryAt: timeSchema.nullable(),
  /** Why it was lost or failed. */
  error: z.object({ message: z.string(), why: z.string(), next: z.string() }).nullable(),
})
export type ConnectionState = z.infer<typeof connectionStateSchema>

const base = oc.errors(expectedErrors)
const which = z.object({ id: z.string().min(1).max(64) })

export const serversContract = {
  /** Profiles by name. */
  list: base.output(z.array(serverProfileSchema)),
  /** Creates a profile (no id) or changes one; returns it as saved. */
  save: base.input(serverDraftSchema).output(serverProfileSchema),
  /** Removes a profile, closes its connection and forgets its secrets. */
  remove: base.input(which).output(z.void()),
  /** Hosts of an OpenSSH configuration file (default ~/.ssh/config) as drafts; nothing is saved. */
  importable: base
    .input(z.object({ file: z.string().max(4096).optional() }))
    .output(z.object({ file: z.string(), servers: z.array(importedServerSchema) })),

  /** All open questions at once, and again whenever one comes or goes. */
  questions: base.output(eventIterator(z.array(questionSchema))),
  /** Answers a question. NOT_FOUND when it is no longer open. */
  answer: base.input(z.object({ id: z.string(), answer: questionAnswerSchema })).output(z.void()),

  secretStorage: base.output(secretStorageSchema),
  /** Allows or forbids the weak keychain; forbidding deletes what it holds. */
  insistOnWeakKeychain: base.input(z.object({ insist: z.boolean() })).output(secretStorageSchema),
  remembered: base.output(z.array(rememberedSecretSchema)),
  /** Forgets the secrets of a server and its jump hosts, or all when no id is given. */
  forgetSecrets: base.input(z.object({ id: z.string().optional() })).output(z.void()),

  /** Tries a profile, saved or not, on a connection of its own; ends after `done`. */
  testConnection: base.input(serverDraftSchema).output(eventIterator(connectionTestSchema)),
  /** Connections that are open or wanted, again on every change. */
  connections: base.output(eventIterator(z.array(connectionStateSchema))),
  /** Opens the server's connection, or tries a lost one at once. */
  connect: base.input(which).output(z.void()),
  disconnect: base.input(which).output(z.void()),

  /** Looks at a server: the report again whenever facts came in; ends after `done`. Nothing is changed there. */
  probe: base.input(which).output(eventIterator(serverReportSchema)),
  /** The last finished report of a server; null when there is none. */
  lastReport: base.input(which).output(serverReportSchema.nullable()),
}
