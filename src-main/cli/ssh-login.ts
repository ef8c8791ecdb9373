import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { dataFolder } from '../engine/data-folder.ts'
import { COMPARE_COMMAND, type UnknownHostKey } from '../remote/host-key-check.ts'
import { HostKeys, OWN_KNOWN_HOSTS } from '../remote/host-keys.ts'
import { NO_SECRETS, type SecretSource } from '../remote/login.ts'
import { hopName, type AuthMethod, type Privilege, type ServerProfile } from '../remote/profile.ts'
import type { SessionOptions } from '../remote/session.ts'
import { asMeant } from './command.ts'
import { UsageError } from './exit.ts'

/** Options of the commands that log in to one server. */
export interface LoginOptions {
  identity?: string
  knownHosts?: string
  privilege?: Privilege
  /** Jump hosts as ProxyJump writes them, the first one reached from here. */
  jump?: JumpHost[]
}

/** One of `--jump user@host:port,…`. */
export interface JumpHost {
  /** Null: the user of the server itself. */
  user: string | null
  host: string
  port: number
}

/** Keys that ssh(1) tries when none is named. */
const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * The server that `ssh://user@host:port` names, as a profile that is not saved.
 * @throws UsageError for an address that cannot be understood
 */
export function profileOf(address: string, options: LoginOptions): ServerProfile {
  const match = /^ssh:\/\/(?:([^@/]*)@)?(\[[0-9a-f:.%]+\]|[^:/@]+)(?::(\d{1,5}))?\/?$/i.exec(address)
  const [, login = '', host = '', port = '22'] = match ?? []
  const user = decoded(login)
  if (
    !match ||
    user === null ||
    user === '' ||
    user.includes(':') ||
    Number(port) < 1 ||
    Number(port) > 65535
  ) {
    throw new UsageError(
      `${address.replace(/:[^@/]*@/, ':…@')} is not the address of a server`,
      user === ''
        ? 'It names no user.'
        : user?.includes(':')
          ? 'A password does not belong into an address.'
          : 'It cannot be understood.',
      'Write ssh://user@host or ssh://user@host:port.',
    )
  }
  return profileFor({ user, host: host.replace(/^\[|\]$/g, ''), port: Number(port) }, options)
}

/** The same for an address that is understood already. */
export function profileFor(
  { user, host, port }: { user: string; host: string; port: number },
  { identity, privilege, jump = [] }: LoginOptions,
): ServerProfile {
  const keys = identity === undefined ? usualKeys() : [asMeant(identity)]
  const named: AuthMethod[] = keys.map((file) => ({ kind: 'key', file }))
  const auth: AuthMethod[] = identity === undefined ? [{ kind: 'agent' }, ...named] : named
  if (process.stdin.isTTY) auth.push({ kind: 'keyboard-interactive' }, { kind: 'password' })
  return {
    id: 'command-line',
    name: host,
    role: 'other',
    privilege: privilege ?? (user === 'root' ? 'root' : user === 'zextras' ? 'zextras' : 'sudo'),
    host,
    port,
    user,
    auth,
    jumps: jump.map((one) => ({ host: one.host, port: one.port, user: one.user ?? user, auth: [...auth] })),
  }
}

function usualKeys(): string[] {
  return USUAL_KEYS.map((name) => join(homedir(), '.ssh', name)).filter(existsSync)
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/**
 * How the command line logs in: host keys of `--known-hosts` or of Lifeboat and OpenSSH; a person at a terminal is
 * asked, without one an unknown host key refuses.
 * @param data `--data`
 */
export function loginWith(
  { knownHosts }: LoginOptions,
  data: string | undefined,
): Pick<SessionOptions, 'knownHosts' | 'acceptHostKey' | 'secrets'> {
  const hostKeys =
    knownHosts === undefined
      ? new HostKeys(join(dataFolder(data), OWN_KNOWN_HOSTS))
      : new HostKeys(asMeant(knownHosts), [])
  return {
    knownHosts: () => hostKeys.lines(),
    acceptHostKey: async (unknown) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return false
      const accepted = await askHostKey(unknown)
      if (accepted) hostKeys.accept(unknown.hop, unknown.key)
      return accepted
    },
    secrets: process.stdin.isTTY && process.stderr.isTTY ? terminalSecrets() : NO_SECRETS,
  }
}

async function askHostKey({ hop, keyType, fingerprint, otherTypes }: UnknownHostKey): Promise<boolean> {
  const more =
    otherTypes.length > 0 ? ` Other keys of it are known (${otherTypes.join(', ')}): be careful.` : ''
  process.stderr.write(
    `The host key of ${hopName(hop)} is not known yet.${more}\n  ${keyType} ${fingerprint}\nCompare it on the console of the server: ${COMPARE_COMMAND}\n`,
  )
  return (await askLine('Is it the same? Type yes to accept it: ', false)).trim().toLowerCase() === 'yes'
}

/** Asks at the terminal, typed once for the run, shown nowhere. */
function terminalSecrets(): SecretSource {
  const typed = new Map<string, Promise<string>>()
  const ask = (key: string, prompt: string): Promise<string> => {
    const answer = typed.get(key) ?? askLine(prompt, true)
    typed.set(key, answer)
    return answer
  }
  return {
    password: (hop) => ask(`password ${hopName(hop)}`, `Password of ${hopName(hop)}: `),
    passphrase: (_hop, file) => ask(`passphrase ${file}`, `Passphrase of ${file}: `),
    answers: async (hop, questions) => {
      const answers: string[] = []
      for (const { prompt, echo } of questions)
        answers.push(await askLine(`${hopName(hop)} asks: ${prompt}`, !echo))
      return answers
    },
    privilege: (hop, use) =>
      ask(
        `${use} ${hopName(hop)}`,
        use === 'su'
          ? `Password of root on ${hop.host}: `
          : `Password of ${hop.user} for sudo on ${hop.host}: `,
      ),
    rejected: (hop, kind, file) => {
      process.stderr.write('It was refused.\n')
      typed.delete(`${kind} ${kind === 'passphrase' ? (file ?? '') : hopName(hop)}`)
    },
  }
}

function askLine(prompt: string, hidden: boolean): Promise<string> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
    // readline echoes what is typed by this method; a secret is not to be seen.
    const echoing = lines as unknown as { _writeToOutput: (text: string) => void }
    if (hidden) {
      echoing._writeToOutput = (text) => {
        if (text.includes(prompt)) process.stderr.write(prompt)
      }
    }
    lines.question(prompt, (answer) => {
      lines.close()
      if (hidden) process.stderr.write('\n')
      resolve(answer)
    })
    lines.on('SIGINT', () => {
      lines.close()
      process.kill(process.pid, 'SIGINT')
    })
  })
}
