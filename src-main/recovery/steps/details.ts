import type { FieldValue, FieldView, PlannedCommand } from '../../contract/recovery.ts'
import type { Expected } from '../restore/expected.ts'
import type { Step, StepContext } from '../types.ts'

/** What a step shows that is worked out, not written down. */
export interface StepDetails {
  standards: Record<string, FieldValue>
  options: Record<string, FieldView['options']>
  commands: PlannedCommand[]
  expected: Expected
}

const NOTHING: StepDetails = { standards: {}, options: {}, commands: [], expected: null }

/** Standards, options, commands and expected times of the steps of a case, worked out in the background. */
export class DetailsBook {
  readonly #known = new Map<string, StepDetails>()
  readonly #working = new Map<string, { again: boolean; done: Promise<void> }>()
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get(key: string): StepDetails {
    return this.#known.get(key) ?? NOTHING
  }

  clear(): void {
    this.#known.clear()
  }

  /** Works them out anew; settles when what holds now is known. Never rejects. */
  refresh(key: string, step: Step, open: () => StepContext & { close(): void }): Promise<void> {
    const working = this.#working.get(key)
    if (working) {
      working.again = true
      return working.done
    }
    const entry = { again: true, done: Promise.resolve() }
    this.#working.set(key, entry)
    entry.done = (async () => {
      while (entry.again) {
        entry.again = false
        await this.#workOut(key, step, open())
      }
    })().finally(() => this.#working.delete(key))
    return entry.done
  }

  async #workOut(key: string, step: Step, context: StepContext & { close(): void }): Promise<void> {
    const known = this.#known.get(key)
    const details: StepDetails = { ...(known ?? NOTHING), standards: {}, options: {} }
    this.#known.set(key, details)
    try {
      for (const field of step.fields) {
        // Asked once: an answer must not change under the eyes of who reads it.
        const standard = known?.standards[field.id] ?? (await quietly(() => field.standard?.(context)))
        if (standard != null) details.standards[field.id] = standard
        const options = known?.options[field.id] ?? (await quietly(() => field.options?.(context)))
        if (options != null) details.options[field.id] = options
      }
      details.commands = (await quietly(() => step.commands?.(context))) ?? []
      details.expected = (await quietly(() => step.expected?.(context))) ?? null
    } finally {
      context.close()
      this.#onChange()
    }
  }
}

/** What cannot be worked out is left out: the checks say why. */
async function quietly<T>(work: () => T | Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch {
    return null
  }
}
