import type { BackupSource, StepResult } from '../../../contract/recovery.ts'
import { proposeSource } from '../../cases/propose.ts'
import { same, words } from '../../cases/words.ts'
import type { CheckResult, Step, StepContext } from '../../types.ts'
import { attention, okay, red } from '../probed.ts'

export const whatIsLeft: Step = {
  id: 'what-is-left',
  title: words('What is left', 'Cosa resta'),
  why: words(
    'Old Backup Path, external backup, latest copy: all sources are looked at and compared. The best one is the newest that is complete and healthy.',
    'Vecchio Backup Path, backup esterno, ultima copia: tutte le sorgenti vengono osservate e confrontate. La migliore è la più recente che sia completa e integra.',
  ),
  risk: words('None: a source is only ever read.', 'Nessuno: una sorgente viene solo letta.'),
  repeatable: true,
  page: 'check',
  primary: words('Look at all sources', 'Osservare tutte le sorgenti'),
  checks: [
    {
      id: 'sources',
      label: words('A source of the backup is known', 'È nota una sorgente del backup'),
      guard: true,
      run: async ({ sources }) =>
        sources.length > 0
          ? okay(`${sources.length} known`, `${sources.length} note`)
          : red(
              'No source was added to the case',
              'Nessuna sorgente è stata aggiunta al caso',
              words(
                'Add every place where a backup may lie.',
                'Aggiungere ogni luogo dove può trovarsi un backup.',
              ),
            ),
    },
    {
      id: 'readable',
      label: words('It can be read', 'È leggibile'),
      guard: true,
      run: lookAtAll,
    },
    {
      id: 'health',
      label: words('It is healthy', 'È integra'),
      guard: false,
      run: async ({ source }) => health(source),
    },
  ],
  confirmations: [],
  fields: [],
  run: async ({ sources, source }): Promise<StepResult> => {
    const proposed = proposeSource([...sources])
    return {
      summary: source
        ? words(`Recovered is from ${placeOf(source)}`, `Si ripristina da ${placeOf(source)}`)
        : words('No source', 'Nessuna sorgente'),
      figures: (proposed?.reasons ?? []).map((reason) => ({
        label: reason,
        value: '',
        tone: 'plain' as const,
      })),
      tables: [
        {
          title: words('Sources', 'Sorgenti'),
          columns: [
            words('Place', 'Luogo'),
            words('Newest', 'Più recente'),
            words('Accounts', 'Account'),
            words('Items', 'Elementi'),
            words('Damaged', 'Danneggiati'),
            words('Trouble', 'Problemi'),
          ],
          rows: sources.map((one) => [
            placeOf(one),
            one.newest === null ? '?' : new Date(one.newest).toISOString(),
            one.accounts?.toLocaleString('en-US') ?? '?',
            one.items?.toLocaleString('en-US') ?? '?',
            one.damaged?.toLocaleString('en-US') ?? '?',
            one.error ?? '',
          ]),
          total: sources.length,
        },
      ],
    }
  },
}

async function lookAtAll(context: StepContext): Promise<CheckResult> {
  const sources = await context.lookAtSources()
  const readable = sources.filter(({ error }) => error === null)
  const failed = sources
    .filter(({ error }) => error !== null)
    .map((one) => `${placeOf(one)}: ${one.error ?? ''}`)
  if (readable.length === 0) {
    return red(
      failed.join('; ') || 'There is none',
      failed.join('; ') || 'Non ce n’è nessuna',
      words(
        'Mend the access, or add another source.',
        'Correggere l’accesso, o aggiungere un’altra sorgente.',
      ),
    )
  }
  const said = readable
    .map(
      (one) =>
        `${placeOf(one)}: ${one.accounts?.toLocaleString('en-US') ?? '?'} accounts, ${one.items?.toLocaleString('en-US') ?? '?'} items`,
    )
    .join('; ')
  if (failed.length > 0)
    return attention(
      `${said}; not readable: ${failed.join('; ')}`,
      `${said}; non leggibili: ${failed.join('; ')}`,
    )
  return okay(said, said)
}

/** A backup that was never checked is restored on trust. */
export function health(source: BackupSource | null): CheckResult {
  if (source === null)
    return { verdict: 'unknown', evidence: words('There is no source', 'Non ci sono sorgenti') }
  if (source.damaged === null) {
    return attention(
      `${placeOf(source)} was never checked`,
      `${placeOf(source)} non è mai stata verificata`,
      words('Check it while the new server is prepared.', 'Verificarla mentre si prepara il nuovo server.'),
    )
  }
  if (source.damaged === 0)
    return okay('Its last check found no damage', 'L’ultima verifica non ha trovato danni')
  return attention(
    `Its last check found ${source.damaged} damages`,
    `L’ultima verifica ha trovato ${source.damaged} danni`,
    words(
      'What is damaged will be among the unrestored items.',
      'Ciò che è danneggiato sarà tra gli elementi non ripristinati.',
    ),
  )
}

/** Where a source lies, in one word. */
export function placeOf({ place }: Pick<BackupSource, 'place'>): string {
  return same(place.kind === 'local' ? place.path : `server:${place.path}`).en
}
