import { compareVersions } from './versions.ts'
import { inItalian } from '../../../contract/said/in-italian.ts'
import { words } from '../../cases/words.ts'
import { CannotTell } from '../../../remote/probe/fact.ts'
import { accountsOn, domainsOn } from '../../restore/directory.ts'
import type { CheckResult, Step, StepContext } from '../../types.ts'
import { attention, ofFact, okay, probed, red } from '../probed.ts'

export const carbonioInstalled: Step = {
  id: 'carbonio-installed',
  title: words('Carbonio installed and bootstrapped', 'Carbonio installato e inizializzato'),
  why: words(
    'The restore fills a Carbonio that works: the same version or a newer one, with its licence, its global and server settings, and no users yet.',
    'Il ripristino riempie un Carbonio funzionante: stessa versione o più recente, con licenza, impostazioni globali e del server, e ancora senza utenti.',
  ),
  risk: words('None: the server is only looked at.', 'Nessuno: il server viene solo esaminato.'),
  repeatable: false,
  page: 'servers',
  primary: words('Take Carbonio as ready', 'Considera pronto Carbonio'),
  checks: [
    {
      id: 'installed',
      label: words('Carbonio is installed', 'Carbonio è installato'),
      guard: true,
      run: async (context) => {
        const { carbonio } = await probed(context, 'new')
        if (carbonio.version.known) {
          return okay(
            `Version ${carbonio.version.value} (packages)`,
            `Versione ${carbonio.version.value} (pacchetti)`,
          )
        }
        if (carbonio.zextras.known) return ofFact(carbonio.version, () => okay('', ''))
        return red(
          `There is no user zextras: ${carbonio.zextras.because}`,
          `Non c’è l’utente zextras: ${inItalian(carbonio.zextras.because)}`,
          words('Install Carbonio and run its bootstrap.', 'Installare Carbonio ed eseguire il bootstrap.'),
        )
      },
    },
    {
      id: 'version',
      label: words('It is not older than the old one', 'Non è più vecchio del precedente'),
      guard: false,
      run: lookAtVersions,
    },
    {
      id: 'running',
      label: words('Its services run', 'I servizi sono attivi'),
      guard: true,
      run: async (context) =>
        ofFact((await probed(context, 'new')).carbonio.components, (components) => {
          const stopped = components.filter(({ running }) => running === false).map(({ name }) => name)
          const running = components.filter((one) => one.running === true).map(({ name }) => name)
          if (stopped.length === 0)
            return okay(`Running: ${running.join(', ')}`, `Attivi: ${running.join(', ')}`)
          return red(
            `Not running: ${stopped.join(', ')}`,
            `Non attivi: ${stopped.join(', ')}`,
            words(
              'Start them, and look at their logs when they stop again.',
              'Avviarli e, se si fermano, leggere i log.',
            ),
          )
        }),
    },
    {
      id: 'domains',
      label: words('Its domains are empty or known', 'I domini sono vuoti o noti'),
      guard: false,
      run: lookAtDomains,
    },
  ],
  confirmations: [
    {
      id: 'settings',
      label: words(
        'Global and server settings are as they were on the old server',
        'Le impostazioni globali e del server sono come sul vecchio server',
      ),
    },
  ],
  fields: [],
}

async function lookAtVersions(context: StepContext): Promise<CheckResult> {
  const { carbonio } = await probed(context, 'new')
  if (!carbonio.version.known) throw new CannotTell(carbonio.version.because)
  const now = carbonio.version.value
  if (!context.hasServer('old')) {
    return attention(
      `The new one is ${now}; the case has no old server to compare with`,
      `Il nuovo è ${now}; il caso non ha un vecchio server con cui confrontare`,
      words(
        'Look for the old version in the customer’s papers.',
        'Cercare la vecchia versione nei documenti del cliente.',
      ),
    )
  }
  const { carbonio: old } = await probed(context, 'old')
  if (!old.version.known)
    throw new CannotTell(`the old server does not tell its version: ${old.version.because}`)
  const before = old.version.value
  const said = [
    `New ${now}, old ${before} (packages)`,
    `Nuovo ${now}, vecchio ${before} (pacchetti)`,
  ] as const
  if (compareVersions(now, before) >= 0) return okay(...said)
  return attention(
    ...said,
    words(
      'Update the new server first: a backup of a newer version may hold what an older one does not understand.',
      'Prima aggiornare il nuovo server: il backup di una versione più recente può contenere ciò che una più vecchia non capisce.',
    ),
  )
}

async function lookAtDomains(context: StepContext): Promise<CheckResult> {
  const [domains, accounts] = [await domainsOn(context), await accountsOn(context)]
  const known = new Set(((await context.catalog())?.domains() ?? []).map((name) => name.toLowerCase()))
  const filled = [...accounts].filter((name) => known.has(name.slice(name.lastIndexOf('@') + 1)))
  const list = [...domains].slice(0, 8).join(', ')
  if (filled.length === 0) {
    return okay(
      `${domains.size} domains (${list}), no account of the backup's domains yet (zmprov -l gad, gaa)`,
      `${domains.size} domini (${list}), ancora nessun account dei domini del backup (zmprov -l gad, gaa)`,
    )
  }
  return attention(
    `${filled.length} accounts of the backup's domains exist already: ${filled.slice(0, 5).join(', ')} (zmprov -l gaa)`,
    `${filled.length} account dei domini del backup esistono già: ${filled.slice(0, 5).join(', ')} (zmprov -l gaa)`,
    words(
      'A restore into accounts that are in use brings back what was deleted. Know why they are there.',
      'Un ripristino in account già in uso riporta ciò che era stato eliminato. Sapere perché ci sono.',
    ),
  )
}
