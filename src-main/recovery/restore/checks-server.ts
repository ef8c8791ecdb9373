import { getAllOperations, type QueuedOperation } from '../../remote/carbonio/get-all-operations.ts'
import { zmlocalconfigGet } from '../../remote/carbonio/zmlocalconfig-get.ts'
import { makeAsker } from '../../remote/probe/asker.ts'
import { askSize } from '../../remote/probe/backup-path.ts'
import { askLicence, askRealTimeScanner, backupSettings } from '../../remote/probe/backup-settings.ts'
import { CannotTell, unknown } from '../../remote/probe/fact.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { same, translated, words } from '../cases/words.ts'
import type { Check, StepContext } from '../types.ts'
import { cosesOn, accountsOn, domainsOn } from './directory.ts'
import { FACTS, MAIN_RUN, VIP_RUN } from './facts.ts'
import { formOf, listOf, wantedAccounts } from './form.ts'
import { check, count, countIt, ok, size, some, understood } from './look.ts'

/** The store of the mailboxes; on every release below /opt/zextras, which is looked at where it is a place of its own. */
const STORES = ['/opt/zextras/store', '/opt/zextras']
/** A mailbox takes more than its mail: database, index, and its own backup beside it. */
const MARGIN = 1.2
/** Blobs are compressed in a Backup Path; in the store they are not. */
const UNCOMPRESSED = 2

const asking = (context: StepContext) => makeAsker(context.shell('new'), context.signal)

async function settingsOf(context: StepContext) {
  const name = context
    .carbonio('new', zmlocalconfigGet, { key: 'zimbra_server_hostname' })
    .then((answer) => understood(answer).value)
  name.catch(() => undefined)
  const asker = asking(context)
  return { asker, settings: backupSettings(asker, name) }
}

const space: Check = check(
  'space',
  words('There is room for what is restored', 'C’è spazio per ciò che viene ripristinato'),
  true,
  async (context) => {
    const form = await formOf(context)
    const wanted = await wantedAccounts(context, form)
    const path = String(form['sourcePath'] ?? '')
    let need: number
    let from: string
    if (wanted === null) {
      const counted = await askSize(asking(context), path)
      if (!counted.complete)
        throw new CannotTell(`the path was not counted to its end (${size(counted.bytes)} and more)`)
      need = counted.bytes * UNCOMPRESSED
      from = `2 × ${size(counted.bytes)}, find`
    } else {
      need = wanted.reduce((sum, { bytes }) => sum + bytes, 0) * MARGIN
      from = 'catalog + 20 %'
    }
    for (const store of STORES) {
      const { code, stdout } = await context.command('new', ['stat', '-f', '-c', '%S %a', '--', store], {
        as: 'root',
        effect: 'reads',
      })
      const [block = NaN, available = NaN] = stdout.trim().split(' ').map(Number)
      if (code !== 0 || !Number.isFinite(block * available)) continue
      const free = block * available
      const evidence = words(
        `${size(free)} free at ${store} (stat), about ${size(need)} needed (${from})`,
        `${size(free)} liberi in ${store} (stat), servono circa ${size(need)} (${from.replace('catalog', 'catalogo')})`,
      )
      if (free >= need) return { verdict: 'ok', evidence }
      return {
        verdict: 'red',
        evidence,
        next: words(
          'Enlarge the volume, or restore fewer accounts or domains at a time.',
          'Ingrandire il volume, o ripristinare meno account o domini per volta.',
        ),
      }
    }
    throw new CannotTell('neither /opt/zextras/store nor /opt/zextras tells its free space')
  },
)

/** Operations that are in the way: everything but the restore of this very case. */
function othersIn(context: StepContext, operations: readonly QueuedOperation[]): QueuedOperation[] {
  const ours = [VIP_RUN, MAIN_RUN].map(
    (run) => (context.fact(FACTS.operation(run)) as { id?: string } | undefined)?.id,
  )
  return operations.filter(({ id, standing }) => standing !== 'ended' && !ours.includes(id))
}

const queue: Check = check(
  'queue',
  words('Nothing else is in the queue', 'Nessun’altra operazione è in coda'),
  true,
  async (context) => {
    const { operations } = understood(await context.carbonio('new', getAllOperations, {}))
    const others = othersIn(context, operations)
    if (others.length === 0)
      return ok('The queue is free (getAllOperations)', 'La coda è libera (getAllOperations)')
    const named = some(others.map(({ title, name, state }) => `${title ?? name} (${state ?? '?'})`))
    return {
      verdict: 'red',
      evidence: words(`In the queue: ${named} (getAllOperations)`, `In coda: ${named} (getAllOperations)`),
      next: words(
        'The queue does one thing after the other: wait for its end, or stop it in the queue of the server.',
        'La coda esegue una cosa alla volta: attenderne la fine, o fermarla nella coda del server.',
      ),
    }
  },
)

const licence: Check = check(
  'licence',
  words(
    'The backup of the new server has a valid licence',
    'Il backup del nuovo server ha una licenza valida',
  ),
  true,
  async (context) => {
    const { asker, settings } = await settingsOf(context)
    const { valid, detail } = await askLicence(asker, settings, unknown('not asked'))
    if (valid)
      return {
        verdict: 'ok',
        evidence: words(`${detail} (getLicenseInfo)`, `${inItalian(detail)} (getLicenseInfo)`),
      }
    return {
      verdict: 'red',
      evidence: translated(detail),
      next: words(
        'Activate one: carbonio core activate-license TOKEN. Without it nothing is restored, but mail can be taken out of the Backup Path here.',
        'Attivarne una: carbonio core activate-license TOKEN. Senza non si ripristina nulla, ma la posta può essere estratta qui dal Backup Path.',
      ),
    }
  },
)

const scanner: Check = check(
  'scanner',
  words('RealTime Scanner', 'RealTime Scanner'),
  false,
  async (context) => {
    const wanted = (await wantedAccounts(context, await formOf(context))) ?? []
    const domains = new Set(wanted.map(({ name }) => name.split('@').at(-1))).size
    const { settings } = await settingsOf(context)
    const on = await askRealTimeScanner(settings)
    if (!on)
      return ok(
        'It is off: restored items are backed up later by a SmartScan',
        'È spento: gli elementi ripristinati vengono salvati poi da uno SmartScan',
      )
    return {
      verdict: 'attention',
      evidence: words(
        `It is on: every restored item is backed up again at once, which makes the restore slower (${count(domains)} domains)`,
        `È acceso: ogni elemento ripristinato viene subito salvato di nuovo, il che rallenta il ripristino (${countIt(domains)} domini)`,
      ),
      next: words(
        'With many domains or much mail switch it off for the restore: carbonio backup doStopService realtime-scanner. Switch it on again at the end.',
        'Con molti domini o molta posta spegnerlo per il ripristino: carbonio backup doStopService realtime-scanner. Alla fine riaccenderlo.',
      ),
    }
  },
)

const collisions: Check = check(
  'collisions',
  words('What the new server has already', 'Ciò che il nuovo server ha già'),
  false,
  async (context) => {
    const form = await formOf(context)
    const wanted = await wantedAccounts(context, form)
    if (wanted === null) throw new CannotTell('there is no catalog of this Backup Path on this computer')
    const [accounts, domains, coses] = [
      await accountsOn(context),
      await domainsOn(context),
      await cosesOn(context),
    ]
    const doubleAccounts = wanted
      .filter(({ name }) => accounts.has(name.toLowerCase()))
      .map(({ name }) => name)
    const theirDomains = new Set(wanted.map(({ name }) => name.split('@').at(-1)?.toLowerCase() ?? ''))
    const doubleDomains = [...theirDomains].filter((name) => domains.has(name))
    const theirCoses = new Set(
      wanted.flatMap(({ cos }) => (cos === null || /^default(?:External)?$/.test(cos) ? [] : [cos])),
    )
    const doubleCoses = [...theirCoses].filter((name) => coses.has(name))
    const named = (accountsWord: string, domainsWord: string): string[] => [
      ...(doubleAccounts.length > 0
        ? [`${count(doubleAccounts.length)} ${accountsWord}: ${some(doubleAccounts, 4)}`]
        : []),
      ...(doubleDomains.length > 0 ? [`${domainsWord}: ${some(doubleDomains, 4)}`] : []),
      ...(doubleCoses.length > 0 ? [`COS: ${some(doubleCoses, 4)}`] : []),
    ]
    const parts = named('accounts', 'domains')
    if (parts.length === 0)
      return ok(
        'None of its accounts, domains and COS exist there yet (zmprov)',
        'Nessuno dei suoi account, domini e COS esiste già (zmprov)',
      )
    return {
      verdict: 'attention',
      evidence: words(`${parts.join('; ')} (zmprov)`, `${named('account', 'domini').join('; ')} (zmprov)`),
      next:
        doubleAccounts.length > 0
          ? words(
              'A restore into accounts that are filled deletes nothing: mail that users deleted meanwhile comes back. That is no way to keep a standby server. Existing COS and domains are set as the backup has them unless they are left out.',
              'Un ripristino in account già pieni non elimina nulla: la posta eliminata nel frattempo ritorna. Non è un modo per tenere un server di riserva. COS e domini esistenti vengono impostati come nel backup, salvo tralasciarli.',
            )
          : words(
              'Existing COS and domains are set as the backup has them; leave them out under “Leave out classes of service” and “Do not touch domains” where theirs shall hold.',
              'COS e domini esistenti vengono impostati come nel backup; per mantenere quelli presenti, scegliere «Tralasciare le classi di servizio» e «Non toccare i domini».',
            ),
    }
  },
)

const notification: Check = check(
  'notification',
  words('Somebody hears of the end', 'La fine verrà notificata a qualcuno'),
  false,
  async (context) => {
    const addresses = listOf((await formOf(context))['notifications'])
    if (addresses.length > 0) return { verdict: 'ok', evidence: same(addresses.join(', ')) }
    return {
      verdict: 'attention',
      evidence: words('No address for the reports is named', 'Nessun indirizzo per i rapporti è indicato'),
      next: words(
        'Name one that works during the outage: the report of the end lists what was not restored.',
        'Indicarne uno che funzioni durante il guasto: il rapporto finale elenca ciò che non è stato ripristinato.',
      ),
    }
  },
)

export const validator: Check = check(
  'validator',
  words('The LMTP validator is on', 'Il validatore LMTP è acceso'),
  false,
  async (context) => {
    const key = 'zimbra_lmtp_validate_messages'
    const { value } = understood(await context.carbonio('new', zmlocalconfigGet, { key }))
    if (value !== 'false') return { verdict: 'ok', evidence: same(`${key} = ${value}`) }
    return {
      verdict: 'attention',
      evidence: words(
        `${key} = false: somebody left it off; mail that clients cannot show gets in`,
        `${key} = false: è stato lasciato spento; entra posta che i client non sanno mostrare`,
      ),
      next: words(
        'Switch it on before the restore: zmlocalconfig -e zimbra_lmtp_validate_messages=true. What it refuses is cured afterwards.',
        'Accenderlo prima del ripristino: zmlocalconfig -e zimbra_lmtp_validate_messages=true. Ciò che rifiuta si cura dopo.',
      ),
    }
  },
)

/** What must be right with the new server before anything is restored to it. */
export const SERVER_CHECKS: readonly Check[] = [
  space,
  queue,
  licence,
  collisions,
  scanner,
  notification,
  validator,
]
