import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareSettings,
  countRows,
  filterRows,
} from '../../../../../src-main/recovery/settings/compare-settings.ts'
import { diffLines } from '../../../../../src-main/recovery/settings/line-diff.ts'
import { flatten } from '../../../../../src-main/recovery/settings/saved-settings.ts'
import { setCommand } from '../../../../../src-main/recovery/settings/set-command.ts'

describe('a comparison line by line', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 30 })

  it('always gives both texts back', () => {
    fc.assert(
      fc.property(lines, lines, (old, fresh) => {
        const text = (list: string[]): string => list.map((line) => `${line}\n`).join('')
        const { lines: rows, coarse } = diffLines(text(old), text(fresh))
        expect(coarse).toBe(false)
        expect(rows.filter(({ kind }) => kind !== 'new').map((row) => row.text)).toEqual(old)
        expect(rows.filter(({ kind }) => kind !== 'old').map((row) => row.text)).toEqual(fresh)
        expect(rows.flatMap((row) => (row.old === null ? [] : [row.old]))).toEqual(old.map((_, n) => n + 1))
        expect(rows.flatMap((row) => (row.new === null ? [] : [row.new]))).toEqual(fresh.map((_, n) => n + 1))
      }),
      { numRuns: 500 },
    )
  })

  it('is the shortest one', () => {
    const { lines: rows } = diffLines('a\nb\nc\nd\n', 'a\nx\nc\nd\ne\n')
    expect(rows.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'same a',
      'old b',
      'new x',
      'same c',
      'same d',
      'new e',
    ])
  })

  it('gives up on what has nothing in common, in time', () => {
    const text = (letter: string): string =>
      Array.from({ length: 20_000 }, (_, n) => `${letter}${String(n)}\n`).join('')
    const began = performance.now()
    const { coarse, lines: rows } = diffLines(text('a'), text('b'))
    expect(coarse).toBe(true)
    expect(rows).toHaveLength(40_000)
    expect(performance.now() - began).toBeLessThan(4000)
  })
})

describe('settings side by side', () => {
  const old = {
    name: 'mail-old.example.com',
    values: new Map([
      ['server/mail-old.example.com/ZxBackup_DataRetentionDays', '60'],
      ['server/mail-old.example.com/zimbraMtaMyNetworks', '127.0.0.0/8 10.0.0.0/8'],
      ['global/config/zimbraMtaMaxMessageSize', '10485760'],
      ['global/config/zimbraSecretKey', '***'],
      ['cos/vip/backupEnabled', 'true'],
      ['localconfig/local/zimbra_lmtp_validate_messages', "it's"],
    ]),
  }
  const fresh = {
    name: 'mail-new.example.com',
    values: new Map([
      ['server/mail-new.example.com/ZxBackup_DataRetentionDays', '30'],
      ['global/config/zimbraMtaMaxMessageSize', '10485760'],
      ['global/config/zimbraNew', '1'],
    ]),
  }

  it('the own settings of two machines meet; what only one has is named', () => {
    const rows = compareSettings(old, fresh)
    expect(countRows(rows)).toEqual({ equal: 1, changed: 1, 'only-old': 4, 'only-new': 1 })
    const row = rows.find(({ key }) => key.endsWith('RetentionDays'))
    expect(row).toMatchObject({
      key: 'server/(this server)/ZxBackup_DataRetentionDays',
      old: '60',
      new: '30',
      standing: 'changed',
      command: 'carbonio config set server mail-new.example.com ZxBackup_DataRetentionDays 60',
    })
    expect(rows.find(({ key }) => key.endsWith('MyNetworks'))?.command).toBe(
      "zmprov ms mail-new.example.com zimbraMtaMyNetworks '127.0.0.0/8 10.0.0.0/8'",
    )
    expect(rows.find(({ key }) => key.startsWith('localconfig'))?.command).toBe(
      "zmlocalconfig -e 'zimbra_lmtp_validate_messages=it'\\''s'",
    )
    // neither a secret nor the switch that decides about deletion is offered as a command
    expect(rows.find(({ key }) => key.endsWith('SecretKey'))?.command).toBeNull()
    expect(rows.find(({ key }) => key.endsWith('backupEnabled'))?.command).toBeNull()
  })

  it('is searched by words in keys and values, and by standing', () => {
    const rows = compareSettings(old, fresh)
    expect(filterRows(rows, { search: 'mta 10.0', standings: [] })).toHaveLength(1)
    expect(filterRows(rows, { search: '', standings: ['changed', 'only-new'] })).toHaveLength(2)
    expect(filterRows(rows, { search: 'nothing like it', standings: [] })).toEqual([])
  })

  it('no key becomes shell text, whatever it holds', () => {
    for (const key of [
      'server/x/$(id)',
      'server/x/a b',
      'server/x/',
      '__proto__/x/y',
      'constructor/x/y',
      'server/x/a\nb',
    ])
      expect(setCommand(key, 'v', 'mail')).toBeNull()
    expect(setCommand('cos/$(id)/zimbraFeature', '`x`', 'mail')).toBe("zmprov mc '$(id)' zimbraFeature '`x`'")
  })

  it('nested and flat answers come out the same; secrets do not come out at all', () => {
    const flat = flatten({ 'config date': 'x', 'server/a/b': '1', 'global/config/c': true })
    const nested = flatten({ date: 'x', server: { a: { b: '1' } }, global: { config: { c: true } } })
    expect([...nested]).toEqual([...flat])
    expect(flatten({ server: { a: { ldapPassword: 'hunter2' } } }).get('server/a/ldapPassword')).toBe('***')
    let deep: unknown = 'x'
    for (let n = 0; n < 1000; n++) deep = { a: deep }
    expect(flatten(deep).size).toBe(0)
  })
})
