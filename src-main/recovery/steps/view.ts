import type {
  CaseSummary,
  CaseView,
  CheckView,
  FieldView,
  StepState,
  StepView,
  Words,
} from '../../contract/recovery.ts'
import { proposeSource } from '../cases/propose.ts'
import { same, translated, words } from '../cases/words.ts'
import { runsUnderWay } from '../restore/stop.ts'
import type { OpenPending, StepRecord } from '../cases/state.ts'
import type { Check, Step } from '../types.ts'
import { primaryWords, presentStep, recordOf, type LiveStep, type NextAction } from './next.ts'
import type { CaseRunner } from './runner.ts'

const INTERRUPTED = words(
  'Lifeboat ended in the middle of this step. What runs on the server goes on; so does the step.',
  'Lifeboat è terminato a metà di questo passo. Ciò che è in corso sul server continua; il passo anche.',
)

/** A step as screens show it. */
export function stepView(runner: CaseRunner, step: Step): StepView {
  const record = recordOf(runner.case.state, runner.procedure, step)
  const live = runner.liveOf(step)
  const details = runner.detailsOf(step)
  const next = runner.next(step)
  const error = runner.errorOf(step)
  const interrupted = isInterrupted(record, live)
  return {
    id: step.id,
    title: step.title,
    why: step.why,
    risk: step.risk,
    state: stateOf(record, live, next),
    reason: interrupted ? INTERRUPTED : (reasonOf(record) ?? error),
    repeatable: step.repeatable,
    runs: record.runs,
    checks: [
      ...step.checks.map((check) => checkView(check, record)),
      // Proofs are there to see once they were looked at.
      ...(step.proofs ?? [])
        .filter(({ id }) => record.checks.has(id))
        .map((proof) => checkView(proof, record)),
    ],
    confirmations: step.confirmations.map(({ id, label }) => ({
      id,
      label,
      confirmed: record.confirmations.get(id) ?? null,
    })),
    fields: step.fields.map(({ id, label, help, kind, required, advanced }): FieldView => ({
      id,
      label,
      help,
      kind,
      required,
      advanced,
      options: details.options[id] ?? [],
      standard: details.standards[id] ?? null,
      value: record.fields.get(id) ?? record.used[id] ?? details.standards[id] ?? null,
    })),
    commands: details.commands,
    primary: primaryWords(step, record, next),
    canRun: next.kind !== 'none',
    blockedBy: next.kind === 'none' && record.state !== 'done' ? next.because : [],
    expectedSeconds: typeof details.expected === 'number' ? details.expected : null,
    expectedUnknown: typeof details.expected === 'number' ? null : details.expected,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    progress: runner.progressOf(step),
    result: record.result,
    restoring: step.restores === true && runsUnderWay(factsOf(runner)).length > 0,
    page: step.page,
  }
}

const factsOf = ({ case: { state } }: CaseRunner): { fact: (name: string) => unknown } => ({
  fact: (name) => state.facts.get(name),
})

/** A case in the list. */
export function caseSummary(runner: CaseRunner): CaseSummary {
  const { state, id } = runner.case
  const { steps } = runner.procedure
  const done = steps.filter((step) => {
    const { state: was } = recordOf(state, runner.procedure, step)
    return was === 'done' || was === 'skipped'
  })
  const present = presentStep(state, runner.procedure)
  return {
    id,
    name: state.name,
    procedure: state.procedure,
    createdAt: state.createdAt,
    changedAt: state.changedAt,
    stepsDone: done.length,
    steps: steps.length,
    state: present
      ? stateOf(recordOf(state, runner.procedure, present), runner.liveOf(present), runner.next(present))
      : 'done',
    pending: state.pendings.size,
    closed: state.closed,
    broken: null,
  }
}

/** A case as a whole. */
export function caseView(runner: CaseRunner): CaseView {
  const { state, journal } = runner.case
  const sources = [...state.sources.values()]
  return {
    ...caseSummary(runner),
    servers: [...state.servers.values()],
    sources,
    proposed: proposeSource(sources),
    chosenSource: state.chosenSource,
    notes: state.notes,
    plan: runner.procedure.steps.map((step) => stepView(runner, step)),
    present: runner.present()?.id ?? null,
    pendings: [...state.pendings.values()].map(pendingView),
    entries: journal.count,
    lastHash: journal.lastHash,
  }
}

export function pendingView({
  id,
  caseId,
  what,
  host,
  undo,
  since,
  timerAt,
}: OpenPending): CaseView['pendings'][number] {
  return { id, caseId, what, host, undo, since, timerAt }
}

function checkView({ id, label, guard }: Check, record: StepRecord): CheckView {
  const seen = record.checks.get(id)
  return {
    id,
    label,
    guard,
    verdict: seen?.verdict ?? null,
    evidence: seen?.evidence ?? null,
    next: seen?.next ?? null,
    at: seen?.at ?? null,
    overridden: record.overrides.get(id) ?? null,
  }
}

function reasonOf({ state, reason, italian }: StepRecord): Words | null {
  if (reason === null) return null
  // what a person typed stays as it is
  if (state === 'skipped') return same(reason)
  return italian === null ? translated(reason) : words(reason, italian)
}

function isInterrupted(record: StepRecord, live: LiveStep): boolean {
  return record.state === 'doing' && !live.busy && !live.elsewhere
}

function stateOf(record: StepRecord, live: LiveStep, next: NextAction): StepState {
  if (live.busy || live.elsewhere) return 'doing'
  if (record.state === 'doing' || record.state === 'stopped') return 'waiting'
  if (record.state !== 'to-do') return record.state
  if (next.kind === 'confirm') return 'waiting'
  return next.kind === 'none' && next.waits ? 'waiting' : 'to-do'
}
