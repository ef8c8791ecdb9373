import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type {
  BackupSource,
  CaseRole,
  CaseSummary,
  CaseView,
  JournalLine,
  Language,
  Pending,
  ProcedureId,
  ProcedureInfo,
  SourcePlace,
  StepView,
} from '../contract/recovery.ts'
import { describeError, ExpectedError } from '../engine/errors.ts'
import { watchList } from '../engine/task-watch.ts'
import type { TaskManager } from '../engine/tasks.ts'
import { hopName } from '../remote/profile.ts'
import type { Servers } from '../remote/servers.ts'
import type { Copies } from '../remote/transfer/copy-task.ts'
import type { AttachedFile, Case } from './cases/case.ts'
import { exportCase, importCase } from './cases/archive.ts'
import { lookAtSource } from './cases/sources.ts'
import { CaseStore } from './cases/store.ts'
import { Catalogs, type CatalogsOptions } from './catalogs.ts'
import { entryWords } from './journal/entry-words.ts'
import { procedureOf, PROCEDURES } from './procedures/index.ts'
import { writeReport, writeReportWithPdf, type Print } from './report/write.ts'
import type { RecoveryDeps } from './steps/deps.ts'
import { CaseRunner } from './steps/runner.ts'
import { caseSummary, caseView, pendingView } from './steps/view.ts'

/** Steps of a case that something was done in here. */
export interface CaseSteps extends Pick<CaseView, 'id' | 'name'> {
  steps: (Pick<StepView, 'id' | 'title' | 'state' | 'reason' | 'startedAt' | 'endedAt' | 'progress'> & {
    /** By this process. */
    here: boolean
  })[]
}

export interface RecoveryOptions {
  dataFolder: string
  tasks: TaskManager
  servers: Pick<Servers, 'session' | 'profiles'>
  copies: Copies
  zone: () => string
  jobs: () => number | null
  /** See CatalogsOptions. */
  index?: CatalogsOptions['index']
}

/** The recovery room: all cases of a data folder and what is being done in them. One per engine. */
export class Recovery {
  readonly store: CaseStore
  readonly #deps: RecoveryDeps
  readonly #catalogs: Catalogs
  readonly #runners = new Map<string, CaseRunner>()
  readonly #listeners = new Set<() => void>()
  readonly #closing = new AbortController()

  constructor(options: RecoveryOptions) {
    this.store = new CaseStore(options.dataFolder)
    const { index, ...rest } = options
    this.#catalogs = new Catalogs({ ...options, index })
    this.#deps = {
      ...rest,
      catalog: (path, signal) => this.#catalogs.open(path, signal),
      lookAtSources: (caseId, signal) => this.lookAtSources(caseId, signal),
      procedure: procedureOf,
    }
  }

  procedures(): ProcedureInfo[] {
    return PROCEDURES.map(({ id, title, when, steps }) => ({
      id,
      title,
      when,
      steps: steps.map((step) => ({ id: step.id, title: step.title })),
    }))
  }

  /** All cases, the one changed last first. One whose journal is refused says so. */
  list(): CaseSummary[] {
    const { cases, unreadable } = this.store.list()
    return [
      ...cases.map((one) => caseSummary(this.#runnerOf(one))),
      ...unreadable.map(({ id, error }): CaseSummary => {
        const { message, why, next } = describeError(error)
        return {
          id,
          name: id,
          procedure: null,
          createdAt: 0,
          changedAt: 0,
          stepsDone: 0,
          steps: 0,
          state: 'failed',
          pending: 0,
          closed: false,
          broken: { message, why, next },
        }
      }),
    ]
  }

  create(name: string, procedure?: ProcedureId): CaseSummary {
    const made = this.store.create(name)
    if (procedure !== undefined) this.#writeProcedure(made, procedure)
    return caseSummary(this.#runnerOf(made))
  }

  /** The runner of a case: its steps are done through it. @throws ExpectedError NOT_FOUND, BrokenJournalError */
  runner(caseId: string): CaseRunner {
    return this.#runnerOf(this.store.get(caseId))
  }

  view(caseId: string): CaseView {
    return caseView(this.runner(caseId))
  }

  /** The case at once and again on every change, at most 4 times a second. */
  async *watch(caseId: string, signal?: AbortSignal): AsyncGenerator<CaseView, void, void> {
    const runner = this.runner(caseId)
    const present = runner.present()
    if (present) void runner.refresh(present)
    yield* watchList<CaseView>(
      {
        list: () => caseView(runner),
        version: () => {
          // Another process may have written.
          runner.case.refresh()
          return runner.case.journal.count
        },
        busy: () => false,
        ended: () => this.#closing.signal.aborted,
        listen: (listener) => this.#listen(listener),
      },
      signal,
    )
  }

  journal(caseId: string, after: number, limit: number): JournalLine[] {
    return this.store
      .get(caseId)
      .journal.read(after, limit)
      .map((entry) => {
        const { it } = entryWords(entry)
        return it === entry.text ? entry : { ...entry, italian: it }
      })
  }

  rename(caseId: string, name: string): void {
    this.store.get(caseId).write('renamed', `The case is called “${name}” now`, { name })
    this.#changed()
  }

  /** @throws ExpectedError REFUSED while something is changed on a server for a while */
  setClosed(caseId: string, closed: boolean): void {
    const one = this.store.get(caseId)
    if (closed && one.state.pendings.size > 0) {
      const open = [...one.state.pendings.values()].map(({ what }) => what.en).join('; ')
      throw new ExpectedError('REFUSED', 'The case cannot be closed yet', {
        why: `This is still changed on a server: ${open}.`,
        next: 'Put it back first.',
      })
    }
    one.write('closed', closed ? 'The case was closed' : 'The case was opened again', { closed })
    this.#changed()
  }

  /** @throws ExpectedError NOT_FOUND for a server that is not in the list */
  setServer(caseId: string, role: CaseRole, serverId: string | null): void {
    const one = this.store.get(caseId)
    const profile = serverId === null ? null : this.#deps.servers.profiles.get(serverId)
    const name = profile?.name ?? ''
    const text = profile ? `Server “${role}”: ${name} (${hopName(profile)})` : `No ${role} server any more`
    one.write('server', text, { role, serverId, name })
    this.#runnerOf(one).forgetDetails()
    this.#changed()
  }

  addSource(caseId: string, draft: Pick<BackupSource, 'kind' | 'place' | 'onlyCopy'>): BackupSource {
    const one = this.store.get(caseId)
    const place: SourcePlace =
      draft.place.kind === 'local' ? { kind: 'local', path: resolve(draft.place.path) } : draft.place
    const source: BackupSource = {
      ...draft,
      place,
      id: randomUUID().slice(0, 8),
      newest: null,
      accounts: null,
      items: null,
      damaged: null,
      lookedAt: null,
      error: null,
    }
    const where =
      place.kind === 'local'
        ? place.path
        : `${this.#deps.servers.profiles.get(place.serverId).name}:${place.path}`
    one.write('source-added', `Source: ${where}${draft.onlyCopy ? ' (only copy)' : ''}`, { source })
    this.#runnerOf(one).forgetDetails()
    this.#changed()
    return source
  }

  async lookAtSources(caseId: string, signal = this.#closing.signal): Promise<BackupSource[]> {
    const one = this.store.get(caseId)
    const sources: BackupSource[] = []
    for (const source of one.state.sources.values()) {
      sources.push(
        await lookAtSource(source, {
          dataFolder: this.#deps.dataFolder,
          // Seen anew: it may have grown since.
          catalog: (path, stop) => this.#catalogs.open(path, stop, true),
          shell: (serverId) => this.#deps.servers.session(serverId).shell,
          signal,
        }),
      )
    }
    const said = sources
      .map(({ id, items, error }) => `${id}: ${error ?? `${String(items)} items`}`)
      .join('; ')
    one.write('sources-looked', `Looked at the sources: ${said}`, { sources })
    this.#runnerOf(one).forgetDetails()
    this.#changed()
    return sources
  }

  removeSource(caseId: string, id: string): void {
    const one = this.store.get(caseId)
    if (one.state.sources.has(id)) one.write('source-removed', `Source ${id} was taken out`, { id })
    this.#changed()
  }

  chooseSource(caseId: string, id: string, reason: string): void {
    const one = this.store.get(caseId)
    if (!one.state.sources.has(id)) {
      throw new ExpectedError('NOT_FOUND', 'This case has no such source', {
        why: 'It was taken out.',
        next: 'Choose one of the list.',
      })
    }
    one.write('source-chosen', `Source ${id} was chosen${reason === '' ? '' : `: ${reason}`}`, { id, reason })
    this.#runnerOf(one).forgetDetails()
    this.#changed()
  }

  chooseProcedure(caseId: string, procedure: ProcedureId): void {
    const one = this.store.get(caseId)
    this.#writeProcedure(one, procedure)
    this.#runnerOf(one).forgetDetails()
    this.#changed()
  }

  async note(caseId: string, text: string, files: readonly string[]): Promise<void> {
    const one = this.store.get(caseId)
    one.write('note', text, { text }, { files: await this.keepFiles(one, files) })
    this.#changed()
  }

  async keepFiles(one: Case, files: readonly string[]): Promise<AttachedFile[]> {
    const kept: AttachedFile[] = []
    for (const path of files) kept.push(await one.keepFile(path))
    return kept
  }

  pendings(): Pending[] {
    return this.store.list().cases.flatMap(({ state }) => [...state.pendings.values()].map(pendingView))
  }

  watchPendings(signal?: AbortSignal): AsyncGenerator<Pending[], void, void> {
    return watchList<Pending[]>(
      {
        list: () => this.pendings(),
        version: () => this.store.list().cases.reduce((sum, { journal }) => sum + journal.count, 0),
        busy: () => false,
        ended: () => this.#closing.signal.aborted,
        listen: (listener) => this.#listen(listener),
      },
      signal,
    )
  }

  /** Steps of the cases that something is or was done in here, at once and again on every change. */
  watchSteps(signal?: AbortSignal): AsyncGenerator<CaseSteps[], void, void> {
    const met = new Set<CaseRunner>()
    return watchList<CaseSteps[]>(
      {
        list: () => {
          for (const runner of this.#runners.values()) if (runner.busy) met.add(runner)
          return [...met].map((runner) => {
            const { id, name, plan } = caseView(runner)
            return { id, name, steps: plan.map((step) => ({ ...step, here: runner.busy })) }
          })
        },
        version: () => 0,
        busy: () => false,
        ended: () => this.#closing.signal.aborted,
        listen: (listener) => this.#listen(listener),
      },
      signal,
    )
  }

  exportCase(caseId: string, file: string): Promise<{ file: string; bytes: number; sha256: string }> {
    return exportCase(this.store.get(caseId), file)
  }

  async importCase(file: string): Promise<CaseSummary> {
    const id = await importCase(this.store, file)
    this.#changed()
    return caseSummary(this.runner(id))
  }

  /** @param print makes a PDF of a page, where the host can */
  async report(
    caseId: string,
    file: string,
    language: Language,
    print: Print | null,
  ): Promise<ReturnType<typeof writeReport> & { pdf: string | null }> {
    const of = this.store.get(caseId)
    if (print !== null) return writeReportWithPdf(of, file, language, print)
    return { ...writeReport(of, file, language), pdf: null }
  }

  /** Stops what runs in cases; it goes on at the next start. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled([...this.#runners.values()].map((runner) => runner.close()))
    this.#catalogs.close()
    this.#changed()
  }

  #writeProcedure(one: Case, procedure: ProcedureId): void {
    one.write('procedure', `Procedure: ${procedureOf(procedure).title.en}`, { procedure })
  }

  #runnerOf(one: Case): CaseRunner {
    const known = this.#runners.get(one.id)
    if (known?.case === one) return known
    const runner = new CaseRunner(one, this.#deps, () => this.#changed())
    one.listen(() => this.#changed())
    this.#runners.set(one.id, runner)
    return runner
  }

  #listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
