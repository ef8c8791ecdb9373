import type { Readable } from 'node:stream'
import { ConnectionError } from './connection-errors.ts'
import type { CommandResult, RunningCommand, RunOptions } from './shell.ts'

const TIMEOUT_MS = 60_000
const MAX_OUTPUT = 16 * 1024 * 1024

/**
 * Reads a started command to its end, within its time and with its output cut.
 * @throws ConnectionError when it takes too long; the reason of the signal when that aborts
 */
export async function collect(
  command: RunningCommand,
  what: { program: string; host: { user: string; host: string; port: number } },
  options: RunOptions,
  startedAt: number,
): Promise<CommandResult> {
  const timeout = options.timeout ?? TIMEOUT_MS
  const max = options.maxOutput ?? MAX_OUTPUT
  const stdout = gather(command.stdout, max)
  const stderr = gather(command.stderr, max)
  // A command that does not read its input closes the pipe; what it did with it shows in its exit code.
  command.stdin.on('error', () => undefined)
  command.stdin.end(options.input ?? '')

  let timer: NodeJS.Timeout | undefined
  let abort = (): void => undefined
  const limit = new Promise<never>((_resolve, reject) => {
    if (timeout > 0) {
      timer = setTimeout(() => {
        command.kill()
        reject(tooLong(what, timeout))
      }, timeout)
    }
    abort = () => {
      command.kill()
      reject(options.signal?.reason instanceof Error ? options.signal.reason : new Error('Stopped.'))
    }
    options.signal?.addEventListener('abort', abort)
    if (options.signal?.aborted) abort()
  })
  try {
    const { code, signal } = await Promise.race([command.ended, limit])
    // The end of the command may be told before the last of its output was read.
    await Promise.race([Promise.all([stdout.read, stderr.read]), limit, quiet()])
    return {
      code,
      signal,
      stdout: stdout.text(),
      stderr: stderr.text(),
      milliseconds: Date.now() - startedAt,
    }
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', abort)
  }
}

function tooLong(
  { program, host }: { program: string; host: { user: string; host: string; port: number } },
  timeout: number,
): ConnectionError {
  const seconds = Math.round(timeout / 1000)
  return new ConnectionError('session', host, `\`${program}\` did not end within ${seconds} s`, {
    why: 'The server is slow, or a disk or network mount there hangs.',
    next: 'Try again; if it stays so, look at the console of the server.',
  })
}

/** Output that is still on its way when the command has ended gets so long, ms: a child may keep the pipe open. */
const LAST_OUTPUT_MS = 2000

function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LAST_OUTPUT_MS).unref())
}

/**
 * Settles when nothing more will come from a stream of a command. It may have ended before: what a quick command says
 * comes all at once, and a stream that is read empty ends, paused or not.
 */
export function whenRead(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    stream.on('end', resolve)
    stream.on('close', resolve)
    stream.on('error', () => resolve())
    if (stream.readableEnded || stream.destroyed) resolve()
  })
}

/** Collects a stream as text up to `max` bytes; the rest is read and dropped, or the command would never end. */
function gather(stream: Readable, max: number): { text: () => string; read: Promise<void> } {
  const chunks: Buffer[] = []
  let length = 0
  const read = whenRead(stream)
  stream.on('data', (chunk: Buffer) => {
    if (length >= max) return
    chunks.push(chunk.subarray(0, max - length))
    length += chunk.length
  })
  return { text: () => Buffer.concat(chunks).toString('utf8'), read }
}
