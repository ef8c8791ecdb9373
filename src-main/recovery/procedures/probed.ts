import type { CaseRole, Words } from '../../contract/recovery.ts'
import type { Fact, ServerReport } from '../../contract/server-report.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { probeServer } from '../../remote/probe/probe.ts'
import type { RemoteShell } from '../../remote/shell.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { words } from '../cases/words.ts'
import type { CheckResult, StepContext } from '../types.ts'

/** How long the files of a Backup Path are counted for a look at the server, ms. */
const COUNT_MS = 3000

/**
 * What one of the first steps saw is good enough for the next one for so long, ms; whoever looks again sees anew. Later,
 * when steps change the server, nothing is taken from before.
 */
const FRESH_MS = 30_000
const LOOKING_STEPS: ReadonlySet<string> = new Set([
  'what-happened',
  'base-system',
  'carbonio-installed',
  'bring',
])

interface Seen {
  context: StepContext
  at: number
  report: Promise<ServerReport>
}

/** By case and server. */
const seen = new Map<string, Seen>()

/** What a server of the case tells of itself, asked once in each look. */
export function probed(context: StepContext, role: CaseRole): Promise<ServerReport> {
  const key = `${context.caseId} ${context.address(role).serverId}`
  const last = seen.get(key)
  const ofOtherStep =
    last &&
    last.context.step !== context.step &&
    LOOKING_STEPS.has(context.step) &&
    Date.now() - last.at < FRESH_MS
  if (last && (last.context === context || ofOtherStep)) return last.report
  const report = probeServer(reading(context, role), { signal: context.signal, countFor: COUNT_MS }).then(
    (found) => {
      if (found.system.login.known || found.system.kernel.known) return found
      // Every question failed: that is one fact, not thirty.
      throw new ExpectedError('CONNECTION', `${found.server} does not answer`, {
        why: found.system.login.because,
        next: 'Look at the server under Servers: connection, host key, login.',
      })
    },
  )
  seen.set(key, { context, at: Date.now(), report })
  report.catch(() => seen.delete(key))
  return report
}

/** A shell of which everything is only asked. */
export function reading(context: StepContext, role: CaseRole): RemoteShell {
  const shell = context.shell(role)
  return {
    host: shell.host,
    run: (argv, options) => context.command(role, argv, { ...options, effect: 'reads' }),
    start: (argv, options) => shell.start(argv, options),
  }
}

/** A check of one fact; what is not known is `unknown`, with the reason. */
export function ofFact<T>(fact: Fact<T>, judge: (value: T) => CheckResult): CheckResult {
  if (fact.known) return judge(fact.value)
  return {
    verdict: 'unknown',
    evidence: words(`Could not be told: ${fact.because}`, `Non verificabile: ${inItalian(fact.because)}`),
  }
}

export function okay(en: string, it: string): CheckResult {
  return { verdict: 'ok', evidence: words(en, it) }
}

export function attention(en: string, it: string, next?: Words): CheckResult {
  return { verdict: 'attention', evidence: words(en, it), ...(next ? { next } : {}) }
}

export function red(en: string, it: string, next: Words): CheckResult {
  return { verdict: 'red', evidence: words(en, it), next }
}

/** Sizes for people. */
export function inGigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
}
