import { getServerConfig } from '../../remote/carbonio/get-server-config.ts'
import type { Words } from '../../contract/recovery.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { CannotTell, reasonOf } from '../../remote/probe/fact.ts'
import { joined, words } from '../cases/words.ts'
import { flatten } from '../settings/saved-settings.ts'
import type { StepContext } from '../types.ts'
import { listsOn } from './directory.ts'
import { formOf, listOf } from './form.ts'
import { lackingParts, listsInSettings, type Lacking, type MailList } from './mail-lists.ts'
import { check, count, countIt, isNoAnswer, ok, some, understood } from './look.ts'

/** Lists that should be there, and who says so. */
interface KnownLists {
  lists: MailList[]
  from: string
  /** Why their aliases and members are not known; null when they are. */
  why: string | null
}

/**
 * Distribution lists of the saved settings in the Backup Path, by the documented `getServerConfig standard`. What they
 * hold of lists is not documented: settings that name none are no proof that there were none.
 * @throws CannotTell, CarbonioError, ConnectionError
 */
async function savedLists(context: StepContext, path: string): Promise<KnownLists> {
  if (path === '') throw new CannotTell('the path of the backup is not known')
  const answer = await context.carbonio('new', getServerConfig, {
    type: 'standard',
    backupPath: path,
    query: '/',
  })
  const lists = listsInSettings(flatten(understood(answer).fields))
  if (lists.length === 0) throw new CannotTell('the settings saved in the Backup Path name no list')
  const told = lists.some(({ aliases, members }) => aliases !== null || members !== null)
  const why = told ? null : 'the settings saved in the Backup Path name the lists alone'
  return { lists, from: 'getServerConfig standard', why }
}

/** @throws CannotTell, ConnectionError */
async function oldServersLists(context: StepContext): Promise<KnownLists> {
  if (!context.hasServer('old')) throw new CannotTell('the case has no old server to ask')
  const known = await listsOn(context, 'old')
  return {
    lists: [...known.lists.values()],
    from: 'zmprov -l gadl, old server',
    why: known.whole ? null : known.why,
  }
}

/**
 * The first that can tell; where the backup has the names alone, an old server that still answers tells the rest. It
 * may have changed since, so that its own names do not count then.
 * @throws CannotTell with all reasons
 */
async function listsOfBackup(context: StepContext, path: string): Promise<KnownLists> {
  const reasons: string[] = []
  let named: KnownLists | null = null
  for (const ask of [() => savedLists(context, path), () => oldServersLists(context)]) {
    try {
      const known = await ask()
      if (named !== null && known.why === null) return completed(named, known)
      if (known.why === null) return known
      named ??= known
      reasons.push(known.why)
    } catch (error) {
      context.signal.throwIfAborted()
      if (!isNoAnswer(error)) throw error
      reasons.push(reasonOf(error))
    }
  }
  if (named !== null) return { ...named, why: reasons.join('; ') }
  throw new CannotTell(reasons.join('; '))
}

function completed(named: KnownLists, known: KnownLists): KnownLists {
  const whole = new Map(known.lists.map((one) => [one.name, one]))
  return {
    lists: named.lists.map((one) => whole.get(one.name) ?? one),
    from: `${named.from}; ${known.from}`,
    why: null,
  }
}

const BY_HAND = words(
  'Ask who knows the lists of the company, or look into an old mail to one of them; the folder server/ of the Backup Path may hold a dump of the directory. A list that is missing is made with `zmprov cdl`, its members with `zmprov adlm`.',
  'Chiedere a chi conosce le liste dell’azienda, o cercare un vecchio messaggio a una di esse; la cartella server/ del Backup Path può contenere un dump della directory. Una lista mancante si crea con `zmprov cdl`, i suoi membri con `zmprov adlm`.',
)

/**
 * Distribution lists of the backup beside those of the new server. No guard: what the backup has of them can often not be
 * told, and people can log in without them.
 */
export const listsThere = check(
  'lists-there',
  words(
    'Every distribution list of the backup is here, with aliases and members',
    'Ogni lista di distribuzione del backup è qui, con alias e membri',
  ),
  false,
  async (context) => {
    const form = await formOf(context)
    if (form['skipDistributionLists'] === true)
      return ok('They were left out, as the form says', 'Sono state tralasciate, come dice il modulo')
    const found = await listsOn(context)
    const there = found.lists
    const domains = new Set(listOf(form['domains']).map((name) => name.toLowerCase()))
    let known: KnownLists
    try {
      known = await listsOfBackup(context, String(form['sourcePath'] ?? ''))
    } catch (error) {
      if (!(error instanceof CannotTell)) throw error
      const [n, names] = [count(there.size), some([...there.keys()], 5)]
      return {
        verdict: 'unknown',
        evidence: words(
          `Could not be told, because ${reasonOf(error)}. The new server has ${n}${n === '0' ? '' : `: ${names}`} (zmprov -l gadl)`,
          `Non è stato possibile stabilirlo: ${italian(reasonOf(error))}. Il nuovo server ne ha ${n}${n === '0' ? '' : `: ${names}`} (zmprov -l gadl)`,
        ),
        next: BY_HAND,
      }
    }
    const wanted = known.lists.filter(
      ({ name }) => domains.size === 0 || domains.has(name.split('@').at(-1) ?? ''),
    )
    const names = wanted.map(({ name }) => name)
    const lacking = names.filter((name) => !there.has(name))
    const leftOut = form['skipAliases'] === true
    const parts = lackingParts(leftOut ? wanted.map((one) => ({ ...one, aliases: null })) : wanted, there)
    const from = `${known.from}; zmprov -l gadl`
    const why = known.why ?? (found.whole ? null : found.why)
    const all = count(names.length)
    if (lacking.length + parts.length > 0) {
      const { en, it } = joined(
        [
          ...(lacking.length > 0 ? [lackingWords(lacking, all)] : []),
          ...(parts.length > 0 ? [partsWords(parts)] : []),
          ...(why === null ? [] : [notTold(why)]),
        ],
        '. ',
      )
      return {
        verdict: 'attention',
        evidence: words(`${en} (${from})`, `${it} (${from})`),
        next: lacking.length > 0 ? MAKE_THEM : COMPLETE_THEM,
      }
    }
    const exist = words(`All ${all} exist: ${some(names, 5)}`, `Esistono tutte le ${all}: ${some(names, 5)}`)
    if (why !== null) {
      const { en, it } = joined([exist, notTold(why)], '. ')
      return {
        verdict: 'attention',
        evidence: words(`${en} (${from})`, `${it} (${from})`),
        next: BY_HAND,
      }
    }
    const members = wanted.reduce((sum, one) => sum + (one.members?.length ?? 0), 0)
    return ok(
      `${exist.en}, with all aliases and ${count(members)} members (${from})`,
      `${exist.it}, con tutti gli alias e ${countIt(members)} membri (${from})`,
    )
  },
)

const MAKE_THEM = words(
  'Mail to them bounces. Make them with `zmprov cdl`, their members with `zmprov adlm`, other addresses with `zmprov adla`; who was in them the old server or the settings step shows, where it is known.',
  'La posta verso di esse torna indietro. Crearle con `zmprov cdl`, i membri con `zmprov adlm`, gli altri indirizzi con `zmprov adla`; chi ne faceva parte, se noto, è sul vecchio server o nel passo delle impostazioni.',
)

const COMPLETE_THEM = words(
  'Add them: `zmprov adlm LIST MEMBER…` for members, `zmprov adla LIST ADDRESS` for other addresses. An account that is lacking itself comes first.',
  'Aggiungerli: `zmprov adlm LISTA MEMBRO…` per i membri, `zmprov adla LISTA INDIRIZZO` per gli altri indirizzi. Un account che manca va creato prima.',
)

const lackingWords = (lacking: readonly string[], all: string): Words =>
  words(
    `${count(lacking.length)} of ${all} are lacking: ${some(lacking, 5)}`,
    `Ne mancano ${countIt(lacking.length)} su ${all}: ${some(lacking, 5)}`,
  )

/** The first lists by name, each with what it lacks. */
function partsWords(parts: readonly Lacking[]): Words {
  const said = (aliases: string, members: string): string =>
    some(
      parts.map((one) => {
        const what = [
          ...(one.aliases.length > 0 ? [`${aliases} ${some(one.aliases, 3)}`] : []),
          ...(one.members.length > 0 ? [`${members} ${some(one.members, 3)}`] : []),
        ]
        return `${one.name} (${what.join('; ')})`
      }),
      5,
    )
  const n = count(parts.length)
  return words(
    `Not whole: ${n}; they lack: ${said('aliases', 'members')}`,
    `Non complete: ${n}; mancano: ${said('alias', 'membri')}`,
  )
}

/** Reasons are told one behind the other. */
const italian = (reasons: string): string => reasons.split('; ').map(inItalian).join('; ')

const notTold = (why: string): Words =>
  words(
    `Aliases and members could not be told, because ${why}`,
    `Alias e membri non si sono potuti stabilire: ${italian(why)}`,
  )
