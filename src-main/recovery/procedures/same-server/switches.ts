import type { CaseRole, Words } from '../../../contract/recovery.ts'
import { ExpectedError } from '../../../engine/errors.ts'
import { booleanOf } from '../../../remote/carbonio/arguments.ts'
import type { ConfigSyntax } from '../../../remote/carbonio/config-arguments.ts'
import { configGet } from '../../../remote/carbonio/config-get.ts'
import { configSet } from '../../../remote/carbonio/config-set.ts'
import { doStartService } from '../../../remote/carbonio/do-start-service.ts'
import { doStopService } from '../../../remote/carbonio/do-stop-service.ts'
import { getServices } from '../../../remote/carbonio/get-services.ts'
import { readSetting } from '../../../remote/carbonio/server-syntax.ts'
import { makeAsker } from '../../../remote/probe/asker.ts'
import { askServerName } from '../../../remote/probe/carbonio.ts'
import { words } from '../../cases/words.ts'
import { understood } from '../../restore/look.ts'
import type { StepContext } from '../../types.ts'

/**
 * What is switched for a while on a server: the RealTime Scanner, the schedules of SmartScan and purge, the Backup Path.
 * Each is pending in the journal before it is changed, with the command that puts it back; putting back is proved.
 */

export const SCANNER = 'ZxBackup_RealTimeScanner'
export const DEST_PATH = 'ZxBackup_DestPath'

/** The name under which Carbonio knows a server; asked once in a case. */
export async function serverName(context: StepContext, role: CaseRole): Promise<string> {
  const known = context.fact(`name.${role}`)
  if (typeof known === 'string') return known
  const asker = makeAsker(context.shell(role), context.signal)
  const hostname = await asker.ask(['hostname']).then(
    (text) => text.trim(),
    () => null,
  )
  const name = await askServerName(asker, hostname)
  context.setFact(`name.${role}`, name)
  return name
}

/** A setting of a server, and the syntax that this release knows. */
export async function readServerSetting(
  context: StepContext,
  role: CaseRole,
  attribute: string,
): Promise<{ name: string; syntax: ConfigSyntax; value: string }> {
  const name = await serverName(context, role)
  const { syntax, answer } = await readSetting(context.shell(role), {
    target: { scope: 'server', name },
    attribute,
  })
  return { name, syntax: syntax ?? 'new', value: understood(answer).value?.trim() ?? '' }
}

/** The program by the path it has on this server, so that a command that is run later finds it too. */
async function program(context: StepContext, role: CaseRole): Promise<string> {
  const { stdout } = await context.command(
    role,
    ['sh', '-c', 'command -v carbonio || echo /opt/zextras/bin/carbonio'],
    {
      as: 'zextras',
      effect: 'reads',
    },
  )
  return stdout.trim().split('\n')[0] ?? 'carbonio'
}

const isSame = (a: string, b: string): boolean =>
  a === b || (booleanOf(a) !== null && booleanOf(a) === booleanOf(b))

/**
 * Sets a setting for a while. What it was before is kept in the journal first; when it is changed already (also by an
 * earlier try that was cut off), nothing is done.
 * @returns the value it had before Lifeboat touched it
 */
export async function changeSetting(
  context: StepContext,
  role: CaseRole,
  { id, attribute, value, what }: { id: string; attribute: string; value: string; what: Words },
): Promise<string> {
  const { name, syntax, value: found } = await readServerSetting(context, role, attribute)
  const fact = `before.${id}`
  const pending = context.pendings.some((one) => one.id === id)
  const kept = context.fact(fact)
  const before = pending && typeof kept === 'string' ? kept : found
  if (!pending && isSame(before, value)) {
    context.setFact(fact, before)
    return before
  }
  if (before === '') {
    throw new ExpectedError('REFUSED', `${attribute} was not changed`, {
      why: `What it is set to now could not be read on ${name}, so it could not be put back.`,
      next: `Read it with: carbonio config get server ${name} ${attribute}`,
    })
  }
  const target = { scope: 'server' as const, name }
  const carbonio = { program: await program(context, role), format: 'text' as const }
  const undo = { target, attribute, value: before, syntax }
  context.setFact(fact, before)
  context.setPending({
    id,
    what,
    role,
    host: context.shell(role).host,
    undo: configSet.commandLine(undo, { format: 'text' }),
    undoArgv: configSet.argv(undo, carbonio),
    undoAs: 'zextras',
    check: { argv: configGet.argv({ target, attribute, syntax }, carbonio), contains: before },
    timerAt: null,
  })
  if (!isSame(found, value)) await context.carbonio(role, configSet, { ...undo, value })
  const now = await readServerSetting(context, role, attribute)
  if (!isSame(now.value, value)) throw notSet(attribute, value, now.value)
  return before
}

/** Puts a setting back to what it was before `changeSetting`, looks whether it is, and takes the red line away. */
export async function putBackSetting(
  context: StepContext,
  role: CaseRole,
  { id, attribute, otherwise }: { id: string; attribute: string; otherwise?: string },
): Promise<string> {
  const kept = context.fact(`before.${id}`)
  const before = typeof kept === 'string' && kept !== '' ? kept : otherwise
  if (before === undefined) {
    throw new ExpectedError('REFUSED', `${attribute} was not put back`, {
      why: 'This case does not know what it was before: Lifeboat did not change it.',
      next: 'Look at it by hand, then go on.',
    })
  }
  const { name, syntax, value } = await readServerSetting(context, role, attribute)
  if (!isSame(value, before)) {
    await context.carbonio(role, configSet, {
      target: { scope: 'server', name },
      attribute,
      value: before,
      syntax,
    })
    const now = await readServerSetting(context, role, attribute)
    if (!isSame(now.value, before)) throw notSet(attribute, before, now.value)
  }
  context.clearPending(id)
  return before
}

function notSet(attribute: string, wanted: string, found: string): ExpectedError {
  return new ExpectedError('REFUSED', `${attribute} is not what it was set to`, {
    why: `The server took the command, but still says “${found}” instead of “${wanted}”.`,
    next: 'Look at the log of the server, then do the step again.',
  })
}

/** What is pending while the RealTime Scanner is off. */
export const SCANNER_OFF = 'scanner'
export const SCANNER_WORDS = words('The RealTime Scanner is off', 'Il RealTime Scanner è spento')

/** Services that run the SmartScan and the purge by the clock. */
const SCHEDULES =
  /^(?:smart-?scan|purge|backup-purge)[\w-]*(?:scheduler|cron)$|^(?:purge|smartscan)-?(?:cron|scheduler)$/i

/** The schedules of a server, and whether they run. */
export async function readSchedules(
  context: StepContext,
  role: CaseRole,
): Promise<{ name: string; running: boolean }[]> {
  const { services } = understood(await context.carbonio(role, getServices, {}))
  return services.filter(({ name }) => SCHEDULES.test(name)).map(({ name, running }) => ({ name, running }))
}

/**
 * A schedule is put back only while the Backup Path is not the copy: a purge would delete from it. Arguments: program,
 * server, copy, service.
 */
const START_GUARDED = `
"$1" config get server "$2" ZxBackup_DestPath 2>/dev/null | grep -qF -- "$3" && {
  echo "The Backup Path is still $3: put that back first, a purge would delete from the copy." >&2
  exit 1
}
exec "$1" backup doStartService "$4"
`

const scheduleId = (name: string): string => `schedule.${name}`

/** Stops the schedules, each pending before it is stopped. @returns their names */
export async function stopSchedules(context: StepContext, role: CaseRole, copy: string): Promise<string[]> {
  const schedules = await readSchedules(context, role)
  if (schedules.length === 0) {
    throw new ExpectedError('REFUSED', 'No schedule was stopped', {
      why: 'Among the services of the backup (getServices) none is named like the schedule of SmartScan or purge.',
      next: 'Switch both off in the Admin Panel (Backup, Service status), then skip this step with what you did as the reason.',
    })
  }
  const name = await serverName(context, role)
  const carbonio = await program(context, role)
  for (const { name: service, running } of schedules) {
    const id = scheduleId(service)
    if (!running) continue
    context.setPending({
      id,
      what: words(`The schedule ${service} is off`, `La pianificazione ${service} è spenta`),
      role,
      host: context.shell(role).host,
      undo: doStartService.commandLine({ service }, { format: 'text' }),
      undoArgv: ['sh', '-c', START_GUARDED, 'sh', carbonio, name, copy, service],
      undoAs: 'zextras',
      timerAt: null,
    })
    await context.carbonio(role, doStopService, { service })
  }
  const left = (await readSchedules(context, role)).filter(({ running }) => running)
  if (left.length > 0) throw notSet(left.map((one) => one.name).join(', '), 'stopped', 'running')
  return schedules.map((one) => one.name)
}

/** Starts again what `stopSchedules` stopped, and looks whether it runs. */
export async function startSchedules(context: StepContext, role: CaseRole): Promise<string[]> {
  const stopped = context.pendings.filter(({ id }) => id.startsWith('schedule.'))
  for (const { id } of stopped) {
    const service = id.slice('schedule.'.length)
    await context.carbonio(role, doStartService, { service })
    const found = (await readSchedules(context, role)).find(({ name }) => name === service)
    if (found?.running !== true) throw notSet(service, 'running', 'stopped')
    context.clearPending(id)
  }
  return stopped.map(({ id }) => id.slice('schedule.'.length))
}
