import { expect, it } from 'vitest'
import { BALANCE, type Balance } from '../../../../../src-main/recovery/restore/steps/reconcile.ts'
import { login } from '../../drill/support.ts'
import { look, run, scene, step } from './support.ts'

it('a further restore into a filled server is warned of; accounts whose COS has its backup off are named', async () => {
  const { drill, made } = await scene([], { items: 60 })
  expect(await look(made, 'restore-preflight', 'collisions')).toMatchObject({ verdict: 'ok' })
  await run(made, 'items-follow')
  const again = await look(made, 'restore-preflight', 'collisions')
  expect(again.verdict).toBe('attention')
  expect(again.next?.en).toContain('mail that users deleted meanwhile comes back')

  const shell = await login(drill, drill.new)
  const off = ['carbonio', 'backup', 'doEnableDisableCOS', 'default', 'disable']
  expect((await shell.run(off)).code).toBe(0)
  const result = await run(made, 'reconcile')
  const { cosOff } = made.context(step('reconcile')).fact(BALANCE) as Balance
  expect(cosOff.length).toBeGreaterThan(0)
  for (const name of cosOff) expect(name).toMatch(/^.+@.+ \(default\)$/)
  // what was read out of the report stands beside the comparison
  expect(result?.tables.map(({ title }) => title.en)).toContain(
    'The reports of the restore, as they were read',
  )
  expect(await look(made, 'reconcile', 'report-whole')).toMatchObject({ verdict: 'ok' })
}, 120_000)
