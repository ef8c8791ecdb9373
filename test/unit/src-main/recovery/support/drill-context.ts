import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CaseRole, FieldValue, ProcedureId } from '../../../../../src-main/contract/recovery.ts'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import type {
  CommandOptions,
  PendingDraft,
  Step,
  StepContext,
} from '../../../../../src-main/recovery/types.ts'
import type { RemoteShell } from '../../../../../src-main/remote/shell.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { login } from '../../drill/support.ts'

export interface Ran {
  role: CaseRole
  argv: readonly string[]
  options: CommandOptions
}

/** A context without a journal: everything is kept in memory, commands really run on the simulated servers. */
export interface DrillContext extends StepContext {
  readonly ran: Ran[]
  readonly facts: Map<string, unknown>
  readonly pendingDrafts: Map<string, PendingDraft>
  readonly records: string[]
  readonly files: Map<string, string>
  /** Fields of the step that is done, beside its standards. */
  set(fields: Record<string, FieldValue>): void
  of(step: Step): Promise<void>
}

interface Options {
  procedure?: ProcedureId
  /** Which simulated server has which role; none by default but `new` and `old`. */
  shells: Partial<Record<CaseRole, RemoteShell>>
  addresses: Partial<Record<CaseRole, { host: string; port: number }>>
  extra?: Partial<StepContext>
  /** Asked before a command runs; an error of it is thrown instead. */
  before?: (ran: Ran) => void
}

export async function drillContext(drill: Drill, options: Partial<Options> = {}): Promise<DrillContext> {
  return fakeContext({
    shells: {
      new: await login(drill, drill.new, { user: 'root', privilege: 'root' }),
      old: await login(drill, drill.old, { user: 'root', privilege: 'root' }),
    },
    addresses: { new: drill.new, old: drill.old },
    ...options,
  })
}

export function fakeContext({
  shells,
  addresses,
  procedure = 'vm-snapshot',
  extra = {},
  before,
}: Options): DrillContext {
  const ran: Ran[] = []
  const facts = new Map<string, unknown>()
  const pendingDrafts = new Map<string, PendingDraft>()
  const records: string[] = []
  const files = new Map<string, string>()
  const folder = temporaryFolder('case')
  let fields: Record<string, FieldValue> = {}
  let standards: Record<string, FieldValue> = {}
  const shellOf = (role: CaseRole): RemoteShell => {
    const shell = shells[role]
    if (!shell) throw new Error(`This case has no server "${role}".`)
    return shell
  }
  const context: DrillContext = {
    caseId: 'case-1',
    step: 'step',
    procedure,
    signal: new AbortController().signal,
    get fields() {
      return { ...standards, ...fields }
    },
    fieldsOf: () => ({}),
    sources: [],
    source: null,
    lookAtSources: () => Promise.resolve([]),
    hasServer: (role) => shells[role] !== undefined,
    shell: shellOf,
    address: (role) => ({ serverId: role, host: '127.0.0.1', port: 22, ...addresses[role] }),
    carbonio: (role, operation, input, settings) => operation.run(shellOf(role), input, settings),
    async command(role, argv, commandOptions = {}) {
      const one = { role, argv, options: commandOptions }
      ran.push(one)
      before?.(one)
      const { effect: _effect, ...run } = commandOptions
      return shellOf(role).run(argv, run)
    },
    fact: (name) => facts.get(name),
    setFact: (name, value) => void facts.set(name, JSON.parse(JSON.stringify(value))),
    record: (said) => void records.push(typeof said === 'string' ? said : said.en),
    attach: (name, content) => {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, name), content)
      files.set(name, content.toString())
      return name
    },
    attachment: (name) => join(folder, name),
    setPending: (draft) => void pendingDrafts.set(draft.id, draft),
    clearPending: (id) => void pendingDrafts.delete(id),
    get pendings() {
      return [...pendingDrafts.values()].map((draft) => ({ ...draft, caseId: 'case-1', since: 0 }))
    },
    chooseProcedure: () => undefined,
    progress: () => undefined,
    catalog: () => Promise.resolve(null),
    localPath: () => null,
    task: () => Promise.reject(new Error('no tasks here')),
    ran,
    facts,
    pendingDrafts,
    records,
    files,
    set: (values) => {
      fields = values
    },
    async of(step) {
      standards = {}
      for (const field of step.fields) standards[field.id] = (await field.standard?.(context)) ?? null
    },
  }
  Object.defineProperties(context, Object.getOwnPropertyDescriptors(extra))
  return context
}

/** Verdicts of all checks of a step by their ids. */
export async function verdicts(
  step: Pick<Step, 'checks'>,
  context: StepContext,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const check of step.checks) found[check.id] = (await check.run(context)).verdict
  return found
}
