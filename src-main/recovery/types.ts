import type {
  BackupSource,
  CaseRole,
  FieldValue,
  FieldView,
  Pending,
  PlannedCommand,
  ProcedureId,
  StepResult,
  StepView,
  Verdict,
  Words,
} from '../contract/recovery.ts'
import type { Answer, RunSettings } from '../remote/carbonio/types.ts'
import type { Operation } from '../remote/carbonio/operation.ts'
import type { CommandResult, RemoteShell, RunAs, RunOptions } from '../remote/shell.ts'
import type { z } from 'zod'
import type { Expected } from './restore/expected.ts'

/** What a check found. */
export interface CheckResult {
  verdict: Verdict
  /** What was seen and where it comes from. */
  evidence: Words
  next?: Words
}

/** Something a step looks at by itself. */
export interface Check {
  id: string
  label: Words
  /**
   * A red one stops the procedure until it is mended or overridden with a typed reason. `unknown` of a guard stops it
   * as well: what could not be told is not proved. A check that may go by is no guard.
   */
  guard: boolean
  /** Never throws for what a server says: an error becomes `unknown` with its reason. */
  run(context: StepContext): Promise<CheckResult>
}

/** Something only a person can know. */
export interface Confirmation {
  id: string
  label: Words
}

/** A value a step wants before it runs; `options` and `standard` may come from the case, the catalog or a server. */
export interface Field extends Pick<FieldView, 'id' | 'label' | 'help' | 'kind' | 'required' | 'advanced'> {
  standard?(context: StepContext): FieldValue | Promise<FieldValue>
  options?(context: StepContext): FieldView['options'] | Promise<FieldView['options']>
}

/** How a command of a step is run. */
export interface CommandOptions extends RunOptions {
  /**
   * `reads` changes nothing: it is run again when the connection was lost meanwhile. Default `changes`: a lost
   * connection is an error, for nobody knows how far it came.
   */
  effect?: PlannedCommand['effect']
}

/** What is changed for a while, and how it is put back. */
export interface PendingDraft extends Omit<Pending, 'caseId' | 'since'> {
  role: CaseRole
  undoArgv: readonly string[]
  /** As whom it is put back; default `zextras`. */
  undoAs?: RunAs
  /** Proves that it was put back: the output of this (as `undoAs`) holds `contains`. Without it exit code 0 is enough. */
  check?: { argv: readonly string[]; contains: string }
}

/** One step of a procedure. It is a definition: its state comes from the journal of the case. */
export interface Step {
  id: string
  title: Words
  /** What is done and why, in two sentences. */
  why: Words
  risk: Words
  repeatable: boolean
  /** It begins or follows an External Restore, which can be stopped on the server from here. */
  restores?: true
  page: StepView['page']
  /** Verb and object of the primary action when nothing stands in its way. */
  primary: Words
  checks: readonly Check[]
  confirmations: readonly Confirmation[]
  fields: readonly Field[]
  /** Seconds, from measured rates of this case; in words why not. */
  expected?(context: StepContext): Expected | Promise<Expected>
  /** Commands as they would run with the present fields. */
  commands?(context: StepContext): PlannedCommand[] | Promise<PlannedCommand[]>
  /**
   * Does it. A step without it is done when its checks pass and its confirmations are given. It may be called again
   * after a crash: it finds what runs already (`context.fact`) and goes on with that instead of starting it twice.
   */
  run?(context: StepContext): Promise<StepResult>
  /** Checks after `run`; a red one fails the step. */
  proofs?: readonly Check[]
}

export interface Procedure {
  id: ProcedureId
  title: Words
  /** When to choose it. */
  when: Words
  steps: readonly Step[]
}

/** Everything a step may use. All that changes something goes through it, so that all of it is in the journal. */
export interface StepContext {
  readonly caseId: string
  readonly step: string
  readonly procedure: ProcedureId
  readonly signal: AbortSignal
  /** Present values of the step's own fields, standards filled in. */
  readonly fields: Readonly<Record<string, FieldValue>>
  /** Values of another step's fields; empty before it was shown. */
  fieldsOf(step: string): Readonly<Record<string, FieldValue>>
  readonly sources: readonly BackupSource[]
  /** The chosen source, or else the proposed one; null without any. */
  readonly source: BackupSource | null
  /** Looks at all sources again and keeps what was seen. */
  lookAtSources(): Promise<readonly BackupSource[]>
  /** Whether the case has a server in this role. */
  hasServer(role: CaseRole): boolean
  /**
   * The shell of a server of the case; commands run on it are journalled.
   * @throws ExpectedError NOT_FOUND when the case has none in this role
   */
  shell(role: CaseRole): RemoteShell
  /** Host and port of a server as profiles have it, for checks from the laptop. */
  address(role: CaseRole): { serverId: string; host: string; port: number }
  /** Runs an operation of Carbonio on a server of the case and journals it. Errors of it are CarbonioError, ConnectionError. */
  carbonio<I extends z.ZodType, T>(
    role: CaseRole,
    operation: Operation<I, T>,
    input: z.input<I>,
    settings?: RunSettings,
  ): Promise<Answer<T>>
  /** Runs a program and journals it with its output. */
  command(role: CaseRole, argv: readonly string[], options?: CommandOptions): Promise<CommandResult>
  /** What this case knows under a name, by any step (`restore.operation`, `round.2`); undefined when nothing. */
  fact(name: string): unknown
  /** Keeps a fact (JSON) in the journal, durable when this returns. */
  setFact(name: string, value: unknown): void
  /** A note of the step itself in the journal: a decision, a warning that was shown. */
  record(said: Words, data?: unknown): void
  /** Keeps a file or text with the case and its SHA-256 in the journal. Returns the name it has there. */
  attach(name: string, content: string | Buffer): string
  /** Path of an attached file. */
  attachment(name: string): string
  /** Says that something is changed for a while, durably, before it is changed. */
  setPending(pending: PendingDraft): void
  /** Says that it was put back, after that was seen. */
  clearPending(id: string): void
  /** What is changed for a while at this moment, set by any step of the case. */
  readonly pendings: readonly Pending[]
  /** Chooses the procedure that follows; its steps are shown when this one is done. */
  chooseProcedure(procedure: ProcedureId): void
  progress(progress: NonNullable<StepView['progress']>): void
  /** The offline catalog of a source on this laptop, opened and indexed when needed; null where it lies on a server only. */
  catalog(): Promise<CatalogAccess | null>
  /** Where the local copy of the chosen source lies; null when there is none. */
  localPath(): string | null
  /** Runs a task of the engine (copy, check, index) as part of the step: it is in the task strip, stoppable, resumable. */
  task(request: StepTask): Promise<unknown>
}

export type StepTask =
  | {
      kind: 'copy'
      from: { role: CaseRole; path: string } | { path: string }
      to: { role: CaseRole; path: string } | { path: string }
      first?: readonly string[]
    }
  | { kind: 'check'; path: string }
  | { kind: 'index'; path: string }

/** What recovery wants to know of a Backup Path offline. */
export interface CatalogAccess {
  readonly path: string
  /** Addresses with what the backup has of them. */
  accounts(): {
    id: string
    name: string
    /**
     * Live items of users (ids from 256, without folders and tags): what an External Restore brings unless deleted ones
     * are wanted too.
     */
    items: number
    messages: number
    /** Uncompressed, as far as known. */
    bytes: number
    /** The backup of this account ends then, ms UTC. */
    newest: number | null
    cos: string | null
    /** Null: the Backup Path does not tell, only a server does. */
    cosBackup: boolean | null
    system: boolean
    deleted: boolean
  }[]
  domains(): string[]
  /** Totals of what an External Restore would bring. */
  totals(): { accounts: number; items: number; bytes: number; newest: number | null; problems: number }
  /** One item with everything that helps to find and judge it; null when the catalog has no such item. */
  item(account: string, id: number): CatalogItem | null
  /** Every distinct blob that the live items of an account name, with its place relative to the Backup Path. */
  blobs(account: string): Iterable<{ digest: string; path: string }>
  /** Live messages of an account by rising id. */
  messages(account: string): Iterable<{ id: number; date: number | null; bytes: number; subject: string }>
  /** Reads a blob now and proves it; `message` is null unless it is whole. */
  readBlob(path: string, digest: string): { status: string; detail: string; message: Buffer | null }
  /** Writes the last good state (or the given digest) of an item as `.eml` and verifies it. Returns its path. */
  exportItem(
    account: string,
    id: number,
    folder: string,
    digest?: string,
  ): Promise<{ file: string; bytes: number; sha256: string }>
}

export interface CatalogItem {
  account: string
  accountId: string
  id: number
  type: string
  folder: string
  subject: string
  from: string
  date: number | null
  bytes: number
  /** Absolute path of the item's metadata file and of its blobs, newest state first. */
  metadata: string
  /** How its metadata file could be read. */
  condition: 'ok' | 'empty' | 'broken' | 'unreadable'
  states: {
    /** Begin of its validity, ms UTC; null where that is not told. */
    at: number | null
    digest: string | null
    blob: string | null
    deleted: boolean
    /** `unreadable`: this computer's disk or its permissions refuse it; `unknown`: not read yet. */
    verdict: 'good' | 'missing' | 'damaged' | 'unreadable' | 'not-needed' | 'unknown'
  }[]
  /** What the catalog holds against it: `blob-missing`, `metadata-broken`, … */
  problems: string[]
}
