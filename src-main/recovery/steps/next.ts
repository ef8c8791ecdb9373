import type { FieldValue, Words } from '../../contract/recovery.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { words } from '../cases/words.ts'
import { emptyStep, stepKey, type CaseState, type StepRecord } from '../cases/state.ts'
import type { Check, Confirmation, Procedure, Step } from '../types.ts'

/** What the primary action of a step would do now. */
export type NextAction =
  | { kind: 'none'; because: Words[]; waits: boolean }
  | { kind: 'look' }
  | { kind: 'confirm'; confirmation: Confirmation }
  | { kind: 'run' }
  | { kind: 'go-on' }
  | { kind: 'finish' }
  | { kind: 'repeat' }

/** What is known of a step beside the journal. */
export interface LiveStep {
  /** Being looked at or done by this process. */
  busy: boolean
  /** Being done by another process. */
  elsewhere: boolean
  /** Standards of its fields, as far as they were asked. */
  standards: Readonly<Record<string, FieldValue>>
}

export function recordOf(state: CaseState, procedure: Procedure, step: Step): StepRecord {
  return state.steps.get(stepKey(procedure.id, step.id)) ?? emptyStep()
}

/** The step to do now; null when all are done or skipped. */
export function presentStep(state: CaseState, procedure: Procedure): Step | null {
  return (
    procedure.steps.find((step) => {
      const { state: was } = recordOf(state, procedure, step)
      return was !== 'done' && was !== 'skipped'
    }) ?? null
  )
}

/** Value of a field: filled in, or its standard. */
export function valueOf(
  record: StepRecord,
  standards: Readonly<Record<string, FieldValue>>,
  field: string,
): FieldValue {
  const own = record.fields.get(field)
  return own ?? standards[field] ?? null
}

/** Guards that stop a step: red or not to be told, and not overridden. */
export function blockingGuards(step: Step, record: StepRecord): Check[] {
  return step.checks.filter(({ id, guard }) => {
    const verdict = record.checks.get(id)?.verdict
    return guard && (verdict === 'red' || verdict === 'unknown') && !record.overrides.has(id)
  })
}

/** What comes next in a step, and what stands in its way. */
export function nextAction(state: CaseState, procedure: Procedure, step: Step, live: LiveStep): NextAction {
  const none = (because: Words[], waits = false): NextAction => ({ kind: 'none', because, waits })
  const record = recordOf(state, procedure, step)
  if (state.closed) return none([words('The case is closed.', 'Il caso è chiuso.')])
  if (live.busy) return none([words('It is being done.', 'È in corso.')])
  if (live.elsewhere)
    return none([
      words(
        'Another Lifeboat on this computer does it.',
        'Lo sta eseguendo un altro Lifeboat su questo computer.',
      ),
    ])
  if (record.state === 'skipped')
    return none([words('It was skipped; open it again to do it.', 'È stato saltato; riaprirlo per farlo.')])
  if (record.state === 'done') {
    if (step.repeatable) return { kind: 'repeat' }
    return none([words('It is done.', 'È fatto.')])
  }
  const present = presentStep(state, procedure)
  if (present !== null && present.id !== step.id) {
    return none([words(`First: ${present.title.en}`, `Prima: ${present.title.it}`)])
  }
  // What was begun is gone on with: its guards were passed, and now they would see its own work.
  if (record.state !== 'to-do') return { kind: 'go-on' }
  const missing = step.fields.filter(
    ({ id, required }) => required && isEmpty(valueOf(record, live.standards, id)),
  )
  if (missing.length > 0) {
    const looked = record.checks.size > 0
    return none(
      missing.map(({ label }) => words(`Fill in: ${label.en}`, `Compilare: ${label.it}`)),
      looked || step.checks.length === 0,
    )
  }
  if (step.checks.some(({ id }) => !record.checks.has(id))) return { kind: 'look' }
  const guards = blockingGuards(step, record)
  if (guards.length > 0) {
    const because = guards.map(({ id, label }) => {
      const { evidence } = record.checks.get(id)!
      return words(`${label.en}: ${evidence.en}`, `${label.it}: ${evidence.it}`)
    })
    return none(because, true)
  }
  const confirmation = step.confirmations.find(({ id }) => !record.confirmations.has(id))
  if (confirmation) return { kind: 'confirm', confirmation }
  return step.run ? { kind: 'run' } : { kind: 'finish' }
}

/** Verb and object of the primary action. */
export function primaryWords(step: Step, record: StepRecord, next: NextAction): Words {
  switch (next.kind) {
    case 'look':
      return step.run || step.confirmations.length > 0
        ? words('Look at what is needed', 'Controlla che cosa serve')
        : step.primary
    case 'confirm':
      return words(`Confirm: ${next.confirmation.label.en}`, `Conferma: ${next.confirmation.label.it}`)
    case 'go-on':
      return record.state === 'failed' ? words('Try again', 'Riprova') : words('Go on', 'Continua')
    case 'repeat':
      return words(`Do it again: ${step.title.en}`, `Ripeti: ${step.title.it}`)
    case 'none':
    case 'run':
    case 'finish':
      return step.primary
  }
}

function isEmpty(value: FieldValue): boolean {
  const isBlank = typeof value === 'string' && value.trim() === ''
  return value === null || isBlank || (Array.isArray(value) && value.length === 0)
}

/** An error in one sentence each: what happened, why, what next. */
export function errorWords({ message, why, next }: { message: string; why: string; next: string }): Words {
  const said = [message, why, next].filter(Boolean)
  const inWords = (say: (text: string) => string): string => said.map((text) => dotted(say(text))).join(' ')
  return words(
    inWords((text) => text),
    inWords(inItalian),
  )
}

function dotted(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
