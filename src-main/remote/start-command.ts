import type { Readable, Writable } from 'node:stream'
import type { ElevatedCommand } from './elevate.ts'

/** The streams of a command that was just started, over SSH or here. */
export interface CommandStreams {
  stdin: Writable
  stdout: Readable
  stderr: Readable
  /** Settles when it ended; rejects when the connection went away. */
  ended: Promise<{ code: number | null; signal: string | null }>
  /** Settles when the connection is gone, with why: `ended` waits until all was read, which may be never. */
  lost?: Promise<Error | null>
  /** Both kinds of output come on stdout: it runs on a terminal. */
  merged?: boolean
  kill(): void
}

/** Why a command did not become what it was to become. */
export type ElevationFailure =
  | { kind: 'wrong-password' }
  | { kind: 'no-password' }
  /** It ended (or fell silent) before it started; with what it said. */
  | { kind: 'refused'; said: string; code: number | null }
  | { kind: 'silent'; said: string }

export class ElevationError extends Error {
  readonly failure: ElevationFailure

  constructor(failure: ElevationFailure) {
    super(`the command did not start: ${failure.kind}`)
    this.name = 'ElevationError'
    this.failure = failure
  }
}

/** sudo, su and PAM may take this long between two signs of life, ms. */
const SILENCE_MS = 25_000
/** What is kept of words before the marker. */
const SAID_MAX = 8192

/**
 * Waits until the command itself runs: reads over what comes before the marker, answers the prompt for a password.
 * Afterwards both streams begin with the command's own first byte, and flow once somebody listens.
 * @param password asked once, and only when there is a prompt; it goes to standard input and nowhere else
 * @returns the process id of the command; null when it was not said
 * @throws ElevationError; or what `lost` or `ended` tell when the connection is gone
 */
export function awaitStart(
  streams: CommandStreams,
  { marker, asks, prompt }: Pick<ElevatedCommand, 'marker' | 'asks' | 'prompt'>,
  password: () => Promise<string | null>,
  silence = SILENCE_MS,
): Promise<number | null> {
  if (marker === null) return Promise.resolve(null)
  const mark = Buffer.from(marker)
  return new Promise((resolve, reject) => {
    let settled = false
    let asked = false
    let waiting = false
    const before = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
    const begun = { stdout: false, stderr: streams.merged ?? false }
    /** Where the programs before it speak. */
    const speech = streams.merged ? 'stdout' : 'stderr'
    let timer: NodeJS.Timeout | undefined

    let processId: number | null = null
    const settle = (error: Error | null): void => {
      if (settled) return
      settled = true
      release()
      if (!error) return resolve(processId)
      streams.kill()
      reject(error)
    }
    const finish = (failure: ElevationFailure | null): void => settle(failure && new ElevationError(failure))
    const said = (): string =>
      before[speech]
        .toString('utf8')
        .replaceAll(prompt ?? '\0', '')
        .trim()
    const watch = (): void => {
      clearTimeout(timer)
      if (!waiting) timer = setTimeout(() => finish({ kind: 'silent', said: said() }), silence)
    }

    const hear = (name: 'stdout' | 'stderr', stream: Readable) => {
      const onData = (chunk: Buffer): void => {
        watch()
        const all = Buffer.concat([before[name], chunk])
        const at = all.indexOf(mark)
        const end = at < 0 ? -1 : all.indexOf(']', at + mark.length)
        if (end < 0) {
          before[name] = all.subarray(Math.max(0, all.length - SAID_MAX))
          if (name === speech && at < 0) askWhenPrompted()
          return
        }
        begun[name] = true
        stream.off('data', onData)
        holdBack(stream)
        processId = Number(all.toString('latin1', at + mark.length, end)) || null
        const rest = all.subarray(end + 1)
        if (rest.length > 0) stream.unshift(rest)
        if (begun.stdout && begun.stderr) finish(null)
      }
      stream.on('data', onData)
      return () => stream.off('data', onData)
    }

    const askWhenPrompted = (): void => {
      if (asks === null || waiting || !isPrompt(before[speech].toString('utf8'), prompt)) return
      // A second prompt means that the first answer was wrong.
      if (asked) return finish({ kind: 'wrong-password' })
      asked = true
      waiting = true
      clearTimeout(timer)
      before[speech] = Buffer.alloc(0)
      password().then(
        (secret) => {
          if (settled) return
          waiting = false
          if (secret === null) return finish({ kind: 'no-password' })
          streams.stdin.write(`${secret}\n`)
          watch()
        },
        () => finish({ kind: 'no-password' }),
      )
    }

    const offs = [hear('stdout', streams.stdout), hear('stderr', streams.stderr)]
    const release = (): void => {
      clearTimeout(timer)
      for (const off of offs) off()
    }
    watch()
    streams.ended.then(
      ({ code }) => {
        // After the marker an early end is the command's own affair.
        if (begun.stdout || (begun.stderr && !streams.merged)) return finish(null)
        const words = said()
        const wrong = asked && /authentication failure|incorrect password|sorry, try again/i.test(words)
        finish(wrong ? { kind: 'wrong-password' } : { kind: 'refused', said: words, code })
      },
      (error: unknown) => settle(error instanceof Error ? error : new Error(String(error))),
    )
    void streams.lost?.then((reason) => settle(reason ?? new Error('The connection was closed.')))
  })
}

/** Stops a stream until it is read: a paused one would not begin to flow for a mere listener. */
function holdBack(stream: Readable): void {
  stream.pause()
  const onListener = (event: string): void => {
    if (event !== 'data') return
    stream.off('newListener', onListener)
    stream.resume()
  }
  stream.on('newListener', onListener)
}

function isPrompt(text: string, prompt: string | null): boolean {
  return prompt === null ? /password[^\n]*: ?$/i.test(text) : text.includes(prompt)
}
