import { z } from 'zod'
import { cleanOutput, shownOutput } from './clean-output.ts'

const accountSchema = z.object({
  account: z.string(),
  /** Ids of the items, each once, in the order of the report. */
  items: z.array(z.number().int()),
  /** What stood in the list and is no id. */
  unreadable: z.array(z.string()),
})

export const restoreReportSchema = z.object({
  /** `External Restore`, as the mail names it; null when it does not. */
  operation: z.string().nullable(),
  operationId: z.string().nullable(),
  /** Last word of "Operation … Completed": completed, started, failed, stopped … */
  state: z.string().nullable(),
  /** null where the report has no such line. */
  restored: z.number().nullable(),
  skipped: z.number().nullable(),
  unrestored: z.number().nullable(),
  /** All lines of the statistics, as printed. */
  stats: z.array(z.object({ label: z.string(), text: z.string() })),
  accounts: z.array(accountSchema),
  /** Ids that are listed; fewer than `unrestored` means that the list is not complete. */
  listed: z.number(),
  /** True when the list holds as many items as the statistics say. */
  complete: z.boolean(),
})
/** What a notification mail says about a finished restore. */
export type RestoreReport = z.infer<typeof restoreReportSchema>

/** A report, or the text of a mail that is none. */
export type ReportAnswer =
  { understood: true; value: RestoreReport } | { understood: false; why: string; raw: string }

const SECTION = /^-{1,3}\s*([a-z][a-z /]{0,60}?)\s*-{1,3}$/i
const FIELD = /^([^:]{1,80}?)\s*:\s*(.*)$/
const IDS_ONLY = /^[\d\s,;]+$/

type Account = z.infer<typeof accountSchema>

/** An account of the report while it is read; `seen` because lists of a hundred thousand ids occur. */
interface OpenAccount {
  account: Account
  seen: Set<number>
}

/** Adds the ids of one line: commas with and without blanks behind them occur (D). */
function addIds({ account, seen }: OpenAccount, text: string): void {
  for (const part of text.split(/[\s,;]+/)) {
    if (part === '') continue
    const id = Number(part)
    if (!/^\d{1,10}$/.test(part)) account.unreadable.push(part)
    else if (!seen.has(id)) {
      seen.add(id)
      account.items.push(id)
    }
  }
}

/** The entry of an account; one that is listed several times is one. */
function openAccount(list: Map<string, OpenAccount>, name: string): OpenAccount {
  const known = list.get(name.toLowerCase())
  if (known !== undefined) return known
  const entry = { account: { account: name, items: [], unreadable: [] }, seen: new Set<number>() }
  list.set(name.toLowerCase(), entry)
  return entry
}

const count = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null)

/**
 * Reads the notification of a restore: `- stats -` with `Restored Items: N`, `Skipped Items: N`, `Unrestored Items: N`,
 * then `- unrestored items -` with `account: A` and `unrestored items: 856,13339, 45655` (D).
 * @param mail plain text of the mail or of the notification
 */
export function parseRestoreReport(mail: string): ReportAnswer {
  const list = new Map<string, OpenAccount>()
  const stats: { label: string; text: string }[] = []
  let section = ''
  let sections = 0
  let operation: string | null = null
  let operationId: string | null = null
  let state: string | null = null
  let open: OpenAccount | null = null
  let inList = false

  for (const raw of cleanOutput(mail).split('\n')) {
    const line = raw.trim()
    if (line === '') {
      inList = false
      continue
    }
    const heading = SECTION.exec(line)?.[1]?.toLowerCase()
    if (heading !== undefined) {
      section = heading
      open = null
      inList = false
      if (section === 'stats' || section === 'unrestored items') sections += 1
      continue
    }
    // a list that was broken at the end of a line goes on here
    if (inList && open !== null && IDS_ONLY.test(line)) {
      addIds(open, line)
      continue
    }
    inList = false
    const field = FIELD.exec(line)
    if (section === '') {
      const told = /^Operation (.{1,60}) (\w+)\.$/.exec(line)
      if (told !== null) {
        operation = told[1]!
        state = told[2]!.toLowerCase()
      } else if (field?.[1]?.toLowerCase() === 'operation id') operationId = field[2]!.trim()
    } else if (section === 'stats' && field !== null) {
      stats.push({ label: field[1]!, text: field[2]!.trim() })
    } else if (section === 'unrestored items' && field !== null) {
      const label = field[1]!.toLowerCase()
      if (label === 'account') open = openAccount(list, field[2]!.trim())
      else if (label === 'unrestored items' && open !== null) {
        addIds(open, field[2]!)
        inList = true
      }
    }
  }
  if (sections === 0) {
    return {
      understood: false,
      why: 'It has neither a section "- stats -" nor "- unrestored items -".',
      raw: shownOutput(mail),
    }
  }
  const stat = (label: string): number | null =>
    count(stats.find((entry) => entry.label.toLowerCase() === label)?.text ?? '')
  const unrestored = stat('unrestored items')
  const accounts = [...list.values()].map(({ account }) => account)
  const listed = accounts.reduce((sum, { items }) => sum + items.length, 0)
  const readable = accounts.every(({ unreadable }) => unreadable.length === 0)
  return {
    understood: true,
    value: {
      operation,
      operationId,
      state,
      restored: stat('restored items'),
      skipped: stat('skipped items'),
      unrestored,
      stats,
      accounts,
      listed,
      complete: unrestored !== null && readable && listed === unrestored,
    },
  }
}
