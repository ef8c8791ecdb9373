import { setInterval } from 'node:timers'
import { ConnectionError } from '../../connection-errors.ts'
import type { RunningCommand } from '../../shell.ts'
import { readFacts } from '../probe.ts'

/** So often a sign goes over: without one for five minutes the other side clears up by itself, ms. */
const SIGN_MS = 60_000
/** What it has to say at the start comes within this time, ms. */
const START_MS = 30_000

/** Something on a server that stands as long as its input is open, and clears up when that ends, whatever the reason. */
export interface Held {
  facts: Map<string, string[]>
  /** It ended: with the connection, or because it was killed over there. */
  readonly over: boolean
  /** Lets it clear up and waits until it has. @returns what it said while doing so; null when nobody knows */
  end(): Promise<string | null>
}

/**
 * Waits for the first words of such a command.
 * @param last the fact that is said last
 * @throws ConnectionError when it ended without them
 */
export async function hold(command: RunningCommand, name: string, last: string): Promise<Held> {
  let said = ''
  let complaint = ''
  const state = { over: false, known: false }
  command.stdin.on('error', () => undefined)
  command.stdout.on('error', () => undefined)
  command.stderr.on('error', () => undefined)
  command.stderr.on(
    'data',
    (piece: Buffer) => (complaint = (complaint + piece.toString('utf8')).slice(-4096)),
  )
  const ended = command.ended.then(
    ({ code }) => {
      state.over = true
      return code
    },
    () => {
      state.over = true
      return null
    },
  )
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, START_MS)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    command.stdout.on('data', (piece: Buffer) => {
      said += piece.toString('latin1')
      if (readFacts(said).has(last)) done()
    })
    void ended.then(done)
  })
  const facts = readFacts(said)
  if (!facts.has(last) && !facts.has('nossh')) {
    command.kill()
    throw new ConnectionError(
      'session',
      { user: '', host: name, port: 22 },
      `${name} could not be made ready for a direct copy`,
      {
        why: complaint.trim() === '' ? 'It did not say why.' : `It says: ${complaint.trim()}`,
        next: 'Look whether the login may write into /tmp there; or copy through this computer (without --direct).',
      },
    )
  }
  const timer = setInterval(() => command.stdin.write('.'), SIGN_MS)
  timer.unref()
  void ended.then(() => clearInterval(timer))
  return {
    facts,
    get over() {
      return state.over
    },
    end: async () => {
      clearInterval(timer)
      const before = said.length
      command.stdin.end()
      const wait = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), 10_000).unref())
      const code = await Promise.race([ended, wait])
      if (code === 'late') command.kill()
      return code === 0 ? said.slice(before) : null
    },
  }
}
