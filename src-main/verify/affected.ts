import type { AccountFolder } from '../backup/scan.ts'
import { CLAIM_MARKS } from './check-protocol.ts'
import type { CheckJob, Claimant, NamingTask } from './check-protocol.ts'
import type { CheckState } from './check-state.ts'
import type { CheckProblem, RawProblem } from './check-types.ts'
import type { ReadPath } from './reading.ts'
import { asProblem } from './naming.ts'

/** Problems that a thread names at a time. */
const TOGETHER = 64
/** Problems that are looked up in one pass over the claims. */
const AT_ONCE = 20_000

/**
 * Names the messages that each problem concerns: items that name the blob, or the item the file belongs to. A problem of a
 * message's form is dropped where no message uses the blob. What is named is given to `take` at once, in no certain order.
 */
export async function nameAffected(
  problems: readonly RawProblem[],
  path: ReadPath,
  take: (problem: CheckProblem) => void,
): Promise<void> {
  if (problems.length === 0) return
  const folders = foldersOf(path.state)
  // Not all at once: their claimants would be held in memory together.
  for (let from = 0; from < problems.length; from += AT_ONCE)
    await nameSome(problems.slice(from, from + AT_ONCE), path, folders, take)
}

async function nameSome(
  problems: readonly RawProblem[],
  { state, accounts, pool, gate }: ReadPath,
  folders: ReadonlyMap<number, readonly number[]>,
  take: (problem: CheckProblem) => void,
): Promise<void> {
  const claimants = claimantsOf(problems, state)
  const indexOf = new Map(accounts.map(({ id }, index) => [id, index]))
  const waiting: NamingTask[] = []
  for (const problem of problems) {
    const leaning =
      problem.digest === null ? ownItem(problem, indexOf) : (claimants.get(problem.digest) ?? [])
    if (leaning.length === 0 && problem.digest === null) take(asProblem(problem, []))
    else waiting.push({ problem, claimants: leaning })
  }
  // One account after the other: its folders are read once.
  waiting.sort((a, b) => (a.claimants[0]?.account ?? -1) - (b.claimants[0]?.account ?? -1))
  let next = 0
  await pool.feed(
    (): CheckJob | null => {
      if (next >= waiting.length) return null
      const tasks = waiting.slice(next, next + TOGETHER)
      next += tasks.length
      return { kind: 'name', tasks, ...contextOf(tasks, state, accounts, folders) }
    },
    (answer) => {
      if (answer.kind !== 'named') return
      for (const problem of answer.named) if (problem !== null) take(problem)
    },
    gate,
  )
}

function contextOf(
  tasks: readonly NamingTask[],
  state: CheckState,
  accounts: readonly AccountFolder[],
  folders: ReadonlyMap<number, readonly number[]>,
): Pick<CheckJob & { kind: 'name' }, 'spelling' | 'names' | 'folders'> {
  const concerned = new Set(tasks.flatMap(({ claimants }) => claimants.map(({ account }) => account)))
  return {
    spelling: state.spelling,
    names: new Map(
      [...concerned].map((index) => {
        const id = accounts[index]?.id ?? ''
        return [id, state.accountNames.get(id) ?? null]
      }),
    ),
    folders: new Map([...concerned].map((index) => [index, folders.get(index) ?? []])),
  }
}

/** Items by digest, for the digests that something is wrong with. */
function claimantsOf(problems: readonly RawProblem[], state: CheckState): Map<string, Claimant[]> {
  const wanted = new Map<string, Claimant[]>()
  for (const { digest } of problems) if (digest !== null) wanted.set(digest, [])
  if (wanted.size === 0) return wanted
  state.eachClaimOf(wanted, ({ account, item, digest }) => {
    wanted.get(digest)?.push({ account, item })
  })
  // Threads finish in any order; two checks of the same path must read the same.
  for (const claimants of wanted.values()) claimants.sort((a, b) => a.account - b.account || a.item - b.item)
  return wanted
}

function ownItem(problem: RawProblem, indexOf: ReadonlyMap<string, number>): Claimant[] {
  if (problem.account === undefined || problem.item === undefined) return []
  const account = indexOf.get(problem.account)
  return account === undefined ? [] : [{ account, item: problem.item }]
}

/** The folder items of each account. */
function foldersOf(state: CheckState): Map<number, number[]> {
  const found = new Map<number, number[]>()
  state.eachFolderItem(({ account, item, mark }) => {
    if (mark !== CLAIM_MARKS.folder) return
    const ids = found.get(account)
    if (ids) ids.push(item)
    else found.set(account, [item])
  })
  return found
}
