import type { CaseRole, Words } from '../../contract/recovery.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { commandLine } from '../../remote/quote.ts'
import { words } from '../cases/words.ts'
import type { StepContext } from '../types.ts'
import { ask, CommandFailed, doIt } from './asked.ts'
import { firewallPlan, FIREWALLS, scriptOf } from './firewall.ts'
import type { Firewall, FirewallPlan, FirewallRequest } from './firewall.ts'
import { sshGreets } from './ports.ts'

/** A firewall change goes back by itself after this long unless a new login was seen, seconds. */
export const ROLL_BACK_SECONDS = 600

/** Says that a packet filter is there and may be used: its exit code and what it prints. */
const PRESENT: Readonly<Record<Firewall, { argv: string[]; says: RegExp }>> = {
  nft: { argv: ['nft', 'list', 'tables'], says: /^/ },
  firewalld: { argv: ['firewall-cmd', '--state'], says: /\brunning\b/ },
  ufw: { argv: ['ufw', 'status'], says: /status: active/i },
  iptables: { argv: ['iptables', '-S'], says: /^-P/m },
}

/** The packet filter of a server; null when it has none that this login may use. */
export async function findFirewall(context: StepContext, role: CaseRole): Promise<Firewall | null> {
  for (const firewall of FIREWALLS) {
    const { argv, says } = PRESENT[firewall]
    const { code, stdout } = await ask(context, role, argv)
    if (code === 0 && says.test(stdout)) return firewall
  }
  return null
}

/** Ports of SSH on a server: what the profile has, what this very session came in on, and 22. */
export async function sshPorts(context: StepContext, role: CaseRole): Promise<number[]> {
  const { stdout } = await ask(context, role, ['sh', '-c', 'echo "$SSH_CONNECTION"'], 'login')
  const session = Number(stdout.trim().split(' ')[3] ?? Number.NaN)
  const all = [session, context.address(role).port, 22]
  return [...new Set(all)].filter((port) => Number.isInteger(port) && port > 0)
}

/** How a plan is called off by the server itself. */
interface Timer {
  unit: string
  kind: 'systemd' | 'at'
}

async function armTimer(
  context: StepContext,
  role: CaseRole,
  plan: FirewallPlan,
  unit: string,
): Promise<Timer> {
  const script = scriptOf(plan.undo)
  const systemd = await context.command(
    role,
    ['systemd-run', `--on-active=${String(ROLL_BACK_SECONDS)}s`, `--unit=${unit}`, '/bin/sh', '-c', script],
    { as: 'root' },
  )
  if (systemd.code === 0) return { unit, kind: 'systemd' }
  const minutes = String(Math.ceil(ROLL_BACK_SECONDS / 60))
  const at = await context.command(role, ['at', 'now', '+', minutes, 'minutes'], {
    as: 'root',
    input: `${script}\n`,
  })
  const job = /\bjob\s+(\d+)/.exec(`${at.stdout}\n${at.stderr}`)?.[1]
  if (at.code === 0 && job !== undefined) return { unit: job, kind: 'at' }
  throw new ExpectedError('REFUSED', 'The firewall of the server was not changed', {
    why: `No timer could be set that takes the change back (systemd-run: ${systemd.stderr.trim().slice(0, 150)}; at: ${at.stderr.trim().slice(0, 150)}).`,
    next: 'Close the ports in the network of the hypervisor instead, then look at the checks again.',
  })
}

async function disarmTimer(context: StepContext, role: CaseRole, timer: Timer): Promise<void> {
  if (timer.kind === 'systemd') await doIt(context, role, ['systemctl', 'stop', `${timer.unit}.timer`])
  else await doIt(context, role, ['atrm', timer.unit])
}

/** What a guarded change ended with. */
interface GuardedChange {
  plan: FirewallPlan
  /** Left to itself now: no timer takes it back any more. */
  kept: true
}

/**
 * Changes the firewall of a server so that nobody can be locked out: first a timer on the server that takes everything
 * back, then the rules, then a **new** connection to the SSH port. Only when that was greeted the timer is called off; else
 * all is taken back at once, and where even that cannot be said, the timer does it.
 * @param what in words, for the red line that stays until it is put back
 * @throws ExpectedError REFUSED, CommandFailed, ConnectionError
 */
export async function changeFirewall(
  context: StepContext,
  role: CaseRole,
  request: Omit<FirewallRequest, 'ssh' | 'ipv6'>,
  what: Words,
): Promise<GuardedChange> {
  const firewall = await findFirewall(context, role)
  if (firewall === null) {
    throw new ExpectedError('REFUSED', 'The firewall of the server was not changed', {
      why: 'None of nft, firewall-cmd, ufw and iptables can be used there by this login.',
      next: 'Close the ports in the network of the hypervisor, or log in as root, then do the step again.',
    })
  }
  const ssh = await sshPorts(context, role)
  const ipv6 =
    (await ask(context, role, ['sh', '-c', 'command -v ip6tables && test -d /proc/sys/net/ipv6'])).code === 0
  const plan = firewallPlan(firewall, { ...request, ssh, ipv6 })
  const { host, port } = context.address(role)
  const reached = await sshGreets(host, port)
  const id = pendingId(role, request.name)
  const undoArgv = ['/bin/sh', '-c', scriptOf(plan.undo)]
  const pending = {
    id,
    role,
    what,
    host: context.shell(role).host,
    undo: commandLine(undoArgv),
    undoArgv,
    undoAs: 'root' as const,
  }
  // What an earlier try left would make the same rules twice.
  await context.command(role, undoArgv, { as: 'root' })
  context.setPending({ ...pending, timerAt: Date.now() + ROLL_BACK_SECONDS * 1000 })
  const timer = await armTimer(context, role, plan, `lifeboat-${request.name}-${Date.now().toString(36)}`)
  try {
    for (const command of plan.apply) await doIt(context, role, command)
    const { stdout } = await ask(context, role, plan.show)
    if (!stdout.includes(plan.shows)) {
      throw new Error(
        `The rules are not in force: ${commandLine(plan.show)} printed ${stdout.trim().slice(0, 200)}`,
      )
    }
    // Through a jump host the laptop never reached it directly; then a command over the same way has to do.
    const greeted = reached
      ? await sshGreets(host, port)
      : (await ask(context, role, ['true'], 'login')).code === 0
    if (!greeted) {
      throw new ExpectedError('REFUSED', 'The firewall change was taken back', {
        why: `After it a new connection to the SSH port ${String(port)} of ${host} was not answered any more.`,
        next: 'Close the ports in the network of the hypervisor instead.',
      })
    }
  } catch (error) {
    await context.command(role, undoArgv, { as: 'root' })
    await disarmTimer(context, role, timer).catch((left: unknown) => {
      context.record(
        words(
          `The timer ${timer.unit} stays; it takes back what is taken back already.`,
          `Il timer ${timer.unit} resta, ma annulla ciò che è già annullato.`,
        ),
        String(left),
      )
    })
    context.clearPending(id)
    throw error
  }
  await disarmTimer(context, role, timer)
  context.setPending({ ...pending, timerAt: null })
  return { plan, kept: true }
}

export function pendingId(role: CaseRole, name: FirewallRequest['name']): string {
  return `firewall.${name}.${role}`
}

/** Takes a firewall change back and proves it. @throws CommandFailed when the rules are still there */
export async function restoreFirewall(
  context: StepContext,
  role: CaseRole,
  plan: FirewallPlan,
): Promise<void> {
  await context.command(role, ['/bin/sh', '-c', scriptOf(plan.undo)], { as: 'root' })
  const shown = await ask(context, role, plan.show)
  if (shown.code === 0 && shown.stdout.includes(plan.shows) && plan.firewall === 'nft') {
    throw new CommandFailed(commandLine(plan.show), shown)
  }
}
