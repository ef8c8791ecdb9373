import { openAppDatabase } from '../engine/app-database.ts'
import { dataFolder } from '../engine/data-folder.ts'
import type { ServerProfile } from '../remote/profile.ts'
import { hopName } from '../remote/profile.ts'
import { ProfileStore } from '../remote/profiles.ts'
import { defaultSshConfig, readSshConfig } from '../remote/ssh-config-import.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { UsageError } from './exit.ts'
import { profileOf, type LoginOptions } from './ssh-login.ts'
import { plain, table } from './text.ts'

export interface ServersOptions extends LoginOptions {
  add?: string
  name?: string
  role?: ServerProfile['role']
  remove?: string
  import?: string | true
}

/** `lifeboat servers`: the list of servers, and adding to it, taking from it, importing into it. */
export function serversCommand({ terminal, data }: CommandContext, options: ServersOptions): Promise<void> {
  const db = openAppDatabase(dataFolder(data))
  try {
    const store = new ProfileStore(db)
    if (options.add !== undefined) add(store, options.add, options)
    if (options.remove !== undefined) store.remove(find(store, options.remove).id)
    if (options.import !== undefined) {
      for (const { draft } of importable(store, options.import)) store.save(draft)
    }
    const servers = store.list()
    if (terminal.json) printJson(terminal, { servers })
    else if (servers.length === 0) terminal.out('No servers yet. Add one with --add ssh://user@host.\n')
    else {
      const rows = servers.map((server) => [
        plain(server.name),
        server.role,
        [...server.jumps, server].map(hopName).join(' → '),
        server.privilege,
      ])
      terminal.out(
        `${table([{ title: 'name' }, { title: 'role' }, { title: 'login' }, { title: 'privilege' }], rows, terminal.width)}\n`,
      )
    }
  } finally {
    db.close()
  }
  return Promise.resolve()
}

function add(store: ProfileStore, address: string, options: ServersOptions): void {
  const { id: _, ...draft } = profileOf(address, options)
  store.save({ ...draft, name: options.name ?? draft.name, role: options.role ?? draft.role })
}

function find(store: ProfileStore, name: string): ServerProfile {
  const found = store.list().filter((server) => server.id === name || server.name === name)
  const [server] = found
  if (server && found.length === 1) return server
  throw new UsageError(
    found.length === 0 ? `There is no server called ${name}` : `Several servers are called ${name}`,
    found.length === 0 ? 'The list has no such name.' : 'A name alone does not tell them apart.',
    'See `lifeboat servers --json` for names and ids.',
  )
}

function importable(store: ProfileStore, file: string | true): ReturnType<typeof readSshConfig> {
  const saved = store.list().map(hopName)
  const path = file === true ? defaultSshConfig() : asMeant(file)
  return readSshConfig(path).filter(({ draft }) => !saved.includes(hopName(draft)))
}
