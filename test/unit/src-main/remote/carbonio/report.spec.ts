import { describe, expect, it } from 'vitest'
import {
  parseRestoreReport,
  type RestoreReport,
} from '../../../../../src-main/remote/carbonio/parse-restore-report.ts'
import { fixture } from './support.ts'

function read(text: string): RestoreReport {
  const answer = parseRestoreReport(text)
  if (!answer.understood) throw new Error(answer.why)
  return answer.value
}

describe('the report of a finished restore', () => {
  it('is read with blanks after commas and several accounts', () => {
    expect(read(fixture('restore-report.txt'))).toMatchObject({
      operation: 'External Restore',
      operationId: '0f1c9a52-6a7e-4a53-8d0c-2b8a3f0c7d10',
      state: 'completed',
      restored: 15233,
      skipped: 125,
      unrestored: 7,
      listed: 7,
      complete: true,
      accounts: [
        { account: 'anna@example.org', items: [1255, 1369] },
        { account: 'bernd@example.org', items: [49965] },
        { account: 'chris@example.org', items: [856, 13339, 45200, 45655] },
      ],
    })
  })

  it('is not complete when the list holds fewer than the number', () => {
    const text = fixture('restore-report.txt').replace(', 45655', '')
    expect(read(text)).toMatchObject({ unrestored: 7, listed: 6, complete: false })
  })

  it('joins lists that the mail broke, and accounts that come twice', () => {
    const text = fixture('restore-report.txt')
      .replace('45200, 45655', '45200,\n 45655,\n12')
      .concat('\naccount: ANNA@example.org\nunrestored items: 1255, 7000\n')
    const { accounts } = read(text)
    expect(accounts.map(({ items }) => items)).toEqual([
      [1255, 1369, 7000],
      [49965],
      [856, 13339, 45200, 45655, 12],
    ])
  })

  it('keeps what is no id, and then is not complete', () => {
    const report = read(fixture('restore-report.txt').replace('45655', '45x55'))
    expect(report.accounts[2]!.unreadable).toEqual(['45x55'])
    expect(report.complete).toBe(false)
  })

  it('is read with carriage returns, and without the list', () => {
    expect(read(fixture('restore-report.txt').replaceAll('\n', '\r\n')).listed).toBe(7)
    const none = read('- stats -\nRestored Items: 5\nSkipped Items: 0\nUnrestored Items: 0\n')
    expect(none).toMatchObject({ restored: 5, accounts: [], complete: true, operation: null })
  })

  it('says nothing of numbers that are missing or odd', () => {
    expect(read('- stats -\nRestored Items: many\n')).toMatchObject({
      restored: null,
      unrestored: null,
      complete: false,
    })
  })

  it.each([
    '',
    'Dear administrator, all is well.',
    '<html>- nothing -</html>',
    'Elementi ripristinati: 12',
    '\u0000\u0001',
  ])('is not understood in %j', (text) => {
    expect(parseRestoreReport(text)).toMatchObject({ understood: false })
  })

  it('holds a hundred thousand items', () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => index + 257)
    const begin = Date.now()
    const report = read(
      `- stats -\nUnrestored Items: 100000\n- unrestored items -\naccount: a@b\nunrestored items: ${ids.join(', ')}\n`,
    )
    expect(report).toMatchObject({ listed: 100_000, complete: true })
    expect(Date.now() - begin).toBeLessThan(2000)
  })
})
