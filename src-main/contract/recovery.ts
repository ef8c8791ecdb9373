import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors, timeSchema } from './common.ts'
import { searchTextSchema, unrestoredItemSchema } from './unrestored.ts'
import { wordsSchema } from './words.ts'

export { wordsSchema, type Words } from './words.ts'

export const procedureIdSchema = z.enum([
  'intake',
  'data-recovery',
  'vm-snapshot',
  'same-server',
  'aftermath',
])
export type ProcedureId = z.infer<typeof procedureIdSchema>

/** Of a report. */
export const languageSchema = z.enum(['en', 'it'])
export type Language = z.infer<typeof languageSchema>

export const caseRoleSchema = z.enum(['old', 'new', 'storage'])
/** What a server is in a case. In a recovery from a VM snapshot `new` is the clone; on the same server `new` is that server. */
export type CaseRole = z.infer<typeof caseRoleSchema>

/** `waiting`: something must be confirmed, overridden or filled in before it can go on. */
export const stepStateSchema = z.enum(['to-do', 'doing', 'waiting', 'done', 'skipped', 'failed'])
export type StepState = z.infer<typeof stepStateSchema>

/** `red` stops the procedure where the check is a guard; `unknown`: could not be told, because (the evidence says why). */
export const verdictSchema = z.enum(['ok', 'attention', 'red', 'unknown'])
export type Verdict = z.infer<typeof verdictSchema>

/** A place where a backup lies. */
export const sourcePlaceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('local'), path: z.string().min(1).max(4096) }),
  z.object({ kind: z.literal('server'), serverId: z.string().min(1), path: z.string().regex(/^\/./s) }),
])
export type SourcePlace = z.infer<typeof sourcePlaceSchema>

export const backupSourceSchema = z.object({
  id: z.string(),
  kind: z.enum(['backup-path', 'external', 'copy']),
  place: sourcePlaceSchema,
  /** Only copy of this mail that is left: no chown, no writable mount, no map file is deleted on it. */
  onlyCopy: z.boolean(),
  /** Found by looking; null where it could not be told yet. */
  newest: timeSchema.nullable(),
  accounts: z.number().nullable(),
  items: z.number().nullable(),
  /** Damaged or missing blobs of the last check; null when never checked. */
  damaged: z.number().nullable(),
  lookedAt: timeSchema.nullable(),
  /** Why it could not be looked at; null when it could. */
  error: z.string().nullable(),
})
export type BackupSource = z.infer<typeof backupSourceSchema>

export const checkViewSchema = z.object({
  id: z.string(),
  label: wordsSchema,
  /** A red one stops the procedure. */
  guard: z.boolean(),
  /** Null: not looked at yet. */
  verdict: verdictSchema.nullable(),
  /** What was seen, with the command or file it comes from: `412 GB free of 180 GB needed (df)`. */
  evidence: wordsSchema.nullable(),
  /** What to do about it; null where nothing has to be done. */
  next: wordsSchema.nullable(),
  at: timeSchema.nullable(),
  /** Typed reason of the person who overrode it; null when nobody did. */
  overridden: z.string().nullable(),
})
export type CheckView = z.infer<typeof checkViewSchema>

export const confirmationViewSchema = z.object({
  id: z.string(),
  label: wordsSchema,
  confirmed: z
    .object({ at: timeSchema, by: z.string(), note: z.string(), files: z.array(z.string()) })
    .nullable(),
})
export type ConfirmationView = z.infer<typeof confirmationViewSchema>

/** Something a step wants to be told before it runs. */
export const fieldViewSchema = z.object({
  id: z.string(),
  label: wordsSchema,
  /** What it does and when to change it. */
  help: wordsSchema,
  kind: z.enum([
    'text',
    'long-text',
    'path',
    'number',
    'yes-no',
    'choice',
    'accounts',
    'domains',
    'server',
    'source',
    'date',
    'file',
  ]),
  /** Of a choice, of accounts and domains. */
  options: z.array(z.object({ value: z.string(), label: wordsSchema, note: wordsSchema.optional() })),
  required: z.boolean(),
  /** Value that is taken when nobody changes it; lists are arrays of strings. */
  standard: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable(),
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable(),
  /** Belongs to what is seldom changed. */
  advanced: z.boolean(),
})
export type FieldView = z.infer<typeof fieldViewSchema>
export type FieldValue = FieldView['value']

/** A command as it would be typed, secrets replaced. */
export const plannedCommandSchema = z.object({
  /** Where it runs: `zextras@mail.example.com:22`, `this laptop`. */
  host: z.string(),
  command: z.string(),
  effect: z.enum(['reads', 'changes', 'destroys']),
  note: wordsSchema.nullable(),
})
export type PlannedCommand = z.infer<typeof plannedCommandSchema>

/** Figures and tables a step shows when it ended or while it runs. */
export const stepFigureSchema = z.object({
  label: wordsSchema,
  /** A figure as English groups it: `1,204`. */
  value: z.string(),
  tone: z.enum(['plain', 'ok', 'attention', 'failed']),
})
/** A string stands as it is in every language: a name, a path, what a server said. What the engine says is words. */
const cellSchema = z.union([z.string(), wordsSchema])
export type Cell = z.infer<typeof cellSchema>
export const stepTableSchema = z.object({
  title: wordsSchema,
  columns: z.array(wordsSchema),
  rows: z.array(z.array(cellSchema)).max(2000),
  /** Rows in all; more than are listed. */
  total: z.number(),
})
export const stepResultSchema = z.object({
  summary: wordsSchema,
  figures: z.array(stepFigureSchema),
  tables: z.array(stepTableSchema),
})
export type StepResult = z.infer<typeof stepResultSchema>

export const stepViewSchema = z.object({
  id: z.string(),
  title: wordsSchema,
  why: wordsSchema,
  risk: wordsSchema,
  state: stepStateSchema,
  /** Reason of a skip or a failure (what happened, why, what next); null otherwise. */
  reason: wordsSchema.nullable(),
  repeatable: z.boolean(),
  /** How often it ended. */
  runs: z.number(),
  checks: z.array(checkViewSchema),
  confirmations: z.array(confirmationViewSchema),
  fields: z.array(fieldViewSchema),
  commands: z.array(plannedCommandSchema),
  /** Verb and object of the one primary action in its present state: look, confirm, start, go on, repeat. */
  primary: wordsSchema,
  /** False where the primary action would do nothing: a red guard, a missing field (`blockedBy` says it). */
  canRun: z.boolean(),
  blockedBy: z.array(wordsSchema),
  /** Seconds expected from measured rates; null when nothing was measured yet. */
  expectedSeconds: z.number().nullable(),
  /** Why there is no such figure for a step that has one once something was measured. */
  expectedUnknown: wordsSchema.nullable(),
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  progress: z
    .object({
      phase: wordsSchema,
      done: z.number(),
      total: z.number().nullable(),
      unit: z.string(),
      rate: z.number().nullable(),
      secondsLeft: z.number().nullable(),
      detail: wordsSchema.nullable(),
    })
    .nullable(),
  result: stepResultSchema.nullable(),
  /** A restore that this step began is under way on the server, also while nobody watches it. */
  restoring: z.boolean(),
  /** A page of its own for it, where one helps: the worklist, the comparison, the copy, the report. */
  page: z.enum(['copy', 'unrestored', 'settings', 'report', 'check', 'servers']).nullable(),
})
export type StepView = z.infer<typeof stepViewSchema>

/** What was changed on a server for a while and must be put back; shown in red until it is. */
export const pendingSchema = z.object({
  id: z.string(),
  caseId: z.string(),
  what: wordsSchema,
  host: z.string(),
  /** The command that puts it back. */
  undo: z.string(),
  since: timeSchema,
  /** When a timer left on the server does it by itself; null without one. */
  timerAt: timeSchema.nullable(),
})
export type Pending = z.infer<typeof pendingSchema>

export const journalEntrySchema = z.object({
  /** 1, 2, 3 … without a gap. */
  n: z.number().int(),
  at: timeSchema,
  /** Offset of the local time from UTC, minutes. */
  offset: z.number().int(),
  who: z.string(),
  kind: z.string(),
  step: z.string().nullable(),
  /** One line for the list. */
  text: z.string(),
  host: z.string().nullable(),
  command: z.string().nullable(),
  exitCode: z.number().nullable(),
  /** Redacted, cut at 64 KiB. */
  output: z.string().nullable(),
  milliseconds: z.number().nullable(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  /** What the entry changes in the case, by its kind. */
  data: z.unknown(),
  /** SHA-256 (hex) of the entry before, and of this one without `hash`. */
  before: z.string(),
  hash: z.string(),
})
export type JournalEntry = z.infer<typeof journalEntrySchema>

/** An entry as screens show it. */
export const journalLineSchema = journalEntrySchema.extend({
  /** Its text in Italian; absent where it is the same. Not part of what is hashed. */
  italian: z.string().optional(),
})
export type JournalLine = z.infer<typeof journalLineSchema>

export const caseSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  procedure: procedureIdSchema.nullable(),
  createdAt: timeSchema,
  changedAt: timeSchema,
  stepsDone: z.number(),
  steps: z.number(),
  /** State of its present step. */
  state: stepStateSchema,
  pending: z.number(),
  /** Closed by a person; still there to read. */
  closed: z.boolean(),
  /** Why its journal is refused: altered, cut, unreadable. Then only `id` and this mean something. Null: all is well. */
  broken: z.object({ message: z.string(), why: z.string(), next: z.string() }).nullable(),
})
export type CaseSummary = z.infer<typeof caseSummarySchema>

export const caseViewSchema = caseSummarySchema.extend({
  servers: z.array(z.object({ role: caseRoleSchema, serverId: z.string(), name: z.string() })),
  sources: z.array(backupSourceSchema),
  /** The best source with reasons; null when none was looked at. */
  proposed: z.object({ id: z.string(), reasons: z.array(wordsSchema) }).nullable(),
  chosenSource: z.string().nullable(),
  notes: z.array(z.object({ at: timeSchema, who: z.string(), text: z.string(), files: z.array(z.string()) })),
  /** Steps of the chosen procedure in their order; of the intake while none is chosen. */
  plan: z.array(stepViewSchema),
  /** The step to do now; null when all are done. */
  present: z.string().nullable(),
  pendings: z.array(pendingSchema),
  entries: z.number(),
  lastHash: z.string(),
})
export type CaseView = z.infer<typeof caseViewSchema>

const base = oc.errors(expectedErrors)
const caseId = z.object({ caseId: z.string().min(1).max(64) })
const stepOf = caseId.extend({ step: z.string().min(1).max(64) })
/** A file of the laptop that goes into the case with its SHA-256: a picture, a notification mail, a console log. */
const attachment = z.object({ path: z.string().min(1).max(4096) })
const valueSchema = z
  .union([z.string().max(1_000_000), z.number(), z.boolean(), z.array(z.string())])
  .nullable()

/** A procedure as a person chooses it. */
export const procedureInfoSchema = z.object({
  id: procedureIdSchema,
  title: wordsSchema,
  /** When to choose it. */
  when: wordsSchema,
  steps: z.array(z.object({ id: z.string(), title: wordsSchema })),
})
export type ProcedureInfo = z.infer<typeof procedureInfoSchema>

export const recoveryContract = {
  /** All procedures there are, in the order they are offered. */
  procedures: base.output(z.array(procedureInfoSchema)),
  list: base.output(z.array(caseSummarySchema)),
  create: base
    .input(z.object({ name: z.string().trim().min(1).max(200), procedure: procedureIdSchema.optional() }))
    .output(caseSummarySchema),
  /** The whole case at once, and again on every change (at most 4 a second). */
  watch: base.input(caseId).output(eventIterator(caseViewSchema)),
  journal: base
    .input(caseId.extend({ after: z.number().int().min(0), limit: z.number().int().min(1).max(1000) }))
    .output(z.array(journalLineSchema)),
  rename: base.input(caseId.extend({ name: z.string().trim().min(1).max(200) })).output(z.void()),
  close: base.input(caseId.extend({ closed: z.boolean() })).output(z.void()),
  setServer: base
    .input(caseId.extend({ role: caseRoleSchema, serverId: z.string().nullable() }))
    .output(z.void()),
  addSource: base
    .input(
      caseId.extend({
        kind: backupSourceSchema.shape.kind,
        place: sourcePlaceSchema,
        onlyCopy: z.boolean(),
      }),
    )
    .output(backupSourceSchema),
  /** Looks at all sources again: newest transaction, accounts, items, damage of the last check. */
  lookAtSources: base.input(caseId).output(z.array(backupSourceSchema)),
  removeSource: base.input(caseId.extend({ id: z.string() })).output(z.void()),
  chooseSource: base
    .input(caseId.extend({ id: z.string(), reason: z.string().max(10_000) }))
    .output(z.void()),
  chooseProcedure: base.input(caseId.extend({ procedure: procedureIdSchema })).output(z.void()),
  note: base
    .input(caseId.extend({ text: z.string().trim().min(1).max(100_000), files: z.array(attachment).max(20) }))
    .output(z.void()),

  setField: base.input(stepOf.extend({ field: z.string(), value: valueSchema })).output(z.void()),
  /** Runs the checks of a step, nothing else. */
  look: base.input(stepOf).output(z.void()),
  /**
   * The primary action: what `primary` of the step says. Returns when it was begun; the case's stream tells the rest.
   * `seen`: its English words as they stood on the button. When the step has gone on since (a double click, another
   * window), nothing is done: nobody confirms, runs or repeats what they have not seen.
   */
  act: base.input(stepOf.extend({ seen: z.string().max(10_000).optional() })).output(z.void()),
  stop: base.input(stepOf).output(z.void()),
  confirm: base
    .input(
      stepOf.extend({ id: z.string(), note: z.string().max(100_000), files: z.array(attachment).max(20) }),
    )
    .output(z.void()),
  /** Overrides a red guard. The reason has at least ten characters. */
  override: base
    .input(stepOf.extend({ check: z.string(), reason: z.string().trim().min(10).max(10_000) }))
    .output(z.void()),
  skip: base.input(stepOf.extend({ reason: z.string().trim().min(10).max(10_000) })).output(z.void()),
  /** Opens a done or skipped step again. */
  reopen: base.input(stepOf.extend({ reason: z.string().trim().min(1).max(10_000) })).output(z.void()),

  /** The worklist of items that were not restored; empty before it was made. */
  unrestored: base
    .input(caseId)
    .output(z.object({ items: z.array(unrestoredItemSchema), searches: z.array(searchTextSchema) })),

  /** What is left changed on servers, of all cases; again on every change. */
  pendings: base.output(eventIterator(z.array(pendingSchema))),
  putBack: base.input(caseId.extend({ id: z.string() })).output(z.void()),

  /** Writes the case as one file. It holds no secret; the hash is that of the file. */
  exportCase: base
    .input(caseId.extend({ file: z.string().min(1).max(4096) }))
    .output(z.object({ file: z.string(), bytes: z.number(), sha256: z.string() })),
  /** Reads such a file; refuses one whose journal was altered. */
  importCase: base.input(z.object({ file: z.string().min(1).max(4096) })).output(caseSummarySchema),
  report: base.input(caseId.extend({ file: z.string().min(1).max(4096), language: languageSchema })).output(
    z.object({
      html: z.string(),
      json: z.string(),
      /** Null where the host cannot print: in a browser and on the command line. */
      pdf: z.string().nullable(),
      entries: z.number(),
      lastHash: z.string(),
    }),
  ),
  verifyReport: base
    .input(z.object({ file: z.string().min(1).max(4096) }))
    .output(
      z.object({ ok: z.boolean(), entries: z.number(), brokenAt: z.number().nullable(), why: z.string() }),
    ),
}
