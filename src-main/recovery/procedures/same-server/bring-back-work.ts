import { doRestoreOnNewAccount } from '../../../remote/carbonio/do-restore-on-new-account.ts'
import { doUndelete } from '../../../remote/carbonio/do-undelete.ts'
import { CarbonioError } from '../../../remote/carbonio/errors.ts'
import type { QueuedOperation } from '../../../remote/carbonio/get-all-operations.ts'
import type { Queued } from '../../../remote/carbonio/replies.ts'
import type { Answer } from '../../../remote/carbonio/types.ts'
import { words } from '../../cases/words.ts'
import { accountsOn } from '../../restore/directory.ts'
import { fetchEnding } from '../../restore/ending.ts'
import { inQueue, readQueue, wait } from '../../restore/operation.ts'
import type { StepContext } from '../../types.ts'

export type Way = 'new-account' | 'deleted-account' | 'undelete'

/** One account that is brought back; kept in the journal, so that a crash repeats nothing that is done. */
export interface Bringing {
  /** Id in the copy. */
  id: string
  /** Its address in the copy. */
  name: string
  way: Way
  /** Where it goes: a new address, or its own. */
  destination: string
  date: string
  until: string
  /** `starting`: the command was about to be sent. */
  state: 'to-do' | 'starting' | 'started' | 'ended'
  operation: string | null
  ending: string | null
  restored: number | null
  skipped: number | null
  unrestored: number | null
  why: string
}

const FACT = 'same-server.bringing'

export function bringings(context: Pick<StepContext, 'fact'>): Bringing[] {
  const known = context.fact(FACT)
  return Array.isArray(known) ? (known as Bringing[]) : []
}

function keep(context: StepContext, all: readonly Bringing[]): void {
  context.setFact(FACT, all)
}

/** Brings accounts back one after the other, and goes on where an earlier try ended. */
export async function bringBack(context: StepContext, wanted: readonly Bringing[]): Promise<Bringing[]> {
  const before = bringings(context)
  const open = before.some(({ state }) => state !== 'ended')
  // What was begun is brought to its end before anything new is begun.
  const all = open ? before : [...before, ...wanted]
  keep(context, all)
  for (const one of all) {
    if (one.state === 'ended') continue
    context.progress({
      phase: words(`Restoring ${one.name}`, `Ripristino di ${one.name}`),
      done: all.filter(({ state }) => state === 'ended').length,
      total: all.length,
      unit: 'accounts',
      rate: null,
      secondsLeft: null,
      detail: null,
    })
    await bringOne(context, one, () => keep(context, all))
  }
  return all
}

async function bringOne(context: StepContext, one: Bringing, save: () => void): Promise<void> {
  const found = one.state === 'to-do' ? null : operationOf(await readQueue(context), one)
  if (found !== null) one.operation = found.id
  else if (one.state === 'starting' && (await wasDone(context, one))) one.state = 'started'
  else if (one.state !== 'started') {
    one.state = 'starting'
    save()
    try {
      const answer = await start(context, one)
      one.operation = answer.understood ? answer.value.operationId : null
    } catch (error) {
      if (!(error instanceof CarbonioError) || error.kind === 'unknown-outcome') throw error
      // The server said no: that is how this one ended, and the others go on.
      Object.assign(one, { state: 'ended', ending: 'refused', why: `${error.message} ${error.why}` })
      save()
      return
    }
  }
  one.state = 'started'
  save()
  for (let pause = 300; ; pause = Math.min(pause * 1.5, 5000)) {
    const entry =
      one.operation === null
        ? operationOf(await readQueue(context), one)
        : inQueue(await readQueue(context), one.operation)
    if (entry === null) break
    one.operation = entry.id
    await wait(pause, context.signal)
  }
  const { report, why } = await fetchEnding(context, one.operation)
  Object.assign(one, {
    state: 'ended',
    ending: report?.state ?? 'unknown',
    restored: report?.restored ?? null,
    skipped: report?.skipped ?? null,
    unrestored: report?.unrestored ?? null,
    why,
  })
  save()
}

function start(context: StepContext, one: Bringing): Promise<Answer<Queued>> {
  if (one.way === 'undelete') {
    return context.carbonio('new', doUndelete, { account: one.destination, start: one.date, end: one.until })
  }
  // By its id: the name may belong to somebody else by now.
  return context.carbonio('new', doRestoreOnNewAccount, {
    source: one.id,
    destination: one.destination,
    date: one.date,
  })
}

/** The operation in the queue that does just this. */
function operationOf(operations: readonly QueuedOperation[], one: Bringing): QueuedOperation | null {
  return (
    operations.find(({ fields, standing }) => {
      const parameters = (fields['parameters'] ?? {}) as Record<string, unknown>
      const values = Object.values(parameters).map((value) => String(value).toLowerCase())
      return standing !== 'ended' && values.includes(one.destination.toLowerCase())
    }) ?? null
  )
}

/** Whether a command whose answer was lost did its work: the account that it makes is there. */
async function wasDone(context: StepContext, one: Bringing): Promise<boolean> {
  return one.way !== 'undelete' && (await accountsOn(context)).has(one.destination.toLowerCase())
}
