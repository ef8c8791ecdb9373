import { randomUUID } from 'node:crypto'
import type { Question, QuestionAnswer } from '../contract/servers.ts'
import { ExpectedError } from '../engine/errors.ts'

/** A question before it has a number and a time. */
export type NewQuestion = Question extends infer Kind
  ? Kind extends Question
    ? Omit<Kind, 'id' | 'askedAt'>
    : never
  : never

interface Open {
  question: Question
  settle: (answer: QuestionAnswer) => void
}

/** Nobody sat there: a question is cancelled after this long, ms. */
const PATIENCE_MS = 5 * 60_000

/** Where the engine asks a person and waits: host keys and secrets. Questions are shown by whoever watches. */
export class QuestionDesk {
  readonly #open = new Map<string, Open>()
  readonly #onChange: (questions: Question[]) => void

  /** @param onChange hears all open questions whenever one comes or goes */
  constructor(onChange: (questions: Question[]) => void) {
    this.#onChange = onChange
  }

  /** Asks, and waits for the answer; `cancel` when nobody answers in time or the signal aborts. */
  ask(question: NewQuestion, signal?: AbortSignal): Promise<QuestionAnswer> {
    const id = randomUUID()
    return new Promise((resolve) => {
      const cancel = (): void => settle({ kind: 'cancel' })
      const settle = (answer: QuestionAnswer): void => {
        if (!this.#open.delete(id)) return
        clearTimeout(timer)
        signal?.removeEventListener('abort', cancel)
        this.#tell()
        resolve(answer)
      }
      const timer = setTimeout(cancel, PATIENCE_MS)
      timer.unref()
      this.#open.set(id, { question: { ...question, id, askedAt: Date.now() }, settle })
      signal?.addEventListener('abort', cancel)
      if (signal?.aborted) cancel()
      else this.#tell()
    })
  }

  /**
   * Hands in a person's answer.
   * @throws ExpectedError NOT_FOUND when the question is not open any more, BAD_QUERY when the answer is of another kind
   */
  answer(id: string, answer: QuestionAnswer): void {
    const open = this.#open.get(id)
    if (!open) {
      throw new ExpectedError('NOT_FOUND', 'This question is not open any more', {
        why: 'It was answered elsewhere, took too long, or what asked it was stopped.',
        next: 'Start again what asked it.',
      })
    }
    if (answer.kind !== 'cancel' && answer.kind !== kindOfAnswer(open.question)) {
      throw new ExpectedError('BAD_QUERY', 'The answer does not fit the question', {
        why: `A question of the kind ${open.question.kind} was answered with ${answer.kind}.`,
        next: 'Answer again.',
      })
    }
    open.settle(answer)
  }

  list(): Question[] {
    return Array.from(this.#open.values(), ({ question }) => question)
  }

  /** Cancels all: the engine ends. */
  close(): void {
    for (const { settle } of [...this.#open.values()]) settle({ kind: 'cancel' })
  }

  #tell(): void {
    this.#onChange(this.list())
  }
}

function kindOfAnswer({ kind }: Question): QuestionAnswer['kind'] {
  return kind === 'password' || kind === 'passphrase' ? 'secret' : kind
}
