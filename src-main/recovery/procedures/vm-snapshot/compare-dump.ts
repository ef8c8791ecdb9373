import type { CaseRole, PlannedCommand, StepResult, Words } from '../../../contract/recovery.ts'
import { configDump } from '../../../remote/carbonio/config-dump.ts'
import { makeAsker } from '../../../remote/probe/asker.ts'
import { CannotTell, reasonOf } from '../../../remote/probe/fact.ts'
import { inItalian } from '../../../contract/said/in-italian.ts'
import { words } from '../../cases/words.ts'
import { check, count, countIt, isNoAnswer, ok, some, understood } from '../../restore/look.ts'
import { compareSettings, countRows, type SettingRow, type Side } from '../../settings/compare-settings.ts'
import type { Step, StepContext } from '../../types.ts'
import { SCANNER, SCANNER_OFF, serverName } from '../same-server/switches.ts'

/** A dump reads hundreds of settings in a JVM of its own, ms. */
const DUMP_MS = 120_000

/** Both dumps of a server with keys as the comparison of settings has them. @throws CannotTell, CarbonioError, ConnectionError */
async function dumpOf(context: StepContext, role: CaseRole): Promise<Side> {
  // Asked once, without patience: an old server that is gone must not hold the step up for minutes.
  await makeAsker(context.shell(role), context.signal).ask(['true'])
  const name = await serverName(context, role)
  const values = new Map<string, string>()
  const settings = { timeout: DUMP_MS }
  for (const target of [{ scope: 'server' as const, name }, { scope: 'global' as const }]) {
    const answer = await context.carbonio(role, configDump, { target }, settings)
    const of = target.scope === 'global' ? 'global/' : `server/${name}`
    for (const [key, value] of Object.entries(understood(answer).settings))
      values.set(`${of}/${key}`, value ?? '')
  }
  return { values, name }
}

interface Dumps {
  old: Side | null
  fresh: Side
  /** Set on the old server and not so on the clone, and not changed for a while by this case. */
  wanted: SettingRow[]
  /** What else is not equal: of the machine, or only on the clone. */
  others: SettingRow[]
  equal: number
  /** Why the old server told nothing; null when it did. */
  because: string | null
  settings: number
}

async function compareDumps(context: StepContext): Promise<Dumps> {
  const fresh = await dumpOf(context, 'new')
  let old: Side
  try {
    if (!context.hasServer('old')) throw new CannotTell('the case has no old server')
    old = await dumpOf(context, 'old')
  } catch (error) {
    context.signal.throwIfAborted()
    if (!isNoAnswer(error)) throw error
    return {
      old: null,
      fresh,
      wanted: [],
      others: [],
      equal: 0,
      because: reasonOf(error),
      settings: fresh.values.size,
    }
  }
  // The scanner is off for the recovery and goes on in a step of its own: nobody has to set it.
  const ours = context.pendings.some(({ id }) => id === SCANNER_OFF)
  const all = compareSettings(old, fresh).filter(({ key }) => !ours || !key.endsWith(`/${SCANNER}`))
  return {
    old,
    fresh,
    wanted: all.filter(isWanted),
    others: all.filter((row) => row.standing !== 'equal' && !isWanted(row)),
    equal: countRows(all).equal,
    because: null,
    settings: fresh.values.size,
  }
}

const isWanted = ({ standing, ofTheMachine }: SettingRow): boolean =>
  standing !== 'equal' && standing !== 'only-new' && !ofTheMachine

const short = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

/** What was set on the old server after the snapshot is not on the clone: found while the old one can still be asked. */
export const compareDump: Step = {
  id: 'config-dump',
  title: words('Compare the configurations (config dump)', 'Confrontare le configurazioni (config dump)'),
  why: words(
    'The clone has the settings of the day of the snapshot. What was set since then is only on the old server, which is switched off in the next step: both are asked now with `carbonio config dump`, and both answers stay with the case.',
    'Il clone ha le impostazioni del giorno dello snapshot. Ciò che è stato impostato dopo è solo sul vecchio server, che nel prossimo passo viene spento: entrambi vengono interrogati ora con `carbonio config dump`, ed entrambe le risposte restano nel caso.',
  ),
  risk: words(
    'None: settings are read. Secrets in them are left out.',
    'Nessuno: le impostazioni vengono lette. I segreti vengono omessi.',
  ),
  repeatable: true,
  page: null,
  primary: words('Compare both dumps', 'Confronta i due dump'),
  fields: [],
  checks: [
    check(
      'dumps-compared',
      words('The clone is set as the old server was', 'Il clone è impostato come il vecchio server'),
      false,
      async (context) => {
        const dumps = await compareDumps(context)
        if (dumps.because !== null)
          return {
            verdict: 'attention',
            evidence: words(
              `The old server could not be asked: ${dumps.because}. ${count(dumps.settings)} settings of the clone are kept.`,
              `Non è stato possibile interrogare il vecchio server: ${inItalian(dumps.because)}. ${countIt(dumps.settings)} impostazioni del clone sono conservate.`,
            ),
            next: words(
              'Compare with a dump that was kept earlier, or with the settings in the Backup Path (the step before).',
              'Confrontare con un dump conservato in precedenza, o con le impostazioni nel Backup Path (il passo precedente).',
            ),
          }
        const differ = dumps.wanted
        const said = `${count(dumps.equal)} equal, ${count(differ.length)} different (config dump of both, server and global)`
        const detto = `${count(dumps.equal)} uguali, ${count(differ.length)} diverse (config dump di entrambi, server e globale)`
        if (differ.length === 0) return ok(said, detto)
        const names = some([...new Set(differ.map(({ key }) => short(key)))], 4)
        return {
          verdict: 'attention',
          evidence: words(`${said}: ${names}`, `${detto}: ${names}`),
          next: words(
            'Do this step: it lists them with the command that sets each. Nothing is set by Lifeboat.',
            'Eseguire questo passo: le elenca con il comando che imposta ciascuna. Lifeboat non imposta nulla.',
          ),
        }
      },
    ),
  ],
  confirmations: [
    {
      id: 'dumps-gone-through',
      label: words(
        'What differs was gone through; what the clone needs was set by hand',
        'Le differenze sono state esaminate; ciò che serve al clone è stato impostato a mano',
      ),
    },
  ],
  commands: async (context) => {
    const roles: CaseRole[] = context.hasServer('old') ? ['old', 'new'] : ['new']
    const planned: PlannedCommand[] = []
    for (const role of roles) {
      const name = await serverName(context, role).catch(() => null)
      if (name === null) continue
      for (const target of [{ scope: 'server' as const, name }, { scope: 'global' as const }])
        planned.push({
          host: `zextras@${context.shell(role).host.replace(/^.*@/, '')}`,
          command: configDump.commandLine({ target }, { format: 'text' }),
          effect: 'reads',
          note: null,
        })
    }
    return planned
  },
  async run(context) {
    const dumps = await compareDumps(context)
    for (const [role, side] of [['old', dumps.old] as const, ['new', dumps.fresh] as const])
      if (side !== null)
        context.attach(`config-dump-${role}.json`, JSON.stringify(Object.fromEntries(side.values), null, 1))
    return resultOf(dumps)
  },
}

function tableOf(
  title: Words,
  rows: readonly SettingRow[],
  withCommand: boolean,
): StepResult['tables'][number] {
  return {
    title,
    columns: [
      words('Setting', 'Impostazione'),
      words('Old', 'Vecchio'),
      words('Clone', 'Clone'),
      ...(withCommand ? [words('Command', 'Comando')] : []),
    ],
    rows: rows
      .slice(0, 2000)
      .map(({ key, old, new: now, command }) => [
        `${key.startsWith('global/') ? 'global' : 'server'} ${short(key)}`,
        old ?? '–',
        now ?? '–',
        ...(withCommand ? [command ?? ''] : []),
      ]),
    total: rows.length,
  }
}

function resultOf(dumps: Dumps): StepResult {
  const { wanted, others, because, equal, settings } = dumps
  if (because !== null)
    return {
      summary: words(
        `The old server could not be asked (${because}); the ${count(settings)} settings of the clone are kept with the case.`,
        `Non è stato possibile interrogare il vecchio server (${inItalian(because)}); le ${countIt(settings)} impostazioni del clone sono conservate nel caso.`,
      ),
      figures: [],
      tables: [],
    }
  const differ = wanted.length
  return {
    summary: words(
      `${count(differ)} settings of the old server are different or missing on the clone; ${count(equal)} are equal.`,
      `${countIt(differ)} impostazioni del vecchio server sono diverse o mancano sul clone; ${countIt(equal)} sono uguali.`,
    ),
    figures: [
      { label: words('Equal', 'Uguali'), value: count(equal), tone: 'ok' },
      {
        label: words('Different', 'Diverse'),
        value: count(differ),
        tone: differ > 0 ? 'attention' : 'ok',
      },
    ],
    tables: [
      tableOf(words('What differs', 'Differenze'), wanted, true),
      tableOf(
        words(
          'Of the machine, or only on the clone: usually left as it is',
          'Della macchina, o solo sul clone: di solito resta così',
        ),
        others,
        false,
      ),
    ].filter(({ total }) => total > 0),
  }
}
