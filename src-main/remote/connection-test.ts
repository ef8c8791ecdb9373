import { TEST_STEPS, type ConnectionTest, type TestStep } from '../contract/servers.ts'
import type { ConnectOptions } from './connection.ts'
import { ConnectionError } from './connection-errors.ts'
import { hopName, type Hop, type ServerProfile } from './profile.ts'
import type { CommandResult, RemoteShell } from './shell.ts'
import { openShell } from './ssh-shell.ts'

/** Steps that every hop goes through; the others are those of the server itself. */
const HOP_STEPS = ['reach', 'key-exchange', 'host-key', 'login'] as const
const COMMAND_TIMEOUT_MS = 20_000
/** carbonio starts a JVM: on a slow server that takes its time. */
const CARBONIO_TIMEOUT_MS = 60_000
/** Goes through the server's shell unchanged, or its shell is none that Lifeboat can talk to. */
const ECHO = `it's "$(id)" \\ ü`

export interface TestOptions extends Omit<ConnectOptions, 'onStep' | 'profile' | 'signal'> {
  profile: ServerProfile
  signal: AbortSignal
  onChange: (test: ConnectionTest) => void
}

/**
 * Tries every step from the wire to `carbonio` on a connection of its own, and says of each what it found or why it
 * failed. Nothing is changed on the server. Never throws for what the server does.
 */
export async function testConnection(options: TestOptions): Promise<ConnectionTest> {
  const { profile, signal } = options
  const hops: Hop[] = [...profile.jumps, profile]
  const steps: TestStep[] = hops.flatMap((hop) => HOP_STEPS.map((step) => waiting(step, hop)))
  for (const step of TEST_STEPS.slice(HOP_STEPS.length)) steps.push(waiting(step, profile))
  let at = 0
  let startedAt = Date.now()
  const tell = (done: boolean): ConnectionTest => {
    const ok = done && steps.every(({ state }) => state === 'ok' || state === 'warning')
    const test = { steps: steps.map((step) => ({ ...step })), done, ok }
    options.onChange(test)
    return test
  }
  const finish = (change: Partial<TestStep>): void => {
    Object.assign(steps[at] as TestStep, { milliseconds: Date.now() - startedAt, ...change })
    at++
    startedAt = Date.now()
    if (steps[at]) Object.assign(steps[at] as TestStep, { state: 'running' })
    tell(false)
  }
  const fail = (error: unknown): ConnectionTest => {
    const foreseen = error instanceof ConnectionError
    Object.assign(steps[at] as TestStep, {
      state: 'failed',
      milliseconds: Date.now() - startedAt,
      detail: error instanceof Error ? error.message : String(error),
      why: foreseen ? error.why : '',
      next: foreseen ? error.next : 'Try again.',
      tried: foreseen ? [...error.tried] : [],
    })
    for (const step of steps.slice(at + 1)) step.state = 'skipped'
    return tell(true)
  }

  Object.assign(steps[0] as TestStep, { state: 'running' })
  tell(false)
  let connection
  try {
    const { connect } = await import('./connection.ts')
    connection = await connect({
      ...options,
      onStep: (_hop, _step, detail) => finish({ state: 'ok', detail }),
    })
  } catch (error) {
    return fail(error)
  }
  try {
    const shell = openShell(connection, profile, options.secrets)
    finish(await shellStep(shell, profile, signal))
    finish(await privilegeStep(shell, profile, signal))
    finish(await zextrasStep(shell, profile, signal))
    finish(await carbonioStep(shell, profile, signal))
    return tell(true)
  } catch (error) {
    return fail(error)
  } finally {
    connection.close()
  }
}

type Found = Pick<TestStep, 'state' | 'detail'> & Partial<Pick<TestStep, 'why' | 'next'>>

/** What a person types on the server must arrive as it is: a restricted or exotic login shell shows here. */
async function shellStep(shell: RemoteShell, profile: ServerProfile, signal: AbortSignal): Promise<Found> {
  const result = await shell.run(['printf', '%s', ECHO], { timeout: COMMAND_TIMEOUT_MS, signal })
  if (result.code === 0 && result.stdout === ECHO)
    return { state: 'ok', detail: 'commands arrive as they are sent' }
  throw stepError(profile, 'The login shell does not run commands as a POSIX shell does', {
    why: said(result),
    next: 'Use a user whose login shell is sh, bash, dash or zsh (getent passwd NAME).',
  })
}

async function privilegeStep(
  shell: RemoteShell,
  profile: ServerProfile,
  signal: AbortSignal,
): Promise<Found> {
  const as = profile.privilege === 'zextras' ? 'login' : 'root'
  const result = await shell.run(['id'], { as, timeout: COMMAND_TIMEOUT_MS, signal })
  const detail = result.stdout.trim()
  if (result.code !== 0)
    throw stepError(profile, 'The command id failed', { why: said(result), next: 'Try it by hand.' })
  const user = /^uid=(\d+)\(([^)]*)\)/.exec(detail)
  if (as === 'root' && user?.[1] !== '0') {
    throw stepError(profile, 'The profile says that this login is root, but it is not', {
      why: detail,
      next: 'Choose sudo or su in the profile, or log in as root.',
    })
  }
  if (as === 'login' && user?.[2] !== 'zextras') {
    throw stepError(profile, 'The profile says that this login is zextras, but it is not', {
      why: detail,
      next: 'Choose sudo or su in the profile, or log in as zextras.',
    })
  }
  return { state: 'ok', detail }
}

async function zextrasStep(shell: RemoteShell, profile: ServerProfile, signal: AbortSignal): Promise<Found> {
  const user = await shell.run(['id', 'zextras'], { timeout: COMMAND_TIMEOUT_MS, signal })
  if (user.code !== 0) {
    if (profile.role === 'storage' || profile.role === 'other') {
      return { state: 'warning', detail: 'There is no user zextras here: this is no Carbonio server.' }
    }
    throw stepError(profile, 'There is no user zextras here', {
      why: said(user),
      next: 'Check that this is the right server and that Carbonio is installed on it.',
    })
  }
  const become = await shell.run(['id', '-un'], { as: 'zextras', timeout: COMMAND_TIMEOUT_MS, signal })
  if (become.code === 0 && become.stdout.trim() === 'zextras')
    return { state: 'ok', detail: user.stdout.trim() }
  throw stepError(profile, 'Commands cannot be run as zextras', {
    why: said(become),
    next: 'Look at the login shell and the home folder of zextras (getent passwd zextras).',
  })
}

async function carbonioStep(shell: RemoteShell, profile: ServerProfile, signal: AbortSignal): Promise<Found> {
  const where = await shell
    .run(['sh', '-c', 'command -v carbonio'], { as: 'zextras', timeout: COMMAND_TIMEOUT_MS, signal })
    .catch((error: unknown) => {
      if (profile.role === 'storage' || profile.role === 'other') return null
      throw error
    })
  if (where?.code !== 0) {
    if (profile.role === 'storage' || profile.role === 'other') {
      return { state: 'warning', detail: 'There is no carbonio command here.' }
    }
    throw stepError(profile, 'There is no carbonio command', {
      why: 'zextras does not find it in its PATH.',
      next: 'Check that Carbonio is installed on this server; a node without the mailbox role has no backup either.',
    })
  }
  const path = where.stdout.trim()
  const answer = await shell
    .run(['carbonio', 'core', 'getVersion'], { as: 'zextras', timeout: CARBONIO_TIMEOUT_MS, signal })
    .catch((error: unknown) => error)
  if (signal.aborted) signal.throwIfAborted()
  if (answer instanceof Error) {
    return { state: 'warning', detail: `${path} is there, but did not answer: ${answer.message}` }
  }
  const result = answer as CommandResult
  if (result.code === 0) return { state: 'ok', detail: `${path}: ${brief(result.stdout)}` }
  return {
    state: 'warning',
    detail: `${path} is there, but getVersion ended with ${String(result.code)}: ${brief(result.stderr || result.stdout)}`,
  }
}

function waiting(step: TestStep['step'], hop: Hop): TestStep {
  return {
    step,
    hop: hopName(hop),
    state: 'waiting',
    detail: '',
    why: '',
    next: '',
    tried: [],
    milliseconds: null,
  }
}

function stepError(
  profile: ServerProfile,
  message: string,
  advice: { why: string; next: string },
): ConnectionError {
  return new ConnectionError('privilege', profile, message, advice)
}

function said({ code, stdout, stderr }: CommandResult): string {
  return `It ended with code ${String(code)} and said: “${brief(stderr || stdout)}”`
}

function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
