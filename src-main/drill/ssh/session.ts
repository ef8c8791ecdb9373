import { spawn, type ChildProcess } from 'node:child_process'
import { Transform } from 'node:stream'
import type { ServerChannel, Session } from 'ssh2'
import type { DrillUser } from '../access.ts'
import { loginEnvironment } from '../environment.ts'
import type { FaultValues } from '../faults.ts'
import { mapPaths, type ServerPaths } from '../paths.ts'
import type { Quota } from '../quota.ts'
import { SIMULATION_NOTE } from '../simulation.ts'

export interface SessionContext {
  paths: ServerPaths
  faults: () => FaultValues
  user: DrillUser
  socket: string
  quota: Quota
  /** Puts a read-only view of the tree around a shell where the system can; null where it cannot. */
  readOnlyPrefix: readonly string[] | null
}

/** Serves exec and shell of one session. */
export function serveSession(session: Session, context: SessionContext): void {
  let child: ChildProcess | null = null
  const run = (channel: ServerChannel, command: string | null): void => {
    child = runShell(channel, command, context)
  }
  session
    .on('exec', (accept, _reject, info) => run(accept(), info.command))
    .on('shell', (accept) => {
      const channel = accept()
      channel.stderr.write(`${SIMULATION_NOTE}\r\n`)
      run(channel, null)
    })
    .on('pty', granted)
    .on('env', granted)
    .on('signal', (accept, _reject, info) => {
      granted(accept)
      if (child) end(child, `SIG${info.name}` as NodeJS.Signals)
    })
    .on('sftp', (_accept, reject) => reject())
}

/** ssh2 gives no function where the client wants no reply. */
function granted(accept: (() => void) | undefined): void {
  accept?.()
}

/** Sends a signal to the shell and all that it started. */
function end(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    child.kill(signal)
  }
}

function runShell(channel: ServerChannel, command: string | null, context: SessionContext): ChildProcess {
  const { paths, faults, quota } = context
  const env = loginEnvironment(paths, context.socket, context.user)
  const shell = command === null ? ['/bin/sh', '-s'] : ['/bin/sh', '-c', mapPaths(command, paths.root)]
  const readOnly = faults()['read-only'] === undefined ? null : context.readOnlyPrefix
  const [program = '/bin/sh', ...args] = readOnly ? [...readOnly, ...shell] : shell
  const child = spawn(program, args, { env, cwd: paths.zextras, detached: true, stdio: 'pipe' })

  // Standard input is what fills a disk here: it is counted, and cut off when the simulated one is full.
  let full = false
  const counted = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      if (quota.take(chunk.length)) return done(null, chunk)
      full = true
      channel.stderr.write('write error: No space left on device\n')
      end(child, 'SIGKILL')
      done()
    },
  })
  channel.pipe(counted).pipe(child.stdin)
  child.stdin.on('error', () => {
    // The command wants no more; what the client still sends must not stand in its way.
    counted.unpipe(child.stdin)
    counted.resume()
  })
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  for (const stream of [channel, channel.stderr, child.stdout, child.stderr])
    stream.on('error', () => undefined)

  child.on('error', (error) => {
    channel.stderr.write(`sh: ${error.message}\n`)
    channel.exit(127)
    channel.end()
  })
  child.on('close', (code, signal) => {
    quota.refresh()
    if (full) channel.exit(1)
    else if (code !== null) channel.exit(code)
    else channel.exit((signal ?? 'SIGKILL').replace(/^SIG/, ''))
    channel.end()
  })
  channel.on('close', () => end(child, 'SIGHUP'))
  return child
}
