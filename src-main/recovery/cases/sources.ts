import { detectLayout } from '../../backup/layout.ts'
import { catalogIdFor } from '../../catalog/catalog.ts'
import type { BackupSource } from '../../contract/recovery.ts'
import { describeError } from '../../engine/errors.ts'
import type { RemoteShell } from '../../remote/shell.ts'
import { CheckResults } from '../../verify/check-results.ts'
import type { CatalogAccess } from '../types.ts'

/** Looking at a path on a server that may be dying: no longer than this, ms. */
const LOOK_MS = 90_000

export interface SourceEyes {
  dataFolder: string
  catalog: (path: string, signal: AbortSignal) => Promise<CatalogAccess>
  shell: (serverId: string) => RemoteShell
  signal: AbortSignal
}

/** Looks at a source: what it holds, how new it is, what its last check found. What fails is said in `error`. */
export async function lookAtSource(source: BackupSource, eyes: SourceEyes): Promise<BackupSource> {
  const lookedAt = Date.now()
  try {
    const seen =
      source.place.kind === 'local'
        ? await lookHere(source.place.path, eyes)
        : await lookThere(source.place.path, eyes.shell(source.place.serverId), eyes.signal)
    return { ...source, ...seen, lookedAt, error: null }
  } catch (error) {
    eyes.signal.throwIfAborted()
    const { message, why } = describeError(error)
    return { ...source, lookedAt, error: [message, why].filter(Boolean).join('. ') }
  }
}

type Seen = Pick<BackupSource, 'newest' | 'accounts' | 'items' | 'damaged'>

async function lookHere(path: string, { dataFolder, catalog, signal }: SourceEyes): Promise<Seen> {
  const { root } = detectLayout(path)
  const totals = (await catalog(root, signal)).totals()
  const last = new CheckResults(dataFolder, catalogIdFor(root)).list().find((check) => check.complete)
  return {
    newest: totals.newest,
    accounts: totals.accounts,
    items: totals.items,
    damaged: last?.errors ?? null,
  }
}

/**
 * Counts with `find`, which changes nothing: account folders, item files and the newest change of one. Sums are
 * printed as it goes, so that what was counted within the time is not lost.
 */
const COUNT = [
  'test -d "$1/accounts" || { echo none; exit 0; }',
  'test -r "$1/accounts" && test -x "$1/accounts" || { echo refused; exit 0; }',
  'find "$1/accounts" -mindepth 1 -maxdepth 1 -type d -printf . | wc -c',
  `find "$1/accounts" -mindepth 4 -maxdepth 4 -type f -printf '%T@\\n' 2>/dev/null | awk '{ n++; if ($1 > m) m = $1 } END { printf "%d %.0f\\n", n, m }'`,
].join('\n')

async function lookThere(path: string, shell: RemoteShell, signal: AbortSignal): Promise<Seen> {
  const run = (as: 'root' | 'zextras' | 'login') =>
    shell.run(['sh', '-c', COUNT, 'sh', path], { as, timeout: LOOK_MS, signal })
  // Whoever sees the most: files may belong to anybody on a copy.
  const result = await run('root').catch(() => run('zextras').catch(() => run('login')))
  const [accounts = '', counted = ''] = result.stdout.trim().split('\n')
  if (accounts === 'none')
    throw told(`${path} is no Backup Path`, `There is no folder accounts/ in it on ${shell.host}.`)
  if (accounts === 'refused') throw told(`${path} cannot be read`, `${shell.host} refuses it to this login.`)
  const [items = NaN, newest = NaN] = counted.split(' ').map(Number)
  if (!Number.isFinite(items)) throw told(`${path} could not be counted`, result.stderr.trim().slice(0, 300))
  return {
    accounts: Number(accounts),
    items,
    // the newest file of an item was written with its newest transaction
    newest: newest > 0 ? Math.round(newest * 1000) : null,
    damaged: null,
  }
}

function told(message: string, why: string): Error {
  return Object.assign(new Error(message), { why, next: '' })
}
