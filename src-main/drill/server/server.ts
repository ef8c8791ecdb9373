import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultValues } from '../faults.ts'
import type { ServerPaths } from '../paths.ts'
import { makeQuota, type Quota } from '../quota.ts'
import { SIMULATION_NOTE } from '../simulation.ts'
import { CommandError } from './call.ts'
import { Mailbox } from './mailbox.ts'
import { saveState, type SimAccount, type SimState } from './state.ts'

/** What all commands of one simulated server work on. */
export class SimServer {
  readonly paths: ServerPaths
  readonly state: SimState
  readonly quota: Quota
  /** Items a restore brings back per second; 0: no limit. */
  readonly speed: number
  faults: FaultValues
  /** Loopback address that it is reached at. */
  readonly address: string
  readonly #mailboxes = new Map<string, Mailbox>()
  /** Wakes the queue. */
  onQueued: () => void = () => undefined

  constructor(
    paths: ServerPaths,
    state: SimState,
    speed: number,
    faults: FaultValues,
    address = '127.0.0.1',
  ) {
    this.paths = paths
    this.state = state
    this.speed = speed
    this.address = address
    this.quota = makeQuota(paths.zextras)
    this.faults = {}
    this.setFaults(faults)
  }

  setFaults(faults: FaultValues): void {
    const before = this.faults['full-disk']
    this.faults = faults
    if (faults['full-disk'] !== before) this.quota.limit(faults['full-disk'] ?? null)
  }

  save(): void {
    saveState(this.paths, this.state)
  }

  mailbox(account: SimAccount): Mailbox {
    let mailbox = this.#mailboxes.get(account.id)
    if (!mailbox) {
      mailbox = new Mailbox(this.paths, account)
      this.#mailboxes.set(account.id, mailbox)
    }
    return mailbox
  }

  /** An account of this server by address, alias or id. @throws CommandError */
  account(nameOrId: string): SimAccount {
    const wanted = nameOrId.toLowerCase()
    const found = this.state.accounts.find(
      ({ id, name, aliases }) =>
        name.toLowerCase() === wanted || id.toLowerCase() === wanted || aliases.includes(wanted),
    )
    if (!found) throw new CommandError(`account.NO_SUCH_ACCOUNT: no such account: ${nameOrId}`)
    return found
  }

  get backupPath(): string {
    return this.state.config['ZxBackup_DestPath'] ?? this.paths.backup
  }

  get scannerOn(): boolean {
    return this.state.services['realtime-scanner'] === true
  }

  /** `true` once for each fault that happens a single time. */
  spend(fault: string): boolean {
    if (this.state.spent.includes(fault)) return false
    this.state.spent.push(fault)
    this.save()
    return true
  }

  /** Who owns a path in the simulation. */
  ownerOf(path: string): string {
    const { owners } = this.state
    const nearest = Object.keys(owners)
      .filter((one) => path === one || path.startsWith(`${one}/`))
      .sort((a, b) => b.length - a.length)[0]
    if (nearest !== undefined) return owners[nearest] ?? 'zextras'
    const own = [this.paths.backup, this.paths.store].some(
      (one) => path === one || path.startsWith(`${one}/`),
    )
    const brought = path.startsWith(`${this.paths.root}/`) && !own
    return this.faults['wrong-owner'] !== undefined && brought ? 'root' : 'zextras'
  }

  /**
   * Whether zextras could read a file: by its simulated owner and its real mode, which count here for root too.
   */
  mayRead(path: string): boolean {
    const owner = this.ownerOf(path)
    if (owner !== 'zextras' && this.faults['wrong-owner'] !== undefined) return false
    try {
      return (statSync(path).mode & (owner === 'zextras' ? 0o444 : 0o004)) !== 0
    } catch {
      return true
    }
  }

  /** Whether zextras may write: the simulated disk is read-only, or full. @throws an error as the system would */
  reserve(bytes: number, path: string): void {
    if (this.faults['read-only'] !== undefined) throw new CommandError(`${path}: Read-only file system`)
    if (!this.quota.take(bytes)) throw new CommandError(`${path}: No space left on device`)
  }

  /** Leaves a mail in `notifications/`, as the server would have sent it. */
  notify(subject: string, body: string, to: string): void {
    mkdirSync(this.paths.notifications, { recursive: true })
    const number = ++this.state.mails
    const { hostname } = this.state
    const name = `${String(number).padStart(4, '0')}-${subject
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 60)}.eml`
    const text = [
      `From: Carbonio Backup (simulation) <zextras@${hostname}>`,
      `To: ${to || `admin@${hostname}`}`,
      `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
      `Subject: [${hostname}] ${subject}`,
      `Message-ID: <${number}.${Date.now()}@${hostname}>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      `X-Lifeboat-Simulation: ${SIMULATION_NOTE}`,
      '',
      ...body.trimEnd().split('\n'),
      '',
      `(${SIMULATION_NOTE})`,
      '',
    ].join('\r\n')
    writeFileSync(join(this.paths.notifications, name), text)
    this.save()
  }
}
