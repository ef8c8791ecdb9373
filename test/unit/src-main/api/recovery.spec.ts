import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '../../../../src-main/api/engine.ts'
import { router } from '../../../../src-main/api/router.ts'
import { SmallBackup } from '../../../support/small-backup.ts'
import { temporaryFolder } from '../../../support/temp.ts'

const open: Engine[] = []
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
})

function app(folder = temporaryFolder('api-recovery')) {
  const engine = createEngine({ dataFolder: join(folder, 'data'), host: 'browser' })
  open.push(engine)
  return { engine, folder, client: createRouterClient(router, { context: { engine } }).recovery }
}

describe('the recovery of the contract', () => {
  it('opens a case, shows every change in its stream, and shows it again after a restart', async () => {
    const { engine, folder, client } = app()
    const { id } = await client.create({ name: 'Outage' })
    const stop = new AbortController()
    const entries: number[] = []
    const watching = (async () => {
      for await (const view of await client.watch({ caseId: id }, { signal: stop.signal })) {
        entries.push(view.entries)
        if (view.notes.length > 0) stop.abort()
      }
    })().catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const picture = join(folder, 'rack.png')
    writeFileSync(picture, 'picture')
    await client.note({ caseId: id, text: 'The lamp is red', files: [{ path: picture }] })
    await watching
    expect(entries[0]).toBe(1)
    expect(entries.at(-1)).toBe(2)
    await engine.close()

    const again = app(folder).client
    expect(await again.list()).toMatchObject([{ id, name: 'Outage', procedure: null, broken: null }])
    const [, note] = await again.journal({ caseId: id, after: 0, limit: 10 })
    expect(note).toMatchObject({ kind: 'note', files: [{ bytes: 7 }] })
  })

  it('looks at sources, says why one cannot be read, and proposes the best with reasons', async () => {
    const { folder, client } = app()
    const backup = new SmallBackup(join(folder, 'backup'))
    backup.account('11111111-2222-3333-4444-555555555555', 'anna@example.com')
    const { id } = await client.create({ name: 'Sources' })
    const good = { kind: 'local', path: join(folder, 'backup') } as const
    await client.addSource({ caseId: id, kind: 'backup-path', place: good, onlyCopy: false })
    const nowhere = { kind: 'local', path: join(folder, 'nowhere') } as const
    await client.addSource({ caseId: id, kind: 'copy', place: nowhere, onlyCopy: false })
    const [first, second] = await client.lookAtSources({ caseId: id })
    expect(first).toMatchObject({ accounts: 1, error: null, damaged: null })
    expect(second?.error).toContain('nowhere')
    const { proposed } = app(folder).engine.recovery.view(id)
    expect(proposed?.id).toBe(first?.id)
    expect(proposed?.reasons.map(({ en }) => en).join(' ')).toContain('never checked')
  })

  it('refuses what cannot be: an unknown case or step, a short reason, a file inside an open backup', async () => {
    const { folder, client, engine } = app()
    const { id } = await client.create({ name: 'Refusals', procedure: 'data-recovery' })
    await expect(client.rename({ caseId: '../x', name: 'y' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.act({ caseId: id, step: 'no-such' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.skip({ caseId: id, step: 'base-system', reason: 'no' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
    const backup = new SmallBackup(join(folder, 'backup'))
    backup.account('11111111-2222-3333-4444-555555555555', 'anna@example.com')
    engine.backups.open(join(folder, 'backup'))
    for (const call of [client.report, client.exportCase])
      await expect(
        call({ caseId: id, language: 'en', file: join(folder, 'backup/accounts/x') }),
      ).rejects.toMatchObject({
        code: 'REFUSED',
      })
    await expect(client.watch({ caseId: 'gone' }).then((stream) => stream.next())).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('stops at a base system that nobody named a server for, and says what to do', async () => {
    const { client, engine } = app()
    const { id } = await client.create({ name: 'No server', procedure: 'data-recovery' })
    await client.look({ caseId: id, step: 'base-system' })
    const step = engine.recovery.view(id).plan[0]
    expect(step).toMatchObject({ id: 'base-system', canRun: false, state: 'waiting' })
    expect(step?.checks[0]).toMatchObject({
      id: 'answers',
      verdict: 'red',
      next: { en: 'Add it to the case.' },
    })
    await expect(client.act({ caseId: id, step: 'base-system' })).rejects.toMatchObject({ code: 'REFUSED' })
    await expect(client.close({ caseId: id, closed: true })).resolves.toBeUndefined()
    expect(engine.recovery.view(id).closed).toBe(true)
  })
})
