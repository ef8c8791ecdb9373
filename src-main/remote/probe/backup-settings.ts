import type { Fact, ServerReport } from '../../contract/server-report.ts'
import { booleanOf } from '../carbonio/arguments.ts'
import { configDump } from '../carbonio/config-dump.ts'
import { CarbonioError } from '../carbonio/errors.ts'
import { getAllOperations } from '../carbonio/get-all-operations.ts'
import { getServices } from '../carbonio/get-services.ts'
import { readSetting } from '../carbonio/server-syntax.ts'
import type { Answer } from '../carbonio/types.ts'
import type { Asker } from './asker.ts'
import { CARBONIO_MS } from './carbonio.ts'
import { CannotTell, needs, reasonOf } from './fact.ts'
import { cronIn, getLicenseInfo, getSmartScanSchedule } from './own-operations.ts'

type Backup = ServerReport['backup']
type ValueOf<Key extends keyof Backup> = Extract<Backup[Key], { known: true }>['value']
type Service = NonNullable<
  Extract<Awaited<ReturnType<typeof getServices.run>>, { understood: true }>
>['value']['services'][number]

/** What Carbonio's own settings say, asked for once and shared by several facts. */
export interface BackupSettings {
  /** @throws CannotTell when the setting cannot be read; null when it is set to nothing */
  value(attribute: string, ...otherNames: readonly string[]): Promise<string | null>
  services(): Promise<Service[]>
}

/**
 * Reads settings of a server: all at once where it has `config dump`, else one by one. Each call takes a JVM.
 * @param serverName under which Carbonio knows it
 */
export function backupSettings({ shell, signal }: Asker, serverName: Promise<string>): BackupSettings {
  const settings = { timeout: CARBONIO_MS, signal }
  let dump: Promise<Map<string, string | null>> | null = null
  let services: Promise<Service[]> | null = null

  async function readDump(): Promise<Map<string, string | null>> {
    const answer = await configDump.run(
      shell,
      { target: { scope: 'server', name: await serverName }, showInherited: true },
      settings,
    )
    const pairs = answer.understood ? Object.entries(answer.value.settings) : []
    return new Map(pairs.map(([key, value]) => [key.toLowerCase(), value]))
  }

  return {
    value: async (attribute, ...others) => {
      const all = await (dump ??= readDump().catch((error: unknown) => {
        // Without an answer at all (no command, no licence, not running) asking one by one is in vain.
        if (signal.aborted || !(error instanceof CarbonioError) || !isUnknownCommand(error)) throw error
        return new Map<string, string | null>()
      }))
      for (const name of [attribute, ...others]) {
        const found = all.get(name.toLowerCase())
        if (found !== undefined) return found
      }
      const target = { scope: 'server' as const, name: await serverName }
      const { answer } = await readSetting(shell, { target, attribute }, settings)
      return understood(answer).value
    },
    services: () =>
      (services ??= getServices.run(shell, {}, settings).then((answer) => understood(answer).services)),
  }
}

function isUnknownCommand({ kind }: CarbonioError): boolean {
  return kind === 'unknown-operation' || kind === 'bad-arguments' || kind === 'not-found' || kind === 'failed'
}

function understood<T>(answer: Answer<T>): T {
  if (answer.understood) return answer.value
  throw new CannotTell(`the answer of \`${answer.command}\` was not understood: ${answer.why}`)
}

/** The RealTime Scanner: whether it runs, else whether it is set to. */
export async function askRealTimeScanner(settings: BackupSettings): Promise<boolean> {
  const service = await serviceNamed(settings, /real-?time/i)
  if (service) return service.running
  const value = booleanOf(await settings.value('ZxBackup_RealTimeScanner', 'backupRealTimeScanner'))
  if (value === null) throw new CannotTell('neither its service nor its setting is known here')
  return value
}

export async function askSmartScan(asker: Asker, settings: BackupSettings): Promise<ValueOf<'smartScan'>> {
  const service = await serviceNamed(settings, /smart-?scan/i)
  const schedule = await getSmartScanSchedule
    .run(asker.shell, {}, { timeout: CARBONIO_MS, signal: asker.signal })
    .catch((error: unknown) => {
      if (asker.signal.aborted || !(error instanceof CarbonioError)) throw error
      return null
    })
  if (schedule?.understood) {
    const enabled = service?.running ?? schedule.value.enabled
    if (enabled !== null) return { enabled, schedule: schedule.value.pattern }
  }
  const setting = await settings
    .value('ZxBackup_SmartScanScheduler', 'backupSmartScanScheduler')
    .catch(() => null)
  const pattern = setting === null ? null : cronIn(setting)
  if (service) return { enabled: service.running, schedule: pattern ?? 'its schedule could not be told' }
  if (pattern === null) throw new CannotTell('neither its service nor its schedule is known here')
  return { enabled: !/enabled"?\s*[:=]\s*"?false/i.test(setting ?? ''), schedule: pattern }
}

/** Days for which deleted items and deleted accounts stay in the backup; 0 is for ever. */
export async function askRetention(settings: BackupSettings): Promise<ValueOf<'retention'>> {
  const items = daysOf(await settings.value('ZxBackup_DataRetentionDays', 'backupDataRetentionDays'))
  if (items === null) throw new CannotTell('ZxBackup_DataRetentionDays is not a number of days')
  const accounts = await settings
    .value('backupAccountsRetentionDays', 'ZxBackup_BackupAccountsRetentionDays')
    .then(daysOf)
    .catch(() => null)
  return { items, accounts }
}

function daysOf(value: string | null): number | null {
  return value !== null && /^\d{1,6}$/.test(value.trim()) ? Number(value) : null
}

/** The one queue of the backup. */
export async function askOperations(
  { shell, signal }: Asker,
  zone: Fact<string>,
): Promise<ValueOf<'operations'>> {
  const answer = await getAllOperations.run(shell, {}, { timeout: CARBONIO_MS, signal, ...zoneOf(zone) })
  return understood(answer).operations.map(({ id, name, state, started }) => ({
    id,
    name,
    state: state ?? 'unknown',
    startedAt: started?.at ?? null,
  }))
}

/** Whether the backup may run: what the licence says, else what its module says of itself. */
export async function askLicence(
  asker: Asker,
  settings: BackupSettings,
  zone: Fact<string>,
): Promise<ValueOf<'licence'>> {
  const notes: string[] = []
  try {
    const answer = await getLicenseInfo.run(
      asker.shell,
      {},
      { timeout: CARBONIO_MS, signal: asker.signal, ...zoneOf(zone) },
    )
    if (answer.understood) {
      const { valid, expires } = answer.value
      const until = expires === null ? '' : ` until ${expires.at === null ? expires.text : dayOf(expires.at)}`
      const over = expires?.at !== null && expires?.at !== undefined && expires.at < Date.now()
      if (over) return { valid: false, detail: `It was valid${until}.` }
      if (valid !== null)
        return { valid, detail: valid ? `Valid${until}.` : 'The server says that it is not valid.' }
      if (expires?.at) return { valid: true, detail: `Valid${until}.` }
    } else notes.push(answer.why)
  } catch (error) {
    asker.signal.throwIfAborted()
    if (isLicenceError(error)) return { valid: false, detail: reasonOf(error) }
    notes.push((error as Error).message)
  }
  const backup = await settings.services().catch((error: unknown) => {
    asker.signal.throwIfAborted()
    if (isLicenceError(error)) return null
    throw error
  })
  if (backup === null)
    return { valid: false, detail: 'The server says that its backup has no valid licence.' }
  const refused = backup.find(({ couldNotStartBecause }) => /licen[cs]e/i.test(couldNotStartBecause ?? ''))
  if (refused) return { valid: false, detail: refused.couldNotStartBecause ?? '' }
  if (backup.some(({ name, running }) => name === 'module' && running)) {
    return { valid: true, detail: 'The backup module runs.' }
  }
  throw new CannotTell(notes.join('; ') || 'the server does not say')
}

/** The zone of the server, where it named one: what is printed as wall clock is an instant then. */
function zoneOf(zone: Fact<string>): { zone?: string } {
  return zone.known && /^[A-Z][\w+-]*(?:\/[\w+-]+)*$/.test(zone.value) ? { zone: zone.value } : {}
}

function isLicenceError(error: unknown): boolean {
  return error instanceof CarbonioError && error.kind === 'licence'
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

async function serviceNamed(settings: BackupSettings, pattern: RegExp): Promise<Service | null> {
  const services = await settings.services().catch(() => [])
  return services.find(({ name }) => pattern.test(name)) ?? null
}

/** Where the Backup Path may lie when Carbonio does not say: newest release first (FORMAT.md). */
const DEFAULT_PATHS = ['/opt/zextras/backup/zextras', '/opt/zimbra/backup/zextras', '/opt/zimbra/backup/ng']

/** `ZxBackup_DestPath`; where it cannot be read, a usual place that holds `accounts` or `items`. */
export async function askBackupPath(
  { ask, signal }: Asker,
  settings: BackupSettings,
  mayAsk: Fact<unknown>,
): Promise<{ path: string; from: string }> {
  let because = 'ZxBackup_DestPath is set to nothing'
  try {
    needs(mayAsk)
    const value = (await settings.value('ZxBackup_DestPath', 'backupDestPath'))?.trim()
    if (value?.startsWith('/')) return { path: value.replace(/(.)\/+$/, '$1'), from: 'ZxBackup_DestPath' }
    if (value) because = `ZxBackup_DestPath is “${value}”, which is no absolute path`
  } catch (error) {
    signal.throwIfAborted()
    because = reasonOf(error)
  }
  for (const path of DEFAULT_PATHS) {
    const holds = await ask(['ls', '-d', '--', `${path}/accounts`, `${path}/items`], {
      as: 'best',
      accept: [0, 1, 2],
    }).catch(() => '')
    if (holds.trim() !== '') return { path, from: `a usual place; Carbonio did not tell (${because})` }
  }
  throw new CannotTell(because)
}
