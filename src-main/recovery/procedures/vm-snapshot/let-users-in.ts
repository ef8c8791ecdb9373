import type { PlannedCommand } from '../../../contract/recovery.ts'
import { commandLine } from '../../../remote/quote.ts'
import { words } from '../../cases/words.ts'
import { looking, result } from '../../isolation/asked.ts'
import { queueHeld } from '../../isolation/checks.ts'
import type { FirewallPlan } from '../../isolation/firewall.ts'
import { pendingId, restoreFirewall } from '../../isolation/guarded-change.ts'
import { tryPorts } from '../../isolation/ports.ts'
import { outerCommands, readServices, switchOuter } from '../../isolation/services.ts'
import { FACTS } from '../../restore/facts.ts'
import type { Check, Step, StepContext } from '../../types.ts'
import { oldIsFenced } from './fence-old.ts'
import { ISOLATION_PLAN } from './isolate.ts'

/** Ports of the proxy and the MTA that users and other servers need. */
const WEB_AND_MAIL = [443, 80, 993, 995, 5222, 6071]
const MAIL_IN = [25, 465, 587]

const QUEUE_STEP = words(
  'Open the step “The mail queue of the clone” again and do it',
  'Riaprire il passo «La coda di posta del clone» ed eseguirlo',
)

const usersReachIt: Check = {
  id: 'users-reach-it',
  guard: true,
  label: words(
    'The clone answers on the ports of the users, tried from here',
    'Il clone risponde sulle porte degli utenti, provate da qui',
  ),
  run: looking(async (context) => {
    const { host } = context.address('new')
    const answers = await tryPorts(host, [...WEB_AND_MAIL, ...MAIL_IN])
    const open = [...answers].filter(([, answer]) => answer === 'open').map(([port]) => port)
    const [web, mail] = [
      open.some((port) => WEB_AND_MAIL.includes(port)),
      open.some((port) => MAIL_IN.includes(port)),
    ]
    const said = open.length === 0 ? '—' : open.join(', ')
    if (web && mail) return result('ok', words(`Open: ${said}.`, `Aperte: ${said}.`))
    return result(
      web ? 'attention' : 'red',
      words(`Open: ${said}.`, `Aperte: ${said}.`),
      words(
        'Look at the network card of the clone, at MTA and proxy, and at firewalls in between.',
        'Controllare la scheda di rete del clone, MTA e proxy, e i firewall intermedi.',
      ),
    )
  }),
}

export const letUsersIn: Step = {
  id: 'let-users-in',
  title: words('Access and mail traffic back', 'Accesso e traffico di posta'),
  why: words(
    'The rules of the isolation are taken back, MTA and proxy start, and the ports are tried from here. From now on the clone is the mail server.',
    'Le regole dell’isolamento vengono tolte, MTA e proxy partono, e le porte vengono provate da qui. Da ora il clone è il server di posta.',
  ),
  risk: words(
    'From now on users change the clone: a further External Restore brings back what they delete.',
    'Da ora gli utenti modificano il clone: un altro External Restore riporta ciò che eliminano.',
  ),
  repeatable: false,
  page: null,
  primary: words('Let the users in', 'Apri agli utenti'),
  checks: [oldIsFenced, queueHeld('new', QUEUE_STEP)],
  confirmations: [
    {
      id: 'network',
      label: words(
        'The network card of the clone is in the network of the users, with the address of the old server',
        'La scheda di rete del clone è nella rete degli utenti, con l’indirizzo del vecchio server',
      ),
    },
    {
      id: 'told',
      label: words(
        'The users know until when their mail is here',
        'Gli utenti sanno fino a quando c’è la loro posta',
      ),
    },
  ],
  fields: [],
  commands: async (context) => {
    const { host } = context.shell('new')
    const { manager } = await readServices(context, 'new')
    const lines = [
      ...(planOf(context)?.undo ?? []),
      ...outerCommands(manager, 'start').map(({ argv }) => argv),
    ]
    return lines.map((argv): PlannedCommand => ({
      host,
      command: commandLine(argv),
      effect: 'changes',
      note: null,
    }))
  },
  async run(context) {
    // No longer isolated, from before the first rule is gone.
    context.setFact(FACTS.isolated, null)
    const plan = planOf(context)
    if (plan !== null) await restoreFirewall(context, 'new', plan)
    context.clearPending(pendingId('new', 'isolation'))
    const { manager } = await readServices(context, 'new')
    await switchOuter(context, 'new', manager, 'start')
    return {
      summary: words('MTA and proxy run, the ports are open.', 'MTA e proxy attivi, porte aperte.'),
      figures: [],
      tables: [],
    }
  },
  proofs: [usersReachIt],
}

function planOf(context: Pick<StepContext, 'fact'>): FirewallPlan | null {
  const plan = context.fact(ISOLATION_PLAN)
  return typeof plan === 'object' && plan !== null ? (plan as FirewallPlan) : null
}
