import type { CaseRole } from '../../contract/recovery.ts'
import type { Component } from '../../contract/server-report.ts'
import { makeAsker } from '../../remote/probe/asker.ts'
import { askComponents, askServiceManager } from '../../remote/probe/carbonio.ts'
import { known } from '../../remote/probe/fact.ts'
import type { StepContext } from '../types.ts'
import { doIt } from './asked.ts'

type ServiceManager = 'systemd' | 'zmcontrol'

/** What takes mail in and lets people in. */
const OUTER = {
  systemd: ['carbonio-mta.target', 'carbonio-proxy.target'],
  zmcontrol: ['mta', 'proxy'],
} as const
/** Programs of releases without systemd targets that switch one service (D: the vendor's own scripts). */
const CONTROLS = { mta: 'zmmtactl', proxy: 'zmproxyctl' } as const

/** Services of a server as the one manager tells them that it has. @throws CannotTell, ConnectionError */
export async function readServices(
  context: StepContext,
  role: CaseRole,
): Promise<{ manager: ServiceManager; components: Component[] }> {
  const asker = makeAsker(context.shell(role), context.signal)
  const manager = await askServiceManager(asker)
  return { manager, components: await askComponents(asker, known(manager)) }
}

/** MTA and proxy among them. */
export function outerServices(components: readonly Component[]): Component[] {
  return components.filter(({ name }) => /\b(?:mta|proxy)\b/.test(name))
}

/** Commands that start or stop MTA and proxy. */
export function outerCommands(
  manager: ServiceManager,
  verb: 'start' | 'stop',
): { argv: string[]; as: 'root' | 'zextras' }[] {
  if (manager === 'systemd') return [{ argv: ['systemctl', verb, ...OUTER.systemd], as: 'root' }]
  return OUTER.zmcontrol.map((name) => ({
    argv: [`/opt/zextras/bin/${CONTROLS[name]}`, verb],
    as: 'zextras' as const,
  }))
}

/** @throws CommandFailed, ConnectionError */
export async function switchOuter(
  context: StepContext,
  role: CaseRole,
  manager: ServiceManager,
  verb: 'start' | 'stop',
): Promise<void> {
  for (const { argv, as } of outerCommands(manager, verb)) await doIt(context, role, argv, as)
}
