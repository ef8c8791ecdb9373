import { describe, expect, it } from 'vitest'
import { notAmong } from '../../../../../src-main/recovery/restore/reconcile.ts'
import { longestLine } from '../../../../../src-main/recovery/unrestored/causes.ts'
import { readFsck, readMdstat, readSmart } from '../../../../../src-main/recovery/unrestored/health.ts'
import { searchTexts } from '../../../../../src-main/recovery/unrestored/search-text.ts'
import { readSums } from '../../../../../src-main/recovery/unrestored/server-files.ts'
import type { WorkItem } from '../../../../../src-main/recovery/unrestored/rows.ts'

describe('what disks say of themselves', () => {
  it('a RAID that lacks a member is red, a whole one is not', () => {
    const text = [
      'Personalities : [raid1]',
      'md0 : active raid1 sdb1[1] sda1[0]',
      '      1046528 blocks super 1.2 [2/2] [UU]',
      '',
      'md1 : active raid1 sda2[0]',
      '      10476544 blocks super 1.2 [2/1] [U_]',
      'unused devices: <none>',
    ].join('\n')
    expect(readMdstat(text).map(({ what, verdict }) => [what, verdict])).toEqual([
      ['md0', 'ok'],
      ['md1', 'red'],
    ])
    expect(readMdstat('Personalities : \nunused devices: <none>\n')).toEqual([])
  })

  it('SMART is believed in both of its forms, and silence is not taken for health', () => {
    const ata = 'SMART overall-health self-assessment test result: PASSED'
    expect(readSmart('/dev/sda', ata).verdict).toBe('ok')
    expect(readSmart('/dev/sda', ata.replace('PASSED', 'FAILED!')).verdict).toBe('red')
    expect(readSmart('/dev/sdb', 'SMART Health Status: OK').verdict).toBe('ok')
    expect(readSmart('/dev/vda', 'Unable to detect device type').verdict).toBe('unknown')
  })

  it('errors that fsck left are red unmounted, a reason to look mounted, and repair is never offered lightly', () => {
    expect(readFsck('/dev/vdb1', 0, 'clean').verdict).toBe('ok')
    const unmounted = readFsck('/dev/vdb1', 4, 'Inode 12 has wrong block count')
    expect([unmounted.verdict, unmounted.next?.en]).toEqual([
      'red',
      expect.stringContaining('unmounted') as string,
    ])
    expect(readFsck('/dev/vdb1', 4, 'Warning! /dev/vdb1 is mounted.').verdict).toBe('attention')
    expect(readFsck('/dev/vdb1', 8, 'Operational error').verdict).toBe('unknown')
    expect(readFsck('/dev/vdb1', null, '').verdict).toBe('unknown')
  })
})

describe('reading files on the server', () => {
  it('tells sums, refusals, failing disks, dead mounts and missing files apart', () => {
    const sum = 'a'.repeat(64)
    const states = readSums(
      `${sum}  /b/items/aa/one\n`,
      [
        'sha256sum: /b/items/aa/two: Permission denied',
        'sha256sum: /b/items/aa/three: Input/output error',
        "sha256sum: '/b/items/aa/fo ur': No such file or directory",
        'sha256sum: /b/items/aa/five: Transport endpoint is not connected',
        'sha256sum: /b/items/aa/six: Stale file handle',
      ].join('\n'),
    )
    expect(
      Object.fromEntries([...states].map(([path, { state }]) => [path.split('/').at(-1), state])),
    ).toEqual({
      one: 'read',
      two: 'refused',
      three: 'io',
      'fo ur': 'missing',
      five: 'io',
      six: 'io',
    })
  })
})

describe('comparing by name', () => {
  const mail = (id: number, subject: string, date: number) => ({ id, subject, date })

  it('counts equal mails as often as they are there', () => {
    const backup = [mail(1, 'Lunch', 1000), mail(2, 'Lunch', 1000), mail(3, 'Lunch', 1000)]
    expect(notAmong(backup, [mail(9, 'Lunch', 1000), mail(8, ' Lunch ', 1500)]).map(({ id }) => id)).toEqual([
      3,
    ])
  })

  it('does not take another date for a loss, nor another mail for the same', () => {
    const backup = [mail(1, 'Invoice', 1_000_000), mail(2, 'Offer', 5_000_000)]
    expect(notAmong(backup, [mail(7, 'Invoice', 9_000_000)]).map(({ id }) => id)).toEqual([2])
    expect(notAmong(backup, []).length).toBe(2)
  })
})

describe('a message and its longest line', () => {
  it('is counted in bytes without line ends', () => {
    expect(longestLine(Buffer.from(`a\r\n${'x'.repeat(10_300)}\r\nb`))).toEqual({ line: 2, bytes: 10_300 })
    expect(longestLine(Buffer.from(`a\n${'é'.repeat(10)}`))).toEqual({ line: 2, bytes: 20 })
    expect(longestLine(Buffer.alloc(0))).toEqual({ line: 1, bytes: 0 })
  })
})

describe('search texts', () => {
  it('are one per account and tab, ids rising', () => {
    const row = (account: string, id: number, type: string) => ({ account, id, type }) as WorkItem
    const rows = [
      row('b@x.org', 13339, 'message'),
      row('b@x.org', 856, 'message'),
      row('b@x.org', 300, 'contact'),
      row('a@x.org', 301, 'appointment'),
      row('a@x.org', 302, 'task'),
    ]
    expect(searchTexts(rows, 'old').map(({ account, tab, text }) => [account, tab.en, text])).toEqual([
      ['a@x.org', 'Calendar', 'item: 301'],
      ['a@x.org', 'Tasks', 'item: 302'],
      ['b@x.org', 'Address book', 'item: 300'],
      ['b@x.org', 'Mail', 'item: 856,13339'],
    ])
  })
})
