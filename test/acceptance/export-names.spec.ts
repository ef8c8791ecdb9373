import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makePath, MadePath, plainMessage } from '../support/make-path.ts'
import { dialectNamed } from '../support/dialects.ts'
import { exportAndJudge, newScene } from './support/scene.ts'

const ODD: readonly string[] = [
  '../../x',
  '..',
  '.',
  'a/b',
  'a\\b',
  'CON',
  'con.txt',
  'NUL',
  'com1',
  'LPT9.eml',
  'aux ',
  'dot.',
  'blank ',
  ' blank',
  'x'.repeat(300),
  '😀'.repeat(120),
  'Angebote',
  'ANGEBOTE',
  'angebote',
  'é',
  'e\u0301',
  'tab\tname',
  'line\nbreak',
  'nul\0byte',
  '',
  ' ',
  '\u202egnp.exe',
  'a:b*c?"d<e>f|g',
  '~',
  '-rf',
  '$(id)',
  '%00',
  '﻿bom',
  'Damaged',
  'manifest.csv',
  'Unclaimed',
  'שלום',
  'مرحبا',
  '表',
  '\ud800lone',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'Inbox',
  'ﬁ ligature',
  'İstanbul',
  'ß',
  'SS',
]

function withSubject(n: number, subject: string): Buffer {
  const encoded = `=?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`
  return Buffer.from(
    plainMessage(n)
      .toString('utf8')
      .replace(/^Subject:.*$/m, `Subject: ${encoded}`),
  )
}

describe('names', () => {
  test('odd folder names stay within the account and within what every system allows', async () => {
    const scene = newScene('folders')
    const made = new MadePath(scene.backup, dialectNamed('camel'), 3)
    const account = made.addAccount('anna@mail.example.com')
    ODD.forEach((name, n) => {
      const folder = made.addFolder(account, name)
      made.addMessage(account, plainMessage(n), { folder })
      const inner = made.addFolder(account, name, folder)
      made.addMessage(account, plainMessage(1000 + n), { folder: inner })
    })
    await exportAndJudge(scene, made)
    expect(readdirSync(scene.out).sort()).toEqual(['anna@mail.example.com', 'manifest.csv'])
    expect(existsSync(join(dirname(scene.out), 'x'))).toBe(false)
  })

  test('odd account names stay below --out, and no two accounts fall together', async () => {
    const scene = newScene('accounts')
    const made = new MadePath(scene.backup, dialectNamed('snake'), 4)
    for (const [n, name] of ODD.entries()) {
      const account = made.addAccount(name)
      made.addMessage(account, plainMessage(n))
    }
    for (const name of ['Anna@mail.example.com', 'anna@mail.example.com', 'anna@mail.example.com']) {
      made.addMessage(made.addAccount(name), plainMessage(5000 + made.items.length))
    }
    const before = new Set(readdirSync(scene.folder))
    await exportAndJudge(scene, made, { oddAccounts: new Set(made.accounts.map((a) => a.id)) })
    expect(new Set(readdirSync(scene.folder))).toEqual(before)
    const folders = readdirSync(scene.out, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.length).toBe(made.accounts.length)
  })

  test('odd subjects, equal subjects and dates, equal messages', async () => {
    const scene = newScene('subjects')
    const made = new MadePath(scene.backup, dialectNamed('camel'), 5)
    const account = made.addAccount('anna@mail.example.com')
    ODD.forEach((subject, n) => made.addMessage(account, withSubject(n, subject), { subject }))
    const twin = plainMessage(77)
    for (let n = 0; n < 20; n++)
      made.addMessage(account, Buffer.concat([twin, Buffer.from(`${n}\r\n`)]), { subject: 'The same' })
    for (let n = 0; n < 5; n++) made.addMessage(account, twin, { subject: 'The very same' })
    await exportAndJudge(scene, made, { checkFolders: true })
  })

  test('folders in a circle, without a parent, very deep', async () => {
    const scene = newScene('circle')
    const made = new MadePath(scene.backup, dialectNamed('camel'), 6)
    const account = made.addAccount('anna@mail.example.com')
    const first = account.nextId
    const one = made.addFolder(account, 'one', first + 1)
    const two = made.addFolder(account, 'two', one)
    made.addMessage(account, plainMessage(1), { folder: one })
    made.addMessage(account, plainMessage(2), { folder: two })
    const self = made.addFolder(account, 'self', account.nextId)
    made.addMessage(account, plainMessage(3), { folder: self })
    const lonely = made.addFolder(account, 'lonely', 99_999)
    made.addMessage(account, plainMessage(4), { folder: lonely })
    made.addMessage(account, plainMessage(5), { folder: 88_888 })
    made.addMessage(account, plainMessage(6), { folder: -4 })
    let deep = 1
    for (let n = 0; n < 120; n++) deep = made.addFolder(account, `level ${n} ${'y'.repeat(60)}`, deep)
    made.addMessage(account, plainMessage(7), { folder: deep })
    await exportAndJudge(scene, made)
  })

  test('ids beyond 2^31 and 2^53, ids of one digit', async () => {
    const scene = newScene('ids')
    const made = new MadePath(scene.backup, dialectNamed('snake'), 8)
    const account = made.addAccount('anna@mail.example.com')
    const ids = [1000, 2_147_483_647, 2_147_483_648, 4_294_967_297, 9_007_199_254_740_991]
    for (const [n, id] of ids.entries()) made.addMessage(account, plainMessage(n), { id })
    made.addMessage(account, plainMessage(50), { id: 21, bucket: '21' })
    made.addMessage(account, plainMessage(51), { id: 30_005, bucket: '5' })
    await exportAndJudge(scene, made, { checkFolders: true })
  })

  test('several versions of a draft, and a deleted item from its last state with a blob', async () => {
    const scene = newScene('versions')
    const made = new MadePath(scene.backup, dialectNamed('camel'), 9)
    const account = made.addAccount('anna@mail.example.com')
    const draft = made.addMessage(account, plainMessage(3), {
      folder: 6,
      earlier: [plainMessage(1), plainMessage(2)],
    })
    const gone = made.addMessage(account, plainMessage(4), { deleted: true })
    await exportAndJudge(scene, made, { checkFolders: true })
    const names = readdirSync(join(scene.out, 'anna@mail.example.com/Drafts')).sort()
    expect(names.length).toBe(3)
    expect(names.filter((name) => name.includes(`[${draft.id}] v1.eml`)).length).toBe(1)
    expect(names.filter((name) => name.includes(`[${draft.id}] v2.eml`)).length).toBe(1)
    expect(names.filter((name) => name.endsWith(`[${draft.id}].eml`)).length).toBe(1)
    expect(
      readdirSync(join(scene.out, 'anna@mail.example.com/Inbox')).some((name) =>
        name.endsWith(`[${gone.id}].eml`),
      ),
    ).toBe(true)
  })

  test('file names say date and subject in UTC', async () => {
    const scene = newScene('filename')
    const made = makePath({ root: scene.backup, accounts: ['anna@mail.example.com'], messages: 0 })
    const account = made.accounts[0]
    if (!account) throw new Error('no account')
    const raw = Buffer.from(
      'From: a@x.example\r\nTo: b@x.example\r\nSubject: Subject\r\nDate: Fri, 20 Nov 2026 05:01:30 +0200\r\n\r\nText\r\n',
    )
    const item = made.addMessage(account, raw, { subject: 'Subject' })
    const state = item.states[0]
    if (!state) throw new Error('no state')
    state.date = Date.UTC(2026, 10, 20, 3, 1, 30)
    made.write(item.file, made.dialect.file(item, item.states))
    await exportAndJudge(scene, made)
    expect(readdirSync(join(scene.out, 'anna@mail.example.com/Inbox'))).toEqual([
      `2026-11-20 0301 Subject [${item.id}].eml`,
    ])
  })
})
