import { ExpectedError } from '../../engine/errors.ts'
import type { OpenPending } from '../cases/state.ts'
import { pendingId } from '../isolation/guarded-change.ts'
import { FACTS } from '../restore/facts.ts'
import type { StepContext } from '../types.ts'

/** A configuration command starts a JVM on a busy server, ms. */
const TIMEOUT = 180_000

/** What no longer counts as proved once something is put back. */
const PROVED_BY = new Map([[pendingId('new', 'isolation'), FACTS.isolated]])

/**
 * Puts back what was changed for a while and proves it; only then it is no longer pending.
 * @throws ExpectedError REFUSED when it did not work, ConnectionError
 */
export async function undo(pending: OpenPending, context: StepContext): Promise<void> {
  const { role, undoArgv, undoAs: as, check, what, host } = pending
  const failed = (why: string): ExpectedError =>
    new ExpectedError('REFUSED', `It could not be put back: ${what.en}`, {
      why,
      next: `Run it on ${host} yourself, then try again: ${pending.undo}`,
    })
  // From before it is undone: a proof that is too old would allow an External Restore into the clone.
  const proof = PROVED_BY.get(pending.id)
  if (proof !== undefined && context.fact(proof) !== undefined) context.setFact(proof, null)
  const done = await context.command(role, undoArgv, { as, timeout: TIMEOUT })
  if (done.code !== 0) {
    const said = (done.stderr || done.stdout).trim().slice(0, 300)
    throw failed(`The command ended with exit code ${String(done.code)}: ${said}`)
  }
  if (check) {
    const seen = await context.command(role, check.argv, { as, timeout: TIMEOUT, effect: 'reads' })
    if (seen.code !== 0 || !seen.stdout.includes(check.contains)) {
      throw failed(`The server still says: ${(seen.stdout || seen.stderr).trim().slice(0, 300)}`)
    }
  }
  context.clearPending(pending.id)
}
