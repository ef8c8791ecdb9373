import { verifyReport } from '../recovery/report/verify.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT } from './exit.ts'

/** `lifeboat report verify FILE`: exit code 0 proved, 1 altered, 2 no report, 3 not readable. */
export async function reportVerify({ terminal }: CommandContext, file: string): Promise<number> {
  const found = verifyReport(asMeant(file))
  if (terminal.json) printJson(terminal, found)
  else {
    terminal.out(
      found.ok
        ? `Proved: ${found.why} ${found.entries} entries, last hash ${found.lastHash ?? ''}\n`
        : `NOT proved: ${found.why}\n`,
    )
  }
  return found.ok ? EXIT.done : EXIT.failures
}
