import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { performRun } from '../../../../src-main/drill/runs/driver.ts'
import { proveMailbox } from '../../../../src-main/drill/runs/mailbox-proof.ts'
import { PROCEDURES } from '../../../../src-main/recovery/procedures/index.ts'
import { temporaryFolder } from '../../../support/temp.ts'

describe('a healthy data recovery', () => {
  it('comes to its end by the primary action of each step alone, and every message is there', async () => {
    const pressed: string[] = []
    const report = await performRun(
      {
        name: 'data-recovery',
        faults: [],
        accounts: 2,
        items: 60,
        speed: 0,
        async perform(run) {
          const { drill } = run
          const caseId = run.openCase('Healthy')
          const place = { kind: 'local', path: drill.old.backup } as const
          run.laptop.recovery.addSource(caseId, { kind: 'backup-path', place, onlyCopy: false })
          // No habits: nothing is filled in, overridden, skipped or tried a second time.
          const view = await run.perform({ onAction: ({ id }) => pressed.push(id) })
          expect(view.present).toBeNull()
          expect(view.plan.map(({ state }) => state)).toEqual(view.plan.map(() => 'done'))
          expect(view.pendings).toEqual([])
          const lost = drill.facts.accounts.flatMap(
            ({ id, name }) => proveMailbox(drill.old.backup, id, drill.new, name).missing,
          )
          return { recovered: { accounts: drill.facts.accounts.length }, lost }
        },
      },
      { folder: join(temporaryFolder('healthy'), 'run'), signal: AbortSignal.timeout(100_000) },
    )
    expect(report).toMatchObject({ ok: true, problems: [], lost: [], recovered: { accounts: 2 } })
    const done = report.steps.map(({ id, state }) => [id, state])
    expect(done).toEqual(done.map(([id]) => [id, 'done']))
    for (const { id, steps } of PROCEDURES.filter((one) =>
      ['intake', 'data-recovery', 'aftermath'].includes(one.id),
    ))
      for (const step of steps) expect(done.map(([key]) => key)).toContain(`${id}/${step.id}`)
    expect(pressed.slice(0, 3)).toEqual(['what-happened', 'what-happened', 'what-is-left'])
  }, 120_000)
})
