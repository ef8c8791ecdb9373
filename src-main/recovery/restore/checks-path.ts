import { getAvailableAccounts } from '../../remote/carbonio/get-available-accounts.ts'
import { zmlocalconfigGet } from '../../remote/carbonio/zmlocalconfig-get.ts'
import { CannotTell } from '../../remote/probe/fact.ts'
import { same, words } from '../cases/words.ts'
import type { Check, CheckResult, StepContext } from '../types.ts'
import { FACTS } from './facts.ts'
import { formOf } from './form.ts'
import { check, count, countIt, ok, some, understood } from './look.ts'
import { unreadableUnder } from './readable.ts'

/** The path of the form. @throws CannotTell without one */
async function pathOf(context: StepContext): Promise<string> {
  const path = (await formOf(context))['sourcePath']
  if (typeof path === 'string' && path.startsWith('/')) return path
  throw new CannotTell('no Backup Path to restore from is named yet')
}

/** Whether what lies there is the only copy of this mail: then nothing may write to it. */
export function isOnlyCopy(context: StepContext, path: string): boolean {
  const here = context.hasServer('new') ? context.address('new').serverId : null
  return context.sources.some(
    ({ onlyCopy, place }) =>
      onlyCopy && place.kind === 'server' && place.serverId === here && plain(path) === plain(place.path),
  )
}
const plain = (path: string): string => path.replace(/(.)\/+$/, '$1')

const isBackupPath: Check = check(
  'path-there',
  words('The Backup Path lies on the new server', 'Il Backup Path si trova sul nuovo server'),
  true,
  async (context) => {
    const path = await pathOf(context)
    const { stdout } = await context.command('new', ['ls', '-1', '--', path], {
      as: 'root',
      effect: 'reads',
      timeout: 60_000,
    })
    const names = stdout.split('\n')
    const missing = ['accounts', 'items'].filter((name) => !names.includes(name))
    if (missing.length === 0)
      return ok(`${path} holds accounts/ and items/ (ls)`, `${path} contiene accounts/ e items/ (ls)`)
    return {
      verdict: 'red',
      evidence: words(
        `${path} has no ${missing.join(' and no ')} (ls)`,
        `${path} non contiene ${missing.join(' né ')} (ls)`,
      ),
      next: words(
        'Bring the Backup Path first, or name the folder that holds accounts/, items/ and server/.',
        'Portare prima il Backup Path, o indicare la cartella che contiene accounts/, items/ e server/.',
      ),
    }
  },
)

const readable: Check = check(
  'path-readable',
  words(
    'zextras can read the path through all its folders',
    'zextras può leggere il percorso in tutte le cartelle',
  ),
  true,
  async (context) => {
    const path = await pathOf(context)
    const { looked, refused, found } = await unreadableUnder(context, path)
    if (refused === 0)
      return ok(
        `${count(looked)} files and folders looked at as zextras, all readable (find)`,
        `${countIt(looked)} file e cartelle esaminati come zextras, tutti leggibili (find)`,
      )
    const shown = found.map((one) => `${one.path} (${one.owner}, ${one.mode})`)
    return {
      verdict: 'red',
      evidence: words(
        `${count(refused)} of ${count(looked)} cannot be read by zextras: ${some(shown, 3)}`,
        `${countIt(refused)} su ${countIt(looked)} non sono leggibili da zextras: ${some(shown, 3)}`,
      ),
      next: isOnlyCopy(context, path)
        ? words(
            'This is the only copy: nothing is changed on it. Make a copy or an overlay and restore from that.',
            'Questa è l’unica copia: non si modifica nulla. Creare una copia o un overlay e ripristinare da lì.',
          )
        : words(
            `Give it to zextras: chown -R zextras:zextras ${path}`,
            `Assegnarla a zextras: chown -R zextras:zextras ${path}`,
          ),
    }
  },
)

const onlyCopy: Check = check(
  'only-copy',
  words('Carbonio may write to this path', 'Carbonio può scrivere in questo percorso'),
  true,
  async (context) => {
    const path = await pathOf(context)
    if (isOnlyCopy(context, path)) {
      return {
        verdict: 'red',
        evidence: words(
          `${path} is the only copy of this mail, and Carbonio asks for write access to what it restores from`,
          `${path} è l’unica copia di questa posta, e Carbonio chiede accesso in scrittura a ciò da cui ripristina`,
        ),
        next: words(
          'Restore from a copy of it, or from an overlay that is mounted above it (mount -t overlay, with upper and work folder elsewhere).',
          'Ripristinare da una sua copia, o da un overlay montato sopra (mount -t overlay, con cartelle upper e work altrove).',
        ),
      }
    }
    const { code } = await context.command('new', ['test', '-w', path], { as: 'zextras', effect: 'reads' })
    if (code === 0)
      return ok(`zextras may write to ${path} (test -w)`, `zextras può scrivere in ${path} (test -w)`)
    return {
      verdict: 'attention',
      evidence: words(
        `zextras may not write to ${path} (test -w); Carbonio asks for it, though it only reads`,
        `zextras non può scrivere in ${path} (test -w); Carbonio lo chiede, benché legga soltanto`,
      ),
      next: words(
        'If the restore is refused for this reason, restore from a writable copy or an overlay.',
        'Se il ripristino viene rifiutato per questo, usare una copia scrivibile o un overlay.',
      ),
    }
  },
)

async function hostnameOf(context: StepContext, role: 'old' | 'new'): Promise<string> {
  const key = 'zimbra_server_hostname'
  return understood(
    await context.carbonio(role, zmlocalconfigGet, { key }, { timeout: 30_000 }),
  ).value.toLowerCase()
}

function sameServerRefusal(en: string, it: string): CheckResult {
  return {
    verdict: 'red',
    evidence: words(en, it),
    next: words(
      'An External Restore gives new ids and cannot bring data back onto the server it came from. Use “Data back onto the same server”: the Backup Path is set to the copy, then Restore on New Account or Restore Deleted Account.',
      'Un External Restore assegna nuovi id e non può riportare i dati sul server da cui vengono. Usare «Dati di nuovo sullo stesso server»: il Backup Path viene impostato sulla copia, poi Restore on New Account o Restore Deleted Account.',
    ),
  }
}

const anotherServer: Check = check(
  'another-server',
  words('The backup comes from another server', 'Il backup viene da un altro server'),
  true,
  async (context) => {
    // proved, not assumed: see the isolation of a clone
    const isolated = context.fact(FACTS.isolated) === true
    if (context.procedure === 'same-server')
      return sameServerRefusal(
        'This case brings data back onto the same server',
        'Questo caso riporta i dati sullo stesso server',
      )
    if (context.procedure === 'vm-snapshot' && !isolated) {
      return {
        verdict: 'red',
        evidence: words(
          'The new server is a clone of the old one, and its isolation is not proved or was put back since',
          'Il nuovo server è un clone del vecchio, e il suo isolamento non è verificato o è stato rimosso dopo',
        ),
        next: words(
          'Open “Isolate the clone” and “Isolation proved” again and do both.',
          'Riaprire «Isolare il clone» e «Isolamento verificato» ed eseguirli entrambi.',
        ),
      }
    }
    if (isolated)
      return ok(
        'The new server is a clone of the old one whose isolation was proved',
        'Il nuovo server è un clone del vecchio il cui isolamento è stato verificato',
      )
    if (context.hasServer('old') && context.address('old').serverId === context.address('new').serverId)
      return sameServerRefusal(
        'Old and new server of the case are the same one',
        'Server vecchio e nuovo del caso sono lo stesso',
      )
    const path = await pathOf(context)
    const [own, theirs] = await Promise.all([idsIn(context, undefined), idsIn(context, path)])
    const both = [...theirs].filter((id) => own.has(id))
    if (both.length > 0)
      return sameServerRefusal(
        `${count(both.length)} accounts have the same ids in the backup of the new server itself (getAvailableAccounts)`,
        `${count(both.length)} account hanno gli stessi id nel backup del nuovo server stesso (getAvailableAccounts)`,
      )
    const fresh = await hostnameOf(context, 'new')
    const old = context.hasServer('old') ? await hostnameOf(context, 'old').catch(() => null) : null
    if (old !== null && old === fresh)
      return sameServerRefusal(
        `Both servers call themselves ${fresh}; this is a clone whose isolation was not proved`,
        `Entrambi i server si chiamano ${fresh}; è un clone il cui isolamento non è stato verificato`,
      )
    return ok(
      `${fresh} has none of the ${count(theirs.size)} accounts of the backup under the same id (getAvailableAccounts)`,
      `${fresh} non ha nessuno dei ${countIt(theirs.size)} account del backup con lo stesso id (getAvailableAccounts)`,
    )
  },
)

/** Ids of the accounts in a Backup Path; without a path in the server's own. */
export async function idsIn(context: StepContext, backupPath: string | undefined): Promise<Set<string>> {
  const answer = await context.carbonio(
    'new',
    getAvailableAccounts,
    backupPath === undefined ? {} : { backupPath },
  )
  return new Set(understood(answer).accounts.flatMap(({ id }) => (id === null ? [] : [id.toLowerCase()])))
}

const notItsOwn: Check = check(
  'not-own-path',
  words('It is not the Backup Path of the new server itself', 'Non è il Backup Path del nuovo server stesso'),
  true,
  async (context) => {
    const path = await pathOf(context)
    const { backupSettings } = await import('../../remote/probe/backup-settings.ts')
    const { makeAsker } = await import('../../remote/probe/asker.ts')
    const asker = makeAsker(context.shell('new'), context.signal)
    const own =
      (await backupSettings(asker, hostnameOf(context, 'new')).value(
        'ZxBackup_DestPath',
        'backupDestPath',
      )) ?? ''
    const places = await context.command(
      'new',
      ['readlink', '-f', '--', path, own === '' ? '/nonexistent' : own],
      {
        as: 'root',
        effect: 'reads',
      },
    )
    const [here, there] = places.stdout.trim().split('\n')
    if (own !== '' && here !== undefined && here === there)
      return {
        verdict: 'red',
        evidence: words(
          `${path} is where the new server keeps its own backup (ZxBackup_DestPath)`,
          `${path} è dove il nuovo server tiene il proprio backup (ZxBackup_DestPath)`,
        ),
        next: words(
          'Bring the old Backup Path to a folder of its own.',
          'Portare il vecchio Backup Path in una cartella propria.',
        ),
      }
    return { verdict: 'ok', evidence: same(`${path} ≠ ${own || '–'} (ZxBackup_DestPath)`) }
  },
)

/** What must be right with the path before anything is restored from it. */
export const PATH_CHECKS: readonly Check[] = [isBackupPath, readable, onlyCopy, notItsOwn, anotherServer]
