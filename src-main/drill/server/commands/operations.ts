import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { sizeOf } from '../external-restore.ts'
import { openBackup } from '../backup-view.ts'
import { CommandError, formatDate, parseDate, type JsonObject } from '../call.ts'
import { endText } from '../notifications.ts'
import { newOperation, type SimOperation } from '../state.ts'
import { given, readArguments, type Command, type CommandContext, type Reply } from './command.ts'

function queued(context: CommandContext, operation: SimOperation): Reply {
  context.queue.add(operation)
  const { hostname } = context.server.state
  return {
    response: { message: 'Operation queued', operationId: operation.id, operationHost: hostname },
    text: `Operation queued. Follow it with:\n\ncarbonio backup monitor ${operation.id} operation_host ${hostname}\n`,
    operation,
  }
}

function needsLicence({ server }: CommandContext): void {
  if (server.faults.licence !== undefined)
    throw new CommandError('Unable to run the operation: license is not valid for Backup (simulated)')
  if (server.state.services['module'] === false) throw new CommandError('Backup module is not running')
}

const RESTORE_OPTIONS = (
  'accounts input_file domains filter_deleted skip_system_accounts skip_aliases skip_distribution_lists skip_coses ' +
  'skip_account_provisioning skip_domain_provisioning provisioning_only notifications concurrent_accounts max_file_size ' +
  'restore_datasource force_as_external_restore blobs_archive'
).split(' ')

export const doExternalRestore: Command = (context) => {
  needsLicence(context)
  const values = readArguments(context.args, ['path'], RESTORE_OPTIONS)
  const { path } = values
  if (!existsSync(path)) throw new CommandError(`No such directory: ${path}`)
  if (!context.server.mayRead(path))
    throw new CommandError(`Unable to read the backup path ${path}: Permission denied`)
  openBackup(path)
  sizeOf(values['max_file_size'])
  return queued(context, newOperation('External Restore', 'restore', given(values)))
}

export const doRestoreOnNewAccount: Command = (context) => {
  needsLicence(context)
  const { args } = context
  const values = readArguments(
    args,
    ['source', 'destination', 'date'],
    [
      'restore_chat_buddies',
      'apply_hsm',
      'notifications',
      'restore_datasource',
      'undelete',
      'undelete_start_date',
    ],
  )
  if (values.date !== 'last') parseDate(values.date)
  openBackup(context.server.backupPath).account(values.source)
  const { accounts } = context.server.state
  if (accounts.some(({ name }) => name.toLowerCase() === values.destination.toLowerCase()))
    throw new CommandError(`account.ACCOUNT_EXISTS: email address already exists: ${values.destination}`)
  return queued(context, newOperation('Restore on New Account', 'account-restore', given(values)))
}

export const doUndelete: Command = (context) => {
  needsLicence(context)
  const values = readArguments(
    context.args,
    ['source', 'start_date', 'end_date'],
    ['target_original_folder', 'apply_hsm', 'notifications'],
  )
  const { start_date: start, end_date: end, ...rest } = values
  if (start !== 'first') parseDate(start)
  if (end !== 'last') parseDate(end)
  context.server.account(values.source)
  const parameters = {
    ...given(rest),
    ...(start === 'first' ? {} : { start_date: start }),
    ...(end === 'last' ? {} : { end_date: end }),
  }
  return queued(context, newOperation('Undelete', 'items', parameters))
}

export const doItemRestore: Command = (context) => {
  needsLicence(context)
  const values = readArguments(context.args, ['source', 'item'], ['date', 'restore_folder'])
  const view = openBackup(context.server.backupPath)
  if (!view.item(view.account(values.source), Number(values.item)))
    throw new CommandError(`No such item: ${values.item}`)
  return queued(context, newOperation('Item Restore', 'items', given(values)))
}

export const doSmartScan: Command = (context) => {
  needsLicence(context)
  const values = readArguments(
    context.args,
    ['command'],
    ['deep', 'notifications', 'read_error_threshold', 'remote_metadata_upload'],
  )
  return queued(context, newOperation('SmartScan', 'scan', given(values)))
}

export const doAccountScan: Command = (context) => {
  needsLicence(context)
  const values = readArguments(context.args, ['account'], ['deep', 'notifications', 'remote_metadata_upload'])
  context.server.account(values.account)
  return queued(context, newOperation('Account Scan', 'scan', given(values)))
}

export const doCoherencyCheck: Command = (context) => {
  needsLicence(context)
  const values = readArguments(
    context.args,
    ['path'],
    ['accountIds', 'accounts', 'checkZimbra', 'fixBackup', 'notifications', 'fixDoubleGzip'],
  )
  if (values['fixBackup'] === 'true' || values['fixDoubleGzip'] === 'fix')
    throw new CommandError('The simulation has only the reading parts of doCoherencyCheck')
  openBackup(values.path)
  return queued(context, newOperation('Coherency Check', 'check', given(values)))
}

export const doRestoreBlobs: Command = (context) => {
  needsLicence(context)
  const values = readArguments(
    context.args,
    ['volume'],
    ['backup_path', 'dryrun', 'threads', 'blobs_archive'],
  )
  const parameters = { ...given(values), ...(values['backup_path'] ? { path: values['backup_path'] } : {}) }
  return queued(context, newOperation('Restore Blobs', 'check', parameters))
}

export const doSharesOperation: Command = (context) => {
  const values = readArguments(context.args, ['argument'])
  return queued(context, newOperation('Shares', 'check', given(values)))
}

function entryOf(operation: SimOperation, hostname: string): JsonObject {
  const { id, name, state, parameters, startTime, queuedTime, phase, done, total, account } = operation
  return {
    id,
    name,
    host: hostname,
    serverName: hostname,
    module: 'ZxBackup',
    state,
    type: name.replaceAll(' ', ''),
    queuedTime,
    ...(startTime === null ? {} : { startTime, humanStartTime: formatDate(startTime) }),
    ...(phase > 0 ? { phase, progress: `${done}/${total}`, account } : {}),
    parameters: { requesterAddress: `admin@${hostname}`, ...parameters },
  }
}

export const getAllOperations: Command = ({ queue, server, args }) => {
  readArguments(args, [], ['verbose'])
  return { response: { operationList: queue.open.map((one) => entryOf(one, server.state.hostname)) } }
}

export const doStopOperation: Command = ({ queue, args }) => {
  const { id } = readArguments(args, ['id'])
  queue.stop(queue.find(id))
  return { response: { message: `Operation ${id} removed` } }
}

export const doStopAllOperations: Command = ({ queue }) => {
  const all = queue.open
  for (const operation of all) queue.stop(operation)
  return { response: { message: `${all.length} operations removed` }, text: 'All operations removed\n' }
}

/** One block of the monitor: `label: value` behind a line of dashes. */
function monitorBlock(operation: SimOperation): string {
  const lines = [
    '--',
    `   Operation: ${operation.name}`,
    `       State: ${operation.state}`,
    ...(operation.phase > 0 ? [`       Phase: ${operation.phase}/2`] : []),
    ...(operation.account === '' ? [] : [`     Account: ${operation.account}`]),
    `       Items: ${operation.done}/${operation.total}`,
    `    Restored: ${operation.restored}`,
    `     Skipped: ${operation.skipped}`,
    `  Unrestored: ${operation.unrestored.length}`,
  ]
  return `${lines.join('\n')}\n`
}

const EVERY_MS = 500

/** Prints blocks until the operation ends or its caller goes away; then what was notified. */
export async function followOperation(
  { queue, call }: Pick<CommandContext, 'queue' | 'call'>,
  operation: SimOperation,
  print: boolean,
): Promise<void> {
  let last = ''
  while (queue.open.includes(operation) && !call.gone.aborted) {
    const block = monitorBlock(operation)
    if (print && block !== last) call.out(block)
    last = block
    await Promise.race([queue.ended(operation), sleep(EVERY_MS)])
  }
  if (print && !call.gone.aborted)
    call.out(`${monitorBlock(operation)}\n== notifications ==\n${endText(operation)}\n`)
}

export const monitor: Command = async (context) => {
  const { id } = readArguments(context.args, ['id'], ['operation_host'])
  const operation = context.queue.find(id)
  if (!context.json) {
    await followOperation(context, operation, true)
    return { response: null, printed: true }
  }
  await followOperation(context, operation, false)
  return {
    response: { ...entryOf(operation, context.server.state.hostname), notification: endText(operation) },
  }
}
