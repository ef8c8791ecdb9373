import { ExpectedError } from '../../../engine/errors.ts'
import { commandLine } from '../../../remote/quote.ts'
import { words } from '../../cases/words.ts'
import { looking, result } from '../../isolation/asked.ts'
import { changeFirewall, pendingId } from '../../isolation/guarded-change.ts'
import { CLIENT_PORTS, MAIL_OUT_PORTS, sshGreets, tryPorts } from '../../isolation/ports.ts'
import { outerCommands, readServices, switchOuter } from '../../isolation/services.ts'
import type { Check, Step, StepContext } from '../../types.ts'

/** The old server answers on none of its client ports: it is off, or fenced. */
export const oldIsFenced: Check = {
  id: 'old-fenced',
  guard: true,
  label: words('The old server answers nobody', 'Il vecchio server non risponde a nessuno'),
  run: looking(async (context) => {
    if (!context.hasServer('old')) {
      return result(
        'attention',
        words(
          'The case has no old server: nobody tried it.',
          'Il caso non ha un vecchio server: nessuno l’ha verificato.',
        ),
        words('Make sure that it is off, and stays off.', 'Assicurarsi che sia spento, e lo resti.'),
      )
    }
    const { host, port } = context.address('old')
    const tried = CLIENT_PORTS.filter((one) => one !== port)
    const [greeted, answers] = await Promise.all([sshGreets(host, port, 5000), tryPorts(host, tried)])
    const open = tried.filter((one) => answers.get(one) === 'open')
    const ssh = greeted ? `its SSH port ${String(port)} answers` : 'it is off or out of reach from here'
    const porta = greeted
      ? `la sua porta SSH ${String(port)} risponde`
      : 'è spento o non raggiungibile da qui'
    if (open.length === 0)
      return result(
        'ok',
        words(
          `All ${String(tried.length)} ports of ${host} closed; ${ssh}.`,
          `Tutte le ${String(tried.length)} porte di ${host} chiuse; ${porta}.`,
        ),
      )
    return result(
      'red',
      words(
        `The old server still answers on ${open.join(', ')}: two servers of one name take mail.`,
        `Il vecchio server risponde ancora su ${open.join(', ')}: due server con lo stesso nome riceverebbero posta.`,
      ),
      words(
        'Do the step “Fence the old server”, or switch it off.',
        'Eseguire il passo «Isolare il vecchio server», o spegnerlo.',
      ),
    )
  }),
}

export const fenceOld: Step = {
  id: 'fence-old',
  title: words('Fence the old server', 'Isolare il vecchio server'),
  why: words(
    'Clone and old server have the same name and the same ids. If both answer, mail arrives on one and is read on the other; so the old one is off, or its ports are closed, before anybody gets to the clone.',
    'Clone e vecchio server hanno lo stesso nome e gli stessi id. Se rispondono entrambi, la posta arriva su uno e si legge sull’altro; il vecchio va quindi spento, o le sue porte chiuse, prima che qualcuno arrivi al clone.',
  ),
  risk: words(
    'Users of the old server are cut off. SSH stays open; after a restart of the old server its rules are gone, so keep it off or out of the network.',
    'Gli utenti del vecchio server vengono scollegati. SSH resta aperto; dopo un riavvio le regole non ci sono più, quindi tenerlo spento o fuori rete.',
  ),
  repeatable: true,
  page: null,
  primary: words('Fence the old server', 'Isola il vecchio server'),
  fields: [
    {
      id: 'how',
      label: words('How', 'Come'),
      help: words(
        'Off is the safest. Closed ports leave it readable by SSH.',
        'Spento è la cosa più sicura. Con le porte chiuse resta leggibile via SSH.',
      ),
      kind: 'choice',
      required: true,
      advanced: false,
      options: () => [
        {
          value: 'ports',
          label: words('Stop MTA and proxy, close its ports', 'Fermare MTA e proxy, chiudere le porte'),
        },
        { value: 'off', label: words('It is switched off', 'È spento') },
      ],
      standard: (context) => (context.hasServer('old') ? 'ports' : 'off'),
    },
  ],
  checks: [{ ...oldIsFenced, id: 'old-now', guard: false }],
  confirmations: [
    {
      id: 'stays-off',
      label: words(
        'It does not start by itself: autostart of the VM is off',
        'Non riparte da solo: l’avvio automatico della VM è disattivato',
      ),
    },
  ],
  commands: async (context) => {
    if (!isByPorts(context)) return []
    const { manager } = await readServices(context, 'old')
    const { host } = context.shell('old')
    return outerCommands(manager, 'stop').map(({ argv }) => ({
      host,
      command: commandLine(argv),
      effect: 'changes' as const,
      note: words(
        'Then its ports are closed by its firewall, as for the clone.',
        'Poi le sue porte vengono chiuse dal firewall, come per il clone.',
      ),
    }))
  },
  async run(context) {
    if (!isByPorts(context)) {
      context.record(
        words('The old server was said to be switched off.', 'Il vecchio server è stato dichiarato spento.'),
      )
      return { summary: words('It is switched off.', 'È spento.'), figures: [], tables: [] }
    }
    const { manager } = await readServices(context, 'old')
    await switchOuter(context, 'old', manager, 'stop')
    const { plan } = await changeFirewall(
      context,
      'old',
      { name: 'fence', closeIn: CLIENT_PORTS, closeOut: MAIL_OUT_PORTS },
      words('Ports of the old server are closed (fence)', 'Porte del vecchio server chiuse'),
    )
    // It is to stay so: this is no change for a while that somebody should put back.
    context.clearPending(pendingId('old', 'fence'))
    context.setFact('fence.plan', plan)
    return {
      summary: words(
        `MTA and proxy stopped, ports closed by ${plan.firewall}.`,
        `MTA e proxy fermi, porte chiuse con ${plan.firewall}.`,
      ),
      figures: [],
      tables: [],
    }
  },
  proofs: [oldIsFenced],
}

function isByPorts(context: StepContext): boolean {
  if (context.fields['how'] !== 'ports') return false
  if (context.hasServer('old')) return true
  throw new ExpectedError('NOT_FOUND', 'The case has no old server', {
    why: 'Its ports can only be closed over SSH.',
    next: 'Add it to the case, or switch it off and say so here.',
  })
}
