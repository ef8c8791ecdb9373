import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLevel } from '../contract/log.ts'
import { redact, redactText } from './redact.ts'

/** Writes what happened as JSON lines into the data folder. Never throws: a log must not break what it describes. */
export interface Log {
  debug(event: string, fields?: Record<string, unknown>): void
  info(event: string, fields?: Record<string, unknown>): void
  warn(event: string, fields?: Record<string, unknown>): void
  error(event: string, fields?: Record<string, unknown>): void
  /** The file written to. */
  readonly file: string
}

export interface LogOptions {
  /** A file that grew past this many bytes is turned. */
  maxBytes?: number
  /** Older files kept beside the current one. */
  keep?: number
  /** Lines below this level are left out; default LIFEBOAT_LOG or `info`. */
  level?: LogLevel
}

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }
/** One line never grows past this many characters. */
const MAX_LINE = 32_000

/** Opens the log `logs/lifeboat.log` of a data folder (0600), with `lifeboat.1.log` … as older ones. */
export function openLog(dataFolder: string, options: LogOptions = {}): Log {
  const folder = join(dataFolder, 'logs')
  const file = join(folder, 'lifeboat.log')
  const maxBytes = options.maxBytes ?? 5_000_000
  const keep = options.keep ?? 3
  const level = ORDER[options.level ?? levelOf(process.env['LIFEBOAT_LOG'])]

  function write(name: LogLevel, event: string, fields: Record<string, unknown> = {}): void {
    if (ORDER[name] < level) return
    try {
      const line = toLine(name, event, fields)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      turn(folder, file, maxBytes, keep)
      appendFileSync(file, line, { mode: 0o600 })
    } catch {
      // A full disk or a folder taken away must not stop an export.
    }
  }

  return {
    file,
    debug: (event, fields) => write('debug', event, fields),
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  }
}

function levelOf(text: string | undefined): LogLevel {
  return text === 'debug' || text === 'warn' || text === 'error' ? text : 'info'
}

function toLine(level: LogLevel, event: string, fields: Record<string, unknown>): string {
  const head = { time: new Date().toISOString(), level, pid: process.pid, event: redactText(event) }
  const line = JSON.stringify({ ...(redact(fields) as object), ...head })
  if (line.length <= MAX_LINE) return `${line}\n`
  return `${JSON.stringify({ ...head, cut: line.slice(0, MAX_LINE / 2) })}\n`
}

/** Moves a full log one number up. Two processes doing so at once lose at most an old file, never the new lines. */
function turn(folder: string, file: string, maxBytes: number, keep: number): void {
  let size: number
  try {
    size = statSync(file).size
  } catch {
    return
  }
  if (size < maxBytes) return
  rmSync(join(folder, `lifeboat.${keep}.log`), { force: true })
  for (let index = keep - 1; index >= 1; index--) {
    try {
      renameSync(join(folder, `lifeboat.${index}.log`), join(folder, `lifeboat.${index + 1}.log`))
    } catch {
      // There is no file of this number yet.
    }
  }
  renameSync(file, join(folder, 'lifeboat.1.log'))
  if (process.platform !== 'win32') chmodSync(join(folder, 'lifeboat.1.log'), 0o600)
}
