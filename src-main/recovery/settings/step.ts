import { words } from '../cases/words.ts'
import { FACTS } from '../restore/facts.ts'
import { check, count, countIt, ok } from '../restore/look.ts'
import type { Step, StepContext } from '../types.ts'
import { SELF } from './compare-settings.ts'
import { compareSides, type Compared, type SideRequest } from './comparison.ts'

/** The old side as far as the case can tell: the old server itself, else the old Backup Path read by the new server. */
function oldSide(context: StepContext): SideRequest & { from: string } {
  const path = context.fact(FACTS.path)
  const read = (from: string) => ({
    shell: context.shell('new'),
    backupPath: typeof path === 'string' ? path : undefined,
    from,
  })
  if (typeof path === 'string') return read(path)
  if (context.hasServer('old')) return { shell: context.shell('old'), from: context.shell('old').host }
  return read('the new server')
}

async function compared(context: StepContext): Promise<Compared & { from: string }> {
  const { from, ...old } = oldSide(context)
  const result = await compareSides(
    { ...old, signal: context.signal },
    { shell: context.shell('new'), signal: context.signal },
  )
  return { ...result, from }
}

const open = ({ counts }: Compared): number => counts.changed + counts['only-old']

/** Settings of old and new server, gone through by hand: for every procedure that ends with another machine. */
export const settingsStep: Step = {
  id: 'settings',
  title: words('Settings and configurations', 'Impostazioni e configurazioni'),
  why: words(
    'An External Restore brings accounts and mail, no settings of the server: limits, retention, relay, rewritten configuration files. They are shown side by side; what is to be as before is set by hand, with the command beside it.',
    'Un External Restore porta account e posta, non le impostazioni del server: limiti, conservazione, relay, file di configurazione modificati. Vengono mostrate affiancate; ciò che deve tornare come prima si imposta a mano, con il comando accanto.',
  ),
  risk: words(
    'None: nothing is set by Lifeboat. Names, ids and paths of the old machine must usually not be carried over.',
    'Nessuno: Lifeboat non imposta nulla. Nomi, id e percorsi della vecchia macchina di solito non vanno riportati.',
  ),
  repeatable: true,
  page: 'settings',
  primary: words('Compare the settings', 'Confronta le impostazioni'),
  fields: [],
  checks: [
    check(
      'settings-compared',
      words('Settings that differ', 'Impostazioni diverse'),
      false,
      async (context) => {
        const result = await compared(context)
        const { counts, from } = result
        const saved = result.old.saved ?? '?'
        const differ = open(result)
        const said = `${count(counts.equal)} equal, ${count(counts.changed)} changed, ${count(counts['only-old'])} only old, ${count(counts['only-new'])} only new (getServerConfig, ${from}, ${saved})`
        const detto = `${count(counts.equal)} uguali, ${count(counts.changed)} diverse, ${count(counts['only-old'])} solo nel vecchio, ${count(counts['only-new'])} solo nel nuovo (getServerConfig, ${from}, ${saved})`
        if (differ === 0) return ok(said, detto)
        return {
          verdict: 'attention',
          evidence: words(said, detto),
          next: words(
            'Go through them on the page of the settings.',
            'Esaminarle nella pagina delle impostazioni.',
          ),
        }
      },
    ),
  ],
  confirmations: [
    {
      id: 'gone-through',
      label: words(
        'What differs was gone through; what has to be as before was set by hand',
        'Le differenze sono state esaminate; ciò che deve tornare come prima è stato impostato a mano',
      ),
    },
  ],
  async run(context) {
    const result = await compared(context)
    const rows = result.rows.filter(({ standing }) => standing !== 'equal')
    context.attach(
      'settings-compared.json',
      JSON.stringify({ from: result.from, counts: result.counts, rows }, null, 1),
    )
    return {
      summary: words(
        `${count(open(result))} settings of the old server are different or missing on the new one.`,
        `${countIt(open(result))} impostazioni del vecchio server sono diverse o mancano sul nuovo.`,
      ),
      figures: [
        { label: words('Equal', 'Uguali'), value: count(result.counts.equal), tone: 'ok' },
        {
          label: words('Changed', 'Diverse'),
          value: count(result.counts.changed),
          tone: result.counts.changed > 0 ? 'attention' : 'plain',
        },
        {
          label: words('Only old', 'Solo nel vecchio'),
          value: count(result.counts['only-old']),
          tone: 'plain',
        },
        {
          label: words('Only new', 'Solo nel nuovo'),
          value: count(result.counts['only-new']),
          tone: 'plain',
        },
      ],
      tables: [
        {
          title: words('What differs', 'Differenze'),
          columns: [
            words('Setting', 'Impostazione'),
            words('Old', 'Vecchio'),
            words('New', 'Nuovo'),
            words('Command', 'Comando'),
          ],
          rows: rows
            .slice(0, 2000)
            .map(({ key, old, new: now, command }) => [
              key.includes(SELF) ? words(key, key.replace(SELF, '(questo server)')) : key,
              old ?? '',
              now ?? '',
              command ?? '',
            ]),
          total: rows.length,
        },
      ],
    }
  },
}
