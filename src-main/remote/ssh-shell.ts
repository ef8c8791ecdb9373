import { Writable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { untilAborted } from './abort.ts'
import type { SecretSource, SshConnection } from './connection.ts'
import { elevate, endCommand } from './elevate.ts'
import { cannotElevate, fromElevation } from './elevation-advice.ts'
import type { Hop, ServerProfile } from './profile.ts'
import { hopName } from './profile.ts'
import { commandLine } from './quote.ts'
import { collect } from './run-command.ts'
import type { RemoteShell, RunAs, RunningCommand, RunOptions } from './shell.ts'
import { awaitStart, ElevationError, type CommandStreams } from './start-command.ts'

/** A command that was told to end gets this long before it is made to, ms. */
const GRACE_MS = 2000

interface Opened {
  streams: ChannelStreams
  /** On the server. */
  processId: number | null
}

interface ChannelStreams extends CommandStreams {
  /** Settles when the command itself ended; after kill() the channel is closed earlier than that. */
  exited: Promise<void>
}

/**
 * Runs commands on a server through an open connection, becoming root or `zextras` as its profile says.
 * The connection stays the caller's to close.
 */
export function openShell(
  connection: Pick<SshConnection, 'exec' | 'lost'>,
  profile: Hop & Pick<ServerProfile, 'privilege'>,
  secrets: Pick<SecretSource, 'privilege' | 'rejected'>,
): RemoteShell {
  /** Learnt from the server: it lets nobody become another user without a terminal. */
  let terminalFor: RunAs[] = []

  async function open(argv: readonly string[], as: RunAs, signal?: AbortSignal): Promise<Opened> {
    const terminal = terminalFor.includes(as)
    const command = elevate(argv, as, profile, terminal)
    if (!command) throw cannotElevate(profile, as)
    signal?.throwIfAborted()
    const channel = await connection.exec(commandLine(command.argv), { terminal })
    const streams = streamsOf(channel, connection)
    if (terminal) streams.merged = true
    const close = (): void => streams.kill()
    signal?.addEventListener('abort', close, { once: true })
    try {
      const password = (): Promise<string | null> => secrets.privilege(profile, command.asks ?? 'sudo')
      const processId = await untilAborted(awaitStart(streams, command, password), signal)
      return { streams: terminal ? { ...streams, stdin: terminalInput(channel) } : streams, processId }
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof ElevationError)) throw error
      if (!terminal && wantsTerminal(error)) {
        terminalFor = [...terminalFor, as]
        return await open(argv, as, signal)
      }
      if (error.failure.kind === 'wrong-password' && command.asks) {
        secrets.rejected(profile, command.asks, null)
      }
      throw fromElevation(error.failure, profile, as)
    } finally {
      signal?.removeEventListener('abort', close)
    }
  }

  async function start(
    argv: readonly string[],
    { as = 'login', signal }: Pick<RunOptions, 'as' | 'signal'> = {},
  ): Promise<RunningCommand> {
    const { streams, processId } = await open(argv, as, signal)
    const running = { now: true }
    const end = async (processId: number): Promise<void> => {
      // Asked to, then made to: that the channel is closed says nothing of the process. One that has ended is left alone.
      for (const name of ['TERM', 'KILL'] as const) {
        const ending = await open(endCommand(processId, name), as)
        ending.streams.stdout.resume()
        ending.streams.stderr.resume()
        await ending.streams.ended
        await new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())
      }
    }
    const kill = (): void => {
      // Closing a channel ends nothing over there, and sshd passes no signal on for root: it is ended by its number.
      if (running.now && processId !== null) end(processId).catch(() => undefined)
      streams.kill()
    }
    signal?.addEventListener('abort', kill, { once: true })
    const release = (): void => {
      running.now = false
      signal?.removeEventListener('abort', kill)
    }
    streams.exited.then(release, release)
    if (signal?.aborted) kill()
    return { ...streams, kill }
  }

  return {
    host: hopName(profile),
    start,
    run: async (argv, options = {}) => {
      const startedAt = Date.now()
      const command = await start(argv, options)
      return collect(command, { program: argv[0] ?? '', host: profile }, options, startedAt)
    },
  }
}

function wantsTerminal({ failure }: ElevationError): boolean {
  return (
    failure.kind === 'refused' &&
    /must be run from a terminal|must have a tty|no tty present/i.test(failure.said)
  )
}

/** What a command on a terminal reads: base64 in short lines, for a terminal cuts long ones; then the sign for its end. */
function terminalInput(channel: ClientChannel): Writable {
  let left = Buffer.alloc(0)
  const lines = (bytes: Buffer): string => bytes.toString('base64').replace(/.{1,76}/g, '$&\n')
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const all = Buffer.concat([left, chunk])
      // Whole lines of 57 bytes each: padding may stand at the very end only.
      const whole = all.length - (all.length % 57)
      left = all.subarray(whole)
      channel.write(lines(all.subarray(0, whole)), () => done())
    },
    final(done) {
      channel.write(`${lines(left)}\x04`, () => done())
    },
  })
}

function streamsOf(channel: ClientChannel, connection: Pick<SshConnection, 'lost'>): ChannelStreams {
  const exited = new Promise<void>((resolve) => {
    channel.on('exit', () => resolve())
    channel.on('close', () => resolve())
    void connection.lost.then(() => resolve())
  })
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    // `close` repeats how it ended; a quick command's `exit` has been told before anybody can listen to it.
    channel.on('close', (code?: number | null, signal?: string) => {
      if (code !== undefined) return resolve({ code, signal: signal ?? null })
      // Without an exit code either the server keeps it to itself or the connection is gone: a moment tells.
      const moment = new Promise<'moment'>((done) => setTimeout(() => done('moment'), 100))
      void Promise.race([connection.lost, moment]).then((reason) => {
        if (reason === 'moment') resolve({ code: null, signal: null })
        else reject(reason ?? new Error('The connection was closed.'))
      })
    })
  })
  // Who only reads the streams hears of it there.
  ended.catch(() => undefined)
  channel.on('error', () => undefined)
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended,
    lost: connection.lost,
    exited,
    kill: () => {
      try {
        channel.signal('TERM')
        channel.close()
      } catch {
        // the connection is gone, and the command with it
      }
      // A channel is closed only once all was read.
      channel.resume()
      channel.stderr.resume()
    },
  }
}
