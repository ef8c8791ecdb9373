import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StepResult } from '../../../../src-main/contract/recovery.ts'
import { inItalian } from '../../../../src-main/contract/said/in-italian.ts'
import { ExpectedError } from '../../../../src-main/engine/errors.ts'
import type { Case } from '../../../../src-main/recovery/cases/case.ts'
import { figure, translated, words } from '../../../../src-main/recovery/cases/words.ts'
import { CommandFailed } from '../../../../src-main/recovery/isolation/asked.ts'
import { procedureOf } from '../../../../src-main/recovery/procedures/index.ts'
import { verifyReport } from '../../../../src-main/recovery/report/verify.ts'
import { writeReport } from '../../../../src-main/recovery/report/write.ts'
import type { Check, Step } from '../../../../src-main/recovery/types.ts'
import { ConnectionError } from '../../../../src-main/remote/connection-errors.ts'
import { CannotTell } from '../../../../src-main/remote/probe/fact.ts'
import { englishIn } from '../../../support/english.ts'
import { press, roomWith } from './support/room.ts'

const { steps } = procedureOf('data-recovery')

/** The n-th step as it is named, with other deeds. */
const named = (n: number, deeds: Partial<Step>): Step => ({
  ...steps[n]!,
  checks: [],
  confirmations: [],
  fields: [],
  proofs: [],
  commands: () => [],
  ...deeds,
})

/** A check of the first step, as it is named, that ends otherwise. */
const seen = (n: number, run: Check['run']): Check => ({ ...steps[0]!.checks[n]!, run })

const refused = (what: string, why: string, next: string): ExpectedError =>
  new ExpectedError('REFUSED', what, { why, next })

/** Each ends a step; the sentences are those of the rooms that throw them. */
const FAILURES: readonly Error[] = [
  refused(
    'The firewall change was taken back',
    'After it a new connection to the SSH port 22 of clone was not answered any more.',
    'Close the ports in the network of the hypervisor instead.',
  ),
  refused('No account was brought back', 'The server gives no reason.', 'Choose one of them, then begin.'),
  new CommandFailed('zmcontrol status', { code: 3, stdout: '', stderr: '' } as never),
  new ConnectionError(
    'session',
    { user: 'zextras', host: 'nuovo', port: 22 },
    'The connection to zextras@nuovo:22 was lost',
    {
      why: 'The server is slow, or a disk or network mount there hangs.',
      next: 'Look at the connection, then look again.',
    },
  ),
  Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: '/opt' }),
]

const RESULT: StepResult = {
  summary: translated('It did not come to its end.'),
  figures: [{ label: words('Items', 'Elementi'), value: '1,204', tone: 'ok' }],
  tables: [
    {
      title: words('Rounds', 'Giri'),
      columns: [words('Ended', 'Esito'), words('Count', 'Numero'), words('Reason', 'Motivo')],
      rows: [[words('failed', 'non riuscito'), figure(12_345), translated('A person stopped it.')]],
      total: 1,
    },
  ],
}

/** A case that met everything that can go wrong, told by the steps themselves. */
async function told(): Promise<{ one: Case; folder: string }> {
  const says = (error: Error) => () => Promise.reject(error)
  const fails = steps.slice(1, 1 + FAILURES.length).map((_, at) =>
    named(at + 1, {
      run: (context) => {
        context.record(
          words(
            'A person stopped the restore 7f on the server.',
            'Una persona ha fermato il ripristino 7f sul server.',
          ),
        )
        context.setFact('restore.operation.main', { state: 'started', id: '7f' })
        context.setFact('unrestored.outcome.a@b.c/8', {
          how: 'restored',
          note: 'Restored again; the report of operation 7f no longer lists it',
        })
        return says(FAILURES[at]!)()
      },
    }),
  )
  const first = named(0, {
    checks: [
      seen(0, says(new CannotTell('there is no catalog of this Backup Path on this computer'))),
      seen(1, says(FAILURES[0]!)),
      seen(2, () => Promise.resolve({ verdict: 'red', evidence: translated('The server gives no reason.') })),
    ],
    run: () => Promise.resolve(RESULT),
    proofs: [
      {
        ...steps[0]!.checks[0]!,
        id: 'proof',
        run: () => Promise.resolve({ verdict: 'red', evidence: words('Nothing is there', 'Non c’è nulla') }),
      },
    ],
  })
  const { case: one, folder, runner } = roomWith([first, ...fails])
  await runner.look(first)
  for (const check of first.checks)
    if (
      one.state.steps.get(`data-recovery/${first.id}`)?.checks.get(check.id)?.verdict !== 'ok' &&
      check.guard
    )
      runner.override(first, check.id, 'visto dal tecnico in sala macchine')
  await press(runner, first.id)
  runner.skip(first, 'fatto a mano dal collega')
  for (const step of fails) {
    await press(runner, step.id)
    runner.skip(step, 'fatto a mano dal collega')
    runner.reopen(step, 'serve ancora')
    await press(runner, step.id)
    // the last one stays as it is
    if (step !== fails.at(-1)) runner.skip(step, 'fatto a mano dal collega')
  }
  // as an earlier version of Lifeboat wrote it
  const reason = 'No account was brought back. The server gives no reason. Choose one of them, then begin.'
  const of = { step: steps.at(-1)!.id }
  one.write('failed', 'Failed', { procedure: 'data-recovery', reason, result: null }, of)
  one.tell('record', 'It did not come to its end.')
  one.tell('command', 'getItem on zextras@nuovo:22: The connection to zextras@nuovo:22 was lost')
  one.write('note', 'chiamare il cliente', { text: 'chiamare il cliente' })
  return { one, folder }
}

/** What a page says beside commands and what they printed. */
function saidIn(page: string): string[] {
  return page
    .replaceAll(/<(script|style|pre|code)[\s>][\s\S]*?<\/\1>/g, ' ')
    .split(/<[^>]+>/)
    .map((text) => text.replaceAll('&#39;', '’').trim())
    .filter(Boolean)
}

describe('a report in Italian, of a case in which everything failed', () => {
  it('has no English but what was typed so, and is proved', async () => {
    const { one, folder } = await told()
    const { html } = writeReport(one, join(folder, 'it'), 'it')
    const said = saidIn(readFileSync(html, 'utf8'))
    expect(said.length).toBeGreaterThan(150)
    expect(said.filter((text) => englishIn(text).length > 0)).toEqual([])
    const whole = said.join('\n')
    for (const error of FAILURES.slice(0, 4)) expect(whole).toContain(inItalian(error.message))
    expect(whole).toContain('Il disco è pieno (/opt).')
    expect(said.filter((text) => text.startsWith('Nessun account è stato riportato. '))).toHaveLength(1)
    expect(whole).toContain('Non dimostrato')
    for (const text of ['1.204', '12.345', 'non riuscito', 'Lo ha fermato una persona.'])
      expect(said).toContain(text)
    expect(verifyReport(html)).toMatchObject({ ok: true })
  })

  it('is the same case in English, with nothing of the Italian', async () => {
    const { one, folder } = await told()
    const whole = saidIn(readFileSync(writeReport(one, join(folder, 'en'), 'en').html, 'utf8')).join('\n')
    for (const error of FAILURES.slice(0, 4)) expect(whole).toContain(error.message)
    for (const text of ['1,204', '12,345', 'A person stopped it.']) expect(whole).toContain(text)
    expect(whole).not.toMatch(/non riuscito|Non dimostrato|Il disco è pieno/)
  })
})
