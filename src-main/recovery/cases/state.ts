import type {
  BackupSource,
  CaseRole,
  FieldValue,
  JournalEntry,
  Pending,
  ProcedureId,
  StepResult,
  Verdict,
  Words,
} from '../../contract/recovery.ts'
import type { PendingDraft } from '../types.ts'

/** What a check found when it was last run. */
export interface CheckRecord {
  id: string
  verdict: Verdict
  evidence: Words
  next: Words | null
  at: number
}

export interface ConfirmationRecord {
  at: number
  by: string
  note: string
  files: string[]
}

/** What the journal says of a step. */
export interface StepRecord {
  state: 'to-do' | 'doing' | 'done' | 'skipped' | 'failed' | 'stopped'
  reason: string | null
  /** The reason in Italian, where the engine gave it; null for what a person typed, and in journals of earlier versions. */
  italian: string | null
  runs: number
  startedAt: number | null
  endedAt: number | null
  checks: Map<string, CheckRecord>
  overrides: Map<string, string>
  confirmations: Map<string, ConfirmationRecord>
  /** What a person filled in. */
  fields: Map<string, FieldValue>
  /** All values with which it last ran. */
  used: Record<string, FieldValue>
  result: StepResult | null
}

export interface CaseServer {
  role: CaseRole
  serverId: string
  name: string
}

export interface CaseNote {
  at: number
  who: string
  text: string
  files: string[]
}

export interface OpenPending extends Pending {
  role: CaseRole
  undoArgv: readonly string[]
  undoAs: NonNullable<PendingDraft['undoAs']>
  check: PendingDraft['check'] | null
}

/** A case as its journal tells it; there is no other place where it is kept. */
export interface CaseState {
  id: string
  name: string
  createdAt: number
  changedAt: number
  closed: boolean
  procedure: ProcedureId | null
  servers: Map<CaseRole, CaseServer>
  sources: Map<string, BackupSource>
  chosenSource: string | null
  notes: CaseNote[]
  /** By `procedure/step`. */
  steps: Map<string, StepRecord>
  facts: Map<string, unknown>
  pendings: Map<string, OpenPending>
  /** Attached files by their name in the case. */
  files: Map<string, { bytes: number; sha256: string }>
}

export function emptyState(): CaseState {
  return {
    id: '',
    name: '',
    createdAt: 0,
    changedAt: 0,
    closed: false,
    procedure: null,
    servers: new Map(),
    sources: new Map(),
    chosenSource: null,
    notes: [],
    steps: new Map(),
    facts: new Map(),
    pendings: new Map(),
    files: new Map(),
  }
}

export function emptyStep(): StepRecord {
  return {
    state: 'to-do',
    reason: null,
    italian: null,
    runs: 0,
    startedAt: null,
    endedAt: null,
    checks: new Map(),
    overrides: new Map(),
    confirmations: new Map(),
    fields: new Map(),
    used: {},
    result: null,
  }
}

/** What entries carry in `data`, by their kind. Kinds that are not here change nothing. */
export interface EntryData {
  created: { id: string; name: string; version: string }
  renamed: { name: string }
  closed: { closed: boolean }
  server: { role: CaseRole; serverId: string | null; name: string }
  'source-added': { source: BackupSource }
  'source-removed': { id: string }
  'sources-looked': { sources: BackupSource[] }
  'source-chosen': { id: string; reason: string }
  procedure: { procedure: ProcedureId }
  note: { text: string }
  attached: null
  fact: { name: string; value: unknown }
  pending: { pending: Omit<OpenPending, 'caseId' | 'since'> }
  'put-back': { id: string; what?: Words }
  /** `chosen`: the words of the option that `value` stands for. */
  field: { procedure: ProcedureId; field: string; value: FieldValue; chosen?: Words }
  looked: { procedure: ProcedureId; checks: Omit<CheckRecord, 'at'>[] }
  confirmed: { procedure: ProcedureId; id: string; note: string }
  overridden: { procedure: ProcedureId; check: string; reason: string; evidence?: Words }
  started: { procedure: ProcedureId; fields: Record<string, FieldValue> }
  done: { procedure: ProcedureId; result: StepResult | null; fields: Record<string, FieldValue> }
  failed: { procedure: ProcedureId; reason: string; italian?: string; result: StepResult | null }
  stopped: { procedure: ProcedureId; reason: string }
  skipped: { procedure: ProcedureId; reason: string }
  reopened: { procedure: ProcedureId; reason: string }
}

type Folder<K extends keyof EntryData> = (state: CaseState, data: EntryData[K], entry: JournalEntry) => void

const FOLDERS: { [K in keyof EntryData]: Folder<K> } = {
  created: (state, { id, name }, { at }) => Object.assign(state, { id, name, createdAt: at }),
  renamed: (state, { name }) => (state.name = name),
  closed: (state, { closed }) => (state.closed = closed),
  server: (state, { role, serverId, name }) => {
    if (serverId === null) state.servers.delete(role)
    else state.servers.set(role, { role, serverId, name })
  },
  'source-added': (state, { source }) => state.sources.set(source.id, source),
  'source-removed': (state, { id }) => {
    state.sources.delete(id)
    if (state.chosenSource === id) state.chosenSource = null
  },
  'sources-looked': (state, { sources }) => {
    // One that was taken away meanwhile stays away.
    for (const source of sources) if (state.sources.has(source.id)) state.sources.set(source.id, source)
  },
  'source-chosen': (state, { id }) => (state.chosenSource = id),
  procedure: (state, { procedure }) => (state.procedure = procedure),
  note: (state, { text }, { at, who, files }) =>
    state.notes.push({ at, who, text, files: files.map((file) => file.name) }),
  attached: () => undefined,
  fact: (state, { name, value }) => state.facts.set(name, value),
  pending: (state, { pending }, { at }) =>
    state.pendings.set(pending.id, { ...pending, caseId: state.id, since: at }),
  'put-back': (state, { id }) => state.pendings.delete(id),
  field: (state, { procedure, field, value }, { step }) => {
    const record = recordOf(state, procedure, step)
    // Null: the standard again.
    if (value === null) record.fields.delete(field)
    else record.fields.set(field, value)
    // What was seen with another value proves nothing of this one.
    if (record.state === 'to-do') record.checks.clear()
  },
  looked: (state, { procedure, checks }, { at, step }) => {
    const record = recordOf(state, procedure, step)
    for (const check of checks) record.checks.set(check.id, { ...check, at })
  },
  confirmed: (state, { procedure, id, note }, { at, who, step, files }) =>
    recordOf(state, procedure, step).confirmations.set(id, {
      at,
      by: who,
      note,
      files: files.map((file) => file.name),
    }),
  overridden: (state, { procedure, check, reason }, { step }) =>
    recordOf(state, procedure, step).overrides.set(check, reason),
  started: (state, { procedure, fields }, { at, step }) => {
    const record = recordOf(state, procedure, step)
    if (record.state !== 'doing' && record.state !== 'failed' && record.state !== 'stopped')
      record.startedAt = at
    record.startedAt ??= at
    Object.assign(record, { state: 'doing', reason: null, italian: null, endedAt: null, used: fields })
  },
  done: (state, { procedure, result, fields }, { at, step }) => {
    const record = recordOf(state, procedure, step)
    Object.assign(record, {
      state: 'done',
      reason: null,
      italian: null,
      endedAt: at,
      runs: record.runs + 1,
      result,
      used: fields,
    })
  },
  failed: (state, { procedure, reason, italian = null, result }, { at, step }) => {
    const record = recordOf(state, procedure, step)
    Object.assign(record, { state: 'failed', reason, italian, endedAt: at })
    if (result !== null) record.result = result
  },
  stopped: (state, { procedure, reason }, { at, step }) =>
    Object.assign(recordOf(state, procedure, step), { state: 'stopped', reason, italian: null, endedAt: at }),
  skipped: (state, { procedure, reason }, { at, step }) =>
    Object.assign(recordOf(state, procedure, step), { state: 'skipped', reason, italian: null, endedAt: at }),
  reopened: (state, { procedure }, { step }) => {
    const before = recordOf(state, procedure, step)
    const { fields, runs, result } = before
    state.steps.set(stepKey(procedure, step ?? ''), { ...emptyStep(), fields, runs, result })
  },
}

export function stepKey(procedure: ProcedureId, step: string): string {
  return `${procedure}/${step}`
}

function recordOf(state: CaseState, procedure: ProcedureId, step: string | null): StepRecord {
  const key = stepKey(procedure, step ?? '')
  const known = state.steps.get(key)
  if (known) return known
  const made = emptyStep()
  state.steps.set(key, made)
  return made
}

/** Brings a state on by one entry. What a kind it does not know changes is left alone. */
export function fold(state: CaseState, entry: JournalEntry): void {
  state.changedAt = entry.at
  for (const { name, bytes, sha256 } of entry.files) state.files.set(name, { bytes, sha256 })
  if (!Object.hasOwn(FOLDERS, entry.kind)) return
  const folder = FOLDERS[entry.kind as keyof EntryData] as Folder<keyof EntryData>
  folder(state, entry.data as never, entry)
}
