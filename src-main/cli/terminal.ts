import cliProgress from 'cli-progress'
import { count, duration } from './text.ts'

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Terminal {
  /** Exactly one JSON document on stdout instead of text. */
  readonly json: boolean
  /** Columns of stdout for tables; endless when it is no terminal. */
  readonly width: number
  /** Writes to stdout. */
  out(text: string): void
  /** Writes a line to stderr. */
  note(text: string): void
  progress(label: string): ProgressLine
}

/** One running step. */
export interface ProgressLine {
  update(progress: {
    done: number
    total: number | null
    unit: string
    secondsLeft?: number | null
    label?: string
  }): void
  end(): void
}

/** Without a terminal, a step says how far it is this often, ms. */
const QUIET_MS = 5000

/** The terminal of this process. */
export function processTerminal(json: boolean): Terminal {
  return {
    json,
    width: process.stdout.isTTY ? Math.max(40, process.stdout.columns || 80) : Number.POSITIVE_INFINITY,
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(`${text}\n`),
    progress: (label) => (process.stderr.isTTY ? barOf(label) : linesOf(label)),
  }
}

function barOf(label: string): ProgressLine {
  let bar: cliProgress.SingleBar | null = null
  return {
    update({ done, total, unit, secondsLeft, label: now }) {
      const payload = {
        label: now ?? label,
        unit,
        left: secondsLeft === null || secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`,
        doneText: count(done),
        totalText: total === null ? '' : ` of ${count(total)}`,
      }
      if (!bar) {
        bar = new cliProgress.SingleBar({
          stream: process.stderr,
          format: '{label} {bar} {doneText}{totalText} {unit}{left}',
          barCompleteChar: '█',
          barIncompleteChar: '░',
          barsize: 24,
          clearOnComplete: true,
          hideCursor: false,
          fps: 8,
        })
        bar.start(Math.max(1, total ?? done), done, payload)
        return
      }
      bar.setTotal(Math.max(1, total ?? done))
      bar.update(done, payload)
    },
    end() {
      bar?.stop()
      bar = null
    },
  }
}

function linesOf(label: string): ProgressLine {
  let told = Date.now()
  return {
    update({ done, total, unit, label: now }) {
      if (Date.now() - told < QUIET_MS) return
      told = Date.now()
      const of = total === null ? '' : ` of ${count(total)}`
      process.stderr.write(`${now ?? label}: ${count(done)}${of} ${unit}\n`)
    },
    end: () => undefined,
  }
}
