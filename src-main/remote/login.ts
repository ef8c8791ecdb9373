import { existsSync, readFileSync } from 'node:fs'
import ssh2 from 'ssh2'
import type { AnyAuthMethod, ConnectConfig } from 'ssh2'
import type { AuthMethod, Hop } from './profile.ts'

/** Secrets are asked for when they are needed. Each answers null when there is none or the person cancelled. */
export interface SecretSource {
  password(hop: Hop): Promise<string | null>
  passphrase(hop: Hop, keyFile: string): Promise<string | null>
  /** Answers to the questions of a keyboard-interactive login. */
  answers(hop: Hop, questions: readonly { prompt: string; echo: boolean }[]): Promise<string[] | null>
  /** The password for sudo, or that of root for su. */
  privilege(hop: Hop, use: 'sudo' | 'su'): Promise<string | null>
  /** What was given was refused: it is not given again. */
  rejected(hop: Hop, kind: 'password' | 'passphrase' | 'sudo' | 'su', keyFile: string | null): void
}

/** A source for where nobody can be asked and nothing is remembered. */
export const NO_SECRETS: SecretSource = {
  password: () => Promise.resolve(null),
  passphrase: () => Promise.resolve(null),
  answers: () => Promise.resolve(null),
  privilege: () => Promise.resolve(null),
  rejected: () => undefined,
}

/** What a login has come to; filled while it runs. */
export interface LoginTrail {
  /** Methods in the order in which they were tried, in words. */
  tried: string[]
  /** Methods that the server would take, as it says; null before it said so. */
  allowed: string[] | null
  /** What broke here while a method was prepared: no refusal by the server. */
  failure: Error | null
}

/** A mistyped password or passphrase is asked for again this often; sshd gives up after six tries of any kind. */
const TYPING_TRIES = 3

/**
 * Hands ssh2 one method after the other, as the profile orders them, and writes down which were tried. First it asks
 * the server which it allows at all, so that nobody types a password that is not wanted.
 */
export function loginHandler(
  hop: Hop,
  secrets: SecretSource,
  trail: LoginTrail,
): NonNullable<ConnectConfig['authHandler']> {
  const left: AuthMethod[] = [...hop.auth]
  let asked = false
  let passwords = 0
  let last: AuthMethod | null = null

  async function step(): Promise<AnyAuthMethod | false> {
    if (!asked) {
      asked = true
      return { type: 'none', username: hop.user }
    }
    if (last?.kind === 'password') {
      secrets.rejected(hop, 'password', null)
      if (++passwords < TYPING_TRIES) left.unshift(last)
    }
    last = null
    for (let method = left.shift(); method; method = left.shift()) {
      if (trail.allowed && !trail.allowed.includes(protocolName(method))) continue
      const made = await authMethod(method, hop, secrets, trail)
      if (made === null) continue
      trail.tried.push(inWords(method))
      last = method
      return made
    }
    return false
  }

  return (allowed, _partial, next) => {
    if (Array.isArray(allowed)) trail.allowed = allowed
    step().then(
      (method) => next(method as AnyAuthMethod),
      (error: unknown) => {
        trail.failure = error instanceof Error ? error : new Error(String(error))
        next(false as unknown as AnyAuthMethod)
      },
    )
  }
}

function protocolName(method: AuthMethod): string {
  return method.kind === 'agent' || method.kind === 'key' ? 'publickey' : method.kind
}

function inWords(method: AuthMethod): string {
  return method.kind === 'key' ? `key ${method.file}` : method.kind
}

/** The method as ssh2 takes it; null when it cannot be tried (no agent, no such key, no secret given). */
async function authMethod(
  method: AuthMethod,
  hop: Hop,
  secrets: SecretSource,
  trail: LoginTrail,
): Promise<AnyAuthMethod | null> {
  const username = hop.user
  switch (method.kind) {
    case 'agent': {
      const agent = agentAddress()
      if (!agent) {
        trail.tried.push('agent (none is running)')
        return null
      }
      return { type: 'agent', username, agent }
    }
    case 'key':
      return keyMethod(method.file, hop, secrets, trail)
    case 'password': {
      const password = await secrets.password(hop)
      return password === null ? null : { type: 'password', username, password }
    }
    case 'keyboard-interactive':
      return {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => {
          const questions = prompts.map(({ prompt, echo }) => ({ prompt, echo: echo ?? false }))
          // A server may send an empty round just to say something.
          if (questions.length === 0) return finish([])
          secrets.answers(hop, questions).then(
            (answers) => finish(answers ?? []),
            () => finish([]),
          )
        },
      }
  }
}

/** Where OpenSSH's agent listens on Windows; Pageant has a way of its own. */
const WINDOWS_AGENT = '\\\\.\\pipe\\openssh-ssh-agent'

function agentAddress(): string | undefined {
  const named = process.env['SSH_AUTH_SOCK']
  if (named || process.platform !== 'win32') return named
  return existsSync(WINDOWS_AGENT) ? WINDOWS_AGENT : 'pageant'
}

async function keyMethod(
  file: string,
  hop: Hop,
  secrets: SecretSource,
  trail: LoginTrail,
): Promise<AnyAuthMethod | null> {
  let key: Buffer
  try {
    key = readFileSync(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    trail.tried.push(`key ${file} (${code === 'ENOENT' ? 'there is no such file' : message})`)
    return null
  }
  if (!isEncrypted(key)) {
    const parsed = ssh2.utils.parseKey(key)
    if (!(parsed instanceof Error)) return { type: 'publickey', username: hop.user, key }
    trail.tried.push(`key ${file} (not a key that can be used: ${parsed.message})`)
    return null
  }
  for (let tries = 0; tries < TYPING_TRIES; tries++) {
    const passphrase = await secrets.passphrase(hop, file)
    if (passphrase === null) {
      trail.tried.push(`key ${file} (no passphrase was given)`)
      return null
    }
    if (!(ssh2.utils.parseKey(key, passphrase) instanceof Error)) {
      return { type: 'publickey', username: hop.user, key, passphrase }
    }
    secrets.rejected(hop, 'passphrase', file)
  }
  trail.tried.push(`key ${file} (the passphrase was wrong)`)
  return null
}

/** Whether a private key file asks for a passphrase (PEM headers, or the cipher name of the OpenSSH format). */
function isEncrypted(key: Buffer): boolean {
  const text = key.toString('latin1')
  if (/Proc-Type: 4,ENCRYPTED|BEGIN ENCRYPTED PRIVATE KEY/.test(text)) return true
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1]
  if (body === undefined) return false
  const bytes = Buffer.from(body, 'base64')
  // "openssh-key-v1\0", then the cipher's name as a length-prefixed string (PROTOCOL.key of OpenSSH).
  const length = bytes.length > 19 ? bytes.readUInt32BE(15) : 0
  return bytes.toString('latin1', 19, 19 + length) !== 'none'
}
