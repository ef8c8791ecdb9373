import type { CaseState, StepRecord } from '../cases/state.ts'
import { emptyState, fold } from '../cases/state.ts'
import { words } from '../cases/words.ts'
import { outcomeOf, workItems } from '../unrestored/rows.ts'
import type { JournalEntry, StepResult, Words } from '../../contract/recovery.ts'

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
    /** Of the reason, where the engine gave it. */
    italian?: string
    result: StepResult | null
  }[]
  /** `n` is the number of the entry that says it. */
  overrides: { n: number; at: number; who: string; step: string; text: string }[]
  skipped: { n: number; at: number; who: string; step: string; text: string }[]
  decisions: { n: number; at: number; who: string; text: string }[]
  lost: LostItem[]
  exported: { account: string; item: string; what: string; file: string; sha256: string }[]
  files: { name: string; bytes: number; sha256: string }[]
  stillPending: { what: Words; host: string; undo: string }[]
}

/** An item that stays behind, by name. */
export interface LostItem {
  account: string
  item: string
  what: string
  why: Words
}

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
  const said = ({ n, at, who, step, text }: JournalEntry) => ({ n, at, who, step: step ?? '', text })
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
    steps: [...state.steps].map(
      ([key, { state: was, runs, startedAt, endedAt, reason, italian, result }]) => ({
        key,
        state: was,
        runs,
        startedAt,
        endedAt,
        reason,
        ...(italian === null ? {} : { italian }),
        result,
      }),
    ),
    overrides: of('overridden').map(said),
    skipped: of('skipped').map(said),
    decisions: entries
      .filter(({ kind }) => DECISIONS.has(kind))
      .map(({ n, at, who, text }) => ({ n, at, who, text })),
    lost: lostOf(state),
    exported: exportedOf(state),
    files: [...state.files].map(([name, { bytes, sha256 }]) => ({ name, bytes, sha256 })),
    stillPending: [...state.pendings.values()].map(({ what, host, undo }) => ({ what, host, undo })),
  }
}

/** What was given up, what is still on the list, and what is missing without a word. */
function lostOf({ facts }: CaseState): LostItem[] {
  const known = { fact: (name: string) => facts.get(name) }
  return workItems(known).flatMap((row): LostItem[] => {
    const outcome = outcomeOf(known, row)
    if (outcome !== null && outcome.how !== 'given-up') return []
    const why =
      outcome === null
        ? words(`Not restored yet: ${row.evidence.en}`, `Non ancora ripristinato: ${row.evidence.it}`)
        : words(`${row.evidence.en}. ${outcome.note}`, `${row.evidence.it}. ${outcome.note}`)
    return [{ account: row.account, item: String(row.id), what: `${row.subject} (${row.folder})`, why }]
  })
}

/** What could not be restored and was written as a file instead. */
function exportedOf({ facts }: CaseState): ReportFigures['exported'] {
  const known = { fact: (name: string) => facts.get(name) }
  return workItems(known).flatMap((row) => {
    const outcome = outcomeOf(known, row)
    if (outcome?.how !== 'exported') return []
    const { file, sha256 } = outcome
    return [
      {
        account: row.account,
        item: String(row.id),
        what: row.subject,
        file: file ?? '',
        sha256: sha256 ?? '',
      },
    ]
  })
}
