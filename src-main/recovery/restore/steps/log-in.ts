import { getAvailableAccounts } from '../../../remote/carbonio/get-available-accounts.ts'
import { words } from '../../cases/words.ts'
import type { Check, Step, StepContext } from '../../types.ts'
import { accountsOn, domainsOn } from '../directory.ts'
import { formOf, listOf, wantedAccounts } from '../form.ts'
import { listsThere } from '../lists.ts'
import { check, count, countIt, ok, some, understood } from '../look.ts'

/** Addresses that should be there: by the catalog, else by what the server reads in the path. */
async function wantedNames(context: StepContext): Promise<string[]> {
  const form = await formOf(context)
  const wanted = await wantedAccounts(context, form)
  if (wanted !== null) return wanted.map(({ name }) => name)
  const only = listOf(form['accounts'])
  if (only.length > 0) return only
  const domains = listOf(form['domains'])
  const answer = await context.carbonio('new', getAvailableAccounts, {
    backupPath: String(form['sourcePath'] ?? ''),
    hideSystemAccounts: true,
    hideDeleted: true,
    ...(domains.length > 0 ? { domains } : {}),
  })
  return understood(answer).accounts.flatMap(({ address }) => (address === null ? [] : [address]))
}

const accountsThere: Check = check(
  'accounts-there',
  words('Every account of the backup exists', 'Ogni account del backup esiste'),
  true,
  async (context) => {
    const wanted = await wantedNames(context)
    const there = await accountsOn(context)
    const lacking = wanted.filter((name) => !there.has(name.toLowerCase()))
    if (lacking.length === 0)
      return ok(
        `All ${count(wanted.length)} exist (zmprov gaa)`,
        `Tutti i ${countIt(wanted.length)} esistono (zmprov gaa)`,
      )
    return {
      verdict: 'red',
      evidence: words(
        `${count(lacking.length)} of ${count(wanted.length)} are lacking: ${some(lacking, 5)} (zmprov gaa)`,
        `Ne mancano ${countIt(lacking.length)} su ${countIt(wanted.length)}: ${some(lacking, 5)} (zmprov gaa)`,
      ),
      next: words(
        'Look at the notification “Phase 1 feedback”; an account without readable account_info has no address and must be created by hand.',
        'Controllare la notifica «Phase 1 feedback»; un account senza account_info leggibile non ha indirizzo e va creato a mano.',
      ),
    }
  },
)

const domainsThere: Check = check(
  'domains-there',
  words('Every domain of the backup exists', 'Ogni dominio del backup esiste'),
  true,
  async (context) => {
    const wanted = [
      ...new Set((await wantedNames(context)).map((name) => name.split('@').at(-1)?.toLowerCase() ?? '')),
    ]
    const there = await domainsOn(context)
    const lacking = wanted.filter((name) => !there.has(name))
    if (lacking.length === 0) return ok(`${some(wanted, 5)} (zmprov gad)`, `${some(wanted, 5)} (zmprov gad)`)
    return {
      verdict: 'red',
      evidence: words(`Lacking: ${some(lacking)} (zmprov gad)`, `Mancano: ${some(lacking)} (zmprov gad)`),
      next: words(
        'Create them, or do the restore again without “Do not touch domains”.',
        'Crearli, o ripetere il ripristino senza «Non toccare i domini».',
      ),
    }
  },
)

/** The moment people can work again. */
export const usersLogIn: Step = {
  id: 'users-log-in',
  title: words('Users can log in', 'Gli utenti possono accedere'),
  why: words(
    'Accounts, domains and lists exist now, with their passwords: people can log in, send and receive while their mail comes in. Tell them that older mail follows.',
    'Account, domini e liste ora esistono, con le loro password: si può accedere, inviare e ricevere mentre la posta arriva. Va avvisato che la posta più vecchia segue.',
  ),
  risk: words('None: only looking.', 'Nessuno: sola lettura.'),
  repeatable: true,
  page: null,
  primary: words('Look whether the accounts are there', 'Controlla se gli account ci sono'),
  checks: [accountsThere, domainsThere, listsThere],
  confirmations: [
    {
      id: 'logged-in',
      label: words(
        'Somebody logged in with the old password and a message went out and came in',
        'Qualcuno è entrato con la vecchia password e un messaggio è partito e arrivato',
      ),
    },
  ],
  fields: [],
}
