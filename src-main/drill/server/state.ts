import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerPaths } from '../paths.ts'

export interface SimAccount {
  id: string
  name: string
  displayName: string | null
  aliases: string[]
  cos: string
  status: string
  /** Id it had on the server it was restored from. */
  sourceId: string | null
}

type OperationState = 'Queued' | 'Started' | 'Stopping' | 'Ended' | 'Failed' | 'Stopped' | 'Removed'

export interface Unrestored {
  account: string
  item: number
  cause: 'read error' | 'broken' | 'invalid'
}

export interface SimOperation {
  id: string
  name: string
  kind: 'restore' | 'account-restore' | 'scan' | 'items' | 'check'
  state: OperationState
  queuedTime: number
  startTime: number | null
  endTime: number | null
  /** Parameters of the command line. */
  parameters: Record<string, string>
  phase: number
  done: number
  total: number
  account: string
  restored: number
  skipped: number
  unrestored: Unrestored[]
  /** Why it failed; empty otherwise. */
  message: string
  /** Phases whose mail was already sent. */
  notified: string[]
}

export interface SimList {
  aliases: string[]
  members: string[]
}

export interface SimState {
  simulation: string
  hostname: string
  serverId: string
  isClone: boolean
  config: Record<string, string>
  services: Record<string, boolean>
  units: Record<string, boolean>
  localconfig: Record<string, string>
  domains: string[]
  /** Addresses of distribution lists. */
  lists: string[]
  /** Aliases and members by the name of a list. */
  listDetails?: Record<string, SimList>
  coses: Record<string, { backupEnabled: boolean }>
  accounts: SimAccount[]
  /** The queue and what came before, oldest first. */
  operations: SimOperation[]
  legalHold: string[]
  /** Owners that chown gave, by path; the longest fitting path counts. */
  owners: Record<string, string>
  lastScan: number
  /** A fault that happens once has happened. */
  spent: string[]
  mails: number
  /** Commands to be run later (systemd-run). */
  timers?: { unit: string; at: number; user: string; argv: string[] }[]
  /** Tables of the packet filter, their chains and rules. */
  firewall?: Record<string, Record<string, string[]>>
  /** What Postfix has not sent yet. */
  mailQueue?: { id: string; size: number; at: number; sender: string; recipients: string[]; held: boolean }[]
  /** Ids of what left the queue for the world. */
  delivered?: string[]
  nextDelivery?: number
  mounts?: { device: string; target: string; options: string }[]
  readOnlyDevices?: string[]
}

export function newOperation(
  name: string,
  kind: SimOperation['kind'],
  parameters: Record<string, string>,
): SimOperation {
  return {
    id: randomUUID(),
    name,
    kind,
    state: 'Queued',
    queuedTime: Date.now(),
    startTime: null,
    endTime: null,
    parameters,
    phase: 0,
    done: 0,
    total: 0,
    account: '',
    restored: 0,
    skipped: 0,
    unrestored: [],
    message: '',
    notified: [],
  }
}

const file = (paths: ServerPaths): string => join(paths.state, 'server.json')

/** The state on disk; null for a new server. */
export function loadState(paths: ServerPaths): SimState | null {
  return existsSync(file(paths))
    ? ({ lists: [], ...JSON.parse(readFileSync(file(paths), 'utf8')) } as SimState)
    : null
}

/** Writes the state as a whole or not at all. */
export function saveState(paths: ServerPaths, state: SimState): void {
  mkdirSync(paths.state, { recursive: true })
  const next = `${file(paths)}.new`
  writeFileSync(next, JSON.stringify(state, null, 1))
  renameSync(next, file(paths))
}
