import { existsSync } from 'node:fs'
import { CommandError, type Json, type JsonObject } from '../call.ts'
import type { OperationQueue } from '../queue.ts'
import type { SimServer } from '../server.ts'
import { newOperation } from '../state.ts'
import { readArguments, type Command, type Reply } from './command.ts'

const SERVICES = [
  'module',
  'realtime-scanner',
  'smartscan',
  'smart-scan-scheduler',
  'purge-scheduler',
  'blob-service',
]

export const getServices: Command = ({ server }) => {
  const licensed = server.faults.licence === undefined
  const services = Object.fromEntries(
    Object.entries(server.state.services).map(([name, on]): [string, JsonObject] => {
      const running = on && licensed
      return [
        name,
        {
          could_start: !running && licensed,
          could_stop: running,
          running,
          ...(licensed ? {} : { could_not_start_because: 'license is not valid' }),
        },
      ]
    }),
  )
  return { response: { services } }
}

function switchService(on: boolean): Command {
  return ({ server, queue, args }) => {
    const { name } = readArguments(args, ['name'])
    if (!SERVICES.includes(name)) throw new CommandError(`No such service: ${name}`)
    if (on && server.faults.licence !== undefined) throw new CommandError('license is not valid (simulated)')
    setService(server, queue, name, on)
    return {
      response: { message: `Service ${name} ${on ? 'started' : 'stopped'}` },
      text: `Service ${name} ${on ? 'started' : 'stopped'}\n`,
    }
  }
}

export const doStartService = switchService(true)
export const doStopService = switchService(false)

/** A service and the setting that says the same are one. */
function setService(server: SimServer, queue: OperationQueue, name: string, on: boolean): void {
  const was = server.state.services[name]
  server.state.services[name] = on
  if (name === 'realtime-scanner') {
    server.state.config['ZxBackup_RealTimeScanner'] = on ? 'TRUE' : 'FALSE'
    // What it did not see while it was off is found by a SmartScan.
    if (on && was === false) queue.add(newOperation('SmartScan', 'scan', { simulatedSeconds: '3' }))
  }
  server.save()
}

interface Target {
  scope: string
  name: string | null
  rest: string[]
}

/** `get server HOST ATTRIBUTE` of today, `server get HOST attribute ATTRIBUTE` of before. */
function targetOf(args: readonly string[]): Target & { verb: string } {
  const [first = '', second = '', ...more] = args
  const old = ['server', 'cos', 'domain', 'account', 'global'].includes(first)
  const [verb, scope] = old ? [second, first] : [first, second]
  const name = scope === 'global' ? null : (more.shift() ?? null)
  const rest = old ? more.filter((word) => word !== 'attribute' && word !== 'value') : more
  if (!['get', 'set', 'dump', 'empty'].includes(verb))
    throw new CommandError(`Unknown command: config ${verb}`, 2)
  if (!['server', 'cos', 'domain', 'account', 'global'].includes(scope))
    throw new CommandError(`Invalid parameter: ${scope}`, 2)
  return { verb, scope, name, rest }
}

function settingsOf(server: SimServer, { scope, name }: Target): Record<string, string> {
  const { state } = server
  switch (scope) {
    case 'server':
      if (name !== state.hostname) throw new CommandError(`No such server: ${name ?? ''}`)
      return state.config
    case 'global':
      return state.config
    case 'cos': {
      const cos = state.coses[name ?? '']
      if (!cos) throw new CommandError(`No such cos: ${name ?? ''}`)
      return { backupEnabled: String(cos.backupEnabled) }
    }
    case 'domain':
      if (!state.domains.includes(name ?? '')) throw new CommandError(`No such domain: ${name ?? ''}`)
      return { zimbraDomainStatus: 'active' }
    default: {
      const account = server.account(name ?? '')
      return { backupEnabled: String(state.coses[account.cos]?.backupEnabled ?? true) }
    }
  }
}

export const config: Command = ({ server, queue, args }): Reply => {
  const target = targetOf(args)
  const settings = settingsOf(server, target)
  const [attribute = '', value] = target.rest
  switch (target.verb) {
    case 'dump':
      return { response: { ...settings } }
    case 'get': {
      if (!Object.hasOwn(settings, attribute)) throw new CommandError(`Attribute ${attribute} not found`)
      const entry = {
        attribute,
        value: settings[attribute] ?? null,
        isInherited: false,
        modules: ['ZxBackup'],
      }
      return { response: { [target.scope]: target.name, values: [entry] } }
    }
    default:
      setSetting(server, queue, target, attribute, value ?? '')
      return { response: { message: 'ok' }, text: 'ok\n' }
  }
}

function setSetting(
  server: SimServer,
  queue: OperationQueue,
  { scope, name }: Target,
  attribute: string,
  value: string,
): void {
  const { state } = server
  if (scope === 'cos') {
    const cos = state.coses[name ?? '']
    if (!cos || attribute !== 'backupEnabled') throw new CommandError(`Attribute ${attribute} not found`)
    cos.backupEnabled = value.toLowerCase() === 'true'
  } else if (scope === 'server' || scope === 'global') {
    if (attribute === 'ZxBackup_DestPath' && !existsSync(value))
      throw new CommandError(`No such directory: ${value}`)
    state.config[attribute] = value
    if (attribute === 'ZxBackup_RealTimeScanner')
      setService(server, queue, 'realtime-scanner', value.toUpperCase() === 'TRUE')
  } else throw new CommandError(`Attribute ${attribute} not found`)
  server.save()
}

export const getCosBackupStatus: Command = ({ server }) => {
  const cosList = Object.entries(server.state.coses).map(([name, cos]) => ({
    name,
    status: cos.backupEnabled ? 'Enabled' : 'Disabled',
  }))
  return {
    response: { cosList },
    text: `        cosList\n${cosList.map(({ name, status }) => `                ${name.padEnd(50)} ${status}\n`).join('')}`,
  }
}

export const doEnableDisableCos: Command = ({ server, args }) => {
  const { cos, action } = readArguments(args, ['cos', 'action'])
  const found = server.state.coses[cos]
  if (!found) throw new CommandError(`No such cos: ${cos}`)
  found.backupEnabled = action === 'enable'
  server.save()
  return { response: { message: 'ok' }, text: 'ok\n' }
}

export const legalHold: Command = ({ server, args }) => {
  const { verb, who } = readArguments(args, ['verb', 'who'])
  const { state } = server
  const accounts = who === 'all' ? state.accounts : who.split(',').map((one) => server.account(one))
  if (verb === 'set') state.legalHold = [...new Set([...state.legalHold, ...accounts.map(({ id }) => id)])]
  else if (verb === 'unset')
    state.legalHold = state.legalHold.filter((id) => !accounts.some((one) => one.id === id))
  else if (verb !== 'get') throw new CommandError(`Unknown command: legalHold ${verb}`, 2)
  server.save()
  const held = (id: string): string => (state.legalHold.includes(id) ? 'set' : 'unset')
  const rows = accounts.map(({ id, name }): Json => ({ name, id, legalHold: held(id) }))
  return {
    response: { accounts: rows },
    text: accounts.map(({ id, name }) => `${name} ${id} ${held(id)}\n`).join(''),
  }
}

export const scheduler: Command = ({ server, args }) => {
  const [which = '', verb = ''] = args
  if (which !== 'SmartScan' || verb !== 'get')
    throw new CommandError(`Unknown command: scheduler ${which} ${verb}`, 2)
  return {
    response: {
      pattern: server.state.config['ZxBackup_SmartScanScheduler'] ?? '0 4 * * *',
      enabled: server.state.services['smart-scan-scheduler'] ?? true,
    },
  }
}

export const getVersion: Command = () => ({
  response: { version: '24.12.0', product: 'Lifeboat drill (simulated)' },
})

export const getLicenseInfo: Command = ({ server }) => {
  const valid = server.faults.licence === undefined
  return {
    response: {
      valid,
      expiration: valid ? '31/12/2099 00:00:00' : '01/01/2020 00:00:00',
      product: 'simulated',
    },
  }
}

/** What the simulated mailboxes hold, for a reconciliation; a real server has no such command. */
export const getMailbox: Command = ({ server, args }) => {
  const { account: who } = readArguments(args, ['account'])
  const account = server.account(who)
  const items = [...server.mailbox(account).items.values()]
  return {
    response: {
      account: account.name,
      id: account.id,
      sourceId: account.sourceId,
      items: items.map((item) => ({ ...item })),
    },
    text: items
      .map(({ id, sourceId, type, folder, size, digest, subject, name }) =>
        [
          id,
          sourceId,
          type,
          folder ?? '',
          size ?? '',
          digest ?? '',
          (subject ?? name ?? '').replace(/\s+/g, ' '),
        ].join('\t'),
      )
      .map((line) => `${line}\n`)
      .join(''),
  }
}

export const getMailboxes: Command = ({ server }) => ({
  response: {
    mailboxes: server.state.accounts.map((account) => {
      const items = [...server.mailbox(account).items.values()]
      const messages = items.filter(({ type }) => type === 'message').length
      return {
        id: account.id,
        name: account.name,
        cos: account.cos,
        status: account.status,
        items: items.length,
        messages,
      }
    }),
  },
})
