import { setTimeout as sleep } from 'node:timers/promises'
import { SIMULATION_NOTE } from '../../simulation.ts'
import { CommandError, printTree, type Call, type Json } from '../call.ts'
import type { OperationQueue } from '../queue.ts'
import type { SimServer } from '../server.ts'
import type { SimOperation } from '../state.ts'
import { mapped, type Command, type Reply } from './command.ts'
import * as operations from './operations.ts'
import * as reading from './reading.ts'
import * as settings from './settings.ts'

const BACKUP: Readonly<Record<string, Command>> = {
  getBackupInfo: reading.getBackupInfo,
  getAvailableAccounts: reading.getAvailableAccounts,
  getAvailableDomains: reading.getAvailableDomains,
  getAccountInfo: reading.getAccountInfo,
  getItem: reading.getItem,
  doItemSearch: reading.doItemSearch,
  getMap: reading.getMap,
  getServerConfig: reading.getServerConfig,
  doExternalRestore: operations.doExternalRestore,
  doRestoreOnNewAccount: operations.doRestoreOnNewAccount,
  doUndelete: operations.doUndelete,
  doItemRestore: operations.doItemRestore,
  doSmartScan: operations.doSmartScan,
  doAccountScan: operations.doAccountScan,
  doCoherencyCheck: operations.doCoherencyCheck,
  doRestoreBlobs: operations.doRestoreBlobs,
  doCheckShares: operations.doSharesOperation,
  doFixShares: operations.doSharesOperation,
  getAllOperations: operations.getAllOperations,
  monitor: operations.monitor,
  doStopOperation: operations.doStopOperation,
  doStopAllOperations: operations.doStopAllOperations,
  getServices: settings.getServices,
  doStartService: settings.doStartService,
  doStopService: settings.doStopService,
  doRestartService: settings.doStartService,
  getCOSBackupStatus: settings.getCosBackupStatus,
  doEnableDisableCOS: settings.doEnableDisableCos,
  legalHold: settings.legalHold,
  scheduler: settings.scheduler,
}

const CORE: Readonly<Record<string, Command>> = {
  getAllOperations: operations.getAllOperations,
  doStopOperation: operations.doStopOperation,
  getServices: settings.getServices,
  getVersion: settings.getVersion,
  getLicenseInfo: settings.getLicenseInfo,
}

const SIMULATION: Readonly<Record<string, Command>> = {
  getMailbox: settings.getMailbox,
  getMailboxes: settings.getMailboxes,
}

const MODULES: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  backup: BACKUP,
  core: CORE,
  simulation: SIMULATION,
}

interface Globals {
  json: boolean
  progress: boolean
  sync: boolean
  host: string | null
  words: string[]
}

/** Global options stand before the module. */
function globalsOf(args: readonly string[]): Globals {
  const globals: Globals = { json: false, progress: false, sync: false, host: null, words: [...args] }
  for (;;) {
    const word = globals.words[0]
    if (word === '--json') globals.json = true
    else if (word === '--progress') globals.progress = true
    else if (word === '--sync') globals.sync = true
    else if (word === '--host') globals.host = globals.words.splice(1, 1)[0] ?? ''
    else if (word?.startsWith('--') === true) throw new CommandError(`Unknown option: ${word}`, 2)
    else return globals
    globals.words.shift()
  }
}

function commandOf(words: string[]): { command: Command; args: string[] } {
  const [module = '', name = '', ...args] = words
  if (module === 'config') return { command: settings.config, args: [name, ...args] }
  const commands = MODULES[module]
  if (!commands)
    throw new CommandError(
      `Unknown command: ${module || '(none)'}. Modules: backup, core, config, simulation`,
      2,
    )
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new CommandError(`Unknown command: ${module} ${name}`, 2)
  return { command, args }
}

/** Exit codes of `--sync` (FORMAT.md): 0 successful, 1 failed, 2 stopped, 3 removed, 4 interrupted. */
function syncCode({ state }: SimOperation): number {
  const codes: Partial<Record<SimOperation['state'], number>> = {
    Ended: 0,
    Failed: 1,
    Stopped: 2,
    Removed: 3,
  }
  return codes[state] ?? 4
}

/** Runs one `carbonio` command line. @returns its exit code */
export async function carbonio(server: SimServer, queue: OperationQueue, call: Call): Promise<number> {
  if (call.args.length === 0 && call.input.trim() !== '') {
    let code = 0
    for (const line of call.input
      .split('\n')
      .map((one) => one.trim())
      .filter(Boolean))
      code = (await carbonio(server, queue, { ...call, args: splitLine(line), input: '' })) || code
    return code
  }
  let json = call.args.includes('--json')
  try {
    call.err(`(${SIMULATION_NOTE})\n`)
    if (call.user !== 'zextras') throw new CommandError('carbonio must be run as zextras')
    if (server.faults.slow !== undefined) await sleep(server.faults.slow)
    const globals = globalsOf(call.args)
    json = globals.json
    const { command, args } = commandOf(globals.words)
    const { hostname } = server.state
    if (globals.host !== null && !['all_servers', hostname].includes(globals.host))
      throw new CommandError(`No such server: ${globals.host}`)
    const context = { server, queue, call, json, args: mapped(server, args) }
    const reply = await command(context)
    if (!(globals.sync && json)) print(call, reply, globals, hostname)
    if (reply.operation === undefined || !(globals.sync || globals.progress)) return 0
    await operations.followOperation(context, reply.operation, globals.progress && !json)
    if (globals.sync && json) print(call, reply, globals, hostname)
    return globals.sync ? syncCode(reply.operation) : 0
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    if (json) {
      const document = { error: { message: error.message }, ok: false, simulation: SIMULATION_NOTE }
      call.out(`${JSON.stringify(document)}\n`)
    } else call.err(`ERROR: ${error.message}\n`)
    return error.code
  }
}

function print(call: Call, reply: Reply, { json, host }: Globals, hostname: string): void {
  if (reply.printed) return
  if (!json) {
    call.out(reply.text ?? printTree(reply.response))
    return
  }
  const inner: Json =
    host === null && !reply.perHost ? reply.response : { [hostname]: { response: reply.response, ok: true } }
  call.out(`${JSON.stringify({ response: inner, ok: true, simulation: SIMULATION_NOTE })}\n`)
}

/** Words of a line of a command file, with quotes. */
function splitLine(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double?.replace(/\\(.)/g, '$1') ?? single ?? bare ?? '',
  )
}
