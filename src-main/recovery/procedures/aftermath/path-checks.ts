import type { ConfigSyntax } from '../../../remote/carbonio/config-arguments.ts'
import { CannotTell } from '../../../remote/probe/fact.ts'
import { quote } from '../../../remote/quote.ts'
import { words } from '../../cases/words.ts'
import { idsIn } from '../../restore/checks-path.ts'
import { FACTS } from '../../restore/facts.ts'
import { check, count, countIt, ok, size, some } from '../../restore/look.ts'
import { unreadableAmong } from '../../restore/readable.ts'
import type { Check, StepContext } from '../../types.ts'
import { attention, red } from '../probed.ts'
import { COPY } from '../same-server/the-copy.ts'
import { DEST_PATH, readServerSetting } from '../same-server/switches.ts'
import { ISOLATION_PLAN } from '../vm-snapshot/isolate.ts'

/** Where the mailboxes lie unless somebody moved them. */
const STORE = '/opt/zextras/store'

const tidy = (path: string): string => path.trim().replace(/(.)\/+$/, '$1')

/** The Backup Path of the server, and what it takes to set it. */
interface Paths {
  set: string
  /** What it is to be: what is filled in, else what it is. */
  wanted: string
  /** By which Carbonio knows the server, and how it takes a setting. */
  name: string
  syntax: ConfigSyntax
}

/** Asks the server each time: a command of some seconds. */
export async function pathsOf(context: StepContext): Promise<Paths> {
  const { name, syntax, value } = await readServerSetting(context, 'new', DEST_PATH)
  const typed = context.fields['path']
  const set = tidy(value)
  return { set, wanted: (typeof typed === 'string' ? tidy(typed) : '') || set, name, syntax }
}

const asked = new WeakMap<StepContext, Promise<Paths>>()

/** The same for the checks of one look, which ask the server once. */
function pathsSeen(context: StepContext): Promise<Paths> {
  const known = asked.get(context) ?? pathsOf(context)
  asked.set(context, known)
  return known
}

/** What nothing may be written into any more: the backup that was restored from. */
function oldPaths(context: StepContext): string[] {
  const known = [context.fact(FACTS.path), context.fact(COPY)]
  return known.flatMap((path) => (typeof path === 'string' && path !== '' ? [tidy(path)] : []))
}

const SET_IT = words(
  'Fill in an empty folder on a disk of its own, owned by zextras; never go on writing into the old backup.',
  'Indicare una cartella vuota su un disco proprio, di proprietà di zextras; mai continuare a scrivere nel vecchio backup.',
)

/** Without symbolic links; a path that is not there stays as it is. */
async function realPaths(context: StepContext, paths: readonly string[]): Promise<string[]> {
  const script = 'for path; do readlink -f -- "$path" || printf "%s\\n" "$path"; done'
  const { stdout } = await context.command('new', ['sh', '-c', script, 'sh', ...paths], {
    as: 'root',
    effect: 'reads',
  })
  const lines = stdout.trimEnd().split('\n')
  return paths.map((path, at) => tidy(lines[at] ?? path))
}

const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

export const ownPath: Check = check(
  'own-path',
  words('The server backs up into a path of its own', 'Il server salva in un percorso proprio'),
  true,
  async (context) => {
    const { set, wanted } = await pathsSeen(context)
    if (wanted === '') return red(`${DEST_PATH} is not set.`, `${DEST_PATH} non è impostato.`, SET_IT)
    const old = oldPaths(context)
    const [here = wanted, ...there] = await realPaths(context, [wanted, ...old])
    for (const [at, path] of there.entries()) {
      if (!isIn(here, path) && !isIn(path, here)) continue
      const named = old[at] ?? path
      const [en, it] =
        here === path
          ? ['the old backup itself', 'il vecchio backup stesso']
          : isIn(here, path)
            ? [`inside the old backup ${named}`, `dentro il vecchio backup ${named}`]
            : [`around the old backup ${named}`, `attorno al vecchio backup ${named}`]
      return red(`${DEST_PATH} is ${wanted}, ${en}.`, `${DEST_PATH} è ${wanted}, ${it}.`, SET_IT)
    }
    const both = await oldAccountsIn(context, wanted, old)
    if (both > 0) {
      return red(
        `${wanted} holds ${count(both)} accounts of the old backup under their old ids: it is a copy of it (getAvailableAccounts).`,
        `${wanted} contiene ${countIt(both)} account del vecchio backup con i loro vecchi id: ne è una copia (getAvailableAccounts).`,
        SET_IT,
      )
    }
    const now = wanted === set ? '' : `, now ${set === '' ? '–' : set}`
    return ok(`${DEST_PATH} ${wanted}${now}`, `${DEST_PATH} ${wanted}${now}`)
  },
)

/** A server that is the old one again, or a clone of it, has the same accounts in its own backup. */
async function oldAccountsIn(context: StepContext, path: string, old: readonly string[]): Promise<number> {
  const sameIdentity =
    context.fact('before.backup-path') !== undefined || context.fact(ISOLATION_PLAN) !== undefined
  if (old.length === 0 || sameIdentity || !(await folderAt(context, path)).entries.includes('accounts'))
    return 0
  const here = await idsIn(context, path)
  let both = 0
  for (const one of old)
    // One that was taken away since is not there to be written into.
    if ((await folderAt(context, one)).there)
      both += [...(await idsIn(context, one))].filter((id) => here.has(id)).length
  return both
}

interface Folder {
  there: boolean
  writable: boolean
  /** Owner and mode as `ls -ld` prints them. */
  line: string
  /** The first names in it. */
  entries: string[]
}

/** Asked as zextras: what the kernel allows it counts, not what the owner is called. */
async function folderAt(context: StepContext, path: string): Promise<Folder> {
  const script =
    'test -d "$1" || { echo missing; exit 0; }; ' +
    '{ test -r "$1" && test -w "$1" && test -x "$1" && echo may || echo refused; }; ' +
    'ls -ld -- "$1"; ls -A -- "$1" 2>/dev/null | head -n 200'
  const { code, stdout, stderr } = await context.command('new', ['sh', '-c', script, 'sh', path], {
    as: 'zextras',
    effect: 'reads',
  })
  const [word = '', line = '', ...entries] = stdout.trimEnd().split('\n')
  if (word === 'missing') return { there: false, writable: false, line: '', entries: [] }
  if (word !== 'may' && word !== 'refused')
    throw new CannotTell(`looking at ${path} ended with code ${String(code)}: ${stderr.trim().slice(0, 200)}`)
  return {
    there: true,
    writable: word === 'may',
    line,
    entries: entries.filter((name) => name !== 'lost+found'),
  }
}

/** What a Backup Path has at its top (FORMAT.md). */
const OWN_NAMES = /^(?:accounts|items|servers?|backupstat|map_.*)$/

export const pathReady: Check = check(
  'path-ready',
  words(
    'It is there, empty or its own, and zextras may write',
    'Esiste, è vuoto o proprio, e zextras può scrivervi',
  ),
  true,
  async (context) => {
    const { wanted } = await pathsSeen(context)
    if (wanted === '') return red(`${DEST_PATH} is not set.`, `${DEST_PATH} non è impostato.`, SET_IT)
    const { there, writable, line, entries } = await folderAt(context, wanted)
    if (!there) {
      return red(
        `${wanted} is not there, or zextras cannot see it.`,
        `${wanted} non esiste, o zextras non può vederlo.`,
        words(
          `Mount its disk, then as root: mkdir -p ${quote(wanted)} && chown zextras:zextras ${quote(wanted)}`,
          `Montare il disco, poi come root: mkdir -p ${quote(wanted)} && chown zextras:zextras ${quote(wanted)}`,
        ),
      )
    }
    const [refused] = await unreadableAmong(context, [wanted])
    if (!writable || refused !== undefined) {
      const whose = refused === undefined ? line : `${refused.owner}:${refused.group} ${refused.mode}`
      return red(
        `zextras may not read and write ${wanted} (${whose}).`,
        `zextras non può leggere e scrivere ${wanted} (${whose}).`,
        words(
          `As root, when it is the new path and no copy of the old backup: chown zextras:zextras ${quote(wanted)}; a disk that is mounted read-only has to be mounted anew.`,
          `Come root, se è il nuovo percorso e non una copia del vecchio backup: chown zextras:zextras ${quote(wanted)}; un disco montato in sola lettura va rimontato.`,
        ),
      )
    }
    const foreign = entries.filter((name) => !OWN_NAMES.test(name))
    if (entries.length > 0 && foreign.length === entries.length) {
      return red(
        `${wanted} is not empty and no Backup Path: it holds ${some(foreign, 5)}.`,
        `${wanted} non è vuoto e non è un Backup Path: contiene ${some(foreign, 5)}.`,
        words(
          'Take an empty folder, such as a new one in it.',
          'Usare una cartella vuota, per esempio una nuova al suo interno.',
        ),
      )
    }
    return entries.length === 0
      ? ok(`${wanted} is empty; the SmartScan fills it`, `${wanted} è vuoto; lo SmartScan lo riempie`)
      : ok(
          `${wanted} is a Backup Path; the SmartScan completes it`,
          `${wanted} è un Backup Path; lo SmartScan lo completa`,
        )
  },
)

interface Volume {
  name: string
  free: number
}

/** The file system each path is on; null where that cannot be told. */
async function volumesOf(context: StepContext, paths: readonly string[]): Promise<(Volume | null)[]> {
  const script = `for path; do df -P -B1 -- "$path" 2>/dev/null | awk 'NR == 2 { print; seen = 1 } END { if (!seen) print "?" }'; done`
  const { stdout } = await context.command('new', ['sh', '-c', script, 'sh', ...paths], {
    as: 'root',
    effect: 'reads',
  })
  const lines = stdout.trimEnd().split('\n')
  return paths.map((_, at) => {
    const [, device = '', free = '', mount = ''] =
      /^(\S+)\s+\d+\s+\d+\s+(\d+)\s+\S+\s+(.+)$/.exec(lines[at] ?? '') ?? []
    return mount === '' ? null : { name: `${device} ${mount}`, free: Number(free) }
  })
}

export const ownVolume: Check = check(
  'own-volume',
  words('It is on a disk of its own, with room', 'È su un disco proprio, con spazio'),
  false,
  async (context) => {
    const { wanted } = await pathsSeen(context)
    const old = oldPaths(context)
    const [here, store, ...there] = await volumesOf(context, [wanted, STORE, ...old])
    if (here == null) throw new CannotTell(`df does not tell the volume of ${wanted}`)
    const shared = [
      ...(store?.name === here.name ? [words('the mailboxes', 'le caselle')] : []),
      ...(there.some((one) => one?.name === here.name) ? [words('the old backup', 'il vecchio backup')] : []),
    ]
    const bytes = (await context.catalog())?.totals().bytes ?? null
    const [en, it] = [`${here.name}, ${size(here.free)} free`, `${here.name}, ${size(here.free)} liberi`]
    if (bytes !== null && bytes > here.free) {
      return attention(
        `${en}; the mail of the old backup takes up to ${size(bytes)} (df, catalog)`,
        `${it}; la posta del vecchio backup occupa fino a ${size(bytes)} (df, catalogo)`,
        words(
          'Give it more room first: a SmartScan that fills its disk ends in the middle.',
          'Dare prima più spazio: uno SmartScan che riempie il disco si interrompe a metà.',
        ),
      )
    }
    if (shared.length === 0) return ok(`${en} (df)`, `${it} (df)`)
    const [with_, con] = [shared.map((one) => one.en).join(' and '), shared.map((one) => one.it).join(' e ')]
    return attention(
      `${en}: the same volume as ${with_} (df)`,
      `${it}: lo stesso volume di ${con} (df)`,
      words(
        'One disk that fails would take both. Put it onto another disk, or see to the offsite copy today.',
        'Un solo disco guasto li farebbe perdere entrambi. Spostarlo su un altro disco, o provvedere oggi alla copia esterna.',
      ),
    )
  },
)
