import { describe, expect, it } from 'vitest'
import type { BackupSource, FieldValue } from '../../../../../src-main/contract/recovery.ts'
import { ExpectedError } from '../../../../../src-main/engine/errors.ts'
import { lessons, offsiteCopies } from '../../../../../src-main/recovery/procedures/aftermath/by-hand.ts'
import { oldPath } from '../../../../../src-main/recovery/procedures/aftermath/old-path.ts'
import type { Step, StepContext, StepTask } from '../../../../../src-main/recovery/types.ts'
import type { RemoteShell } from '../../../../../src-main/remote/shell.ts'
import { fakeContext, type DrillContext } from '../support/drill-context.ts'
import { press, roomWith, type Room } from '../support/room.ts'

function open(fields: Record<string, FieldValue>, extra: Partial<StepContext> = {}): DrillContext {
  const context = fakeContext({ shells: {}, addresses: {}, procedure: 'aftermath', extra })
  context.set({ where: 'shelf 3', until: null, check: true, ...fields })
  return context
}
const catalog = () => Promise.resolve({ totals: () => ({ accounts: 3, items: 40, problems: 0 }) } as never)
const here = (errors: number | Error, done: StepTask[] = []): Partial<StepContext> => ({
  localPath: () => '/disk/backup',
  catalog,
  task: (request) => {
    done.push(request)
    if (request.kind === 'index') return Promise.resolve(null)
    return errors instanceof Error ? Promise.reject(errors) : Promise.resolve({ errors })
  },
})

describe('the old Backup Path stored away', () => {
  it('that lies on a server only is attention, and its result does not claim that it was checked', async () => {
    const context = open({})
    expect(await oldPath.checks[0]!.run(context)).toMatchObject({
      verdict: 'attention',
      next: { en: expect.stringContaining('do this step again') as string },
    })
    expect((await oldPath.run!(context)).summary.en).toBe('Kept: shelf 3. Not checked here.')
  })

  it('with damages says how many, and that other copies are kept', async () => {
    const { summary, figures } = await oldPath.run!(open({}, here(7)))
    expect(summary.en).toMatch(/The check found 7 damages: keep the other copies/)
    expect(summary.it).toContain('7 danni')
    expect(figures).toContainEqual(expect.objectContaining({ value: '7', tone: 'attention' }))
  })

  it('says whether its blobs were read', async () => {
    const done: StepTask[] = []
    expect((await oldPath.run!(open({}, here(0, done)))).summary.en).toContain('is whole')
    expect(done.map(({ kind }) => kind)).toEqual(['index', 'check'])
    const unread = await oldPath.run!(open({ check: false }, here(0, done)))
    expect(unread.summary.en).toContain('were not checked')
    expect(done.map(({ kind }) => kind)).toEqual(['index', 'check', 'index'])
  })

  it('of which the disk is pulled is failed with what to do, but where it is kept is in the journal', async () => {
    const gone = new ExpectedError('UNREADABLE', '/disk/backup is gone', {
      why: 'ENOENT',
      next: 'Plug it in.',
    })
    const context = open({}, here(gone))
    await expect(oldPath.run!(context)).rejects.toMatchObject({ next: 'Plug it in.' })
    expect(context.records).toEqual(['The old Backup Path is kept: shelf 3'])
  })

  it('is proposed with the machine it lies on', () => {
    const source = { place: { kind: 'server', serverId: 'nas', path: '/backup' } } as BackupSource
    const where = (extra: Partial<StepContext>) =>
      oldPath.fields[0]!.standard!(
        fakeContext({ shells: { old: {} as RemoteShell }, addresses: {}, extra: { source, ...extra } }),
      )
    const address = () => ({ serverId: 'nas', host: '10.0.0.9', port: 22 })
    expect(where({ address })).toBe('10.0.0.9:/backup')
    expect(where({})).toBe('/backup')
    expect(where({ source: null })).toBeNull()
  })
})

describe('steps of the aftermath that only a person can do', () => {
  const room = (step: Step): Room => roomWith([step])
  const state = ({ runner }: Room, step: Step): string | undefined =>
    runner.case.state.steps.get(`data-recovery/${step.id}`)?.state

  it('offsite copies are not done before each line is ticked', async () => {
    const made = room(offsiteCopies)
    for (const { id } of offsiteCopies.confirmations.slice(1))
      await made.runner.confirm(offsiteCopies, id, '', [])
    expect(state(made, offsiteCopies)).not.toBe('done')
    expect(made.runner.next(offsiteCopies)).toMatchObject({
      kind: 'confirm',
      confirmation: { id: 'stopped' },
    })
    await press(made.runner, offsiteCopies.id)
    expect(state(made, offsiteCopies)).toBe('done')
  })

  it('blanks are no place where the old path is kept', () => {
    const made = room({ ...oldPath, checks: [] })
    made.runner.setField(made.runner.step('old-path'), 'where', '   ')
    const next = made.runner.next(made.runner.step('old-path'))
    expect(next).toMatchObject({ kind: 'none', because: [{ en: 'Fill in: Where it is kept' }] })
  })

  it('lessons go into the journal whole, blanks do not', async () => {
    const made = room(lessons)
    const long = 'x'.repeat(3000)
    made.runner.setField(lessons, 'badly', long)
    made.runner.setField(lessons, 'well', '  ')
    await press(made.runner, 'lessons')
    expect(made.runner.case.state.steps.get('data-recovery/lessons')?.result?.summary.en).toBe(
      '1 written down.',
    )
    const kept = made.case.journal.read(0, 1000).filter(({ kind }) => kind === 'record')
    expect(kept).toMatchObject([{ data: { data: { id: 'badly', value: long } } }])
  })
})
