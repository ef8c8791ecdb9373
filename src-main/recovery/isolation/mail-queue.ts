import type { CaseRole } from '../../contract/recovery.ts'
import type { StepContext } from '../types.ts'
import { ask, CommandFailed } from './asked.ts'

/** One mail in the queue of Postfix. */
interface QueuedMail {
  id: string
  bytes: number
  /** As printed, in the time of the server. */
  arrived: string
  sender: string
  recipients: string[]
  /** `active` is being sent now. */
  state: 'waiting' | 'held' | 'active'
}

/** Where the programs of Postfix are when the PATH of the login does not know them. */
const FOLDERS = ['', '/opt/zextras/common/sbin/', '/usr/sbin/']

/** Runs a program of Postfix as root wherever it is. @throws CommandFailed, also where it is nowhere */
async function postfix(
  context: StepContext,
  role: CaseRole,
  [program = '', ...args]: readonly string[],
  effect: 'reads' | 'changes',
): Promise<string> {
  for (const folder of FOLDERS) {
    const argv = [`${folder}${program}`, ...args]
    const result = await context.command(role, ['env', 'LC_ALL=C', ...argv], { as: 'root', effect })
    if (result.code === 127) continue
    if (result.code === 0) return result.stdout
    throw new CommandFailed(argv.join(' '), result)
  }
  throw new Error(`\`${program}\` is not on the server`)
}

/** What Postfix has not sent yet. @throws CommandFailed, ConnectionError */
export async function readQueue(context: StepContext, role: CaseRole): Promise<QueuedMail[]> {
  return parseQueue(await postfix(context, role, ['postqueue', '-p'], 'reads'))
}

/** Puts all that waits on hold: it stays, and does not leave even when the MTA runs. */
export async function holdQueue(context: StepContext, role: CaseRole): Promise<void> {
  await postfix(context, role, ['postsuper', '-h', 'ALL'], 'changes')
}

/** `queue id*! size time sender`, then one line for each recipient, `(reason)` in between (postqueue(1)). */
export function parseQueue(text: string): QueuedMail[] {
  const mails: QueuedMail[] = []
  for (const line of text.split('\n')) {
    const head = /^([0-9A-Za-z]+)([*!]?)\s+(\d+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+)\s+(\S.*)$/.exec(line)
    if (head) {
      const [, id = '', mark = '', bytes = '0', arrived = '', sender = ''] = head
      const state = mark === '!' ? 'held' : mark === '*' ? 'active' : 'waiting'
      mails.push({ id, bytes: Number(bytes), arrived, sender, recipients: [], state })
      continue
    }
    const recipient = /^\s+([^\s(]\S*)$/.exec(line)?.[1]
    if (recipient !== undefined) mails.at(-1)?.recipients.push(recipient)
  }
  return mails
}

/** The relay that mail leaves by; '' without one, null where it could not be told. */
export async function readRelay(context: StepContext, role: CaseRole): Promise<string | null> {
  for (const folder of FOLDERS) {
    const { code, stdout } = await ask(context, role, [`${folder}postconf`, '-h', 'relayhost'])
    if (code === 0) return stdout.trim()
    if (code !== 127) return null
  }
  return null
}
