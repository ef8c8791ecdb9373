import { InvalidArgumentError } from 'commander'
import type { JumpHost } from './ssh-login.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }

/** `--bwlimit 10M`: bytes a second, decimal units. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:b(?:\/s)?)?$/i.exec(text)
  const value = match ? Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1) : Number.NaN
  if (!(value >= 1)) throw new InvalidArgumentError('It must be bytes a second, such as 500k or 10M.')
  return Math.floor(value)
}

/** `--accounts A,B`, also given several times. */
export function accountList(text: string, before: string[] | undefined): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) throw new InvalidArgumentError('It names no account.')
  return [...(before ?? []), ...names]
}

const HOP = /^(?:([^@\s,/:]+)@)?(\[[0-9a-f:.%]+\]|[^@\s,/:[\]]+)(?::(\d{1,5}))?$/i

/** `--jump user@host:port,other`: ProxyJump's syntax; `ssh://` before a host is taken as well. */
export function jumpHosts(text: string, before: JumpHost[] | undefined): JumpHost[] {
  const hosts = text.split(',').map((part): JumpHost => {
    const match = HOP.exec(part.trim().replace(/^ssh:\/\//i, ''))
    const [, user, host = '', port = '22'] = match ?? []
    const isPort = Number(port) >= 1 && Number(port) <= 65535
    if (!match || !isPort || host.startsWith('-') || user?.startsWith('-') === true)
      throw new InvalidArgumentError('Write user@host or user@host:port, several with commas between.')
    return { user: user ?? null, host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  })
  return [...(before ?? []), ...hosts]
}

/** `--direct-to host:port`: how the old server reaches the new one. */
export function directWay(text: string): { host: string; port?: number } {
  const match = HOP.exec(text)
  const [, user, host = '', port] = match ?? []
  if (
    !match ||
    user !== undefined ||
    host.startsWith('-') ||
    Number(port ?? 22) < 1 ||
    Number(port ?? 22) > 65535
  )
    throw new InvalidArgumentError('Write the host or host:port by which the old server reaches the new one.')
  return { host: host.replace(/^\[|\]$/g, ''), ...(port === undefined ? {} : { port: Number(port) }) }
}
