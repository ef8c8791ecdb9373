import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAppDatabase, type AppDatabase } from '../../../../src-main/engine/app-database.ts'
import { HostKeys } from '../../../../src-main/remote/host-keys.ts'
import { ProfileStore } from '../../../../src-main/remote/profiles.ts'
import { readSshConfig } from '../../../../src-main/remote/ssh-config-import.ts'
import { temporaryFolder } from '../../../support/temp.ts'

let folder: string
let db: AppDatabase
beforeEach(() => {
  folder = temporaryFolder('profiles')
  db = openAppDatabase(folder)
})
afterEach(() => db.close())

const draft = {
  name: 'Old mail server',
  role: 'old' as const,
  privilege: 'sudo-password' as const,
  host: 'mail.example.com',
  port: 22,
  user: 'admin',
  auth: [{ kind: 'agent' as const }, { kind: 'password' as const }],
  jumps: [{ host: 'jump.example.com', port: 2222, user: 'j', auth: [{ kind: 'agent' as const }] }],
}

describe('profiles', () => {
  it('are kept, changed and removed', () => {
    const store = new ProfileStore(db)
    const saved = store.save(draft)
    expect(saved).toEqual({ ...draft, id: saved.id })
    store.save({ ...draft, name: 'A new one', role: 'new' })
    store.save({ ...saved, name: 'Z' })
    expect(store.list().map(({ name }) => name)).toEqual(['A new one', 'Z'])
    store.remove(saved.id)
    expect(() => store.get(saved.id)).toThrow(/not in the list/)
    expect(() => store.save(saved)).toThrow(/not in the list/)
  })

  it('have no place for a secret, whatever is sent along', () => {
    const store = new ProfileStore(db)
    const extra = {
      ...draft,
      password: 'hunter2',
      auth: [{ kind: 'password' as const, password: 'hunter2' }],
      jumps: [{ ...draft.jumps[0]!, passphrase: 'hunter2' }],
    }
    store.save(extra)
    db.pragma('wal_checkpoint(TRUNCATE)')
    expect(readFileSync(join(folder, 'lifeboat.db'), 'latin1')).not.toContain('hunter2')
  })

  it.each([
    ['a host that ssh would take for an option', { host: '-oProxyCommand=x' }],
    ['a user with a line break', { user: 'a\nb' }],
    ['a port that is none', { port: 0 }],
    ['no way to log in', { auth: [] }],
  ])('refuse %s', (_what, change) => {
    expect(() => new ProfileStore(db).save({ ...draft, ...change })).toThrow()
  })

  it('leave alone what a later Lifeboat wrote', () => {
    db.prepare('INSERT INTO servers (id, profile) VALUES (?, ?)').run('later', '{"privilege":"doas"}')
    db.prepare('INSERT INTO servers (id, profile) VALUES (?, ?)').run('broken', '{')
    const store = new ProfileStore(db)
    expect(store.list()).toEqual([])
    expect(store.lastReport('later')).toBeNull()
    expect(db.prepare('SELECT count(*) FROM servers').pluck().get()).toBe(2)
  })
})

describe('the import of ~/.ssh/config', () => {
  function importing(text: string, others: Record<string, string> = {}): ReturnType<typeof readSshConfig> {
    for (const [name, content] of Object.entries(others)) {
      mkdirSync(join(folder, 'conf.d'), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    const file = join(folder, 'config')
    writeFileSync(file, text)
    return readSshConfig(file)
  }

  it('reads hosts, ports, users and keys; the first value counts, keys add up, patterns apply', () => {
    const [old, fresh] = importing(`
# servers
Host old
  HostName 192.0.2.7
  Port 2200
  User root
  IdentityFile ~/.ssh/old_key
Host new.example.com !never
  IdentitiesOnly yes
  IdentityFile "%d/keys/with blank"
Host *
  User admin
  Port 22022
  IdentityFile ~/.ssh/id_ed25519
  PasswordAuthentication no
`)
    expect(old).toMatchObject({
      alias: 'old',
      draft: { name: 'old', host: '192.0.2.7', port: 2200, user: 'root', privilege: 'root', jumps: [] },
    })
    expect(old?.draft.auth).toEqual([
      { kind: 'agent' },
      { kind: 'key', file: join(homedir(), '.ssh/old_key') },
      { kind: 'key', file: join(homedir(), '.ssh/id_ed25519') },
      { kind: 'keyboard-interactive' },
    ])
    expect(fresh).toMatchObject({
      alias: 'new.example.com',
      draft: { host: 'new.example.com', port: 22022, user: 'admin' },
    })
    expect(fresh?.draft.auth[0]).toEqual({ kind: 'key', file: join(homedir(), 'keys/with blank') })
  })

  it('follows jump hosts by their aliases, in their order', () => {
    const servers = importing(`
Host inner
  ProxyJump outer,me@192.0.2.9:2222
Host outer
  HostName gate.example.com
  User gate
  ProxyJump first
Host first
  HostName first.example.com
`)
    const inner = servers.find(({ alias }) => alias === 'inner')
    expect(inner?.draft.jumps.map(({ host, user, port }) => `${user}@${host}:${port}`)).toEqual([
      expect.stringMatching(/@first\.example\.com:22$/),
      'gate@gate.example.com:22',
      'me@192.0.2.9:2222',
    ])
  })

  it('follows Include, also in circles, and runs nothing', () => {
    const mark = join(folder, 'ran')
    const servers = importing(
      `Include conf.d/*\nInclude config\nMatch exec "touch ${mark}"\n  User evil\nHost here\n  ProxyCommand touch ${mark}\n`,
      { 'conf.d/a': 'Host there\n  HostName 192.0.2.1\n' },
    )
    expect(servers.map(({ alias }) => alias)).toEqual(['there', 'here'])
    expect(servers.every(({ draft: { user } }) => user !== 'evil')).toBe(true)
    expect(servers[1]?.notes).toEqual([
      'ProxyCommand is not followed by Lifeboat.',
      'Match sections of the file are not followed.',
    ])
    expect(() => readFileSync(mark)).toThrow()
  })

  it('says so when there is no such file', () => {
    expect(() => readSshConfig(join(folder, 'none'))).toThrow(/cannot be read/)
  })

  it('survives a jump host that leads to itself', () => {
    expect(importing('Host loop\n  ProxyJump loop\n')[0]?.draft.jumps.length).toBeLessThanOrEqual(8)
  })
})

describe('accepted host keys', () => {
  it('are appended to a file of their own, closed to others, and the files of OpenSSH are only read', () => {
    const own = join(folder, 'data', 'known_hosts')
    const openSsh = join(folder, 'openssh')
    writeFileSync(openSsh, '')
    const keys = new HostKeys(own, [openSsh, join(folder, 'missing')])
    const key = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 7)])
    mkdirSync(join(folder, 'data'))
    writeFileSync(own, '# edited by hand, without a last line break')
    keys.accept({ host: 'mail', port: 22 }, key)
    keys.accept({ host: 'mail', port: 22 }, key)
    expect(keys.lines()).toHaveLength(1)
    expect(keys.lines()[0]?.file).toBe(own)
    expect(readFileSync(openSsh, 'utf8')).toBe('')
  })
})
