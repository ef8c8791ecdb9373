import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'
import { untilAborted } from './abort.ts'
import { elevate, type ElevatedCommand } from './elevate.ts'
import { cannotElevate, fromElevation } from './elevation-advice.ts'
import type { Hop, ServerProfile } from './profile.ts'
import { collect } from './run-command.ts'
import type { RemoteShell, RunningCommand, RunOptions } from './shell.ts'
import { awaitStart, ElevationError, type CommandStreams } from './start-command.ts'

/** Runs commands on this machine, with the same interface as on a server. No shell is between. */
export function openLocalShell(): RemoteShell {
  const login: Hop & Pick<ServerProfile, 'privilege'> = {
    user: userInfo().username,
    host: 'localhost',
    port: 22,
    auth: [],
    privilege: process.getuid?.() === 0 ? 'root' : 'sudo',
  }

  async function start(
    argv: readonly string[],
    options: Pick<RunOptions, 'as' | 'signal'> = {},
  ): Promise<RunningCommand> {
    const as = options.as ?? 'login'
    const command = as === 'login' ? plain(argv) : elevate(argv, as, login)
    if (!command) throw cannotElevate(login, as)
    options.signal?.throwIfAborted()
    const streams = spawnCommand(command.argv)
    const kill = (): void => streams.kill()
    options.signal?.addEventListener('abort', kill, { once: true })
    const release = (): void => options.signal?.removeEventListener('abort', kill)
    streams.ended.then(release, release)
    try {
      await untilAborted(
        awaitStart(streams, command, () => Promise.resolve(null)),
        options.signal,
      )
    } catch (error) {
      options.signal?.throwIfAborted()
      throw error instanceof ElevationError ? fromElevation(error.failure, login, as) : error
    }
    return streams
  }

  return {
    host: 'this machine',
    start,
    run: async (argv, options = {}) => {
      const startedAt = Date.now()
      const command = await start(argv, options)
      return collect(command, { program: argv[0] ?? '', host: login }, options, startedAt)
    },
  }
}

function plain(argv: readonly string[]): ElevatedCommand {
  return { argv: [...argv], marker: null, asks: null, prompt: null }
}

/** A program that is not there ends with 127, as a shell would say it. */
function spawnCommand(argv: readonly string[]): CommandStreams {
  const [program = '', ...args] = argv
  // Its own process group, so that what it started ends with it.
  const child = spawn(program, args, { stdio: 'pipe', detached: process.platform !== 'win32' })
  child.stdin.on('error', () => undefined)
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve({ code: 127, signal: null })
      else reject(error)
    })
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  ended.catch(() => undefined)
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    kill: () => {
      try {
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGTERM')
        else child.kill()
      } catch {
        // it has ended already
      }
      child.stdout.resume()
      child.stderr.resume()
    },
  }
}
