import { asMeant, printJson, type CommandContext } from './command.ts'
import { StoppedError } from './exit.ts'
import { runSample } from './sample.ts'
import { counted, duration, size } from './text.ts'

export interface SampleOptions {
  accounts?: number
  items?: number
  seed?: number
  damage?: boolean
}

/** `lifeboat sample OUT`: writes a synthetic Backup Path. */
export async function sampleCommand(
  { terminal, signal }: CommandContext,
  out: string,
  { accounts, items, seed, damage }: SampleOptions,
): Promise<void> {
  const line = terminal.progress('Writing the sample')
  try {
    const result = await runSample(asMeant(out), {
      ...(accounts === undefined ? {} : { accounts }),
      ...(items === undefined ? {} : { items }),
      ...(seed === undefined ? {} : { seed }),
      damage: damage ?? false,
      signal,
      onProgress: (done, total) => line.update({ done, total, unit: 'items' }),
    })
    line.end()
    if (signal.aborted) throw new StoppedError()
    if (terminal.json) return printJson(terminal, result)
    terminal.out(
      [
        `${result.path}: a synthetic backup path, seed ${result.seed}`,
        `  ${counted(result.accounts.length, 'account')}, ${counted(result.items, 'item')}, ${counted(result.messages, 'message')}, ${counted(result.blobs, 'blob')} (${size(result.bytes)})`,
        `  ${counted(result.damages.length, 'damage')} put in on purpose; written in ${duration(result.seconds)}`,
        '',
      ].join('\n'),
    )
  } finally {
    line.end()
  }
}
