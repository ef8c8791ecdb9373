import { ExpectedError } from '../engine/errors.ts'

/** The servers of a drill. `old` is the one that was lost, `new` the empty one (or, in a snapshot drill, the clone). */
export const DRILL_SERVERS = ['old', 'new'] as const
export type DrillServerName = (typeof DRILL_SERVERS)[number]

interface FaultKind {
  /** Where it happens unless `old:` or `new:` is written before it. */
  on: readonly DrillServerName[]
  /** Taken when no `=VALUE` is given; null: it has none. */
  value: number | null
  unit: string
  what: string
}

const BOTH = DRILL_SERVERS

/** Everything that can be made to go wrong. */
export const FAULTS = {
  latency: { on: BOTH, value: 150, unit: 'ms', what: 'every packet takes so long in each direction' },
  drop: {
    on: ['old'],
    value: 4 * 1024 * 1024,
    unit: 'bytes',
    what: 'each connection is cut after so many bytes',
  },
  'kill-sessions': { on: BOTH, value: 3, unit: 's', what: 'all connections are cut every so often' },
  'full-disk': {
    on: ['new'],
    value: 1024 * 1024,
    unit: 'bytes',
    what: 'only so much more can be written on the server',
  },
  'read-only': { on: ['new'], value: null, unit: '', what: 'the file system of /opt/zextras is read-only' },
  'wrong-owner': {
    on: ['new'],
    value: null,
    unit: '',
    what: 'what was copied belongs to root, mode 0700: zextras cannot read it until chown',
  },
  slow: { on: BOTH, value: 2000, unit: 'ms', what: 'each call of carbonio takes so much longer' },
  'restore-dies': {
    on: ['new'],
    value: 40,
    unit: 'items',
    what: 'the first restore dies in phase 2 after so many items',
  },
  busy: { on: ['new'], value: 600, unit: 's', what: 'a SmartScan is already in the queue and takes so long' },
  licence: { on: ['new'], value: null, unit: '', what: 'the licence of the backup is not valid' },
  'lists-lost': { on: ['new'], value: null, unit: '', what: 'a restore leaves out a distribution list' },
  'members-lost': {
    on: ['new'],
    value: null,
    unit: '',
    what: 'a restore leaves out an alias and the last member of distribution lists',
  },
  'validator-off': { on: ['new'], value: null, unit: '', what: 'the LMTP validator was left off' },
  'scanner-on': {
    on: ['new'],
    value: null,
    unit: '',
    what: 'the RealTime Scanner was left on: a restore takes twice as long',
  },
  unrestored: {
    on: ['old'],
    value: 12,
    unit: 'items',
    what: 'so many items of the backup cannot be restored, of three causes; put in when the drill is new',
  },
  snapshot: {
    on: ['new'],
    value: 30,
    unit: 'days',
    what: 'the new server is a clone of the old one from a snapshot that is so many days older than its backup',
  },
  'snapshot-with-backup': {
    on: ['new'],
    value: 30,
    unit: 'days',
    what: 'the same, and the Backup Path was part of the snapshot: it is as old as the clone',
  },
  offsite: {
    on: ['old'],
    value: null,
    unit: '',
    what: 'an account is gone from the server and from its own backup; the offsite copy in /mnt/offsite/zextras has it',
  },
  'not-isolated': {
    on: ['new'],
    value: null,
    unit: '',
    what: 'the clone is in the network of the users: its ports listen, its MTA sends what it has queued',
  },
} as const satisfies Record<string, FaultKind>

type FaultName = keyof typeof FAULTS

export interface Fault {
  name: FaultName
  server: DrillServerName
  /** In the unit of its kind; 0 where it has none. */
  value: number
}

function isFault(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name)
}

/**
 * Reads `[old:|new:]NAME[=VALUE]`; a fault of both servers gives two. Sizes may end in K, M or G.
 * @throws ExpectedError REFUSED for a name that is none, or a value that is no number
 */
export function parseFault(text: string): Fault[] {
  const match = /^(?:(old|new):)?([a-z-]+)(?:=(\d+(?:\.\d+)?)([KMG]?))?$/.exec(text)
  const name = match?.[2] ?? ''
  if (!match || !isFault(name)) {
    throw new ExpectedError('REFUSED', `There is no fault "${text}"`, {
      why: 'A fault is written [old:|new:]NAME[=VALUE].',
      next: `Names: ${Object.keys(FAULTS).join(', ')}.`,
    })
  }
  const kind: FaultKind = FAULTS[name]
  const factor = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[match[4] ?? ''] ?? 1
  const value = match[3] === undefined ? (kind.value ?? 0) : Number(match[3]) * factor
  const servers = match[1] === undefined ? kind.on : [match[1] as DrillServerName]
  return servers.map((server) => ({ name, server, value }))
}

/** The faults of one server, as they are handed around. */
export type FaultValues = Partial<Record<FaultName, number>>

export function faultsOf(server: DrillServerName, faults: readonly Fault[]): FaultValues {
  return Object.fromEntries(
    faults.filter((fault) => fault.server === server).map(({ name, value }) => [name, value]),
  )
}
