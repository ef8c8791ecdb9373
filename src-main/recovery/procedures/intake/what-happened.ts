import type { CheckResult, Step, StepContext } from '../../types.ts'
import type { StepResult } from '../../../contract/recovery.ts'
import type { ServerReport } from '../../../contract/server-report.ts'
import { describeError } from '../../../engine/errors.ts'
import { inItalian } from '../../../contract/said/in-italian.ts'
import { joined, translated, withoutStop, words } from '../../cases/words.ts'
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
  ['other', words('Something else took the server away', 'Un’altra causa ha reso il server inutilizzabile')],
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
  title: words('What happened', 'Che cosa è successo'),
  why: words(
    'A disaster is the loss of a vital volume, an unusable file system, a failed infrastructure or an update that broke the server. What is left decides how it is recovered.',
    'È un disastro la perdita di un volume vitale, un file system inutilizzabile, un’infrastruttura guasta o un aggiornamento che ha rotto il server. Ciò che resta decide come si ripristina.',
  ),
  risk: words('None: servers are only looked at.', 'Nessuno: i server vengono solo esaminati.'),
  repeatable: false,
  page: 'servers',
  primary: words('Keep the answer', 'Salva la risposta'),
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
      label: words('What happened', 'Che cosa è successo'),
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
        'Che cosa si è visto per primo, quando, e che cosa è già stato tentato.',
      ),
      kind: 'long-text',
      required: false,
      advanced: false,
    },
  ],
  run: async ({ fields, record }): Promise<StepResult> => {
    const cause = String(fields['cause'])
    const label = causeWords(cause) ?? words(cause, cause)
    if (cause === 'none') {
      record(
        words(
          'The server works: this is no disaster. Single items and accounts come back on the same server.',
          'Il server funziona: non è un disastro. Singoli elementi e account si riportano sullo stesso server.',
        ),
      )
    }
    return { summary: label, figures: [], tables: [] }
  },
}

/** What a person said that happened, in words; null for nothing known. */
export function causeWords(cause: unknown): ReturnType<typeof words> | null {
  return CAUSES.find(([value]) => value === cause)?.[1] ?? null
}

/** What a server that answers, with all its volumes, speaks against. */
const LOST = new Set<unknown>(['volume', 'file-system', 'infrastructure'])

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
  const cause = context.fields['cause']
  let report: ServerReport
  try {
    report = await probed(context, 'old')
  } catch (error) {
    context.signal.throwIfAborted()
    return silent(cause, error)
  }
  const { storage, backup, system } = report
  const volumes = storage.volumes.known ? storage.volumes.value : []
  const bad = volumes.filter(
    ({ readOnly, hangs, mount }) => hangs === true || (readOnly && mount.startsWith('/opt')),
  )
  const path = backup.path.known ? backup.path.value : null
  const size = backup.size.known ? `, ${inGigabytes(backup.size.value.bytes)}` : ''
  const name = system.hostname.known ? system.hostname.value : 'It'
  const where = path === null ? '' : `; Backup Path ${path}${size}`
  if (bad.length > 0) {
    const list = (hangs: string, readOnly: string): string =>
      bad.map((one) => `${one.mount} ${one.hangs === true ? hangs : readOnly}`).join(', ')
    return attention(
      `${name} answers, but ${list('hangs', 'is read-only')}${where} (probe)`,
      `${name} risponde, ma ${list('non risponde', 'è in sola lettura')}${where} (probe)`,
      cause === 'none' ? CHOOSE_AGAIN : undefined,
    )
  }
  if (LOST.has(cause)) {
    const said = causeWords(cause)
    return attention(
      `${name} answers and none of its volumes hangs or is read-only, but “${said?.en ?? ''}” is chosen${where} (probe)`,
      `${name} risponde e nessun suo volume è bloccato o in sola lettura, ma è scelto «${said?.it ?? ''}»${where} (probe)`,
      words(
        'When it works and only mail or accounts are missing, choose that: then nothing is installed anew.',
        'Se funziona e mancano solo posta o account, sceglierlo: così non si reinstalla nulla.',
      ),
    )
  }
  return okay(`${name} answers${where} (probe)`, `${name} risponde${where} (probe)`)
}

const CHOOSE_AGAIN = words(
  'A server in this state cannot take its data back: choose above what happened to it.',
  'Un server in questo stato non può riavere i suoi dati: scegliere sopra che cosa gli è successo.',
)

/** That a dead server says nothing is an answer, too; a login that is refused is not its death. */
function silent(cause: unknown, error: unknown): CheckResult {
  const { message, why, next } = describeError(error)
  const { en, it } = joined([message, why].filter(Boolean).map(translated), ': ')
  return attention(
    `It could not be looked at: ${withoutStop(en)}`,
    `Non è stato possibile esaminarlo: ${withoutStop(it)}`,
    cause === 'none'
      ? words(
          'You chose that it works. Mend the connection under Servers and look again, or choose what happened.',
          'È stato indicato che funziona. Correggere la connessione in Server e controllare di nuovo, o scegliere che cosa è successo.',
        )
      : words(
          `When it is gone, go on. When it should answer: ${next || 'look at it under Servers.'}`,
          `Se è perso, proseguire. Se dovrebbe rispondere: ${inItalian(next) || 'controllarlo in Server.'}`,
        ),
  )
}
