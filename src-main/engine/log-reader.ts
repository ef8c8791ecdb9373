import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLevel, LogLine } from '../contract/log.ts'
import { redact, redactText } from './redact.ts'

export interface LogFilter {
  /** This level and those above it. */
  level: LogLevel
  /** Only lines with this text in them. */
  text?: string | undefined
  /** Only lines of this time, ms UTC, both ends included; lines without a time are left out then. */
  since?: number | undefined
  until?: number | undefined
  limit: number
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }
/** No more than this is read of one file, from its end: a log is turned long before. */
const MAX_BYTES = 16_000_000
/** Turned files beside the current one that are looked for. */
const MAX_FILES = 9
/** Windows has no such flag. */
const NO_LINKS = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NOFOLLOW)
const MAX_EVENT = 1000
const MAX_DETAIL = 20_000

/** The log of a data folder and the ones turned before it, newest first. */
function logFiles(dataFolder: string): string[] {
  const folder = join(dataFolder, 'logs')
  const turned = Array.from({ length: MAX_FILES }, (_, index) => `lifeboat.${index + 1}.log`)
  return ['lifeboat.log', ...turned].map((name) => join(folder, name))
}

/**
 * The newest lines of the log that fit, oldest first, across turned files. Redacted once more while read: a line may
 * be older than a rule. Lines that are not ours (torn by a power cut, written by somebody else) are shown as they are.
 */
export async function readLog(
  dataFolder: string,
  filter: LogFilter,
): Promise<{ lines: LogLine[]; more: boolean }> {
  const found: LogLine[] = []
  const seen = new Set<string>()
  for (const file of logFiles(dataFolder)) {
    const text = await readTail(file, seen)
    if (text === null) continue
    const raw = text.split('\n')
    for (let at = raw.length - 1; at >= 0; at--) {
      const line = raw[at]
      if (!line) continue
      const shown = fitting(line, filter)
      if (!shown) continue
      if (found.length === filter.limit) return { lines: found.reverse(), more: true }
      found.push(shown)
    }
  }
  return { lines: found.reverse(), more: false }
}

/** What changes when something was written: size and number of the current file. */
export async function logStamp(dataFolder: string): Promise<string> {
  const info = await stat(logFiles(dataFolder)[0]!).catch(() => null)
  return info ? `${info.ino} ${info.size}` : ''
}

/** The end of a file; null when there is none or the same file was read already (it was turned meanwhile). */
async function readTail(file: string, seen: Set<string>): Promise<string | null> {
  // never through a link: what it led to would be shown as ours
  const handle = await open(file, NO_LINKS).catch(() => null)
  if (!handle) return null
  try {
    const info = await handle.stat()
    const id = `${info.dev} ${info.ino}`
    if (!info.isFile() || seen.has(id)) return null
    seen.add(id)
    const length = Math.min(info.size, MAX_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, info.size - length)
    const text = buffer.toString('utf8', 0, bytesRead)
    // the first line of a tail is a torn one
    return length < info.size ? text.slice(text.indexOf('\n') + 1) : text
  } catch {
    return null
  } finally {
    await handle.close()
  }
}

function fitting(raw: string, { level, text, since, until }: LogFilter): LogLine | null {
  const line = toLine(raw)
  if (RANK[line.level] < RANK[level]) return null
  if (since !== undefined && (line.time === null || line.time < since)) return null
  if (until !== undefined && (line.time === null || line.time > until)) return null
  const wanted = text?.trim().toLowerCase()
  if (!wanted || `${line.level} ${line.event}\n${line.detail}`.toLowerCase().includes(wanted)) return line
  return null
}

/** One line of the file as data; anything that is no JSON object of ours becomes an `info` with its own text. */
function toLine(raw: string): LogLine {
  const { time, level, event, pid, ...rest } = parseObject(raw) ?? {}
  if (typeof event !== 'string') {
    return { time: null, level: 'info', event: visible(redactText(raw), MAX_EVENT), detail: '' }
  }
  const when = typeof time === 'string' ? Date.parse(time) : NaN
  const detail = [...Object.entries(rest), ['pid', pid] as const]
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${written(value)}`)
    .join('\n')
  return {
    time: Number.isSafeInteger(when) ? when : null,
    level: typeof level === 'string' && Object.hasOwn(RANK, level) ? (level as LogLevel) : 'info',
    event: visible(event, MAX_EVENT),
    detail: visible(detail, MAX_DETAIL),
  }
}

function parseObject(raw: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(raw)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (redact(value) as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** A value as a person reads it: stacks keep their lines. */
function written(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([key, entry]) => `${key}: ${typeof entry === 'string' ? entry : JSON.stringify(entry)}`)
    .map((line) => `\n  ${line.replaceAll('\n', '\n  ')}`)
    .join('')
}

/** Writes out what cannot be seen or turns the writing round, so that no line looks like another one. */
function visible(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max)} …` : text
  return cut.replace(
    // eslint-disable-next-line no-control-regex -- these are what it is about
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
