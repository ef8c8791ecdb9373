import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openAppDatabase } from '../../engine/app-database.ts'
import { TaskManager } from '../../engine/tasks.ts'
import { OWN_KNOWN_HOSTS } from '../../remote/host-keys.ts'
import { Servers } from '../../remote/servers.ts'
import { Copies } from '../../remote/transfer/copy-task.ts'
import { Recovery } from '../../recovery/recovery.ts'
import { registerVerify } from '../../verify/verify-task.ts'
import type { Drill, DrillServer } from '../drill.ts'

/** Lifeboat on the technician's laptop, without a screen: the same rooms that the app has. */
export interface Laptop {
  readonly dataFolder: string
  readonly recovery: Recovery
  readonly servers: Servers
  readonly tasks: TaskManager
  /** How often a connection was lost. */
  readonly lostConnections: () => number
  close(): Promise<void>
}

/** Opens the data folder of a laptop. Nobody is there to answer questions: what asks one is refused. */
export function openLaptop(dataFolder: string): Laptop {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const db = openAppDatabase(dataFolder)
  const tasks = new TaskManager(db)
  let lost = 0
  const wasLost = new Set<string>()
  const servers = new Servers({
    db,
    dataFolder,
    keychain: null,
    onQuestions: (questions) => {
      for (const { id } of questions) servers.desk.answer(id, { kind: 'cancel' })
    },
    onConnections: (states) => {
      for (const { serverId, state } of states) {
        if (state !== 'lost') wasLost.delete(serverId)
        else if (!wasLost.has(serverId)) {
          wasLost.add(serverId)
          lost++
        }
      }
    },
  })
  const copies = new Copies(tasks, servers, () => null)
  registerVerify(tasks)
  const recovery = new Recovery({
    dataFolder,
    tasks,
    servers,
    copies,
    zone: () => 'UTC',
    jobs: () => null,
  })
  return {
    dataFolder,
    recovery,
    servers,
    tasks,
    lostConnections: () => lost,
    close: async () => {
      await recovery.close()
      await tasks.close()
      servers.close()
      db.close()
    },
  }
}

/** Writes the servers of a drill into the list of a laptop, with the host keys. Returns their ids. */
export function introduce(laptop: Laptop, drill: Drill): { old: string; new: string } {
  writeFileSync(join(laptop.dataFolder, OWN_KNOWN_HOSTS), drill.old.knownHosts + drill.new.knownHosts, {
    mode: 0o600,
  })
  const save = (server: DrillServer): string =>
    laptop.servers.save({
      name: server.hostname,
      role: server.name,
      host: server.host,
      port: server.port,
      user: 'admin',
      auth: [{ kind: 'key', file: drill.keyFile }],
      privilege: 'sudo',
      jumps: [],
    }).id
  return { old: save(drill.old), new: save(drill.new) }
}
