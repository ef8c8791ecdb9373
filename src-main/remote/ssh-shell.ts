import type { ClientChannel } from 'ssh2'
import type { SecretSource, SshConnection } from './connection.ts'
import { elevate } from './elevate.ts'
import { cannotElevate, fromElevation } from './elevation-advice.ts'
import type { Hop, ServerProfile } from './profile.ts'
import { hopName } from './profile.ts'
import { commandLine } from './quote.ts'
import { collect } from './run-command.ts'
import type { RemoteShell, RunningCommand, RunOptions } from './shell.ts'
import { awaitStart, ElevationError, type CommandStreams } from './start-command.ts'

/**
 * Runs commands on a server through an open connection, becoming root or `zextras` as its profile says.
 * The connection stays the caller's to close.
 */
export function openShell(
  connection: Pick<SshConnection, 'exec' | 'lost'>,
  profile: Hop & Pick<ServerProfile, 'privilege'>,
  secrets: Pick<SecretSource, 'privilege' | 'rejected'>,
): RemoteShell {
  async function start(
    argv: readonly string[],
    options: Pick<RunOptions, 'as' | 'signal'> = {},
  ): Promise<RunningCommand> {
    const as = options.as ?? 'login'
    const command = elevate(argv, as, profile)
    if (!command) throw cannotElevate(profile, as)
    options.signal?.throwIfAborted()
    const channel = await connection.exec(commandLine(command.argv))
    const streams = streamsOf(channel, connection)
    const kill = (): void => streams.kill()
    options.signal?.addEventListener('abort', kill, { once: true })
    const release = (): void => options.signal?.removeEventListener('abort', kill)
    streams.ended.then(release, release)
    try {
      await awaitStart(streams, command, () => secrets.privilege(profile, command.asks ?? 'sudo'))
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof ElevationError)) throw error
      if (error.failure.kind === 'wrong-password' && command.asks)
        secrets.rejected(profile, command.asks, null)
      throw fromElevation(error.failure, profile, as)
    }
    return streams
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

function streamsOf(channel: ClientChannel, connection: Pick<SshConnection, 'lost'>): CommandStreams {
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    let exit: { code: number | null; signal: string | null } | null = null
    channel.on('exit', (code: number | null, signal?: string) => {
      exit = { code, signal: signal ?? null }
    })
    channel.on('close', () => {
      if (exit) return resolve(exit)
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
