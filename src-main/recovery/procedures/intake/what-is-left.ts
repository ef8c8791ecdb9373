import type { BackupSource, StepResult, Words } from '../../../contract/recovery.ts'
import { inItalian } from '../../../contract/said/in-italian.ts'
import { proposeSource } from '../../cases/propose.ts'
import { figure, joined, same, translated, withoutStop, words } from '../../cases/words.ts'
import type { CheckResult, Step, StepContext } from '../../types.ts'
import { attention, okay, red } from '../probed.ts'

export const whatIsLeft: Step = {
  id: 'what-is-left',
  title: words('What is left', 'Che cosa resta'),
  why: words(
    'Old Backup Path, external backup, latest copy: all sources are looked at and compared. The best one is the newest that is complete and healthy.',
    'Vecchio Backup Path, backup esterno, ultima copia: tutte le sorgenti vengono esaminate e confrontate. La migliore è la più recente che sia completa e integra.',
  ),
  risk: words('None: a source is only ever read.', 'Nessuno: una sorgente viene solo letta.'),
  repeatable: true,
  page: 'check',
  primary: words('Look at all sources', 'Esamina tutte le sorgenti'),
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
                'Add every place where a backup may lie: the disk of the old server, the external backup, an offsite copy, a snapshot of the storage. When there is truly none, write nothing to the old disks and have an image of them made first: the mail lies in /opt/zextras/store, too.',
                'Aggiungere ogni luogo dove può trovarsi un backup: il disco del vecchio server, il backup esterno, una copia esterna, uno snapshot dello storage. Se davvero non ce n’è, non scrivere nulla sui vecchi dischi e farne prima un’immagine: la posta è anche in /opt/zextras/store.',
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
            counted(one.accounts),
            counted(one.items),
            counted(one.damaged),
            translated(one.error ?? ''),
          ]),
          total: sources.length,
        },
      ],
    }
  },
}

async function lookAtAll(context: StepContext): Promise<CheckResult> {
  const sources = await context.lookAtSources()
  const readable = sources.filter(({ error, accounts }) => error === null && accounts !== 0)
  const unusable = sources.filter((one) => !readable.includes(one))
  const failed = joined(unusable.map(troubleOf), '; ')
  if (readable.length === 0) {
    return red(
      failed.en || 'There is none',
      failed.it || 'Non ce n’è nessuna',
      words(
        'Mend the access, or add another source.',
        'Correggere l’accesso, o aggiungere un’altra sorgente.',
      ),
    )
  }
  const { en, it } = joined(readable.map(holdingsOf), '; ')
  if (unusable.some(({ id }) => id === context.source?.id)) {
    return red(
      `The chosen source cannot be used: ${failed.en}. Others can: ${en}`,
      `La sorgente scelta non è utilizzabile: ${failed.it}. Altre sì: ${it}`,
      words(
        'Choose another source, or mend the access to it.',
        'Scegliere un’altra sorgente, o correggerne l’accesso.',
      ),
    )
  }
  if (unusable.length > 0)
    return attention(`${en}; cannot be used: ${failed.en}`, `${it}; non utilizzabili: ${failed.it}`)
  return okay(en, it)
}

/** Why it is of no use. */
function troubleOf(source: BackupSource): Words {
  const [place, { error }] = [placeOf(source), source]
  if (error === null)
    return words(
      `${place}: it is empty, no account is in it`,
      `${place}: è vuota, non contiene alcun account`,
    )
  return words(`${place}: ${withoutStop(error)}`, `${place}: ${withoutStop(inItalian(error))}`)
}

function holdingsOf(source: BackupSource): Words {
  const [accounts, items] = [counted(source.accounts), counted(source.items)]
  const [place, at] = [placeOf(source), utc(source.newest)]
  return words(
    `${place}: ${accounts.en} accounts, ${items.en} items, newest of ${at}`,
    `${place}: ${accounts.it} account, ${items.it} elementi, la più recente ${at}`,
  )
}

const counted = (value: number | null): Words => (value === null ? same('?') : figure(value))

const utc = (at: number | null): string =>
  at === null ? '?' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

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
