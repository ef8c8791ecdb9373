import type { Fact, ServerReport } from '../../contract/server-report.ts'
import type { RemoteShell } from '../shell.ts'
import { makeAsker, type Asker } from './asker.ts'
import { tell, unknown } from './fact.ts'
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
}

/**
 * Looks at a server and changes nothing there. Every fact is asked for by itself and has its own time: what hangs or
 * fails is "could not be told, because", and the rest goes on.
 * @throws only what the signal aborts with
 */
export async function probeServer(shell: RemoteShell, options: ProbeOptions = {}): Promise<ServerReport> {
  const signal = options.signal ?? new AbortController().signal
  const asker = makeAsker(shell, signal)
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
  const { system, storage } = report
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
    find(storage, 'places', (asked) => askPlaces(asked, null)),
  ])
  report.done = true
  change()
  return report
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
