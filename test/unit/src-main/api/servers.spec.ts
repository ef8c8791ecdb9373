import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '../../../../src-main/api/engine.ts'
import { router } from '../../../../src-main/api/router.ts'
import type { ContractClient } from '../../../../src-main/contract/index.ts'
import type { ConnectionTest, Question, QuestionAnswer } from '../../../../src-main/contract/servers.ts'
import { startFaultySsh } from '../../../support/faulty-ssh.ts'
import { SSHD, startSshServer, type SshServer } from '../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../support/temp.ts'

const engines: Engine[] = []
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close()
})

function open(dataFolder = temporaryFolder('data')): { client: ContractClient; dataFolder: string } {
  const engine = createEngine({ dataFolder, host: 'browser' })
  engines.push(engine)
  return { client: createRouterClient(router, { context: { engine } }) satisfies ContractClient, dataFolder }
}

/** A person at the page: answers every question as told, and remembers them. */
function person(client: ContractClient, answer: (question: Question) => QuestionAnswer): Question[] {
  const seen: Question[] = []
  const watch = async (): Promise<void> => {
    for await (const questions of await client.servers.questions()) {
      for (const question of questions) {
        if (seen.some(({ id }) => id === question.id)) continue
        seen.push(question)
        await client.servers.answer({ id: question.id, answer: answer(question) })
      }
    }
  }
  watch().catch(() => undefined)
  return seen
}

async function last<T>(stream: Promise<AsyncIterable<T>>): Promise<T> {
  let value: T | undefined
  for await (value of await stream);
  if (value === undefined) throw new Error('the stream was empty')
  return value
}

describe.skipIf(!SSHD)('the servers of the contract', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshServer()
  })
  const draft = () => {
    const { id: _, ...rest } = server.profile({ role: 'storage' })
    return rest
  }

  it('tests, connects and looks, with a host key accepted once by a person', async () => {
    const { client, dataFolder } = open()
    const seen = person(client, (question) =>
      question.kind === 'host-key' ? { kind: 'host-key', accept: true } : { kind: 'cancel' },
    )
    const test: ConnectionTest = await last(client.servers.testConnection(draft()))
    expect(test).toMatchObject({ done: true, ok: true })
    const { id } = await client.servers.save(draft())
    expect(await client.servers.lastReport({ id })).toBeNull()
    const report = await last(client.servers.probe({ id }))
    expect(report.done).toBe(true)
    expect(report.system.kernel.known).toBe(true)
    expect(await client.servers.lastReport({ id })).toEqual(report)
    // Asked once: accepted for the test, known for the connection.
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({
      kind: 'host-key',
      serverId: null,
      port: server.port,
      keyType: 'ssh-ed25519',
    })
    expect(readFileSync(join(dataFolder, 'known_hosts'), 'utf8')).toMatch(/^\|1\|/)

    for await (const states of await client.servers.connections()) {
      expect(states).toMatchObject([{ serverId: id, state: 'connected', error: null }])
      break
    }
    await client.servers.disconnect({ id })
    await client.servers.remove({ id })
    expect(await client.servers.list()).toEqual([])
  })

  it('hands on what failed as an error of the contract', async () => {
    const { client } = open()
    person(client, () => ({ kind: 'cancel' }))
    const { id } = await client.servers.save(draft())
    const error: unknown = await client.servers.connect({ id }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CONNECTION', status: 502 })
    expect((error as { data: { why: string; next: string } }).data.why).toContain('Nobody has confirmed')
    await expect(last(client.servers.probe({ id }))).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(client.servers.connect({ id: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.servers.answer({ id: 'x', answer: { kind: 'cancel' } })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('stops a test when its page goes away', async () => {
    const { client } = open()
    for await (const state of await client.servers.testConnection(draft())) {
      if (state.steps.some(({ step, state: at }) => step === 'host-key' && at === 'running')) break
    }
    // Its question is gone with it.
    for await (const questions of await client.servers.questions()) {
      if (questions.length === 0) break
    }
  })

  it('remembers passwords in memory only where there is no keychain, and forgets them', async () => {
    const faulty = await startFaultySsh({ password: 'secret of the day', methods: ['password'] })
    const { client, dataFolder } = open()
    const seen = person(client, (question) =>
      question.kind === 'host-key'
        ? { kind: 'host-key', accept: true }
        : { kind: 'secret', secret: 'secret of the day', remember: 'keychain' },
    )
    expect(await client.servers.secretStorage()).toMatchObject({ keychain: 'none', backend: null })
    const { id } = await client.servers.save({ ...draft(), ...faulty.hop() })
    await client.servers.connect({ id })
    expect(await client.servers.remembered()).toEqual([
      { hop: `tester@127.0.0.1:${faulty.port}`, kind: 'password', keyFile: null, where: 'session' },
    ])
    await client.servers.forgetSecrets({ id })
    expect(await client.servers.remembered()).toEqual([])
    for await (const states of await client.servers.connections()) {
      expect(states).toEqual([])
      break
    }
    expect(seen.map(({ kind }) => kind)).toEqual(['host-key', 'password'])
    expect(readFileSync(join(dataFolder, 'lifeboat.db'), 'latin1')).not.toContain('secret of the day')
  })

  it('lists the hosts of an OpenSSH configuration, and which of them are there already', async () => {
    const { client, dataFolder } = open()
    const file = join(dataFolder, 'config')
    writeFileSync(
      file,
      'Host old\n HostName 192.0.2.1\n User root\nHost new\n HostName 192.0.2.2\n User root\n',
    )
    const first = await client.servers.importable({ file })
    expect(first.servers.map(({ alias, existing }) => [alias, existing])).toEqual([
      ['old', null],
      ['new', null],
    ])
    const { id } = await client.servers.save(first.servers[0]!.draft)
    expect((await client.servers.importable({ file })).servers.map(({ existing }) => existing)).toEqual([
      id,
      null,
    ])
  })
})
