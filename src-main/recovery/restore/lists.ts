import { getServerConfig } from '../../remote/carbonio/get-server-config.ts'
import { CarbonioError } from '../../remote/carbonio/errors.ts'
import { ConnectionError } from '../../remote/connection-errors.ts'
import { CannotTell, reasonOf } from '../../remote/probe/fact.ts'
import { words } from '../cases/words.ts'
import { flatten } from '../settings/saved-settings.ts'
import type { StepContext } from '../types.ts'
import { listsOn } from './directory.ts'
import { formOf, listOf } from './form.ts'
import { check, count, ok, some, understood } from './look.ts'

/** Lists that should be there, and who says so. */
interface KnownLists {
  names: string[]
  from: string
}

/** How a release may call them in `type/id/key`; no page names the types. */
const TYPE = /^(?:distribution[-_ ]?lists?|dls?)$/i

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
  const names = new Set<string>()
  for (const key of flatten(understood(answer).fields).keys()) {
    const [type = '', name = ''] = key.split('/')
    if (TYPE.test(type) && name.includes('@')) names.add(name.toLowerCase())
  }
  if (names.size === 0) throw new CannotTell('the settings saved in the Backup Path name no list')
  return { names: [...names], from: 'getServerConfig standard' }
}

/** @throws CannotTell, ConnectionError */
async function oldServersLists(context: StepContext): Promise<KnownLists> {
  if (!context.hasServer('old')) throw new CannotTell('the case has no old server to ask')
  return { names: [...(await listsOn(context, 'old'))], from: 'zmprov -l gadl, old server' }
}

/** The first that can tell. @throws CannotTell with all reasons */
async function listsOfBackup(context: StepContext, path: string): Promise<KnownLists> {
  const reasons: string[] = []
  for (const ask of [() => savedLists(context, path), () => oldServersLists(context)]) {
    try {
      return await ask()
    } catch (error) {
      context.signal.throwIfAborted()
      const foreseen =
        error instanceof CannotTell || error instanceof CarbonioError || error instanceof ConnectionError
      if (!foreseen) throw error
      reasons.push(reasonOf(error))
    }
  }
  throw new CannotTell(reasons.join('; '))
}

const BY_HAND = words(
  'Ask who knows the lists of the company, or look into an old mail to one of them; a list that is missing is made with `zmprov cdl`.',
  'Chiedi a chi conosce le liste dell’azienda, o guarda una vecchia mail a una di esse; una lista mancante si crea con `zmprov cdl`.',
)

/**
 * Distribution lists of the backup beside those of the new server. No guard: what the backup has of them can often not be
 * told, and people can log in without them.
 */
export const listsThere = check(
  'lists-there',
  words('Every distribution list of the backup exists', 'Ogni lista di distribuzione del backup esiste'),
  false,
  async (context) => {
    const form = await formOf(context)
    if (form['skipDistributionLists'] === true)
      return ok('They were left out, as the form says', 'Sono state tralasciate, come dice il modulo')
    const there = await listsOn(context)
    const domains = new Set(listOf(form['domains']).map((name) => name.toLowerCase()))
    let known: KnownLists
    try {
      known = await listsOfBackup(context, String(form['sourcePath'] ?? ''))
    } catch (error) {
      if (!(error instanceof CannotTell)) throw error
      const [n, names] = [count(there.size), some([...there], 5)]
      return {
        verdict: 'unknown',
        evidence: words(
          `Could not be told, because ${reasonOf(error)}. The new server has ${n}${n === '0' ? '' : `: ${names}`} (zmprov -l gadl)`,
          `Non è stato possibile stabilirlo: ${reasonOf(error)}. Il nuovo server ne ha ${n}${n === '0' ? '' : `: ${names}`} (zmprov -l gadl)`,
        ),
        next: BY_HAND,
      }
    }
    const wanted = known.names.filter(
      (name) => domains.size === 0 || domains.has(name.split('@').at(-1) ?? ''),
    )
    const lacking = wanted.filter((name) => !there.has(name))
    if (lacking.length === 0)
      return ok(
        `All ${count(wanted.length)} exist: ${some(wanted, 5)} (${known.from}; zmprov -l gadl)`,
        `Esistono tutte le ${count(wanted.length)}: ${some(wanted, 5)} (${known.from}; zmprov -l gadl)`,
      )
    return {
      verdict: 'attention',
      evidence: words(
        `${count(lacking.length)} of ${count(wanted.length)} are lacking: ${some(lacking, 5)} (${known.from}; zmprov -l gadl)`,
        `Ne mancano ${count(lacking.length)} su ${count(wanted.length)}: ${some(lacking, 5)} (${known.from}; zmprov -l gadl)`,
      ),
      next: words(
        'Mail to them bounces. Make them with `zmprov cdl` and `zmprov adlm`; the old server or the settings step shows their members, where they are known.',
        'La posta verso di esse torna indietro. Creale con `zmprov cdl` e `zmprov adlm`; i membri, se noti, sono sul vecchio server o nel passo delle impostazioni.',
      ),
    }
  },
)
