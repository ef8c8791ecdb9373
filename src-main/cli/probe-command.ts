import type { Fact, ServerReport } from '../contract/server-report.ts'
import { probeServer } from '../remote/probe/probe.ts'
import { openSession } from '../remote/session.ts'
import { printJson, type CommandContext } from './command.ts'
import { loginWith, profileOf, type LoginOptions } from './ssh-login.ts'
import { count, duration, plain, size } from './text.ts'

/** `lifeboat probe ssh://user@host:port`: looks at a server and changes nothing there. */
export async function probeCommand(
  { terminal, signal, data }: CommandContext,
  address: string,
  options: LoginOptions,
): Promise<void> {
  const session = openSession({ profile: profileOf(address, options), ...loginWith(options, data) })
  const line = terminal.progress('Looking')
  try {
    await session.connection(signal)
    const report = await probeServer(session.shell, {
      signal,
      onChange: (current) => {
        const { told, asked } = progressOf(current)
        line.update({ done: told, total: asked, unit: 'facts' })
      },
    })
    line.end()
    if (terminal.json) printJson(terminal, report)
    else terminal.out(textOf(report))
  } finally {
    line.end()
    session.close()
  }
}

type Facts = Record<string, Fact<unknown>>

function groupsOf({ system, carbonio, storage, backup }: ServerReport): [string, Facts][] {
  return [
    ['System', system],
    ['Carbonio', carbonio],
    ['Storage', storage],
    ['Backup', backup],
  ]
}

function progressOf(report: ServerReport): { told: number; asked: number } {
  const facts = groupsOf(report).flatMap(([, group]) => Object.values(group))
  return {
    told: facts.filter((one) => one.known || one.because !== 'it was not asked yet').length,
    asked: facts.length,
  }
}

/** One line a fact; lists below their fact. */
function textOf(report: ServerReport): string {
  const lines = [`${report.server}, looked at in ${duration(report.seconds)}`]
  for (const [title, group] of groupsOf(report)) {
    lines.push('', title)
    for (const [name, one] of Object.entries(group)) {
      const words = one.known ? inWords(name, one.value) : [`could not be told, because ${one.because}`]
      lines.push(`  ${labelOf(name).padEnd(20)} ${plain(words[0] ?? 'none')}`)
      for (const more of words.slice(1)) lines.push(`  ${''.padEnd(20)} ${plain(more)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function labelOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function inWords(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.map((entry) => inWords(name, entry).join(' '))
  if (typeof value === 'boolean') return [value ? 'yes' : 'no']
  if (typeof value === 'number') return [name === 'uptimeSeconds' ? duration(value) : count(value)]
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return ['unknown']
  const parts = Object.entries(value).map(([key, entry]) => `${labelOf(key)} ${short(key, entry)}`)
  return [parts.join(', ')]
}

function short(key: string, value: unknown): string {
  if (typeof value === 'number' && /^(?:size|used|free|bytes)$/.test(key)) return size(value)
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((entry) => short(key, entry)).join(' ')
  if (typeof value === 'object' && value !== null) return `(${inWords(key, value).join(' ')})`
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'unknown'
}
