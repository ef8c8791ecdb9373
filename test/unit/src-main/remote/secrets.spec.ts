import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Question, QuestionAnswer } from '../../../../src-main/contract/servers.ts'
import { openAppDatabase, type AppDatabase } from '../../../../src-main/engine/app-database.ts'
import { openLog } from '../../../../src-main/engine/log.ts'
import { connect } from '../../../../src-main/remote/connection.ts'
import { Servers } from '../../../../src-main/remote/servers.ts'
import { SecretVault, type Keychain } from '../../../../src-main/remote/secret-vault.ts'
import { startFaultySsh, type FaultySsh } from '../../../support/faulty-ssh.ts'
import { temporaryFolder } from '../../../support/temp.ts'

const SECRET = `tr0ub4dor & "drei" $(x)`

/** A keychain of the given strength that turns bytes round: what it sealed does not hold the text. */
function keychain(strength: 'available' | 'weak' | 'none'): Keychain & { sealed: number } {
  const turned = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a))
  const made = {
    sealed: 0,
    strength: () => Promise.resolve(strength),
    backend: () => (strength === 'weak' ? 'basic_text' : strength === 'none' ? null : 'gnome_libsecret'),
    seal: (text: string) => {
      made.sealed++
      return Promise.resolve(turned(Buffer.from(text)))
    },
    open: (sealed: Buffer) => Promise.resolve(turned(sealed).toString()),
  }
  return made
}

let folder: string
let db: AppDatabase
beforeEach(() => {
  folder = temporaryFolder('secrets')
  db = openAppDatabase(folder)
})
afterEach(() => db.close())

/** Every byte that Lifeboat left in its data folder. */
function everythingOnDisk(): string {
  db.pragma('wal_checkpoint(TRUNCATE)')
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

const name = { hop: 'admin@old', kind: 'password', keyFile: null } as const

describe('the vault', () => {
  it('keeps a secret of the session in memory only', async () => {
    const vault = new SecretVault(db, keychain('available'))
    expect(await vault.remember(name, SECRET, 'session')).toBe('session')
    expect(await vault.get(name)).toBe(SECRET)
    expect(await new SecretVault(db, keychain('available')).get(name)).toBeNull()
    expect(everythingOnDisk()).not.toContain('tr0ub4dor')
  })

  it('keeps a sealed one over a restart, and never the text of it', async () => {
    const vault = new SecretVault(db, keychain('available'))
    expect(await vault.remember(name, SECRET, 'keychain')).toBe('keychain')
    const next = new SecretVault(db, keychain('available'))
    expect(await next.get(name)).toBe(SECRET)
    expect(next.list()).toEqual([{ ...name, where: 'keychain' }])
    expect(JSON.stringify(next.list())).not.toContain('tr0ub4dor')
    expect(everythingOnDisk()).not.toContain('tr0ub4dor')
    expect(await new SecretVault(db, null).get(name)).toBeNull()
  })

  it('does not touch a weak keychain unless the person insists, and empties it when they no longer do', async () => {
    const weak = keychain('weak')
    const vault = new SecretVault(db, weak)
    const storage = await vault.storage()
    expect(storage).toMatchObject({ keychain: 'weak', backend: 'basic_text', insisted: false })
    expect(storage.warning).toMatch(/unless you insist/)
    expect(await vault.remember(name, SECRET, 'keychain')).toBe('session')
    expect(weak.sealed).toBe(0)
    expect(await vault.insist(true)).toMatchObject({ insisted: true })
    expect(await vault.remember(name, SECRET, 'keychain')).toBe('keychain')
    expect(await new SecretVault(db, weak).get(name)).toBe(SECRET)
    await vault.insist(false)
    expect(await new SecretVault(db, weak).get(name)).toBeNull()
  })

  it('says that there is none in the browser host, and keeps in memory what was to be kept', async () => {
    const vault = new SecretVault(db, null)
    expect(await vault.storage()).toMatchObject({ keychain: 'none', backend: null })
    expect((await vault.storage()).warning).toMatch(/memory until Lifeboat ends/)
    expect(await vault.remember(name, SECRET, 'keychain')).toBe('session')
  })

  it('falls back to memory when the keychain fails, and to asking when it does not open what it sealed', async () => {
    const broken: Keychain = {
      ...keychain('available'),
      seal: () => Promise.reject(new Error('locked')),
      open: () => Promise.reject(new Error('other machine')),
    }
    const vault = new SecretVault(db, broken)
    expect(await vault.remember(name, SECRET, 'keychain')).toBe('session')
    await new SecretVault(db, keychain('available')).remember({ ...name, hop: 'b@b' }, SECRET, 'keychain')
    expect(await vault.get({ ...name, hop: 'b@b' })).toBeNull()
  })

  it('forgets one hop, or all', async () => {
    const vault = new SecretVault(db, keychain('available'))
    await vault.remember(name, SECRET, 'keychain')
    await vault.remember({ hop: 'admin@old', kind: 'passphrase', keyFile: '/k' }, SECRET, 'session')
    await vault.remember({ ...name, hop: 'admin@new' }, SECRET, 'keychain')
    vault.forgetHops(['admin@old'])
    expect(vault.list().map(({ hop }) => hop)).toEqual(['admin@new'])
    vault.forgetHops(null)
    expect(vault.list()).toEqual([])
  })
})

/** Servers whose questions are answered by a function, as a person at the page would. */
function serversWith(answer: (question: Question) => QuestionAnswer | null): {
  servers: Servers
  questions: Question[]
} {
  const questions: Question[] = []
  const servers: Servers = new Servers({
    db,
    dataFolder: folder,
    keychain: keychain('available'),
    onQuestions: (open) => {
      for (const question of open) {
        if (questions.some(({ id }) => id === question.id)) continue
        questions.push(question)
        const given = answer(question)
        if (given) queueMicrotask(() => servers.desk.answer(question.id, given))
      }
    },
    onConnections: () => undefined,
  })
  return { servers, questions }
}

function draftFor(server: FaultySsh) {
  return { name: 'Old', role: 'old' as const, privilege: 'root' as const, jumps: [], ...server.hop() }
}

describe('secrets on their way', () => {
  const yes: QuestionAnswer = { kind: 'host-key', accept: true }

  it('asks for host key and password, tells a wrong one, remembers the right one, and writes none of it down', async () => {
    const server = await startFaultySsh({ password: SECRET, methods: ['password'] })
    const wrong = `${SECRET} mistyped`
    const passwords = [wrong, SECRET]
    const { servers, questions } = serversWith((question) =>
      question.kind === 'host-key'
        ? yes
        : { kind: 'secret', secret: passwords.shift() ?? '', remember: 'keychain' },
    )
    const { id } = servers.save(draftFor(server))
    await servers.session(id).connection()
    expect(questions.map(({ kind }) => kind)).toEqual(['host-key', 'password', 'password'])
    expect(questions.slice(1)).toMatchObject([
      { wrong: false, use: 'login', serverId: id },
      { wrong: true, use: 'login' },
    ])
    servers.close()
    // A new start: known host, remembered password, no question.
    const again = serversWith(() => null)
    await again.servers.session(id).connection()
    expect(again.questions).toEqual([])
    expect(server.given).toEqual([wrong, SECRET, SECRET])
    again.servers.close()
    expect(everythingOnDisk()).not.toContain('tr0ub4dor')
  })

  it('asks again for a remembered one that is refused, without forgetting it for a server that is merely ill', async () => {
    const server = await startFaultySsh({ password: 'new one', methods: ['password'] })
    const { servers, questions } = serversWith((question) =>
      question.kind === 'host-key' ? yes : { kind: 'cancel' },
    )
    const { id } = servers.save(draftFor(server))
    const hop = `tester@127.0.0.1:${server.port}`
    await servers.vault.remember({ hop, kind: 'password', keyFile: null }, SECRET, 'keychain')
    await expect(servers.session(id).connection()).rejects.toMatchObject({ step: 'login' })
    expect(questions.at(-1)).toMatchObject({ kind: 'password', wrong: true })
    expect(servers.vault.list()).toHaveLength(1)
    servers.close()
  })

  it('does not ask twice at once for the same, and re-makes a connection without asking', async () => {
    const server = await startFaultySsh({ password: SECRET, methods: ['password'] })
    const { servers, questions } = serversWith((question) =>
      question.kind === 'host-key' ? yes : { kind: 'secret', secret: SECRET, remember: 'once' },
    )
    const { id } = servers.save(draftFor(server))
    const session = servers.session(id)
    await Promise.all([session.shell.run(['true']), session.shell.run(['true'])])
    server.kill()
    await expect
      .poll(() =>
        session.shell.run(['true']).then(
          ({ code }) => code,
          () => -1,
        ),
      )
      .toBe(0)
    expect(server.connections).toBeGreaterThan(1)
    expect(questions.filter(({ kind }) => kind === 'password')).toHaveLength(1)
    expect(servers.vault.list()).toEqual([])
    servers.close()
  })

  it('shows none in any error, nor in a log of it', async () => {
    const server = await startFaultySsh({
      password: 'other',
      methods: ['password', 'keyboard-interactive'],
      questions: [{ prompt: 'Code', echo: false }],
      answers: ['1'],
    })
    const log = openLog(folder, { level: 'debug' })
    const secrets = {
      password: () => Promise.resolve(SECRET),
      passphrase: () => Promise.resolve(SECRET),
      answers: () => Promise.resolve([SECRET]),
      privilege: () => Promise.resolve(SECRET),
      rejected: () => undefined,
    }
    const auth = [{ kind: 'password' as const }, { kind: 'keyboard-interactive' as const }]
    const error: unknown = await connect({
      profile: { ...server.hop({ auth }), jumps: [] },
      knownHosts: () => [],
      acceptHostKey: () => Promise.resolve(true),
      secrets,
    }).catch((reason: unknown) => reason)
    expect(server.given.filter((given) => given === SECRET).length).toBeGreaterThan(3)
    log.error('login failed', { error, hop: server.hop() })
    const { message, stack, why, next } = error as Error & { why: string; next: string }
    expect([message, stack, why, next, JSON.stringify(error)].join()).not.toContain('tr0ub4dor')
    const logged = readFileSync(log.file, 'utf8')
    expect(logged).toContain('refused the login')
    expect(logged).not.toContain('tr0ub4dor')
  })

  it('cancels what is open when the engine ends', async () => {
    const server = await startFaultySsh({ password: SECRET, methods: ['password'] })
    const { servers, questions } = serversWith(() => null)
    const { id } = servers.save(draftFor(server))
    const connecting = servers.session(id).connection()
    connecting.catch(() => undefined)
    await expect.poll(() => questions.length).toBe(1)
    servers.close()
    await expect(connecting).rejects.toBeInstanceOf(Error)
    expect(servers.desk.list()).toEqual([])
    expect(() => servers.desk.answer(questions[0]!.id, yes)).toThrow(/not open any more/)
  })
})
