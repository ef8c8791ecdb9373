import { homedir } from 'node:os'
import { join } from 'node:path'
import { startDrill, type DrillServer } from '../drill/drill.ts'
import { FAULTS, parseFault } from '../drill/faults.ts'
import { SIMULATION_NOTE } from '../drill/simulation.ts'
import { dataFolder } from '../engine/data-folder.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT } from './exit.ts'

export interface DrillUpOptions {
  dir?: string
  speed?: number
  fault?: string[]
  accounts?: number
  items?: number
  seed?: number
  reset?: boolean
  faults?: boolean
}

/** `lifeboat drill up`: both simulated servers, until it is stopped. */
export async function drillUpCommand(
  { terminal, signal, data }: CommandContext,
  options: DrillUpOptions,
): Promise<number> {
  if (options.faults === true) {
    const list = Object.entries(FAULTS).map(([name, { on, value, unit, what }]) => ({
      name,
      on,
      value,
      unit,
      what,
    }))
    if (terminal.json) printJson(terminal, { simulation: SIMULATION_NOTE, faults: list })
    else {
      const lines = list.map(({ name, value, unit, what, on }) => {
        const written = value === null ? name : `${name}=${value}`
        return `  ${written.padEnd(26)} ${what}${unit ? ` (${unit})` : ''}; on ${on.join(', ')}`
      })
      terminal.out(`${SIMULATION_NOTE}\nFaults, as [old:|new:]NAME[=VALUE]:\n${lines.join('\n')}\n`)
    }
    return EXIT.done
  }
  const faults = (options.fault ?? []).flatMap(parseFault)
  const { accounts, items, seed, speed, reset } = options
  const line = terminal.progress('Making the simulated servers')
  const drill = await startDrill({
    folder: options.dir === undefined ? standardFolder(data) : asMeant(options.dir),
    faults,
    signal,
    ...(speed === undefined ? {} : { speed }),
    ...(accounts === undefined ? {} : { accounts }),
    ...(items === undefined ? {} : { items }),
    ...(seed === undefined ? {} : { seed }),
    ...(reset === undefined ? {} : { reset }),
    onProgress: (done, total) => line.update({ done, total, unit: 'items' }),
  }).finally(() => line.end())
  const users = ['zextras', 'root', 'admin', 'operator']
  if (terminal.json) {
    const { folder, simulation, keyFile, knownHostsFile, facts, planted } = drill
    const server = ({
      name,
      host,
      port,
      hostname,
      root,
      backup,
      store,
      notifications,
      knownHosts,
    }: DrillServer) => ({
      name,
      host,
      port,
      hostname,
      root,
      backup,
      store,
      notifications,
      knownHosts,
    })
    printJson(terminal, {
      simulation,
      folder,
      keyFile,
      knownHostsFile,
      passwordFile: join(drill.old.root, '../state/password'),
      users,
      old: server(drill.old),
      new: server(drill.new),
      faults,
      facts,
      planted,
    })
  } else {
    const reach = ({ name, host, port, hostname, backup }: DrillServer): string =>
      [
        `${name} server, ${hostname}`,
        `  ssh -i ${drill.keyFile} -o UserKnownHostsFile=${drill.knownHostsFile} -p ${port} zextras@${host}`,
        `  Lifeboat: ssh://zextras@${host}:${port}  --identity ${drill.keyFile} --known-hosts ${drill.knownHostsFile}`,
        `  Backup Path: ${backup}`,
      ].join('\n')
    terminal.out(
      [
        `SIMULATION. ${SIMULATION_NOTE}`,
        `Folder: ${drill.folder} (see SIMULATION.txt there)`,
        '',
        reach(drill.old),
        '',
        reach(drill.new),
        '',
        `Users: ${users.join(', ')} (admin: sudo without password; operator: sudo with password; password in ${join(drill.old.root, '../state/password')})`,
        'Known host keys:',
        drill.old.knownHosts + drill.new.knownHosts,
        'Ctrl-C stops both servers; the same command goes on with them.',
        '',
      ].join('\n'),
    )
  }
  await new Promise<void>((stopped) => {
    if (signal.aborted) stopped()
    signal.addEventListener('abort', () => stopped(), { once: true })
  })
  setTimeout(() => process.exit(EXIT.stopped), 8000).unref()
  await drill.close()
  return EXIT.stopped
}

/** In the data folder; beside it where that has blanks in its path, which a shell would take apart. */
function standardFolder(data: string | undefined): string {
  const inside = join(dataFolder(data), 'drill')
  return /\s/.test(inside) ? join(homedir(), 'lifeboat-drill') : inside
}
