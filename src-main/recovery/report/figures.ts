import type { CaseState, StepRecord } from '../cases/state.ts'
import { emptyState, fold } from '../cases/state.ts'
import type { JournalEntry, StepResult } from '../../contract/recovery.ts'

/** What a report says in figures; all of it comes from the journal. */
export interface ReportFigures {
  id: string
  name: string
  procedure: string | null
  openedAt: number
  lastAt: number
  /** Seconds from the first entry to the last. */
  seconds: number
  entries: number
  commands: number
  failedCommands: number
  steps: {
    key: string
    state: StepRecord['state']
    runs: number
    startedAt: number | null
    endedAt: number | null
    reason: string | null
    result: StepResult | null
  }[]
  overrides: { at: number; who: string; step: string; text: string }[]
  skipped: { at: number; who: string; step: string; text: string }[]
  decisions: { at: number; who: string; text: string }[]
  lost: LostItem[]
  files: { name: string; bytes: number; sha256: string }[]
  stillPending: { what: string; host: string; undo: string }[]
}

/** An item that stays behind, by name. */
export interface LostItem {
  account: string
  item: string
  what: string
  why: string
}

/** Name of the fact (by whichever step) that lists what is lost: an array of LostItem. */
export const LOST_FACT = 'report.lost'

const DECISIONS: ReadonlySet<string> = new Set([
  'procedure',
  'source-chosen',
  'field',
  'confirmed',
  'reopened',
  'note',
  'closed',
])

/** Works the figures out of a journal. The same journal always gives the same figures. */
export function figuresOf(entries: readonly JournalEntry[]): ReportFigures {
  const state = emptyState()
  for (const entry of entries) fold(state, entry)
  const of = (kind: string): JournalEntry[] => entries.filter((entry) => entry.kind === kind)
  const said = ({ at, who, step, text }: JournalEntry) => ({ at, who, step: step ?? '', text })
  const commands = of('command')
  const [first, last] = [entries[0], entries.at(-1)]
  return {
    id: state.id,
    name: state.name,
    procedure: state.procedure,
    openedAt: state.createdAt,
    lastAt: state.changedAt,
    seconds: first && last ? Math.max(0, Math.round((last.at - first.at) / 1000)) : 0,
    entries: entries.length,
    commands: commands.length,
    failedCommands: commands.filter(({ exitCode }) => exitCode !== null && exitCode !== 0).length,
    steps: [...state.steps].map(([key, { state: was, runs, startedAt, endedAt, reason, result }]) => ({
      key,
      state: was,
      runs,
      startedAt,
      endedAt,
      reason,
      result,
    })),
    overrides: of('overridden').map(said),
    skipped: of('skipped').map(said),
    decisions: entries
      .filter(({ kind }) => DECISIONS.has(kind))
      .map(({ at, who, text }) => ({ at, who, text })),
    lost: lostOf(state),
    files: [...state.files].map(([name, { bytes, sha256 }]) => ({ name, bytes, sha256 })),
    stillPending: [...state.pendings.values()].map(({ what, host, undo }) => ({ what: what.en, host, undo })),
  }
}

function lostOf({ facts }: CaseState): LostItem[] {
  const list = facts.get(LOST_FACT)
  if (!Array.isArray(list)) return []
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return (list as Record<string, unknown>[]).map((one) => ({
    account: text(one['account']),
    item: text(one['item']),
    what: text(one['what']),
    why: text(one['why']),
  }))
}
