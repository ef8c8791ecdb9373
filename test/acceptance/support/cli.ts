import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
const NODE = join(REPOSITORY, 'node_modules/.bin/node')
const CLI = join(REPOSITORY, 'src-main/cli.ts')

/** Whether tests can start the program as somebody who is not root. */
export const canDropRoot = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv')

/** Whom files refuse: a plain user, or the user of these tests when that is not root. */
export const NOBODY = 65534

export interface RunOptions {
  /** Runs as uid nobody (only when these tests run as root). */
  plainUser?: boolean
  /** Sends SIGKILL to the program (and its threads) after so many ms. */
  killAfter?: number
  timeout?: number
  cwd?: string
  env?: Record<string, string>
}

export interface RunResult {
  /** Null when it was killed. */
  code: number | null
  stdout: string
  stderr: string
  /** stdout as one JSON document; undefined when it is none. */
  json: unknown
  ms: number
}

/** Runs `lifeboat ARGS…`, exactly as a script would. Never throws for what the program does. */
export function lifeboat(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const drop = options.plainUser === true && canDropRoot
  const program = [NODE, CLI, ...args]
  const command = drop
    ? ['/usr/bin/setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...program]
    : program
  const began = performance.now()
  return new Promise((done, fail) => {
    const child = spawn(command[0] ?? '', command.slice(1), {
      cwd: options.cwd ?? REPOSITORY,
      env: { ...process.env, NO_COLOR: '1', ...(drop ? { HOME: '/nonexistent' } : {}), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (data: Buffer) => out.push(data))
    child.stderr.on('data', (data: Buffer) => err.push(data))
    const limit = setTimeout(() => child.kill('SIGKILL'), options.timeout ?? 240_000)
    const killer =
      options.killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfter)
    child.on('error', fail)
    child.on('close', (code) => {
      clearTimeout(limit)
      clearTimeout(killer)
      const stdout = Buffer.concat(out).toString('utf8')
      let json: unknown
      try {
        json = JSON.parse(stdout)
      } catch {
        json = undefined
      }
      done({ code, stdout, stderr: Buffer.concat(err).toString('utf8'), json, ms: performance.now() - began })
    })
  })
}
