import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { ExpectedError } from '../engine/errors.ts'
import { startWorker } from '../engine/worker-thread.ts'
import { drillAccess, knownHostsLine, type DrillAccess } from './access.ts'
import type { FromDrillWorker, ToDrillWorker } from './drill-worker.ts'
import type { EngineOptions } from './engine.ts'
import { DRILL_SERVERS, faultsOf, type DrillServerName, type Fault, type FaultValues } from './faults.ts'
import { furnish, type Furnished } from './furnish.ts'
import { isPlainPath, serverPaths, type ServerPaths } from './paths.ts'
import { loopbackOf } from './programs/network.ts'
import { writePrograms } from './programs/scripts.ts'
import { makeQuota, type Quota } from './quota.ts'
import { readPlanted, type PlantedItem } from './server/planted.ts'
import { SIMULATION_NOTE } from './simulation.ts'
import { startSshServer, type SshServer } from './ssh/ssh-server.ts'

export interface DrillOptions {
  /** Folder of the drill: an empty or new one, or one of an earlier drill, which goes on. */
  folder: string
  /** Items a restore brings back per second; 0: no limit. Default 200. */
  speed?: number
  faults?: readonly Fault[]
  /** Of a new drill: accounts, items and seed of its synthetic backup. Default 5, 2000, 1. */
  accounts?: number
  items?: number
  seed?: number
  /** Begins anew: what an earlier drill left is removed. */
  reset?: boolean
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

export interface DrillServer extends Pick<
  ServerPaths,
  'name' | 'root' | 'backup' | 'store' | 'notifications'
> {
  /** A loopback address. */
  host: string
  port: number
  hostname: string
  knownHosts: string
}

/** Two running simulated servers. */
export interface Drill {
  readonly folder: string
  /** One sentence that says what it is. */
  readonly simulation: string
  readonly old: DrillServer
  readonly new: DrillServer
  readonly keyFile: string
  /** Password of all users (`zextras`, `root`, `admin` with sudo, `operator` with sudo and password). */
  readonly password: string
  readonly knownHostsFile: string
  readonly facts: Furnished
  /** What cannot be restored, when the drill was made with the fault `unrestored`. */
  readonly planted: readonly PlantedItem[]
  /** Changes the faults of the running servers. */
  setFaults(faults: readonly Fault[]): void
  /** Cuts all connections to a server. */
  cut(server: DrillServerName): void
  /** Stops both servers; operations that run go on at the next start. */
  close(): Promise<void>
}

interface RunningServer {
  ssh: SshServer
  worker: Worker
  closed: Promise<void>
  quota: Quota
  faults: FaultValues
}

const MARK = 'drill.json'

/**
 * Starts the simulated old and new server on loopback. A new folder gets a synthetic backup first.
 * @throws ExpectedError REFUSED for a folder that is something else, or on a system without a POSIX shell
 */
export async function startDrill(options: DrillOptions): Promise<Drill> {
  if (process.platform === 'win32') {
    throw new ExpectedError('REFUSED', 'A drill cannot run on Windows itself', {
      why: 'The simulated servers run real commands in a POSIX shell.',
      next: 'Start it inside WSL, or on Linux or macOS.',
    })
  }
  const folder = prepareFolder(options)
  const access = drillAccess(folder)
  const faults = { old: faultsOf('old', options.faults ?? []), new: faultsOf('new', options.faults ?? []) }
  const paths = { old: serverPaths(folder, 'old'), new: serverPaths(folder, 'new') }
  const mark = join(folder, MARK)
  if (!existsSync(mark)) {
    const made = await furnish({
      folder,
      ...paths,
      access,
      faults,
      accounts: options.accounts ?? 5,
      items: options.items ?? 2000,
      seed: options.seed ?? 1,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    })
    writeFileSync(mark, JSON.stringify({ simulation: SIMULATION_NOTE, ...made }, null, 1))
  }
  const facts = JSON.parse(readFileSync(mark, 'utf8')) as Furnished
  const sockets = mkdtempSync(join(tmpdir(), 'lb-drill-'))
  const portsFile = join(folder, 'ports.json')
  const ports = existsSync(portsFile)
    ? (JSON.parse(readFileSync(portsFile, 'utf8')) as Record<string, number>)
    : {}
  // The servers of a snapshot drill have a network of their own, which can be open or closed.
  const address = (name: DrillServerName): string | null =>
    facts.snapshot === null ? null : loopbackOf(folder, name)
  const running: Partial<Record<DrillServerName, RunningServer>> = {}
  const close = async (): Promise<void> => {
    await Promise.all(
      Object.values(running).map(async ({ ssh, worker, closed }) => {
        await ssh.close()
        worker.postMessage({ kind: 'close' } satisfies ToDrillWorker)
        await closed
        await worker.terminate()
      }),
    )
    rmSync(sockets, { recursive: true, force: true })
  }
  try {
    for (const name of DRILL_SERVERS) {
      writePrograms(paths[name])
      const socket = join(sockets, name)
      running[name] = await startServer(
        paths[name],
        access,
        faults[name],
        socket,
        options.speed ?? 200,
        ports[name],
        address(name),
      )
    }
  } catch (error) {
    await close()
    throw error
  }
  const servers = running as Record<DrillServerName, RunningServer>
  const described = (name: DrillServerName): DrillServer => {
    const { root, backup, store, notifications } = paths[name]
    const { port } = servers[name].ssh
    const host = address(name) ?? '127.0.0.1'
    const hostname = readFileSync(join(root, 'etc/hostname'), 'utf8').trim()
    const knownHosts = knownHostsLine(access.hostKeys[name].public, port, host)
    return { name, root, backup, store, notifications, host, port, hostname, knownHosts }
  }
  const [old, fresh] = [described('old'), described('new')]
  const knownHostsFile = join(folder, 'access/known_hosts')
  writeFileSync(knownHostsFile, old.knownHosts + fresh.knownHosts, { mode: 0o600 })
  writeFileSync(portsFile, JSON.stringify({ old: old.port, new: fresh.port }))
  return {
    folder,
    simulation: SIMULATION_NOTE,
    old,
    new: fresh,
    keyFile: access.keyFile,
    password: access.password,
    knownHostsFile,
    facts,
    planted: readPlanted(folder),
    setFaults: (list) => {
      for (const name of DRILL_SERVERS) setFaults(servers[name], faultsOf(name, list))
    },
    cut: (name) => servers[name].ssh.cut(),
    close,
  }
}

function setFaults(server: RunningServer, faults: FaultValues): void {
  if (faults['full-disk'] !== server.faults['full-disk']) server.quota.limit(faults['full-disk'] ?? null)
  server.faults = faults
  server.worker.postMessage({ kind: 'faults', faults } satisfies ToDrillWorker)
}

async function startServer(
  paths: ServerPaths,
  access: DrillAccess,
  faults: FaultValues,
  socket: string,
  speed: number,
  port: number | undefined,
  address: string | null,
): Promise<RunningServer> {
  const drill: EngineOptions = { paths, socket, speed, faults, address }
  const worker = startWorker('drill-worker', import.meta.url, { workerData: { drill } })
  let settle: () => void = () => undefined
  const closed = new Promise<void>((done) => (settle = done))
  await new Promise<void>((done, fail) => {
    worker.on('message', ({ kind }: FromDrillWorker) => (kind === 'ready' ? done() : settle()))
    worker.once('error', fail)
    worker.once('exit', settle)
  })
  const quota = makeQuota(paths.zextras)
  quota.limit(faults['full-disk'] ?? null)
  const running = { worker, closed, quota, faults }
  const ssh = await startSshServer({
    paths,
    access,
    faults: () => server.faults,
    ...(port === undefined ? {} : { port }),
    ...(address === null ? {} : { host: address }),
    session: { socket, quota, readOnlyPrefix: readOnlyPrefix(paths) },
  })
  const server: RunningServer = Object.assign(running, { ssh })
  return server
}

/** A command in front of a shell by which it sees the tree read-only; null where only root on Linux could do that. */
function readOnlyPrefix(paths: ServerPaths): readonly string[] | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
  // Not the stand-in of the same name: the session's PATH holds that one first.
  const prefix = [
    '/usr/bin/unshare',
    '-m',
    '/bin/sh',
    '-c',
    script.replaceAll('mount ', '/usr/bin/mount '),
    paths.zextras,
  ]
  return spawnSync(prefix[0] ?? '', [...prefix.slice(1), '/bin/true']).status === 0 ? prefix : null
}

function prepareFolder({ folder: asked, reset }: DrillOptions): string {
  const folder = resolve(asked)
  const refuse = (message: string, why: string, next: string): never => {
    throw new ExpectedError('REFUSED', message, { why, next })
  }
  if (!isPlainPath(folder))
    refuse(
      `${folder} cannot hold a drill`,
      'Its path has characters that shells treat in a special way.',
      'Choose a folder without blanks and special characters, with --dir.',
    )
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder)
  const isDrill = names.includes(MARK) || names.includes('SIMULATION.txt') || names.includes('access')
  if (names.length > 0 && !isDrill)
    refuse(
      `${folder} is not empty`,
      'A drill is made in an empty folder, or goes on in its own.',
      'Choose another folder with --dir.',
    )
  if (reset === true)
    for (const name of [MARK, 'old', 'new', 'planted.json'])
      rmSync(join(folder, name), { recursive: true, force: true })
  return realpathSync(folder)
}
