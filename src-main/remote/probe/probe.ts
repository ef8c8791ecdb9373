import type { Fact, ServerReport } from '../../contract/server-report.ts'
import type { RemoteShell } from '../shell.ts'
import { makeAsker, type Asker } from './asker.ts'
import { askCaseSensitive, askFree, askOwner, askReadOnly, askSize } from './backup-path.ts'
import {
  askBackupPath,
  askLicence,
  askOperations,
  askRealTimeScanner,
  askRetention,
  askSmartScan,
  backupSettings,
} from './backup-settings.ts'
import {
  askComponents,
  askPackages,
  askServerName,
  askServiceManager,
  askVersion,
  askZextras,
} from './carbonio.ts'
import { CannotTell, known, needs, tell, unknown } from './fact.ts'
import { askBlockDevices, askPlaces, askVolumes } from './storage.ts'
import {
  askHostname,
  askKernel,
  askLoad,
  askLogin,
  askOs,
  askTimeDifference,
  askUptime,
  askZone,
} from './system.ts'

export interface ProbeOptions {
  /** Hears the report whenever facts came in. */
  onChange?: (report: ServerReport) => void
  signal?: AbortSignal
  /** How long the files of the Backup Path are counted, ms. */
  countFor?: number
  /** How long one question may take, ms; questions to Carbonio have times of their own. */
  askFor?: number
}

/**
 * Looks at a server and changes nothing there. Every fact is asked for by itself and has its own time: what hangs or
 * fails is "could not be told, because", and the rest goes on.
 * @throws only what the signal aborts with
 */
export async function probeServer(shell: RemoteShell, options: ProbeOptions = {}): Promise<ServerReport> {
  const signal = options.signal ?? new AbortController().signal
  const asker = makeAsker(shell, signal, options.askFor)
  const startedAt = Date.now()
  const report = emptyReport(shell.host, startedAt)
  const change = (): void => {
    report.seconds = (Date.now() - startedAt) / 1000
    options.onChange?.(structuredClone(report))
  }
  /** Finds one fact and puts it into its place. */
  const find = async <Group extends object, Key extends keyof Group>(
    group: Group,
    key: Key,
    question: (asker: Asker) => Promise<Group[Key] extends Fact<infer Value> ? Value : never>,
  ): Promise<void> => {
    group[key] = (await tell(() => question(asker), signal)) as Group[Key]
    change()
  }

  change()
  const { system, carbonio, storage, backup } = report
  // The clock first, while nothing else makes the answers late.
  await find(system, 'timeDifference', (asked) => askTimeDifference(asked))
  await Promise.all([
    find(system, 'hostname', askHostname),
    find(system, 'os', askOs),
    find(system, 'kernel', askKernel),
    find(system, 'login', askLogin),
    find(system, 'zone', askZone),
    find(system, 'uptimeSeconds', askUptime),
    find(system, 'load', askLoad),
    find(storage, 'volumes', askVolumes),
    find(storage, 'blockDevices', askBlockDevices),
    find(carbonio, 'zextras', askZextras),
    find(carbonio, 'packages', askPackages),
    find(carbonio, 'serviceManager', askServiceManager),
  ])

  // Who cannot become zextras cannot ask Carbonio: said once and shortly, not by every command in its own words.
  const zextras = await tell(() => asker.ask(['true'], { as: 'zextras' }), signal)
  const ofCarbonio = async <Value>(question: () => Promise<Value>): Promise<Value> => {
    needs(zextras)
    return question()
  }
  // What follows asks Carbonio itself, one JVM after the other: a weak server has no room for several.
  const settings = backupSettings(asker, zextras.known ? nameOf(asker, system.hostname) : Promise.resolve(''))
  const path = await tell(() => askBackupPath(asker, settings, zextras), signal)
  backup.path = path.known ? known(path.value.path) : path
  backup.pathFrom = path.known ? known(path.value.from) : path
  change()
  const real = async (): Promise<string> => {
    const { backup: place } = needs(storage.places)
    if (place) return place.path
    throw new CannotTell(`${needs(backup.path)} is not there, or does not answer`)
  }
  await find(storage, 'places', (asked) => askPlaces(asked, backup.path.known ? backup.path.value : null))
  const looking = Promise.all([
    find(backup, 'owner', async (asked) => askOwner(asked, await real())),
    find(backup, 'free', async (asked) => askFree(asked, await real())),
    find(backup, 'readOnly', async (asked) => askReadOnly(asked, await real())),
    find(backup, 'caseSensitive', async (asked) => askCaseSensitive(asked, await real())),
    find(backup, 'size', async (asked) => askSize(asked, await real(), options.countFor)),
    find(carbonio, 'components', (asked) => askComponents(asked, carbonio.serviceManager)),
  ])
  await find(carbonio, 'version', (asked) => askVersion(asked, carbonio.packages, zextras))
  await find(backup, 'realTimeScanner', () => ofCarbonio(() => askRealTimeScanner(settings)))
  await find(backup, 'smartScan', (asked) => ofCarbonio(() => askSmartScan(asked, settings)))
  await find(backup, 'retention', () => ofCarbonio(() => askRetention(settings)))
  await find(backup, 'operations', (asked) => ofCarbonio(() => askOperations(asked, system.zone)))
  await find(backup, 'licence', (asked) => ofCarbonio(() => askLicence(asked, settings, system.zone)))
  await looking
  report.done = true
  change()
  return report
}

/** A promise that several questions wait for; that it fails is told by each of them. */
function nameOf(asker: Asker, hostname: Fact<string>): Promise<string> {
  const name = askServerName(asker, hostname.known ? hostname.value : null)
  name.catch(() => undefined)
  return name
}

function emptyReport(server: string, takenAt: number): ServerReport {
  const later = unknown('it was not asked yet')
  return {
    server,
    takenAt,
    seconds: 0,
    done: false,
    system: {
      hostname: later,
      os: later,
      kernel: later,
      login: later,
      timeDifference: later,
      zone: later,
      uptimeSeconds: later,
      load: later,
    },
    carbonio: { zextras: later, version: later, packages: later, serviceManager: later, components: later },
    storage: { volumes: later, blockDevices: later, places: later },
    backup: {
      path: later,
      pathFrom: later,
      size: later,
      owner: later,
      caseSensitive: later,
      readOnly: later,
      free: later,
      realTimeScanner: later,
      smartScan: later,
      retention: later,
      operations: later,
      licence: later,
    },
  }
}
