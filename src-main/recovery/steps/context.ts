import type { FieldValue, ProcedureId, StepView } from '../../contract/recovery.ts'
import { ExpectedError } from '../../engine/errors.ts'
import type { Session } from '../../remote/session.ts'
import type { Case } from '../cases/case.ts'
import { proposeSource } from '../cases/propose.ts'
import { stepKey } from '../cases/state.ts'
import { factWords } from '../journal/fact-words.ts'
import type { Step, StepContext } from '../types.ts'
import type { RecoveryDeps } from './deps.ts'
import { JournalledCommands } from './journalled.ts'
import { runStepTask } from './step-task.ts'

export interface ContextOptions {
  deps: RecoveryDeps
  of: Case
  procedure: ProcedureId
  step: Step
  signal: AbortSignal
  /** What only reads is asked again for minutes after the connection was lost; a look at a server is not. */
  patient: boolean
  /** Standards of the fields of any step, as far as they were asked. */
  standards: (step: string) => Readonly<Record<string, FieldValue>>
  onProgress: (progress: NonNullable<StepView['progress']>) => void
}

/** What a step works with. `close` ends it: what was counted is written down. */
export function makeContext(options: ContextOptions): StepContext & { close(): void } {
  const { deps, of, procedure, step, signal } = options
  const { state } = of
  const commands = new JournalledCommands(of, step.id, signal, options.patient)

  const server = (role: Parameters<StepContext['shell']>[0]): Session => {
    const found = state.servers.get(role)
    if (found) return deps.servers.session(found.serverId)
    throw new ExpectedError('NOT_FOUND', `This case has no server “${role}”`, {
      why: 'Nobody said yet which server it is.',
      next: 'Choose it among the servers of the case.',
    })
  }
  const valuesOf = (id: string): Record<string, FieldValue> => {
    const record = state.steps.get(stepKey(procedure, id))
    const standards = options.standards(id)
    if (!record) return { ...standards }
    return { ...standards, ...record.used, ...Object.fromEntries(record.fields) }
  }
  const chosen = (): StepContext['source'] => {
    const id = state.chosenSource ?? proposeSource([...state.sources.values()])?.id
    return id === undefined ? null : (state.sources.get(id) ?? null)
  }
  const localPath = (): string | null => {
    const source = chosen()
    if (source?.place.kind === 'local') return source.place.path
    const copy = state.facts.get('source.local')
    if (typeof copy === 'string') return copy
    // A copy on this laptop tells the same as what it was made of.
    const copies = [...state.sources.values()].filter(
      ({ place, kind }) => place.kind === 'local' && kind !== 'external',
    )
    const place = (proposeSource(copies) ? state.sources.get(proposeSource(copies)!.id) : copies[0])?.place
    return place?.kind === 'local' ? place.path : null
  }

  const context: StepContext & { close(): void } = {
    caseId: of.id,
    step: step.id,
    procedure,
    signal,
    get fields() {
      const values = valuesOf(step.id)
      return Object.fromEntries(step.fields.map(({ id }) => [id, values[id] ?? null]))
    },
    fieldsOf: valuesOf,
    get sources() {
      return [...state.sources.values()]
    },
    get source() {
      return chosen()
    },
    lookAtSources: () => deps.lookAtSources(of.id, signal),
    hasServer: (role) => state.servers.has(role),
    shell: (role) => commands.shell(server(role).shell),
    address: (role) => {
      const { profile } = server(role)
      return { serverId: profile.id, host: profile.host, port: profile.port }
    },
    carbonio: (role, operation, input, settings) =>
      commands.carbonio(server(role).shell, operation, input, settings),
    command: async (role, argv, runOptions) => commands.command(server(role).shell, argv, runOptions),
    fact: (name) => {
      const value = state.facts.get(name)
      return value === null ? undefined : value
    },
    setFact: (name, value) => {
      of.write('fact', factWords(name, value).en, { name, value }, { step: step.id })
    },
    record: (said, data) => {
      of.tell('record', said.en, { step: step.id, data: { said: said.it, data } })
    },
    attach: (name, content) => {
      const file = of.keep(name, content)
      of.write('attached', `File ${file.name} was kept`, null, { step: step.id, files: [file] })
      return file.name
    },
    attachment: (name) => of.fileOf(name),
    setPending: ({ undoAs = 'zextras', check = null, ...pending }) => {
      of.write(
        'pending',
        `Changed for a while on ${pending.host}: ${pending.what.en}`,
        { pending: { ...pending, undoAs, check } },
        { step: step.id, host: pending.host },
      )
    },
    clearPending: (id) => {
      const pending = state.pendings.get(id)
      if (!pending) return
      const { what, host } = pending
      of.write('put-back', `Put back: ${what.en}`, { id, what }, { step: step.id, host })
    },
    get pendings() {
      return [...state.pendings.values()]
    },
    chooseProcedure: (next) => {
      of.write(
        'procedure',
        `Procedure: ${deps.procedure(next).title.en}`,
        { procedure: next },
        { step: step.id },
      )
    },
    progress: options.onProgress,
    catalog: async () => {
      const path = localPath()
      return path === null ? null : deps.catalog(path, signal)
    },
    localPath,
    task: (request) => runStepTask(deps, context, request),
    close: () => commands.close(),
  }
  return context
}
