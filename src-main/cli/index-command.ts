import { printJson, type CommandContext } from './command.ts'
import { openPath } from './open-path.ts'
import { count, counted, duration, size } from './text.ts'

/** `lifeboat index PATH` */
export async function indexCommand(context: CommandContext, path: string): Promise<void> {
  const opened = await openPath(context, path)
  try {
    const { stopped: _stopped, ...totals } = opened.totals
    if (context.terminal.json) return printJson(context.terminal, totals)
    const lines = [
      totals.backupPath,
      `  ${counted(totals.accounts, 'account')}, ${counted(totals.items, 'item')} in ${counted(totals.states, 'state')}, ${counted(totals.messages, 'message')}`,
      `  ${counted(totals.blobs, 'blob')} (${size(totals.bytes)}), ${counted(totals.unclaimed, 'unclaimed message')}`,
      `  read in ${duration(totals.seconds)}; times without a zone are taken as ${opened.zone}`,
    ]
    const problems = Object.entries(totals.problems).sort(([a], [b]) => (a < b ? -1 : 1))
    lines.push(problems.length === 0 ? '  no problems found' : '  problems:')
    for (const [kind, number] of problems) lines.push(`    ${count(number).padStart(9)}  ${kind}`)
    context.terminal.out(`${lines.join('\n')}\n`)
  } finally {
    opened.close()
  }
}
