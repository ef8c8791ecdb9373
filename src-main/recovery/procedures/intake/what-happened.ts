import type { CheckResult, Step, StepContext } from '../../types.ts'
import type { StepResult } from '../../../contract/recovery.ts'
import { words } from '../../cases/words.ts'
import { attention, inGigabytes, okay, probed } from '../probed.ts'

/** What the manual calls a disaster, and what is none. */
const CAUSES = [
  ['volume', words('A vital volume is lost', 'Un volume vitale è perso')],
  ['file-system', words('A file system is unusable', 'Un file system è inutilizzabile')],
  [
    'infrastructure',
    words('The hypervisor or the infrastructure failed', 'L’hypervisor o l’infrastruttura è guasta'),
  ],
  [
    'update',
    words(
      'An update of the system or of other software broke it',
      'Un aggiornamento del sistema o di altro software l’ha guastato',
    ),
  ],
  ['other', words('Something else took the server away', 'Altro ha reso il server inutilizzabile')],
  [
    'none',
    words(
      'The server works; only mail or accounts are gone',
      'Il server funziona; mancano solo posta o account',
    ),
  ],
] as const

export const whatHappened: Step = {
  id: 'what-happened',
  title: words('What happened', 'Cosa è successo'),
  why: words(
    'A disaster is the loss of a vital volume, an unusable file system, a failed infrastructure or an update that broke the server. What is left decides how it is recovered.',
    'È un disastro la perdita di un volume vitale, un file system inutilizzabile, un’infrastruttura guasta o un aggiornamento che ha rotto il server. Ciò che resta decide come si ripristina.',
  ),
  risk: words('None: servers are only looked at.', 'Nessuno: i server vengono solo osservati.'),
  repeatable: false,
  page: 'servers',
  primary: words('Keep the answer', 'Salvare la risposta'),
  checks: [
    {
      id: 'old-server',
      label: words('Does the old server answer?', 'Il vecchio server risponde?'),
      guard: false,
      run: lookAtOld,
    },
  ],
  confirmations: [],
  fields: [
    {
      id: 'cause',
      label: words('What happened', 'Cosa è successo'),
      help: words(
        'It is written into the report, and decides which procedure is proposed.',
        'Va nel rapporto e decide quale procedura viene proposta.',
      ),
      kind: 'choice',
      required: true,
      advanced: false,
      options: () => CAUSES.map(([value, label]) => ({ value, label })),
      standard: () => 'volume',
    },
    {
      id: 'story',
      label: words('In your words', 'Con parole proprie'),
      help: words(
        'What was seen first, when, and what was tried already.',
        'Cosa si è visto per primo, quando, e cosa è già stato tentato.',
      ),
      kind: 'long-text',
      required: false,
      advanced: false,
    },
  ],
  run: async ({ fields, record }): Promise<StepResult> => {
    const cause = String(fields['cause'])
    const label = CAUSES.find(([value]) => value === cause)?.[1] ?? words(cause, cause)
    if (cause === 'none') {
      record('The server works: this is no disaster. Single items and accounts come back on the same server.')
    }
    return { summary: label, figures: [], tables: [] }
  },
}

async function lookAtOld(context: StepContext): Promise<CheckResult> {
  if (!context.hasServer('old')) {
    return attention(
      'The case has no old server',
      'Il caso non ha un vecchio server',
      words(
        'Where it still answers, add it to the case: what is on it need not be brought from elsewhere.',
        'Se risponde ancora, aggiungerlo al caso: ciò che contiene non va cercato altrove.',
      ),
    )
  }
  const { storage, backup, system } = await probed(context, 'old')
  const volumes = storage.volumes.known ? storage.volumes.value : []
  const bad = volumes.filter(
    ({ readOnly, hangs, mount }) => hangs === true || (readOnly && mount.startsWith('/opt')),
  )
  const path = backup.path.known ? backup.path.value : null
  const size = backup.size.known ? `, ${inGigabytes(backup.size.value.bytes)}` : ''
  const name = system.hostname.known ? system.hostname.value : 'It'
  const where = path === null ? '' : `; Backup Path ${path}${size}`
  if (bad.length > 0) {
    const list = bad
      .map(({ mount, hangs }) => `${mount} ${hangs === true ? 'hangs' : 'is read-only'}`)
      .join(', ')
    return attention(
      `${name} answers, but ${list}${where} (probe)`,
      `${name} risponde, ma ${list}${where} (probe)`,
    )
  }
  return okay(`${name} answers${where} (probe)`, `${name} risponde${where} (probe)`)
}
