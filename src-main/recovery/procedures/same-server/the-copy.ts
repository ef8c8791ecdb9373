import type { StepContext } from '../../types.ts'
import { getAvailableAccounts } from '../../../remote/carbonio/get-available-accounts.ts'
import { makeAsker } from '../../../remote/probe/asker.ts'
import { askCaseSensitive, askOwner } from '../../../remote/probe/backup-path.ts'
import { inItalian } from '../../../contract/said/in-italian.ts'
import { translated, words } from '../../cases/words.ts'
import { check, count, countIt, ok, understood } from '../../restore/look.ts'
import type { Step } from '../../types.ts'
import { DEST_PATH, readServerSetting } from './switches.ts'

/** The copy as the first step has it. */
export function copyPath(context: StepContext): string {
  const value = context.step === 'the-copy' ? context.fields['path'] : context.fieldsOf('the-copy')['path']
  return typeof value === 'string' ? value.replace(/(.)\/+$/, '$1') : ''
}

/** The path of the copy that is restored from, as the case keeps it. */
export const COPY = 'same-server.copy'

/** Ids of accounts in a path of the server, small letters, with their names. */
export async function accountsIn(context: StepContext, backupPath?: string): Promise<Map<string, string>> {
  const answer = await context.carbonio(
    'new',
    getAvailableAccounts,
    backupPath === undefined ? {} : { backupPath },
  )
  const { accounts } = understood(answer)
  return new Map(
    accounts.map(({ id, address }) => [(id ?? address ?? '').toLowerCase(), address ?? id ?? '']),
  )
}

export const theCopy: Step = {
  id: 'the-copy',
  title: words('The copy, and why no External Restore', 'La copia, e perché non un External Restore'),
  why: words(
    'An External Restore is refused here: it is made for another server, and the accounts of the copy have the same ids as those of this one. Instead the Backup Path is set to the copy for a while, and accounts are restored from it as from the server’s own backup.',
    'Un External Restore qui viene rifiutato: è fatto per un altro server, e gli account della copia hanno gli stessi id di quelli di questo. Il Backup Path viene invece impostato per un po’ sulla copia, e gli account si ripristinano da lì come dal backup proprio del server.',
  ),
  risk: words(
    'None yet. While the Backup Path is the copy, Carbonio writes to it: never take the only copy there is.',
    'Ancora nessuno. Mentre il Backup Path è la copia, Carbonio vi scrive: mai usare l’unica copia esistente.',
  ),
  repeatable: false,
  page: null,
  primary: words('Take this copy', 'Usa questa copia'),
  fields: [
    {
      id: 'path',
      label: words('Where the copy lies on the server', 'Dove si trova la copia sul server'),
      help: words(
        'A folder on a disk of the server itself, with accounts/ and items/ in it. Copy it there first; over a network mount every restore is slow and fragile.',
        'Una cartella su un disco del server stesso, con accounts/ e items/. Copiarla prima lì; su un mount di rete ogni ripristino è lento e fragile.',
      ),
      kind: 'path',
      required: true,
      advanced: false,
      standard: ({ source, address }) =>
        source?.place.kind === 'server' && source.place.serverId === address('new').serverId
          ? source.place.path
          : null,
    },
  ],
  checks: [
    check(
      'same-ids',
      words(
        'External Restore is refused: same accounts, same ids',
        'External Restore rifiutato: stessi account, stessi id',
      ),
      false,
      async (context) => {
        const [theirs, { value: own }] = [
          await accountsIn(context, copyPath(context)),
          await readServerSetting(context, 'new', DEST_PATH),
        ]
        const ours = await accountsIn(context, own)
        const both = [...theirs.keys()].filter((id) => ours.has(id)).length
        if (both === 0) {
          return {
            verdict: 'attention',
            evidence: words(
              `None of the ${count(theirs.size)} accounts of the copy is known here by its id: this copy is of another server.`,
              `Nessuno dei ${countIt(theirs.size)} account della copia è noto qui per id: la copia è di un altro server.`,
            ),
            next: words(
              'Data recovery on a new server fits better.',
              'È più adatto il ripristino su un nuovo server.',
            ),
          }
        }
        return ok(
          `${count(both)} of ${count(theirs.size)} accounts of the copy have the same id here (getAvailableAccounts): an External Restore would make a second mailbox of each, or stop. This procedure is the way.`,
          `${countIt(both)} account su ${countIt(theirs.size)} della copia hanno qui lo stesso id (getAvailableAccounts): un External Restore ne farebbe una seconda casella, o si fermerebbe. Questa è la procedura giusta.`,
        )
      },
    ),
    check(
      'another-path',
      words('It is not the Backup Path of now', 'Non è il Backup Path attuale'),
      true,
      async (context) => {
        const { value } = await readServerSetting(context, 'new', DEST_PATH)
        const path = copyPath(context)
        const asker = makeAsker(context.shell('new'), context.signal)
        const [mine, theirs] = await Promise.all(
          [path, value].map(async (one) =>
            (await asker.ask(['stat', '-L', '-c', '%d:%i', '--', one], { as: 'best' })).trim(),
          ),
        )
        // Set to it by an earlier try of this very case that was cut off.
        const ours = context.pendings.some(({ id }) => id === 'backup-path')
        if (mine === theirs && !ours) {
          return {
            verdict: 'red',
            evidence: words(
              `${path} is what ${DEST_PATH} is set to.`,
              `${path} è il valore di ${DEST_PATH}.`,
            ),
            next: words('Choose the folder of the copy.', 'Scegliere la cartella della copia.'),
          }
        }
        return ok(`${DEST_PATH} is ${value}`, `${DEST_PATH} è ${value}`)
      },
    ),
    check(
      'readable',
      words('zextras may read and write it', 'zextras può leggerla e scriverla'),
      true,
      async (context) => {
        const asker = makeAsker(context.shell('new'), context.signal)
        const owner = await askOwner(asker, copyPath(context))
        const said = `${owner.user}:${owner.group} ${owner.mode} (stat)`
        if (owner.zextrasMayWrite) return ok(said, said)
        return {
          verdict: 'red',
          evidence: words(`${said}; zextras may not.`, `${said}; zextras non può.`),
          next: words(
            `chown -R zextras:zextras ${copyPath(context)} — on a copy, never on the only one.`,
            `chown -R zextras:zextras ${copyPath(context)} — su una copia, mai sull’unica.`,
          ),
        }
      },
    ),
    check(
      'case-sensitive',
      words('Its file system tells f3 from F3', 'Il suo file system distingue f3 da F3'),
      true,
      async (context) => {
        const { sensitive, how } = await askCaseSensitive(
          makeAsker(context.shell('new'), context.signal),
          copyPath(context),
        )
        if (sensitive) return ok(how, inItalian(how))
        return {
          verdict: 'red',
          evidence: translated(how),
          next: words('Copy it onto ext4 or xfs.', 'Copiarla su ext4 o xfs.'),
        }
      },
    ),
    check('not-the-only', words('It is not the only copy', 'Non è l’unica copia'), true, (context) => {
      const path = copyPath(context)
      const only = context.sources.some(({ onlyCopy, place }) => onlyCopy && place.path === path)
      if (!only)
        return Promise.resolve(
          ok('No source of the case calls it that.', 'Nessuna sorgente del caso la indica così.'),
        )
      return Promise.resolve({
        verdict: 'red' as const,
        evidence: words(
          'It is marked as the only copy there is; Carbonio would write to it.',
          'È segnata come unica copia esistente; Carbonio vi scriverebbe.',
        ),
        next: words(
          'Copy it to another disk first (Copy), or mount an overlay above it; or override with your reason.',
          'Copiarla prima su un altro disco (Copia), o montarci sopra un overlay; oppure forzare con un motivo.',
        ),
      })
    }),
  ],
  confirmations: [],
  run: async (context) => {
    const found = await accountsIn(context, copyPath(context))
    context.setFact(COPY, copyPath(context))
    return {
      summary: words(
        `The copy holds ${count(found.size)} accounts.`,
        `La copia contiene ${countIt(found.size)} account.`,
      ),
      figures: [],
      tables: [],
    }
  },
}
