import { ConnectionError } from '../connection-errors.ts'
import type { RemoteShell, RunAs } from '../shell.ts'
import { CannotTell } from './fact.ts'

/** One question to a server may take this long, ms: a dying one answers slowly, a hanging disk never. */
const ASK_MS = 10_000
/** Answers are short; what is longer is cut. */
const MAX_ANSWER = 4 * 1024 * 1024

export interface AskOptions {
  /** `best`: as whoever sees the most that this login can become. */
  as?: RunAs | 'best'
  timeout?: number
  /** Exit codes that still come with an answer; default 0. */
  accept?: readonly number[]
}

/** Asks a server by running programs that change nothing. */
export interface Asker {
  readonly shell: RemoteShell
  readonly signal: AbortSignal
  /** root where this login can become it, else zextras, else itself. */
  best(): Promise<RunAs>
  /**
   * What a program prints, in the C locale.
   * @throws CannotTell with the reason in words, ConnectionError when the connection is lost
   */
  ask(argv: readonly string[], options?: AskOptions): Promise<string>
}

/** At most so many programs run at once: sshd allows ten sessions, and the server is not to be hurried to its end. */
const AT_ONCE = 4

/** @param patience how long one question may take unless it names its own time, ms */
export function makeAsker(shell: RemoteShell, signal: AbortSignal, patience = ASK_MS): Asker {
  let running = 0
  const waiting: (() => void)[] = []

  let found: Promise<RunAs> | null = null

  async function findBest(): Promise<RunAs> {
    for (const as of ['root', 'zextras'] as const) {
      const result = await shell.run(['true'], { as, timeout: patience, signal }).catch((error: unknown) => {
        const cannot = error instanceof ConnectionError && error.step === 'privilege'
        if (!cannot) throw error
        return null
      })
      if (result?.code === 0) return as
    }
    return 'login'
  }
  const best = (): Promise<RunAs> => (found ??= findBest())

  async function ask(argv: readonly string[], options: AskOptions = {}): Promise<string> {
    const as = options.as === 'best' ? await best() : (options.as ?? 'login')
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
    running++
    try {
      signal.throwIfAborted()
      const { code, stdout, stderr } = await shell.run(['env', 'LC_ALL=C', ...argv], {
        as,
        timeout: options.timeout ?? patience,
        maxOutput: MAX_ANSWER,
        signal,
      })
      if (code !== null && (options.accept ?? [0]).includes(code)) return stdout
      throw new CannotTell(failure(argv[0] ?? '', code, stderr || stdout))
    } finally {
      running--
      waiting.shift()?.()
    }
  }
  return { shell, signal, ask, best }
}

function failure(program: string, code: number | null, said: string): string {
  const words = said.replace(/\s+/g, ' ').trim().slice(0, 300)
  if (code === 127) return `\`${program}\` is not there`
  if (code === 126 || /permission denied/i.test(words))
    return `\`${program}\` was refused: ${words || 'permission denied'}`
  return `\`${program}\` ended with code ${String(code)}${words ? `: ${words}` : ''}`
}
