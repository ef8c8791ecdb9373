import { describe, expect, it } from 'vitest'
import { MAIN_RUN } from '../../../../../src-main/recovery/restore/facts.ts'
import { restoreRun } from '../../../../../src-main/recovery/restore/operation.ts'
import { runsUnderWay, stopRestores } from '../../../../../src-main/recovery/restore/stop.ts'
import { doExternalRestore } from '../../../../../src-main/remote/carbonio/do-external-restore.ts'
import { login } from '../../drill/support.ts'
import { look, run, scene, started, step } from './support.ts'

describe('a restore that goes wrong', () => {
  it('dies in the middle, says so, and is brought to its end by doing the step again', async () => {
    const { drill, made } = await scene(['restore-dies=90'], { items: 300, speed: 60 })
    await run(made, 'restore')
    await expect(run(made, 'items-follow')).rejects.toMatchObject({ code: 'REFUSED' })
    await run(made, 'items-follow')
    expect(await started(drill)).toBe(2)
    await run(made, 'reconcile')
    expect(await look(made, 'reconcile', 'nothing-silent')).toMatchObject({ verdict: 'ok' })
  }, 120_000)

  it('goes on while the laptop is gone, and is not started a second time', async () => {
    const { drill, made } = await scene([], { items: 400, speed: 60 })
    const laptop = new AbortController()
    const first = run(made, 'items-follow', laptop.signal)
    first.catch(() => undefined)
    while (restoreRun(made.context(step('restore')), MAIN_RUN)?.id == null)
      await new Promise((done) => setTimeout(done, 50))
    laptop.abort()
    await expect(first).rejects.toThrow()
    const later = made.crash()
    await run(later, 'items-follow')
    expect(await started(drill)).toBe(1)
    expect(restoreRun(later.context(step('restore')), MAIN_RUN)).toMatchObject({ ending: 'ended' })
  }, 120_000)

  it('is found in the queue when the crash came between the command and its answer', async () => {
    const { drill, made, path } = await scene([], { items: 300, speed: 60 })
    const context = made.context(step('restore'))
    context.setFact('restore.operation.main', {
      state: 'starting',
      id: null,
      input: { sourcePath: path },
      at: Date.now(),
      endedAt: null,
      ending: null,
      why: '',
      taken: false,
    })
    await doExternalRestore.run(await login(drill, drill.new), { sourcePath: path })
    await run(made.crash(), 'items-follow')
    expect(await started(drill)).toBe(1)
  }, 120_000)

  it('can be stopped on the server, and goes on where it was', async () => {
    const { drill, made } = await scene([], { items: 300, speed: 60 })
    const context = made.context(step('restore'))
    await expect(stopRestores(context)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await run(made, 'restore')
    const following = run(made, 'items-follow')
    following.catch(() => undefined)
    expect(runsUnderWay(context)).toEqual([MAIN_RUN])
    expect(await stopRestores(context)).toEqual([restoreRun(context, MAIN_RUN)?.id])
    await expect(following).rejects.toMatchObject({
      message: expect.stringContaining('stopped') as string,
    })
    expect(runsUnderWay(context)).toEqual([])
    await expect(stopRestores(context)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    drill.setFaults([])
    await run(made, 'items-follow')
    expect(await started(drill)).toBe(2)
  }, 120_000)

  it('stopped while nobody watches is known to have ended, and the next time is a new run', async () => {
    const { drill, made } = await scene([], { items: 300, speed: 60 })
    await run(made, 'restore')
    const context = made.context(step('restore'))
    await stopRestores(context)
    expect(restoreRun(made.crash().context(step('restore')), MAIN_RUN)).toMatchObject({
      state: 'ended',
      ending: 'stopped',
    })
    await run(made, 'items-follow')
    expect(await started(drill)).toBe(2)
  }, 120_000)

  it('survives cut connections', async () => {
    const { drill, made } = await scene([], { items: 300, speed: 60 }, { catalog: null, reconnects: true })
    const following = run(made, 'items-follow')
    following.catch(() => undefined)
    for (const pause of [2000, 1500]) {
      await new Promise((done) => setTimeout(done, pause))
      drill.cut('new')
    }
    await following
    expect(await started(drill)).toBe(1)
    expect(restoreRun(made.context(step('restore')), MAIN_RUN)).toMatchObject({ ending: 'ended' })
  }, 120_000)
})
