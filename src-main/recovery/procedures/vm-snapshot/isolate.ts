import type { PlannedCommand, Words } from '../../../contract/recovery.ts'
import { words } from '../../cases/words.ts'
import {
  HERE,
  outboundBlocked,
  outerStopped,
  OUTBOUND_TARGETS,
  portsClosed,
  queueHeld,
} from '../../isolation/checks.ts'
import { changeFirewall, findFirewall, ROLL_BACK_SECONDS, sshPorts } from '../../isolation/guarded-change.ts'
import { firewallPlan } from '../../isolation/firewall.ts'
import { holdQueue, readQueue } from '../../isolation/mail-queue.ts'
import { CLIENT_PORTS, MAIL_OUT_PORTS } from '../../isolation/ports.ts'
import { outerCommands, outerServices, readServices, switchOuter } from '../../isolation/services.ts'
import { commandLine } from '../../../remote/quote.ts'
import { FACTS } from '../../restore/facts.ts'
import { count, countIt } from '../../restore/look.ts'
import type { Field, Step, StepContext } from '../../types.ts'

/** The plan that isolated the clone; it is undone when the users come back. */
export const ISOLATION_PLAN = 'isolation.plan'
const REQUEST = { name: 'isolation' as const, closeIn: CLIENT_PORTS, closeOut: MAIL_OUT_PORTS }

const targets: Field = {
  id: 'targets',
  label: words('Mail servers that are tried from the clone', 'Server di posta provati dal clone'),
  help: words(
    'Each on ports 25, 465 and 587, or host:port. They must be such as do answer elsewhere; the relay of the server is tried as well.',
    'Ciascuno sulle porte 25, 465 e 587, oppure host:porta. Devono rispondere altrove; viene provato anche il relay del server.',
  ),
  kind: 'text',
  required: false,
  advanced: true,
  standard: () => OUTBOUND_TARGETS,
}

/** @param mendedBy the step that mends what is red; the one that isolates unless it is said */
const lookAtIsolation = (guard: boolean, mendedBy?: Words) =>
  [
    portsClosed('new', { guard, ...(mendedBy && { mendedBy }) }),
    outerStopped('new', mendedBy),
    outboundBlocked('new', mendedBy),
    queueHeld('new', mendedBy),
  ].map((one) => ({ ...one, guard }))

export const isolate: Step = {
  id: 'isolate',
  title: words('Isolate the clone', 'Isolare il clone'),
  why: words(
    'MTA and proxy are stopped, ports 25, 465 and 587 are closed outwards and those of the users inwards, the mail queue is put on hold. The mailbox service and the directory keep running: the restore needs them.',
    'MTA e proxy vengono fermati, le porte 25, 465 e 587 chiuse verso l’esterno e quelle degli utenti verso l’interno, la coda di posta messa in attesa. Servizio mailbox e directory restano attivi: servono al ripristino.',
  ),
  risk: words(
    `Rules of the firewall are changed; they go back by themselves after ${String(ROLL_BACK_SECONDS / 60)} minutes unless a new SSH login was seen, and never name the SSH port. After a restart of the clone all this is gone and must be done again.`,
    `Si cambiano regole del firewall; tornano da sole dopo ${String(ROLL_BACK_SECONDS / 60)} minuti se non si è visto un nuovo accesso SSH, e non toccano mai la porta SSH. Dopo un riavvio del clone tutto va rifatto.`,
  ),
  repeatable: true,
  page: null,
  primary: words('Isolate the clone', 'Isola il clone'),
  fields: [targets],
  checks: lookAtIsolation(false, HERE).map((one) => ({ ...one, id: `now-${one.id}` })),
  confirmations: [],
  commands,
  async run(context) {
    context.setFact(FACTS.isolated, null)
    const { manager, components } = await readServices(context, 'new')
    const running = outerServices(components).filter((one) => one.running !== false)
    if (running.length > 0) await switchOuter(context, 'new', manager, 'stop')
    const waiting = await readQueue(context, 'new')
    if (waiting.some(({ state }) => state !== 'held')) await holdQueue(context, 'new')
    const { plan } = await changeFirewall(
      context,
      'new',
      REQUEST,
      words(
        'Ports of the clone are closed (isolation), until “Access and mail traffic back” opens them',
        'Porte del clone chiuse (isolamento), finché non le apre «Accesso e traffico di posta»',
      ),
    )
    context.setFact(ISOLATION_PLAN, plan)
    const open = plan.leftOpen.length === 0 ? '' : ` ${plan.leftOpen.join(', ')} stays open: SSH is on it.`
    return {
      summary: words(
        `${running.map(({ name }) => name).join(' and ') || 'Nothing'} stopped, ports closed by ${plan.firewall}, ${count(waiting.length)} mails on hold.${open}`,
        `Fermati: ${running.map(({ name }) => name).join(' e ') || '—'}; porte chiuse con ${plan.firewall}; ${countIt(waiting.length)} messaggi in attesa.`,
      ),
      figures: [],
      tables: [],
    }
  },
}

async function commands(context: StepContext): Promise<PlannedCommand[]> {
  const host = context.shell('new').host
  const planned = (argv: readonly string[], note: PlannedCommand['note'] = null): PlannedCommand => ({
    host,
    command: commandLine(argv),
    effect: 'changes',
    note,
  })
  const [{ manager }, firewall, ssh] = [
    await readServices(context, 'new'),
    await findFirewall(context, 'new'),
    await sshPorts(context, 'new'),
  ]
  const plan = firewall === null ? null : firewallPlan(firewall, { ...REQUEST, ssh })
  return [
    ...outerCommands(manager, 'stop').map(({ argv }) => planned(argv)),
    planned(['postsuper', '-h', 'ALL']),
    ...(plan?.apply ?? []).map((argv) => planned(argv)),
    ...(plan?.undo ?? []).map((argv) =>
      planned(
        argv,
        words(
          'Takes it back; a timer runs it unless a new login is seen.',
          'Lo annulla; lo esegue un timer se non si vede un nuovo accesso.',
        ),
      ),
    ),
  ]
}

export const isolationProved: Step = {
  id: 'isolation-proved',
  title: words('Isolation proved', 'Isolamento verificato'),
  why: words(
    'Not what was ordered counts but what is: every port is tried from here, other mail servers are tried from the clone, services and queue are read. Only then an External Restore into a server of the same identity is allowed.',
    'Non conta ciò che è stato ordinato ma ciò che è: ogni porta viene provata da qui, altri server di posta vengono provati dal clone, servizi e coda vengono letti. Solo allora è permesso un External Restore in un server con la stessa identità.',
  ),
  risk: words(
    'None: connections are tried, nothing is changed.',
    'Nessuno: si provano connessioni, non si modifica nulla.',
  ),
  repeatable: true,
  page: null,
  primary: words('Prove the isolation', 'Verifica l’isolamento'),
  fields: [targets],
  checks: lookAtIsolation(true),
  confirmations: [],
  run: (context) => {
    context.setFact(FACTS.isolated, true)
    return Promise.resolve({
      summary: words(
        'Nobody reaches the clone, and it reaches nobody.',
        'Nessuno raggiunge il clone, e il clone non raggiunge nessuno.',
      ),
      figures: [],
      tables: [],
    })
  },
}
