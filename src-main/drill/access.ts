import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newKeyPair } from '../remote/key-pair.ts'
import { DRILL_SERVERS, type DrillServerName } from './faults.ts'

/** Who can log in, and as whom: the ways of becoming `zextras` that real servers have. */
export const DRILL_USERS = ['zextras', 'root', 'admin', 'operator'] as const
export type DrillUser = (typeof DRILL_USERS)[number]

/** Keys and passwords of a drill, made once for its folder. */
export interface DrillAccess {
  /** Private key for all users of both servers. */
  keyFile: string
  publicKey: string
  /** The password of all users of both servers, also for sudo and su. */
  password: string
  hostKeys: Record<DrillServerName, { private: string; public: string }>
}

interface Kept {
  password: string
  publicKey: string
  hostKeys: DrillAccess['hostKeys']
}

/** Reads the access of a drill, or makes it. All files are 0600 in a folder of 0700. */
export function drillAccess(folder: string): DrillAccess {
  const place = join(folder, 'access')
  const file = join(place, 'access.json')
  const keyFile = join(place, 'id_ed25519')
  mkdirSync(place, { recursive: true, mode: 0o700 })
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept
    return { keyFile, ...kept }
  }
  const client = newKeyPair('lifeboat-drill')
  const hostKeys = Object.fromEntries(
    DRILL_SERVERS.map((name) => [name, newKeyPair(`drill-${name}`)]),
  ) as DrillAccess['hostKeys']
  const kept: Kept = { password: randomBytes(12).toString('base64url'), publicKey: client.public, hostKeys }
  writeFileSync(keyFile, client.private, { mode: 0o600 })
  writeFileSync(`${keyFile}.pub`, `${client.public}\n`, { mode: 0o600 })
  // Last: with this file there, all is.
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 })
  return { keyFile, ...kept }
}

/** The known_hosts line of a server on this port. */
export function knownHostsLine(publicKey: string, port: number, host = '127.0.0.1'): string {
  const [type = '', key = ''] = publicKey.split(' ')
  return `[${host}]:${port} ${type} ${key}\n`
}
