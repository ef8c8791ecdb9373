import { expect, it } from 'vitest'
import type { AccountBalance } from '../../../../../src-main/recovery/restore/reconcile.ts'
import { balanceOf } from '../../../../../src-main/recovery/restore/steps/reconcile.ts'

it('counts what is missing also where there is too much to keep it by name', () => {
  const row: AccountBalance = {
    account: 'anna@example.com',
    there: true,
    backup: 20_010,
    server: 0,
    unrestored: 0,
    missing: Array.from({ length: 20_000 }, (_, id) => ({ id, date: null, subject: '' })),
    unnamed: 10,
    newest: null,
    cosOff: null,
    why: null,
  }
  const { missing, unnamed } = balanceOf([row])
  expect(missing.length + unnamed).toBe(20_010)
})
