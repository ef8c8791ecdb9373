import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CaseView, JournalEntry } from '../../contract/recovery.ts'
import { startDrill, type Drill } from '../drill.ts'
import { parseFault } from '../faults.ts'
import { introduce, openLaptop, type Laptop } from './laptop.ts'
import { perform, type Habits } from './technician.ts'

/** What can be performed unattended. */
export type RunName = 'data-recovery' | 'vm-snapshot' | 'same-server' | 'unrestored'

export interface RunOptions {
  /** Folder of the run: new, empty, or one of an earlier run, which is begun anew. */
  folder: string
  /** Items a restore brings back per second; each run has its own standard. */
  speed?: number | undefined
  signal: AbortSignal
  /** Says what is being done, for a person who waits. */
  onStep?: ((text: string) => void) | undefined
}

/** What was brought back, proved by looking at the new server; what figures there are depends on the procedure. */
export type Recovered = Record<string, number>

/** Something that is gone or was given up, by name. */
export interface Lost {
  account: string
  item: number | null
  what: string
  why: string
}

/** The one document a run prints. */
export interface RunReport {
  procedure: RunName
  simulation: string
  ok: boolean
  /** Steps of all procedures of the case in their order, and how each ended. */
  steps: { id: string; state: string; runs: number; seconds: number | null }[]
  planted: { id: string; what: string }[]
  caught: { id: string; how: string }[]
  recovered: Recovered
  lost: Lost[]
  /** Why it is not ok; empty when it is. */
  problems: string[]
  seconds: number
  folder: string
  caseId: string | null
}

/** One procedure to perform. */
export interface RunSpec {
  name: RunName
  /** Faults of the drill from its beginning, as `--fault` takes them. */
  faults: readonly string[]
  accounts?: number
  items?: number
  speed?: number
  /** Performs it. What throws makes the run fail. */
  perform(run: Run): Promise<{ recovered: Recovered; lost: Lost[] }>
}

/** A run under way: the simulated servers, the laptop, and what was planted and caught. */
export class Run {
  readonly drill: Drill
  readonly signal: AbortSignal
  readonly #data: string
  readonly #say: (text: string) => void
  readonly planted: { id: string; what: string }[] = []
  readonly caught: { id: string; how: string }[] = []
  readonly problems: string[] = []
  #laptop: Laptop | null = null
  caseId: string | null = null

  constructor(drill: Drill, data: string, signal: AbortSignal, say: (text: string) => void) {
    this.drill = drill
    this.#data = data
    this.signal = signal
    this.#say = say
  }

  /** The laptop, switched on when first used. */
  get laptop(): Laptop {
    return (this.#laptop ??= openLaptop(this.#data))
  }

  say(text: string): void {
    this.#say(text)
  }

  /** Opens a case with both servers in it. Returns its id. */
  openCase(name: string): string {
    const { recovery } = this.laptop
    const ids = introduce(this.laptop, this.drill)
    const { id } = recovery.create(name)
    recovery.setServer(id, 'old', ids.old)
    recovery.setServer(id, 'new', ids.new)
    return (this.caseId = id)
  }

  /** Something was made to go wrong, and must be caught. */
  plant(id: string, what: string): void {
    this.planted.push({ id, what })
    this.say(`Planted: ${what}`)
  }

  /** It was caught, and how that was seen. Said once for each. */
  catch(id: string, how: string): void {
    if (this.caught.some((one) => one.id === id)) return
    this.caught.push({ id, how })
    this.say(`Caught: ${how}`)
  }

  /** Something is not as it must be: the run is not ok. */
  problem(text: string): void {
    this.problems.push(text)
    this.say(`Problem: ${text}`)
  }

  view(): CaseView {
    return this.laptop.recovery.view(this.#case())
  }

  /** All entries of the case so far. */
  journal(): JournalEntry[] {
    const { journal } = this.laptop.recovery.store.get(this.#case())
    return journal.read(0, journal.count)
  }

  /** Presses primary actions until the case is done, or what the habits say. */
  async perform(habits: Habits = {}): Promise<CaseView> {
    return perform(this.laptop, this.#case(), {
      ...habits,
      signal: this.signal,
      onAction: (step) => {
        this.say(`${step.title.en}: ${step.state}`)
        habits.onAction?.(step)
      },
    })
  }

  /** Switches the laptop off in good order. The next use of `laptop` switches it on again. */
  async closeLaptop(): Promise<void> {
    const open = this.#laptop
    this.#laptop = null
    await open?.close()
  }

  /**
   * The laptop goes on with the case as a process of its own, and is killed with SIGKILL as soon as `when` holds.
   * @returns false when the case came to the step `before` (or its end) first
   */
  async killLaptopWhen(when: () => boolean, before = ''): Promise<boolean> {
    const caseId = this.#case()
    await this.closeLaptop()
    const child = this.#spawnTechnician(caseId, before)
    let over = false
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', (code) => {
        over = true
        resolve(code)
      })
    })
    let killed = false
    while (!over) {
      if (this.signal.aborted || when()) {
        killed = child.kill('SIGKILL')
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await ended
    this.signal.throwIfAborted()
    return killed
  }

  #case(): string {
    if (this.caseId === null) throw new Error('No case was opened.')
    return this.caseId
  }

  #spawnTechnician(caseId: string, before: string): ChildProcess {
    const here = import.meta.url
    const ending = here.endsWith('.ts') ? 'ts' : 'js'
    const file = fileURLToPath(new URL(`./technician-worker.${ending}`, here))
    return spawn(process.execPath, [...process.execArgv, file, this.#data, caseId, before], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
}

/** Performs a procedure against simulated servers, and tells what came of it. */
export async function performRun(spec: RunSpec, options: RunOptions): Promise<RunReport> {
  const startedAt = Date.now()
  const say = options.onStep ?? ((): void => undefined)
  const data = join(options.folder, 'laptop')
  const servers = join(options.folder, 'servers')
  const speed = options.speed ?? spec.speed
  say('Making the simulated servers')
  const drill = await startDrill({
    folder: servers,
    faults: spec.faults.flatMap(parseFault),
    reset: true,
    signal: options.signal,
    ...(spec.accounts === undefined ? {} : { accounts: spec.accounts }),
    ...(spec.items === undefined ? {} : { items: spec.items }),
    ...(speed === undefined ? {} : { speed }),
  })
  rmSync(data, { recursive: true, force: true })
  const run = new Run(drill, data, options.signal, say)
  let outcome: { recovered: Recovered; lost: Lost[] } = { recovered: {}, lost: [] }
  let steps: RunReport['steps'] = []
  try {
    try {
      outcome = await spec.perform(run)
    } catch (error) {
      options.signal.throwIfAborted()
      run.problem(error instanceof Error ? error.message : String(error))
    }
    if (run.caseId !== null) steps = stepsOf(run)
  } finally {
    await run.closeLaptop()
    await drill.close()
  }
  for (const { id, what } of run.planted) {
    if (!run.caught.some((one) => one.id === id)) run.problems.push(`Not caught: ${what}`)
  }
  return {
    procedure: spec.name,
    simulation: drill.simulation,
    ok: run.problems.length === 0,
    steps,
    planted: run.planted,
    caught: run.caught,
    ...outcome,
    problems: run.problems,
    seconds: Math.round((Date.now() - startedAt) / 100) / 10,
    folder: options.folder,
    caseId: run.caseId,
  }
}

/** Every step that anything was done in, in the order it was first begun. */
function stepsOf(run: Run): RunReport['steps'] {
  const { state } = run.laptop.recovery.runner(run.caseId!).case
  return [...state.steps].map(([key, { state: was, runs, startedAt, endedAt }]) => ({
    id: key,
    state: was,
    runs,
    seconds: startedAt !== null && endedAt !== null ? Math.round((endedAt - startedAt) / 100) / 10 : null,
  }))
}
