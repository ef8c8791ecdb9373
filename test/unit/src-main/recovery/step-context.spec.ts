import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StepView } from '../../../../src-main/contract/recovery.ts'
import type { CaseRunner } from '../../../../src-main/recovery/steps/runner.ts'
import { caseView } from '../../../../src-main/recovery/steps/view.ts'
import type { StepContext } from '../../../../src-main/recovery/types.ts'
import { ConnectionError } from '../../../../src-main/remote/connection-errors.ts'
import { openLocalShell } from '../../../../src-main/remote/local-shell.ts'
import { press, roomWith, stepOf } from './support/room.ts'

const word = (text: string) => ({ en: text, it: text })
const RESULT = { summary: word('well'), figures: [], tables: [] }

function shown(runner: CaseRunner, id: string): StepView {
  return caseView(runner).plan.find((step) => step.id === id)!
}

describe('what a step may use', () => {
  it('writes every command with host, exit code, output and time, and nothing secret', async () => {
    const { runner, case: one } = roomWith([
      stepOf({
        id: 'runs',
        run: async (context) => {
          await context.command('new', ['sh', '-c', 'echo out; echo err >&2; exit 3'])
          await context.command('new', ['echo', 'password=hunter2'])
          return RESULT
        },
      }),
    ])
    await press(runner, 'runs')
    const commands = one.journal.read(0, one.journal.count).filter(({ kind }) => kind === 'command')
    expect(commands).toMatchObject([
      {
        step: 'runs',
        host: 'this machine',
        exitCode: 3,
        output: 'out\n\nerr\n',
      },
      { exitCode: 0, output: 'password=***\n' },
    ])
    expect(commands[0]?.milliseconds).toBeGreaterThanOrEqual(0)
    expect(JSON.stringify(commands)).not.toContain('hunter2')
  })

  it('says the same answer once when a queue is polled', async () => {
    const { runner, case: one } = roomWith([
      stepOf({
        id: 'polls',
        run: async (context) => {
          for (let n = 0; n < 20; n++)
            await context.command('new', ['echo', n < 15 ? 'busy' : 'free'], { effect: 'reads' })
          return RESULT
        },
      }),
    ])
    await press(runner, 'polls')
    const entries = one.journal.read(0, one.journal.count)
    expect(entries.filter(({ kind }) => kind === 'command')).toHaveLength(2)
    expect(
      entries.filter(({ kind }) => kind === 'repeated').map(({ text }) => /\d+/.exec(text)?.[0]),
    ).toEqual(['14', '4'])
  })

  it('asks again after a lost connection what only reads, and never what changes', async () => {
    const local = openLocalShell()
    let lost = 1
    const shell = {
      ...local,
      run: (argv: readonly string[], options = {}) => {
        if (lost-- > 0)
          return Promise.reject(
            new ConnectionError('session', { user: 'a', host: 'b', port: 22 }, 'lost', { why: '', next: '' }),
          )
        return local.run(argv, options)
      },
    }
    const seen: string[] = []
    const { runner } = roomWith(
      [
        stepOf({
          id: 'reads',
          run: async (context) => (
            seen.push((await context.command('new', ['echo', 'hi'], { effect: 'reads' })).stdout),
            RESULT
          ),
        }),
        stepOf({
          id: 'changes',
          run: async (context) => (await context.command('new', ['touch', '/tmp/never']), RESULT),
        }),
      ],
      shell,
    )
    await press(runner, 'reads')
    expect(seen).toEqual(['hi\n'])
    lost = 1
    await press(runner, 'changes')
    expect(shown(runner, 'changes')).toMatchObject({ state: 'failed' })
  })

  it('leaves what is changed for a while in the case until it was put back and seen to be', async () => {
    const room = roomWith([
      stepOf({ id: 'switches', run: (context) => Promise.resolve((pend(context), RESULT)) }),
    ])
    const file = join(room.folder, 'setting')
    writeFileSync(file, 'off')
    function pend(context: StepContext): void {
      const undoArgv = ['sh', '-c', `echo on > ${file}`]
      const draft = {
        what: word('off'),
        host: 'here',
        undo: undoArgv.join(' '),
        timerAt: null,
        role: 'new',
        undoAs: 'login',
      } as const
      context.setPending({ ...draft, id: 'works', undoArgv, check: { argv: ['cat', file], contains: 'on' } })
      context.setPending({
        ...draft,
        id: 'lies',
        undoArgv: ['true'],
        check: { argv: ['echo', 'still off'], contains: 'on-' },
      })
      context.setPending({ ...draft, id: 'fails', undoArgv: ['false'] })
    }
    await press(room.runner, 'switches')
    const runner = room.again()
    await expect(runner.putBack('lies')).rejects.toMatchObject({
      code: 'REFUSED',
      why: expect.stringContaining('still off') as string,
    })
    await expect(runner.putBack('fails')).rejects.toMatchObject({ code: 'REFUSED' })
    await runner.putBack('works')
    expect(caseView(runner).pendings.map(({ id }) => id)).toEqual(['lies', 'fails'])
    expect(caseView(room.again()).pendings).toHaveLength(2)
  })

  it('keeps values, choices and files over a restart; a step can be repeated and opened again', async () => {
    const rounds: number[] = []
    const room = roomWith([
      stepOf({
        id: 'round',
        repeatable: true,
        run: (context) => {
          const n = Number(context.fact('round') ?? 0) + 1
          context.setFact('round', n)
          context.attach('../../odd name?.txt', `round ${n}`)
          rounds.push(n)
          return Promise.resolve(RESULT)
        },
      }),
      stepOf({ id: 'after', run: () => Promise.resolve(RESULT) }),
    ])
    await press(room.runner, 'round')
    expect(shown(room.runner, 'round').primary.en).toContain('again')
    const second = room.again()
    await press(second, 'round')
    expect(shown(second, 'round').runs).toBe(2)
    expect(rounds).toEqual([1, 2])
    await press(second, 'after')
    expect(second.present()).toBeNull()
    second.reopen(second.step('after'), 'Forgot something')
    expect(room.again().present()?.id).toBe('after')
    const names = [...second.case.state.files.keys()]
    expect(names).toHaveLength(2)
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{12}-odd name_\.txt$/)
  })

  it('cannot be used in a closed case', async () => {
    const room = roomWith([stepOf({ id: 'one', run: () => Promise.resolve(RESULT) })])
    room.case.write('closed', 'closed', { closed: true })
    await expect(press(room.runner, 'one')).rejects.toMatchObject({ code: 'REFUSED' })
    expect(shown(room.runner, 'one').canRun).toBe(false)
  })
})
