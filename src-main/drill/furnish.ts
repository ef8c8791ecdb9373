import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeSampleGently, type SampleManifest } from '../backup/writer/index.ts'
import { DRILL_USERS, type DrillAccess } from './access.ts'
import type { FaultValues } from './faults.ts'
import type { ServerPaths } from './paths.ts'
import { plantUnrestored, removeInvalid } from './plant.ts'
import { UNITS } from './programs/system.ts'
import { writePrograms } from './programs/scripts.ts'
import { openBackup } from './server/backup-view.ts'
import { SAVED_SETTINGS, standardConfig } from './server/commands/reading.ts'
import { Pace } from './server/pace.ts'
import { restoreItems } from './server/restore-items.ts'
import { SimServer } from './server/server.ts'
import { loadState, newOperation, saveState, type SimAccount, type SimState } from './server/state.ts'
import { SIMULATION_NOTE, SIMULATION_TEXT } from './simulation.ts'

interface FurnishOptions {
  folder: string
  old: ServerPaths
  new: ServerPaths
  access: DrillAccess
  faults: { old: FaultValues; new: FaultValues }
  accounts: number
  items: number
  seed: number
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** What a drill says about its backup; kept in `drill.json`. */
export interface Furnished {
  accounts: { id: string; name: string }[]
  /** Newest moment of the backup, ms UTC. */
  backupEnd: number
  /** When the clone's snapshot was taken, ms UTC; null when the new server is empty. */
  snapshot: number | null
  /** Where the untampered backup is mounted on a clone. */
  mountedBackup: string | null
}

const DAY = 86_400_000

/** Makes both servers of a new drill. `drill.json` is written last: without it everything is made again. */
export async function furnish(options: FurnishOptions): Promise<Furnished> {
  const { folder, old, access, faults } = options
  for (const paths of [old, options.new]) {
    rmSync(paths.base, { recursive: true, force: true })
    furnishTree(paths, access)
  }
  writeFileSync(join(folder, 'SIMULATION.txt'), SIMULATION_TEXT)
  const manifest = await writeSampleGently(old.backup, {
    accounts: options.accounts,
    items: options.items,
    seed: options.seed,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  })
  removeInvalid(manifest)
  const planted = faults.old.unrestored === undefined ? [] : plantUnrestored(manifest, faults.old.unrestored)
  writeFileSync(join(folder, 'planted.json'), JSON.stringify(planted, null, 1))
  const accounts = manifest.accounts.map((one): SimAccount => accountOf(old, one.id))
  const oldState = {
    ...freshState(old, 'mail-old.example.com', manifest),
    accounts,
    domains: domainsOf(accounts),
    ...listsOf(accounts),
  }
  const settings = JSON.stringify(standardConfig(oldState, true), null, 1)
  writeFileSync(join(old.backup, SAVED_SETTINGS), settings)
  const gone = faults.old.offsite === undefined ? null : (accounts[0] ?? null)
  if (gone) loseAccount(old, gone)
  saveState(old, { ...oldState, accounts: accounts.filter((one) => one !== gone) })

  const days = faults.new['snapshot-with-backup'] ?? faults.new.snapshot
  const snapshot = days === undefined ? null : manifest.end - days * DAY
  const mountedBackup = snapshot === null ? null : join(options.new.root, 'mnt/backup/zextras')
  if (snapshot === null || mountedBackup === null) furnishEmpty(options.new, manifest)
  else await furnishClone(options, manifest, accounts, snapshot, mountedBackup)
  return {
    accounts: manifest.accounts.map(({ id, name }) => ({ id, name })),
    backupEnd: manifest.end,
    snapshot,
    mountedBackup,
  }
}

/** The offsite copy as it was made in time, and a Backup Path from which the account was purged since. */
function loseAccount(paths: ServerPaths, account: SimAccount): void {
  cpSync(paths.backup, join(paths.root, 'mnt/offsite/zextras'), { recursive: true, preserveTimestamps: true })
  rmSync(join(paths.backup, 'accounts', account.id), { recursive: true })
}

/** Two lists, as every company has them. */
function listsOf(accounts: readonly SimAccount[]): Pick<SimState, 'lists' | 'listDetails'> {
  const [domain = 'example.com'] = domainsOf(accounts)
  const names = accounts.map(({ name }) => name)
  const listDetails = {
    [`all@${domain}`]: { aliases: [`everybody@${domain}`], members: names },
    [`sales@${domain}`]: { aliases: [], members: [...names.slice(0, 2), 'agent@partner.example'] },
  }
  return { lists: Object.keys(listDetails), listDetails }
}

function domainsOf(accounts: readonly SimAccount[]): string[] {
  return [...new Set(accounts.map(({ name }) => name.split('@').at(-1) ?? ''))]
}

/** An account as the backup of this server knows it. */
function accountOf(paths: ServerPaths, id: string): SimAccount {
  const { info, name } = openBackup(paths.backup).account(id)
  const { displayName, aliases } = info
  return {
    id,
    name,
    displayName,
    aliases,
    cos: info.cos ?? 'default',
    status: info.status ?? 'active',
    sourceId: null,
  }
}

/** Folders and files of the tree; the programs are written at every start. */
function furnishTree(paths: ServerPaths, access: DrillAccess): void {
  const { root, zextras } = paths
  for (const folder of [
    paths.state,
    paths.notifications,
    paths.store,
    join(zextras, 'backup'),
    join(zextras, 'conf'),
    join(zextras, 'log'),
    join(root, 'etc'),
    join(root, 'mnt'),
    join(root, 'media'),
    join(root, 'opt/zimbra'),
    join(root, 'proc'),
    ...DRILL_USERS.map((user) => join(root, 'home', user)),
  ])
    mkdirSync(folder, { recursive: true })
  writeFileSync(join(paths.state, 'password'), access.password, { mode: 0o600 })
  writeFileSync(
    join(root, 'etc/os-release'),
    `PRETTY_NAME="Lifeboat drill (simulated server, ${paths.name})"\nNAME="Lifeboat drill"\nID=lifeboat-drill\nID_LIKE=debian\nVERSION_ID="1"\nVARIANT="${SIMULATION_NOTE}"\n`,
  )
  writeFileSync(join(root, 'etc/timezone'), 'Etc/UTC\n')
  writeFileSync(
    join(root, 'etc/fstab'),
    '# simulated by Lifeboat\n/dev/vda1 / ext4 defaults 0 1\n/dev/vdb1 /opt/zextras ext4 defaults 0 2\n',
  )
  writeFileSync(join(root, 'proc/mdstat'), 'Personalities : \nunused devices: <none>\n')
  writeFileSync(join(paths.base, 'SIMULATION.txt'), SIMULATION_TEXT)
  writePrograms(paths)
}

function freshState(paths: ServerPaths, hostname: string, manifest: SampleManifest): SimState {
  writeFileSync(join(paths.root, 'etc/hostname'), `${hostname}\n`)
  return {
    simulation: SIMULATION_NOTE,
    hostname,
    serverId: randomUUID(),
    isClone: false,
    config: {
      ZxBackup_DestPath: paths.backup,
      ZxBackup_RealTimeScanner: 'TRUE',
      ZxBackup_SmartScanScheduler: '0 4 * * *',
      ZxBackup_PurgeScheduler: '0 5 * * *',
      ZxBackup_DataRetentionDays: '30',
      backupAccountsRetentionDays: '30',
      ZxBackup_NotificationReceivers: `admin@${hostname}`,
    },
    services: {
      module: true,
      'realtime-scanner': true,
      smartscan: true,
      'smart-scan-scheduler': true,
      'purge-scheduler': true,
      'blob-service': true,
    },
    units: Object.fromEntries(Object.keys(UNITS).map((unit) => [unit, true])),
    localconfig: {
      zimbra_server_hostname: hostname,
      zimbra_lmtp_validate_messages: 'true',
      zimbra_lmtp_max_line_length: '10240',
      zimbra_home: paths.zextras,
    },
    domains: [],
    lists: [],
    coses: { default: { backupEnabled: true }, professional: { backupEnabled: true } },
    accounts: [],
    operations: [],
    legalHold: [],
    owners: {},
    lastScan: manifest.end,
    spent: [],
    mails: 0,
  }
}

/** A new server after its bootstrap: one administrator, a Backup Path with nothing in it. */
function furnishEmpty(paths: ServerPaths, manifest: SampleManifest): void {
  for (const part of ['accounts', 'items', 'server']) mkdirSync(join(paths.backup, part), { recursive: true })
  writeFileSync(join(paths.backup, 'backupstat'), '{}\n')
  const hostname = 'mail-new.example.com'
  const state = freshState(paths, hostname, manifest)
  state.services['realtime-scanner'] = false
  state.config['ZxBackup_RealTimeScanner'] = 'FALSE'
  state.coses = { default: { backupEnabled: true } }
  state.domains = [hostname]
  const admin = {
    id: randomUUID(),
    name: `admin@${hostname}`,
    displayName: 'Administrator',
    aliases: [],
    cos: 'default',
    status: 'active',
    sourceId: null,
  }
  saveState(paths, { ...state, accounts: [admin], lastScan: Date.now() })
}

/** The old server as its virtual machine was at `snapshot`, with the old Backup Path on a disk mounted beside. */
async function furnishClone(
  { old, new: paths, faults }: FurnishOptions,
  manifest: SampleManifest,
  accounts: SimAccount[],
  snapshot: number,
  mounted: string,
): Promise<void> {
  for (const part of ['accounts', 'items', 'server']) mkdirSync(join(paths.backup, part), { recursive: true })
  writeFileSync(join(paths.backup, 'backupstat'), '{}\n')
  cpSync(old.backup, mounted, { recursive: true, preserveTimestamps: true })
  if (faults.new['snapshot-with-backup'] !== undefined) {
    // A disk that was no part of the snapshot; somebody has to find it.
    const untouched = join(paths.base, 'disks/untouched/zextras')
    cpSync(old.backup, untouched, { recursive: true, preserveTimestamps: true })
    forgetAfter(join(mounted, 'accounts'), snapshot)
  }
  const state = freshState(paths, 'mail-old.example.com', manifest)
  saveState(paths, {
    ...state,
    isClone: true,
    accounts,
    domains: domainsOf(accounts),
    ...listsOf(accounts),
    lastScan: snapshot,
    mailQueue: queuedThen(accounts, snapshot),
  })
  const loaded = loadState(paths)
  if (!loaded) return
  const server = new SimServer(paths, loaded, 0, {})
  const view = openBackup(old.backup)
  const operation = { ...newOperation('Snapshot', 'restore', {}), id: 'snapshot' }
  const rules = { filterDeleted: true, maxSize: Number.POSITIVE_INFINITY, at: snapshot, goOn: () => true }
  for (const to of accounts)
    await restoreItems(server, view, view.account(to.id), to, operation, rules, new Pace(() => 0))
}

/** What the MTA had not sent when the snapshot was taken: the clone would send it a second time. */
function queuedThen(accounts: readonly SimAccount[], snapshot: number): NonNullable<SimState['mailQueue']> {
  return accounts.slice(0, 3).map(({ name }, index) => ({
    id: `4F3A2C1D5${String(index)}`,
    size: 2048 + index * 900,
    at: snapshot - (index + 1) * 60_000,
    sender: name,
    recipients: [`customer${String(index + 1)}@elsewhere.example`],
    held: false,
  }))
}

/** Removes item files younger than a moment: what a rolled back Backup Path looks like. */
function forgetAfter(folder: string, moment: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) forgetAfter(path, moment)
    else if (/^\d+$/.test(entry.name) && statSync(path).mtimeMs > moment) rmSync(path)
  }
}
