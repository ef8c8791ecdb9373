import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { writeFully } from '../backup/blob-read.ts'
import type { ProblemKind } from '../backup/types.ts'
import { checkProblemSchema, checkSummarySchema, storeCellSchema } from '../contract/verify.ts'
import { ExpectedError } from '../engine/errors.ts'
import type { CheckProblem, CheckResult, CheckSummary, StoreCell } from './check-types.ts'
import { problemLines } from './problem-file.ts'

/** So many problems are read before others are let in. */
const BREATH = 2000

/**
 * Kept results of checks: `<data>/checks/<catalog>/<id>.json` holds the summary, `<id>.cells.json` the picture of
 * the store and `<id>.problems` one problem a line, so that a page of a million of them costs no memory.
 */
export class CheckResults {
  readonly #folder: string

  constructor(dataFolder: string, catalogId: string) {
    this.#folder = join(dataFolder, 'checks', catalogId)
  }

  /** Journal of a check that is not finished; the folder is made (0700). */
  journalFile(id: string): string {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    return join(this.#folder, `${id}.journal`)
  }

  /** The problems of a kept result, one JSON line each. */
  problemsFile(id: string): string {
    return join(this.#folder, `${safeId(id)}.problems`)
  }

  /** Keeps a finished result; its file of problems is taken over. The summary is written last: a result without one does not exist. */
  keep(summary: CheckSummary, result: CheckResult): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    renameSync(result.problemsFile, this.problemsFile(summary.id))
    this.#write(`${summary.id}.cells.json`, [JSON.stringify(result.cells)])
    this.#write(`${summary.id}.json`, [JSON.stringify(summary)])
    rmSync(join(this.#folder, `${summary.id}.journal`), { force: true })
  }

  /** Newest first. A summary that cannot be read is left out. */
  list(): CheckSummary[] {
    const summaries: CheckSummary[] = []
    for (const name of namesIn(this.#folder)) {
      if (!/^[\w-]+\.json$/.test(name)) continue
      const parsed = checkSummarySchema.safeParse(this.#readJson(name))
      if (parsed.success) summaries.push(parsed.data)
    }
    return summaries.sort((a, b) => b.startedAt - a.startedAt)
  }

  /** One page of problems, of one kind or all. */
  async problems(
    id: string,
    page: { kind?: ProblemKind | undefined; offset: number; limit: number },
  ): Promise<{ rows: CheckProblem[]; total: number }> {
    const rows: CheckProblem[] = []
    let total = 0
    for await (const problem of this.#readProblems(id)) {
      if (page.kind !== undefined && problem.kind !== page.kind) continue
      if (total >= page.offset && rows.length < page.limit) rows.push(problem)
      total++
    }
    return { rows, total }
  }

  cells(id: string): StoreCell[] {
    return storeCellSchema
      .array()
      .catch([])
      .parse(this.#readJson(`${safeId(id)}.cells.json`))
  }

  /** What `id` shows and `earlier` did not, and the other way round. */
  async compare(id: string, earlier: string): Promise<{ appeared: CheckProblem[]; gone: CheckProblem[] }> {
    const before = new Map<string, CheckProblem>()
    for await (const problem of this.#readProblems(earlier)) before.set(problemKey(problem), problem)
    const appeared: CheckProblem[] = []
    for await (const problem of this.#readProblems(id)) {
      if (!before.delete(problemKey(problem))) appeared.push(problem)
    }
    return { appeared, gone: [...before.values()] }
  }

  remove(id: string): void {
    for (const ending of [
      '.json',
      '.cells.json',
      '.problems',
      '.journal',
      '.journal.problems',
      '.journal.heal',
    ]) {
      rmSync(join(this.#folder, safeId(id) + ending), { force: true })
    }
  }

  async *#readProblems(id: string): AsyncGenerator<CheckProblem> {
    const file = this.problemsFile(id)
    try {
      let read = 0
      for (const line of problemLines(file)) {
        yield checkProblemSchema.parse(JSON.parse(line))
        if (++read % BREATH === 0) await new Promise(setImmediate)
      }
    } catch (cause) {
      throw new ExpectedError(
        'NOT_FOUND',
        'This result of a check cannot be read',
        { why: `The file ${file} is missing or damaged.`, next: 'Run the check again.' },
        { cause },
      )
    }
  }

  #readJson(name: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.#folder, name), 'utf8'))
    } catch {
      return null
    }
  }

  /** Written under a temporary name and renamed, so that a crash leaves no half result. */
  #write(name: string, pieces: readonly string[]): void {
    const temporary = join(this.#folder, `.${name}.part`)
    const fd = openSync(temporary, 'w', 0o600)
    try {
      // A disk that is nearly full takes a part and says so only by the count.
      for (const piece of pieces) writeFully(fd, Buffer.from(piece))
      fsyncSync(fd)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, join(this.#folder, name))
  }
}

/** What makes two problems of two checks the same one. */
function problemKey(problem: CheckProblem): string {
  return `${problem.kind}\0${problem.path}\0${problem.digest ?? ''}`
}

/** Ids come back from the renderer: never a path. */
function safeId(id: string): string {
  if (!/^[\w-]{1,64}$/.test(id)) throw new Error('Not the id of a check.')
  return id
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
