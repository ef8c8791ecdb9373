import { describe, expect, it } from 'vitest'
import { expectedTime } from '../../../../../src-main/recovery/restore/expected.ts'
import { FACTS } from '../../../../../src-main/recovery/restore/facts.ts'
import type { CatalogAccess } from '../../../../../src-main/recovery/types.ts'
import { bench } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { step } from './support.ts'

describe('the time that something takes', () => {
  it.each([
    [231_000, 55, 4200],
    [100, 3, 34],
    [0, 3, 0],
    [1, 1000, 1],
  ])('%i at %i a second: %i s', (amount, rate, seconds) => {
    expect(expectedTime(amount, rate)).toBe(seconds)
  })

  it.each([null, undefined, 0, -3, Number.NaN, Number.POSITIVE_INFINITY, '55'])(
    'is not invented without a measured rate (%s)',
    (rate) => {
      expect(expectedTime(1000, rate)).toMatchObject({
        en: 'Time not known yet: this case has not measured a rate',
      })
    },
  )

  it('is not known where nothing counts what is to come', () => {
    expect(expectedTime(null, 55)).toMatchObject({ en: expect.stringContaining('no catalog') as string })
    expect(expectedTime(undefined, 55)).toMatchObject({ it: expect.stringContaining('catalogo') as string })
  })
})

describe('the time of the steps of a restore', () => {
  const account = (name: string, items: number) => ({
    ...{ id: name, name, items, messages: items, bytes: items, newest: 0, cos: null, cosBackup: null },
    ...{ system: false, deleted: false },
  })
  const catalog = {
    path: '/backup',
    accounts: () => [
      account('boss@x.example', 500),
      account('a@x.example', 2500),
      account('b@x.example', 1500),
    ],
  } as unknown as CatalogAccess
  const made = (form: Record<string, string[]>, rate: number | null) => {
    const one = bench({ folder: temporaryFolder('expected'), shells: {}, catalog })
    one.fields['restore-preflight'] = { sourcePath: '/backup', ...form }
    const expected = async (id: string) => {
      const context = one.context(step(id))
      if (rate !== null && context.fact(FACTS.rate) === undefined) context.setFact(FACTS.rate, rate)
      return step(id).expected!(context)
    }
    return expected
  }

  it('is what the catalog counts for the accounts of the form, at the rate of the last run', async () => {
    const all = made({}, 45)
    expect(await all('restore')).toBe(100)
    expect(await all('items-follow')).toBe(100)
    expect(await made({ accounts: ['a@x.example'] }, 50)('restore')).toBe(50)
  })

  it('is that of the first accounts alone for their own run, and none where there are none', async () => {
    expect(await made({ vips: ['boss@x.example'] }, 50)('restore-vips')).toBe(10)
    expect(await made({}, 50)('restore-vips')).toBeNull()
  })

  it('is said not to be known before anything was measured', async () => {
    const words = { en: expect.stringContaining('has not measured a rate') as string }
    expect(await made({}, null)('restore')).toMatchObject(words)
    expect(await made({ vips: ['boss@x.example'] }, null)('restore-vips')).toMatchObject(words)
  })
})
