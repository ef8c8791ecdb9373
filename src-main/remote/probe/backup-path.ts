import type { ServerReport } from '../../contract/server-report.ts'
import type { Asker } from './asker.ts'
import { CannotTell } from './fact.ts'
import { askMounts, placeOf } from './storage.ts'

type Backup = ServerReport['backup']
type ValueOf<Key extends keyof Backup> = Extract<Backup[Key], { known: true }>['value']

/** Counting a large path can take hours: after this long it is "at least so much". */
const COUNT_MS = 20_000

/** Owner and mode, and whether zextras itself may write there: tested, not concluded, and without writing. */
export async function askOwner({ ask }: Asker, path: string): Promise<ValueOf<'owner'>> {
  const text = await ask(['stat', '-L', '-c', '%U\t%G\t%a', '--', path], { as: 'best' })
  const [user, group, mode] = text.trim().split('\t')
  if (user === undefined || group === undefined || mode === undefined) {
    throw new CannotTell(`\`stat\` printed “${text.trim().slice(0, 100)}”`)
  }
  const may = 'test -r "$1" && test -w "$1" && test -x "$1" && echo yes || echo no'
  const answer = (await ask(['sh', '-c', may, 'sh', path], { as: 'zextras' })).trim()
  return { user, group, mode, zextrasMayWrite: answer === 'yes' }
}

/** Free space and inodes where the path lies; what is kept for root does not count. */
export async function askFree({ ask }: Asker, path: string): Promise<ValueOf<'free'>> {
  const text = await ask(['stat', '-f', '-c', '%S %a %c %d', '--', path], { as: 'best' })
  const [block = NaN, available = NaN, inodes = 0, inodesFree = 0] = text.trim().split(' ').map(Number)
  if (!Number.isFinite(block * available)) throw new CannotTell('`stat` told no sizes')
  return { bytes: block * available, inodes: inodes > 0 ? inodesFree : null }
}

/** Mounted read-only, which a kernel also does by itself when a disk fails. */
export async function askReadOnly(asker: Asker, path: string): Promise<boolean> {
  const mounts = await askMounts(asker)
  const place = placeOf(path, mounts)
  const mount = mounts.find(({ target }) => target === place?.mount)
  if (!mount) throw new CannotTell('the table of mounts does not name its file system')
  return mount.options.includes('ro')
}

/**
 * Whether `f3` and `F3` are two names there. Told by looking at what exists: the same file under both spellings, or
 * only one of them. Nothing is written, for this may be the only copy.
 */
export async function askCaseSensitive({ ask }: Asker, path: string): Promise<ValueOf<'caseSensitive'>> {
  for (const name of ['items', 'accounts']) {
    const other = name.toUpperCase()
    const inode = await inodeOf(ask, `${path}/${name}`)
    if (inode === null) continue
    const twin = await inodeOf(ask, `${path}/${other}`)
    const sensitive = twin !== inode
    const how = sensitive
      ? twin === null
        ? `there is ${name}, and no ${other}`
        : `${name} and ${other} are two`
      : `${name} and ${other} are the same`
    return { sensitive, how }
  }
  throw new CannotTell('the path holds neither items nor accounts, and nothing is written there to find out')
}

/** Device and inode; null when there is nothing of this name. */
async function inodeOf(ask: Asker['ask'], path: string): Promise<string | null> {
  const found = await ask(['stat', '-c', '%d:%i', '--', path], { as: 'best', accept: [0, 1] })
  return found.trim() || null
}

/**
 * Adds up the files with `find`, a line every few thousand, so that what was counted is not lost when time is up. The
 * sum is that of lengths: what a copy has to carry.
 */
const COUNT =
  'find "$1" -xdev -type f -printf "%s\\n" 2>/dev/null | awk \'{ s += $1 } NR % 2000 == 0 { printf "%.0f\\n", s; fflush() } END { printf "%.0f end\\n", s }\''

/** Size of the path, or how much it is at least. */
export async function askSize(
  { shell, signal, ask, best }: Asker,
  path: string,
  limit = COUNT_MS,
): Promise<ValueOf<'size'>> {
  const time = AbortSignal.timeout(limit)
  const command = await shell.start(['sh', '-c', COUNT, 'sh', path], {
    as: await best(),
    signal: AbortSignal.any([signal, time]),
  })
  command.stdin.end()
  command.stderr.resume()
  let text = ''
  command.stdout.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('latin1')).slice(-200)
  })
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, limit + 500)
    timer.unref()
    command.ended.finally(() => clearTimeout(timer)).catch(() => undefined)
  })
  await Promise.race([command.ended.catch(() => undefined), over])
  signal.throwIfAborted()
  const lines = text.split('\n').slice(0, -1)
  const complete = lines.at(-1)?.endsWith(' end') ?? false
  const bytes = Number(lines.at(-1)?.split(' ')[0] ?? NaN)
  if (!Number.isFinite(bytes))
    throw new CannotTell(`nothing was counted within ${Math.round(limit / 1000)} s`)
  const accounts = await ask(
    ['find', `${path}/accounts`, '-mindepth', '1', '-maxdepth', '1', '-type', 'd', '-printf', '.'],
    {
      as: 'best',
    },
  ).then(
    (dots) => dots.length,
    () => null,
  )
  return { bytes, complete, accounts }
}
