import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { bench, drillCatalog, type Bench } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { login } from '../../drill/support.ts'
import { look, run, scene, started, step } from './support.ts'

describe('the way through an External Restore', () => {
  let made: Bench
  let drill: Drill
  beforeAll(async () => {
    ;({ made, drill } = await scene([], { accounts: 3, items: 120 }))
  }, 120_000)

  it('finds nothing wrong before it, and shows the exact command', async () => {
    const preflight = step('restore-preflight')
    for (const { id } of preflight.checks) {
      const { verdict, evidence } = await look(made, 'restore-preflight', id)
      expect([id, verdict, evidence.en]).toEqual([
        id,
        id === 'scanner' ? expect.any(String) : 'ok',
        evidence.en,
      ])
    }
    const commands = await preflight.commands?.(made.context(preflight))
    expect(commands?.map(({ command }) => command)).toEqual([
      `carbonio --json backup doExternalRestore ${drill.new.root}/mnt/old-backup notifications admin@example.org`,
    ])
  }, 120_000)

  it('restores VIPs in a run of their own once their blobs were compared', async () => {
    const vip = drill.facts.accounts[0]?.name ?? ''
    made.fields['restore-preflight']!['vips'] = [vip]
    expect(await look(made, 'restore-vips', 'vips-arrived')).toMatchObject({ verdict: 'ok' })
    const result = await run(made, 'restore-vips')
    expect(result?.figures[0]?.value).not.toBe('0')
    expect(await started(drill)).toBe(1)
  }, 120_000)

  it('starts, says when people can log in, follows to the end and compares every account', async () => {
    await run(made, 'restore')
    await run(made, 'items-follow')
    expect(await started(drill)).toBe(2)
    for (const id of ['accounts-there', 'domains-there', 'lists-there'])
      expect(await look(made, 'users-log-in', id)).toMatchObject({ verdict: 'ok' })
    const result = await run(made, 'reconcile')
    expect(result?.figures.map(({ tone, value }) => [tone, value]).slice(2)).toEqual([
      ['ok', '0'],
      ['ok', '0'],
    ])
    expect(result?.tables[0]?.rows.length).toBe(drill.facts.accounts.length)
    expect(await look(made, 'reconcile', 'nothing-silent')).toMatchObject({ verdict: 'ok' })
    expect(made.progress.some(({ phase }) => phase.en.includes('Comparing'))).toBe(true)
  }, 120_000)

  it('names what vanished from the server although the restore ended well, also where more new mail came', async () => {
    const shell = await login(drill, drill.new)
    const lost: string[] = []
    for (const [account, fresh] of [
      [drill.facts.accounts[1]?.name ?? '', 0],
      [drill.facts.accounts[2]?.name ?? '', 3],
    ] as const) {
      const index = `${drill.new.store}/${account}/index.ndjson`
      const { stdout } = await shell.run(['cat', index])
      const lines = stdout.split('\n').filter(Boolean)
      const victim = lines.findIndex((line) => line.includes('"type":"message"'))
      const { sourceId } = JSON.parse(lines[victim] ?? '') as { sourceId: number }
      lost.push(`${account} ${String(sourceId)}`)
      const model = lines[victim] ?? ''
      const came = Array.from({ length: fresh }, (_, n) =>
        JSON.stringify({
          ...(JSON.parse(model) as object),
          id: 90_000 + n,
          sourceId: 90_000 + n,
          subject: `New mail ${String(n)}`,
          date: Date.now(),
        }),
      )
      const kept = [...lines.filter((_, at) => at !== victim), ...came]
      await shell.run(['tee', index], { input: `${kept.join('\n')}\n` })
    }
    await drill.close()
    // a restart makes the simulated server read its mailboxes again
    const { startDrill } = await import('../../../../../src-main/drill/drill.ts')
    const again = await startDrill({ folder: drill.folder, speed: 0 })
    try {
      const folder = temporaryFolder('case')
      const shells = { new: await login(again, again.new, { user: 'admin', privilege: 'sudo' }) }
      const catalog = await drillCatalog(again, folder)
      const other = bench({ folder, shells, catalog })
      other.fields['restore-preflight'] = { sourcePath: `${again.new.root}/mnt/old-backup` }
      await run(other, 'reconcile')
      const { verdict, evidence } = await look(other, 'reconcile', 'nothing-silent')
      expect(verdict).toBe('red')
      expect(evidence.en).toContain('2 items')
      for (const one of lost) expect(evidence.en).toContain(one)
    } finally {
      await again.close()
    }
  }, 120_000)
})
