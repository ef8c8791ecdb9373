import type { CaseRole, Words } from '../../contract/recovery.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { words } from '../cases/words.ts'
import type { Check, CheckResult, StepContext } from '../types.ts'
import { looking, result } from './asked.ts'
import { sshPorts } from './guarded-change.ts'
import { readQueue, readRelay } from './mail-queue.ts'
import { lookOutbound, parseTargets } from './outbound.ts'
import { CLIENT_PORTS, MAIL_OUT_PORTS, sshGreets, tryPorts } from './ports.ts'
import { outerServices, readServices } from './services.ts'

/** Mail servers of large providers, which answer on port 25 to everybody that reaches them. */
export const OUTBOUND_TARGETS = 'gmail-smtp-in.l.google.com mx1.mail.ovh.net'

/** Which step mends what these checks find; the step itself says `HERE`. */
export const HERE = words('Do this step', 'Eseguire questo passo')
const ISOLATE = words(
  'Open the step “Isolate the clone” again and do it',
  'Riaprire il passo «Isolare il clone» ed eseguirlo',
)

/**
 * Client ports, really tried from this laptop. The SSH port is tried with them: where even that is silent, silence of the
 * others proves nothing.
 */
export function portsClosed(
  role: CaseRole,
  options: { guard: boolean; only?: readonly number[]; mendedBy?: Words },
): Check {
  return {
    id: `ports-closed-${role}`,
    guard: options.guard,
    label: words(
      'The ports of the users are closed, tried from this laptop',
      'Le porte degli utenti sono chiuse, provate da questo computer',
    ),
    run: looking(async (context) => {
      const { host, port } = context.address(role)
      const tried = (options.only ?? CLIENT_PORTS).filter((one) => one !== port)
      const [greeted, answers] = await Promise.all([sshGreets(host, port), tryPorts(host, tried)])
      const open = tried.filter((one) => answers.get(one) === 'open')
      const count = (answer: string): number => [...answers.values()].filter((one) => one === answer).length
      const [refused, silent, lost] = [count('refused'), count('no answer'), count('unreachable')].map(String)
      const seen = words(
        `${refused} refused, ${silent} silent, ${lost} unreachable`,
        `${refused} rifiutate, ${silent} mute, ${lost} irraggiungibili`,
      )
      if (open.length > 0) return openPorts(host, open, tried.length, options.mendedBy ?? ISOLATE)
      if (!greeted)
        return result(
          'unknown',
          words(
            `Could not be told, because not even the SSH port ${String(port)} of ${host} answers directly (a jump host?): ${seen.en}.`,
            `Non è stato possibile saperlo, perché nemmeno la porta SSH ${String(port)} di ${host} risponde direttamente (un host intermedio?): ${seen.it}.`,
          ),
          words(
            'Try from a computer in the network of the users, then override with what you saw.',
            'Provare da un computer nella rete degli utenti, poi scrivere che cosa si è visto.',
          ),
        )
      return result(
        'ok',
        words(
          `All ${String(tried.length)} ports of ${host} closed (${seen.en}); the SSH port ${String(port)} answers. Connections tried just now from here.`,
          `Tutte le ${String(tried.length)} porte di ${host} sono chiuse (${seen.it}); la porta SSH ${String(port)} risponde. Connessioni provate ora da qui.`,
        ),
      )
    }),
  }
}

function openPorts(host: string, open: readonly number[], all: number, by: Words): CheckResult {
  const list = open.join(', ')
  return result(
    'red',
    words(
      `${String(open.length)} of ${String(all)} ports of ${host} answer: ${list}.`,
      `${String(open.length)} porte su ${String(all)} di ${host} rispondono: ${list}.`,
    ),
    words(
      `${by.en}: it closes them. Or move the network card of the VM into an isolated network.`,
      `${by.it}: le chiude. Oppure spostare la scheda di rete della VM in una rete isolata.`,
    ),
  )
}

export function outerStopped(role: CaseRole, mendedBy = ISOLATE): Check {
  return {
    id: 'outer-stopped',
    guard: true,
    label: words('MTA and proxy are stopped', 'MTA e proxy sono fermi'),
    run: looking(async (context) => {
      const { manager, components } = await readServices(context, role)
      const outer = outerServices(components)
      const running = outer
        .filter((one) => one.running !== false)
        .map(({ name, detail }) => `${name}: ${detail}`)
      if (outer.length === 0) {
        return result(
          'unknown',
          words(
            `Could not be told, because ${manager} names neither an MTA nor a proxy.`,
            `Non è stato possibile saperlo, perché ${manager} non elenca né MTA né proxy.`,
          ),
        )
      }
      const evidence = outer.map(({ name, detail }) => `${name}: ${detail}`).join('; ')
      if (running.length === 0)
        return result('ok', words(`${evidence} (${manager})`, `${evidence} (${manager})`))
      return result(
        'red',
        words(
          `Running: ${running.join('; ')} (${manager})`,
          `In esecuzione: ${running.join('; ')} (${manager})`,
        ),
        words(`${mendedBy.en}: it stops them.`, `${mendedBy.it}: li ferma.`),
      )
    }),
  }
}

/** Who is tried: what the step's field names, and the relay of the server itself. */
async function targetsOf(context: StepContext, role: CaseRole): Promise<{ host: string; port: number }[]> {
  const field = context.fields['targets']
  const wanted = typeof field === 'string' && field.trim() !== '' ? field : OUTBOUND_TARGETS
  const relay = await readRelay(context, role).catch(() => null)
  const direct = parseTargets(wanted, MAIL_OUT_PORTS)
  return [...direct, ...parseTargets(relay ?? '', [25])].slice(0, 24)
}

export function outboundBlocked(role: CaseRole, mendedBy = ISOLATE): Check {
  return {
    id: 'outbound-blocked',
    guard: true,
    label: words(
      'The server reaches no other mail server (25, 465, 587), tried from there',
      'Il server non raggiunge altri server di posta (25, 465, 587), provato da lì',
    ),
    run: looking(async (context) => {
      const targets = await targetsOf(context, role)
      const look = await lookOutbound(context, role, targets, await sshPorts(context, role))
      if (look.tool === null) {
        return result(
          'unknown',
          words(
            `Could not be told, because ${look.because ?? ''}.`,
            `Non è stato possibile saperlo, perché ${inItalian(look.because ?? '')}.`,
          ),
          words(
            'Install nc on the clone, or look at the firewall of the hypervisor, then override with what you saw.',
            'Installare nc sul clone, o controllare il firewall dell’hypervisor, poi scrivere che cosa si è visto.',
          ),
        )
      }
      const through = look.tries
        .filter(({ answer }) => answer === 'connected')
        .map(({ host, port }) => `${host}:${String(port)}`)
      if (through.length > 0) {
        return result(
          'red',
          words(
            `The server reaches ${through.join(', ')} (${look.tool}): it could send mail.`,
            `Il server raggiunge ${through.join(', ')} (${look.tool}): potrebbe inviare posta.`,
          ),
          words(`${mendedBy.en}: it blocks them.`, `${mendedBy.it}: le blocca.`),
        )
      }
      const unnamed = look.tries.filter(({ answer }) => answer === 'name not found').length
      const list = (said: (answer: keyof typeof ANSWERS) => string): string =>
        look.tries.map(({ host, port, answer }) => `${host}:${String(port)} ${said(answer)}`).join(', ')
      const [lists, elenco] = [list((answer) => answer), list((answer) => ANSWERS[answer])]
      const tool = `${look.tool} does reach the server's own SSH port`
      if (unnamed === look.tries.length) {
        return result(
          'attention',
          words(
            `No name could be resolved (${lists}), so no port was tried; ${tool}.`,
            `Nessun nome è stato risolto (${elenco}), quindi nessuna porta è stata provata; ${look.tool} raggiunge la porta SSH del server.`,
          ),
          words(
            'Name an address of a mail server in the field.',
            'Indicare nel campo l’indirizzo di un server di posta.',
          ),
        )
      }
      return result(
        'ok',
        words(
          `None answered: ${lists}; ${tool}.`,
          `Nessuno ha risposto: ${elenco}; ${look.tool} raggiunge la porta SSH del server.`,
        ),
      )
    }),
  }
}

const ANSWERS = { connected: 'connesso', 'name not found': 'nome non trovato', blocked: 'bloccato' } as const

/** Whether what is queued stays where it is. Without an MTA nothing is sent; with one only what is on hold stays. */
export function queueHeld(role: CaseRole, mendedBy = ISOLATE): Check {
  return {
    id: 'queue-held',
    guard: true,
    label: words('The mail queue does not leave', 'La coda di posta non parte'),
    run: looking(async (context) => {
      const mails = await readQueue(context, role)
      const free = mails.filter(({ state }) => state !== 'held')
      const [all, held] = [String(mails.length), String(mails.length - free.length)]
      const said = words(`postqueue -p: ${all}, on hold ${held}`, `postqueue -p: ${all}, in attesa ${held}`)
      if (free.length === 0) return result('ok', words(`${said.en}.`, `${said.it}.`))
      return result(
        'red',
        words(
          `${said.en}. ${String(free.length)} would be sent a second time as soon as the MTA runs.`,
          `${said.it}. ${String(free.length)} verrebbero spediti una seconda volta appena l’MTA parte.`,
        ),
        words(`${mendedBy.en}: it puts them on hold.`, `${mendedBy.it}: li mette in attesa (hold).`),
      )
    }),
  }
}
