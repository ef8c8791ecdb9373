import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { RemoteShell } from '../shell.ts'
import { listArgument, named, uuidArgument } from './arguments.ts'
import { cleanOutput } from './clean-output.ts'
import { CarbonioError } from './errors.ts'
import { defineOperation } from './operation.ts'
import type { RunSettings } from './types.ts'

const lineSchema = z.object({
  /** `Account scanned`, `Item restored` … as printed. */
  label: z.string(),
  /** As printed: `4/4`, `0/198/134`. */
  text: z.string(),
  done: z.number().nullable(),
  /** Where it is printed as done/total. */
  total: z.number().nullable(),
})
/** One line of a progress block. */
export type MonitorLine = z.infer<typeof lineSchema>

const LINE = /^ *([A-Za-z][^:]{0,80}): +(\S.*)$/

function progressLine(line: string): MonitorLine | null {
  const match = LINE.exec(line)
  if (match === null) return null
  const text = match[2]!.trim()
  const numbers = /^(\d{1,15})(?:\/(\d{1,15}))?$/.exec(text)
  return {
    label: match[1]!.trim(),
    text,
    done: numbers === null ? null : Number(numbers[1]),
    total: numbers?.[2] === undefined ? null : Number(numbers[2]),
  }
}

const NOTIFICATIONS = /^==\s*notifications\s*==$/i
const BLOCK = /^-{2,}$/

/** Blocks of `label: value` behind lines of `--`, then what was notified by mail (form seen in a public protocol). */
export function parseMonitor(output: string): { blocks: MonitorLine[][]; notifications: string | null } {
  const blocks: MonitorLine[][] = []
  const lines = cleanOutput(output).split('\n')
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    if (NOTIFICATIONS.test(line))
      return {
        blocks: full(blocks),
        notifications: lines
          .slice(index + 1)
          .join('\n')
          .trim(),
      }
    if (BLOCK.test(line)) blocks.push([])
    else {
      const progress = blocks.length === 0 ? null : progressLine(line)
      if (progress !== null) blocks.at(-1)!.push(progress)
    }
  }
  return { blocks: full(blocks), notifications: null }
}

const full = (blocks: readonly MonitorLine[][]): MonitorLine[][] => blocks.filter((block) => block.length > 0)

/** What an operation did so far. It prints until the operation ends: `watchOperation` reads it meanwhile. */
export const monitor = defineOperation({
  name: 'monitor',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only: ending the output does not end the operation.',
  input: z.object({ operation: uuidArgument, operationHost: listArgument.element.optional() }),
  output: z.object({
    /** The newest block. */
    progress: z.array(lineSchema),
    /** Text of the notifications, when the operation ended meanwhile. */
    notifications: z.string().nullable(),
  }),
  timeout: 0,
  words: ({ operation, operationHost }) => [
    'backup',
    'monitor',
    operation,
    ...named({ operation_host: operationHost }),
  ],
  read: ({ text }) => {
    const { blocks, notifications } = parseMonitor(text)
    return blocks.length === 0 && notifications === null
      ? null
      : { progress: blocks.at(-1) ?? [], notifications }
  },
})

/** Longest line and longest notification text that are kept, characters. */
const MOST_TEXT = 1024 * 1024

/** What the monitor prints, piece by piece. */
export type MonitorEvent =
  | { kind: 'progress'; lines: MonitorLine[] }
  /** The mails about the operation, in the end. */
  | { kind: 'notifications'; text: string }

/**
 * Follows an operation until its monitor ends. Breaking off the loop ends the output only, never the operation.
 * @throws CarbonioError when the monitor ends with a failure; ConnectionError when the connection goes away
 */
export async function* watchOperation(
  shell: RemoteShell,
  operation: string,
  settings: Pick<RunSettings, 'host' | 'signal' | 'program'> = {},
): AsyncGenerator<MonitorEvent, void, undefined> {
  const argv = monitor.argv({ operation }, { ...settings, format: 'text' })
  const running = await shell.start(argv, {
    as: 'zextras',
    ...(settings.signal === undefined ? {} : { signal: settings.signal }),
  })
  // seen by the loop below; without a handler of its own a lost connection would end the app
  running.ended.catch(() => undefined)
  running.stdin.end()
  let errors = ''
  running.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < 65_536) errors += chunk.toString('utf8')
  })
  let block: MonitorLine[] = []
  let notifications: string | null = null
  let seen = ''
  let over = false
  try {
    for await (const raw of createInterface({ input: running.stdout, crlfDelay: Infinity })) {
      const line = cleanOutput(raw).trim()
      if (seen.length < 65_536) seen += `${line}\n`
      if (notifications !== null) {
        if (notifications.length < MOST_TEXT) notifications += `${line}\n`
      } else if (NOTIFICATIONS.test(line)) notifications = ''
      else if (BLOCK.test(line)) {
        if (block.length > 0) yield { kind: 'progress', lines: block }
        block = []
      } else {
        const progress = progressLine(line)
        if (progress !== null && block.length < 1000) block.push(progress)
      }
    }
    if (block.length > 0) yield { kind: 'progress', lines: block }
    if (notifications !== null) yield { kind: 'notifications', text: notifications.trim() }
    over = true
    const { code } = await running.ended
    if (code !== 0) {
      throw new CarbonioError(
        'failed',
        'monitor',
        `The monitor of operation ${operation} ended with a failure on ${shell.host}`,
        {
          why: 'That says nothing about the operation itself.',
          next: 'Read the queue (getAllOperations) to see whether it still runs.',
        },
        { host: shell.host, argv, exitCode: code, output: `${errors}\n${seen}` },
      )
    }
  } finally {
    if (!over) running.kill()
  }
}
