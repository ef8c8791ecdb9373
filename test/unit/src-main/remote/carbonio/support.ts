import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine } from '../../../../../src-main/remote/quote.ts'
import type { CommandResult, RemoteShell, RunOptions } from '../../../../../src-main/remote/shell.ts'

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/carbonio')

export function fixtureNames(): string[] {
  return readdirSync(FIXTURES).filter((name) => name !== 'README.md')
}

/** The first line of a fixture says whether it is documented or synthetic; the rest is the output. */
export function fixture(name: string): string {
  return wholeFixture(name).replace(/^.*\n/, '')
}

export function wholeFixture(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8')
}

export interface Scripted extends RemoteShell {
  /** What was run, in order. */
  readonly ran: string[][]
  readonly options: (RunOptions | undefined)[]
}

type Said = Partial<CommandResult> | string | Error

/** A server that gives these answers one after the other; the last one for ever. */
export function scripted(...answers: Said[]): Scripted {
  const ran: string[][] = []
  const options: (RunOptions | undefined)[] = []
  return {
    host: 'root@new.example.org',
    ran,
    options,
    run: async (argv, given) => {
      const answer = answers[Math.min(ran.length, answers.length - 1)]!
      ran.push([...argv])
      options.push(given)
      if (answer instanceof Error) throw answer
      const result = typeof answer === 'string' ? { stdout: answer } : answer
      return { code: 0, signal: null, stdout: '', stderr: '', milliseconds: 1, ...result }
    },
    start: () => Promise.reject(new Error('This server starts nothing.')),
  }
}

/** Runs commands through a real `sh -c`, as sshd does with what it is given. */
export function shShell(path: string, folder: string): RemoteShell {
  const start: RemoteShell['start'] = async (argv) => {
    const child = spawn('sh', ['-c', commandLine(argv)], {
      cwd: folder,
      env: { PATH: path },
      stdio: 'pipe',
    })
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal }))
    })
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended,
      kill: () => void child.kill(),
    }
  }
  return {
    host: 'zextras@localhost',
    start,
    run: async (argv, options = {}) => {
      const command = await start(argv)
      const begin = Date.now()
      const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
      command.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk))
      command.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk))
      command.stdin.on('error', () => undefined)
      command.stdin.end()
      const { code, signal } = await command.ended
      const most = options.maxOutput ?? Infinity
      const text = (parts: Buffer[]) => Buffer.concat(parts).subarray(0, most).toString('utf8')
      return {
        code,
        signal,
        stdout: text(chunks.stdout),
        stderr: text(chunks.stderr),
        milliseconds: Date.now() - begin,
      }
    },
  }
}

/** The value of an answer that must have been understood. */
export function valueOf<T>(answer: { understood: true; value: T } | { understood: false; why: string }): T {
  if (!answer.understood) throw new Error(`not understood: ${answer.why}`)
  return answer.value
}
