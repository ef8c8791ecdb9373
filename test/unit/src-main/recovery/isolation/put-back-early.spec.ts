import { describe, expect, it } from 'vitest'
import { words } from '../../../../../src-main/recovery/cases/words.ts'
import { PATH_CHECKS } from '../../../../../src-main/recovery/restore/checks-path.ts'
import type { PendingDraft } from '../../../../../src-main/recovery/types.ts'
import { stepOf, roomWith, press, type Room } from '../support/room.ts'

const word = words('Ports of the clone are closed', 'Porte del clone chiuse')
const pending = (id: string, undo: string): PendingDraft => ({
  ...{ id, what: word, host: 'here', role: 'new', undo, timerAt: null },
  ...{ undoArgv: ['sh', '-c', undo], undoAs: 'login' },
})
const room = async (id: string, undo: string): Promise<Room> => {
  const made = roomWith([
    stepOf({
      id: 'isolation-proved',
      run: (context) => {
        context.setPending(pending(id, undo))
        context.setFact('isolation.proved', true)
        return Promise.resolve({ summary: word, figures: [], tables: [] })
      },
    }),
    stepOf({ id: 'restore' }),
  ])
  await press(made.runner, 'isolation-proved')
  return made
}
const proved = ({ case: { state } }: Room): unknown => state.facts.get('isolation.proved')

describe('an isolation that is put back before the users come in', () => {
  it('no longer counts as proved, also after a restart', async () => {
    const made = await room('firewall.isolation.new', 'true')
    expect(proved(made)).toBe(true)
    await made.runner.putBack('firewall.isolation.new')
    expect(made.case.state.pendings.size).toBe(0)
    expect(proved(made)).toBeNull()
    expect(made.again().case.state.facts.get('isolation.proved')).toBeNull()
  })

  it('does not count either when it could only be put back in part', async () => {
    const made = await room('firewall.isolation.new', 'exit 3')
    await expect(made.runner.putBack('firewall.isolation.new')).rejects.toThrow('could not be put back')
    expect(made.case.state.pendings.size).toBe(1)
    expect(proved(made)).toBeNull()
  })

  it('stays proved when something else is put back', async () => {
    const made = await room('scanner', 'true')
    await made.runner.putBack('scanner')
    expect(proved(made)).toBe(true)
  })

  it('stops the External Restore into the clone, with the steps that mend it', async () => {
    const check = PATH_CHECKS.find(({ id }) => id === 'another-server')
    const context = { procedure: 'vm-snapshot', fact: () => undefined, hasServer: () => false }
    const { verdict, evidence, next } = await check!.run(context as never)
    expect(verdict).toBe('red')
    expect(evidence.en).toContain('isolation is not proved or was put back')
    expect(next?.en).toMatch(/“Isolate the clone” and “Isolation proved”/)
    const whole = { ...context, fact: () => true }
    expect(await check!.run(whole as never)).toMatchObject({ verdict: 'ok' })
  })
})
