import { ExpectedError } from '../../engine/errors.ts'
import { zmlocalconfigGet } from '../../remote/carbonio/zmlocalconfig-get.ts'
import { zmlocalconfigSet } from '../../remote/carbonio/zmlocalconfig-set.ts'
import { words } from '../cases/words.ts'
import { understood } from '../restore/look.ts'
import type { StepContext } from '../types.ts'

/** Setting of the mailbox's LMTP validator (D, FORMAT.md). */
const KEY = 'zimbra_lmtp_validate_messages'
const VALIDATOR_PENDING = 'lmtp-validator'
/** The value that was found before it was changed; the case knows it as long as it is not back. */
const BEFORE = 'validator.before'

const unitOf = (context: StepContext): string =>
  `lifeboat-validator-${context.caseId.replaceAll(/[^\w-]/g, '')}`

async function valueNow(context: StepContext): Promise<string> {
  // a fresh signal: what a person stopped must still be able to put back
  const answer = await context.carbonio('new', zmlocalconfigGet, { key: KEY }, { signal: unstopped() })
  return understood(answer).value
}

const unstopped = (): AbortSignal => AbortSignal.timeout(120_000)

async function set(context: StepContext, value: string): Promise<void> {
  await context.carbonio('new', zmlocalconfigSet, { key: KEY, value }, { signal: unstopped() })
  // some releases print something: what counts is what is read back
  const now = await valueNow(context)
  if (now === value) return
  throw new ExpectedError('REFUSED', `The LMTP validator could not be set to ${value}`, {
    why: `After the change it still reads ${KEY} = ${now}.`,
    next: `Set it by hand as zextras: zmlocalconfig -e ${KEY}=${value}`,
  })
}

/** A timer of the server that sets the value found before, whatever becomes of this laptop. @returns when, or null */
async function leaveTimer(context: StepContext, before: string, minutes: number): Promise<number | null> {
  const unit = unitOf(context)
  const back = `su - zextras -c 'zmlocalconfig -e ${KEY}=${before}'`
  await context.command('new', ['systemctl', 'stop', `${unit}.timer`], { as: 'root', signal: unstopped() })
  const { code } = await context.command(
    'new',
    ['systemd-run', `--on-active=${String(minutes)}m`, `--unit=${unit}`, '/bin/sh', '-c', back],
    { as: 'root', signal: unstopped() },
  )
  if (code === 0) return Date.now() + minutes * 60_000
  context.record(
    words(
      'No timer could be left on the server: the validator is put back by Lifeboat alone.',
      'Non è stato possibile lasciare un timer sul server: il validatore viene rimesso solo da Lifeboat.',
    ),
  )
  return null
}

function say(context: StepContext, before: string, timerAt: number | null): void {
  context.setPending({
    id: VALIDATOR_PENDING,
    role: 'new',
    what: words('The LMTP validator is off', 'Il validatore LMTP è spento'),
    host: context.shell('new').host,
    undo: `zmlocalconfig -e ${KEY}=${before}`,
    undoArgv: ['zmlocalconfig', '-e', `${KEY}=${before}`],
    undoAs: 'zextras',
    check: { argv: ['zmlocalconfig', KEY], contains: `${KEY} = ${before}` },
    timerAt,
  })
}

/**
 * Does something while the validator is off. It is pending in red and a timer lies on the server before it is changed;
 * the value found before is put back and read again afterwards, also when `work` fails or is stopped.
 * @throws what `work` throws; ExpectedError, ConnectionError when it could not be put back: it stays pending then
 */
export async function withValidatorOff<T>(
  context: StepContext,
  minutes: number,
  work: () => Promise<T>,
): Promise<T> {
  const found = await valueNow(context)
  if (found === 'false') {
    context.record(
      words(
        'The LMTP validator was off already; it is left as it was found.',
        'Il validatore LMTP era già spento; resta come è stato trovato.',
      ),
    )
    return work()
  }
  context.setFact(BEFORE, found)
  say(context, found, null)
  const timerAt = await leaveTimer(context, found, minutes)
  if (timerAt !== null) say(context, found, timerAt)
  try {
    await set(context, 'false')
    return await work()
  } finally {
    await putBack(context)
  }
}

/** Whether an earlier run of this case left the validator off. */
export const isLeftOff = (context: StepContext): boolean =>
  context.pendings.some(({ id }) => id === VALIDATOR_PENDING)

/** Puts back the value that was found before, reads it again, and takes the timer away. */
export async function putBack(context: StepContext): Promise<void> {
  const before = context.fact(BEFORE)
  await set(context, typeof before === 'string' ? before : 'true')
  context.clearPending(VALIDATOR_PENDING)
  context.setFact(BEFORE, null)
  await context.command('new', ['systemctl', 'stop', `${unitOf(context)}.timer`], {
    as: 'root',
    signal: unstopped(),
  })
}
