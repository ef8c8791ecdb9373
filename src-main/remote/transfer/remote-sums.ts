import type { RunningCommand } from '../shell.ts'
import { writeNames } from './remote-input.ts'

/**
 * Reads what a running `xargs -0 sha256sum` tells of `paths` (below its folder), hex.
 * @param stall it is given up after this long without a word, ms; 0: never
 */
export async function readSums(
  command: RunningCommand,
  paths: readonly string[],
  stall: number,
  onSum: (path: string, sum: string) => void,
): Promise<void> {
  let text = ''
  let heard = Date.now()
  const timer =
    stall === 0 ? null : setInterval(() => Date.now() - heard > stall && command.kill(), stall / 4)
  command.stdout.on('error', () => undefined)
  command.stdout.on('data', (piece: Buffer) => {
    heard = Date.now()
    text += piece.toString('latin1')
    const end = text.lastIndexOf('\n')
    for (const line of text.slice(0, Math.max(0, end)).split('\n')) {
      if (/^[0-9a-f]{64} [ *]\.\//.test(line)) onSum(line.slice(68), line.slice(0, 64))
    }
    text = text.slice(end + 1)
  })
  command.stderr.on('error', () => undefined).resume()
  writeNames(command.stdin, paths)
  try {
    await command.ended
  } finally {
    if (timer) clearInterval(timer)
  }
}
