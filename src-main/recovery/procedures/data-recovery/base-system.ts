import { words } from '../../cases/words.ts'
import type { CheckResult, Step, StepContext } from '../../types.ts'
import { attention, inGigabytes, ofFact, okay, probed, red } from '../probed.ts'

/** A clock that is off by more breaks certificates, tokens and the order of mail, ms. */
const CLOCK_MS = 60_000

/** Systems that Carbonio's installation guide names. */
const SUPPORTED = /^(?:ubuntu|rhel|rocky|almalinux)$/

export const baseSystem: Step = {
  id: 'base-system',
  title: words('Base system of the new server', 'Sistema di base del nuovo server'),
  why: words(
    'Carbonio is installed on a supported system whose name, clock and volumes are final. What is wrong here is hard to mend once users are on it.',
    'Carbonio si installa su un sistema supportato con nome, orologio e volumi definitivi. Ciò che è sbagliato qui si corregge male quando ci sono gli utenti.',
  ),
  risk: words('None: the server is only looked at.', 'Nessuno: il server viene solo esaminato.'),
  repeatable: false,
  page: 'servers',
  primary: words('Take the base system as ready', 'Considera pronto il sistema di base'),
  checks: [
    {
      id: 'answers',
      label: words('The new server answers', 'Il nuovo server risponde'),
      guard: true,
      run: async (context) => {
        if (!context.hasServer('new')) {
          return red(
            'The case has no new server',
            'Il caso non ha un nuovo server',
            words('Add it to the case.', 'Aggiungerlo al caso.'),
          )
        }
        const { server, system } = await probed(context, 'new')
        return ofFact(system.login, ({ user }) =>
          okay(`${server} answers, logged in as ${user}`, `${server} risponde, accesso come ${user}`),
        )
      },
    },
    {
      id: 'system',
      label: words('Its system is supported', 'Il sistema è supportato'),
      guard: false,
      run: async (context) =>
        ofFact((await probed(context, 'new')).system.os, ({ id, pretty }) =>
          SUPPORTED.test(id)
            ? okay(`${pretty} (/etc/os-release)`, `${pretty} (/etc/os-release)`)
            : attention(
                `${pretty} is not among Ubuntu, RHEL and its kin (/etc/os-release)`,
                `${pretty} non è tra Ubuntu, RHEL e affini (/etc/os-release)`,
                words(
                  'See the list of your version of Carbonio.',
                  'Vedere l’elenco della versione di Carbonio in uso.',
                ),
              ),
        ),
    },
    {
      id: 'clock',
      label: words('Its clock is right', 'L’orologio è giusto'),
      guard: false,
      run: async (context) => ofFact((await probed(context, 'new')).system.timeDifference, clock),
    },
    {
      id: 'volumes',
      label: words('Its volumes are whole', 'I volumi sono a posto'),
      guard: true,
      run: lookAtVolumes,
    },
  ],
  confirmations: [
    {
      id: 'name',
      label: words(
        'Its host name is final and resolves, from itself and from outside',
        'Il nome host è definitivo e si risolve, da sé e da fuori',
      ),
    },
    {
      id: 'prepared',
      label: words(
        'Volumes are of the size of the old ones, updates are installed, the network is as it will stay',
        'I volumi sono grandi come i vecchi, gli aggiornamenti installati, la rete è quella definitiva',
      ),
    },
  ],
  fields: [],
}

function clock({ milliseconds, uncertainty }: { milliseconds: number; uncertainty: number }): CheckResult {
  const seconds = (milliseconds / 1000).toFixed(1)
  if (Math.abs(milliseconds) - uncertainty <= CLOCK_MS) {
    return okay(
      `It differs from the laptop's by ${seconds} s (date)`,
      `Differisce da questo computer di ${seconds} s (date)`,
    )
  }
  return attention(
    `It differs from the laptop's by ${seconds} s (date)`,
    `Differisce da questo computer di ${seconds} s (date)`,
    words(
      'Set up time synchronisation (chrony) first.',
      'Prima configurare la sincronizzazione dell’ora (chrony).',
    ),
  )
}

async function lookAtVolumes(context: StepContext): Promise<CheckResult> {
  const { storage } = await probed(context, 'new')
  return ofFact(storage.volumes, (volumes) => {
    const bad = volumes.filter(
      ({ readOnly, hangs, mount }) =>
        hangs === true || (readOnly && (mount === '/' || mount.startsWith('/opt'))),
    )
    if (bad.length > 0) {
      const list = bad
        .map(({ mount, hangs }) => `${mount} ${hangs === true ? 'hangs' : 'is read-only'}`)
        .join(', ')
      return red(
        `${list} (df, /proc/mounts)`,
        `${list} (df, /proc/mounts)`,
        words(
          'A new server with such a disk is not to be used.',
          'Un nuovo server con un disco così non va usato.',
        ),
      )
    }
    const free = volumes.map(({ mount, free: bytes }) => `${mount} ${inGigabytes(bytes)} free`)
    const shown = `${free.slice(0, 4).join(', ')} (df)`
    return okay(shown, shown)
  })
}
