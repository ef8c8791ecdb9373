import { mkdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BackupSource, FieldValue } from '../../../../../src-main/contract/recovery.ts'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { lookAtSource } from '../../../../../src-main/recovery/cases/sources.ts'
import { chooseProcedure } from '../../../../../src-main/recovery/procedures/intake/choose-procedure.ts'
import { whatHappened } from '../../../../../src-main/recovery/procedures/intake/what-happened.ts'
import { whatIsLeft } from '../../../../../src-main/recovery/procedures/intake/what-is-left.ts'
import type { CatalogAccess, CheckResult, Step, StepContext } from '../../../../../src-main/recovery/types.ts'
import { NO_SECRETS } from '../../../../../src-main/remote/login.ts'
import { openSession, type Session } from '../../../../../src-main/remote/session.ts'
import type { RemoteShell } from '../../../../../src-main/remote/shell.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { login, openDrill } from '../../drill/support.ts'
import { fakeContext } from '../support/drill-context.ts'

const sessions: Session[] = []
afterAll(() => {
  for (const session of sessions) session.close()
})

/** A server at whose port nobody listens any more. */
async function deadShell(): Promise<RemoteShell> {
  const door = createServer()
  await new Promise<void>((done) => door.listen(0, '127.0.0.1', done))
  const { port } = door.address() as AddressInfo
  await new Promise((done) => door.close(done))
  const session = openSession({
    profile: {
      ...{ id: 'old', name: 'old', role: 'old', host: '127.0.0.1', port, user: 'root' },
      ...{ auth: [], privilege: 'root', jumps: [] },
    },
    knownHosts: () => [],
    acceptHostKey: () => Promise.resolve(false),
    secrets: NO_SECRETS,
    backOff: [10],
  })
  sessions.push(session)
  return session.shell
}

let asked = 0
function open(
  shells: Parameters<typeof fakeContext>[0]['shells'],
  fields: Record<string, FieldValue>,
  extra: Partial<StepContext> = {},
): StepContext {
  const caseId = `intake ${String(++asked)}`
  const context = fakeContext({ shells, addresses: {}, procedure: 'intake', extra: { caseId, ...extra } })
  context.set(fields)
  return context
}
const look = (step: Step, id: string, context: StepContext): Promise<CheckResult> =>
  step.checks.find((one) => one.id === id)!.run(context)

describe('what happened', () => {
  let drill: Drill
  let alive: RemoteShell
  beforeAll(async () => {
    drill = await openDrill([], { accounts: 1, items: 20 })
    alive = await login(drill, drill.old, { user: 'root', privilege: 'root' })
  }, 60_000)

  it('a server that answers is named against the choice that it is lost', async () => {
    const { verdict, evidence, next } = await look(
      whatHappened,
      'old-server',
      open({ old: alive }, { cause: 'volume' }),
    )
    expect(verdict).toBe('attention')
    expect(evidence.en).toMatch(/answers and none of its volumes .* “A vital volume is lost” is chosen/)
    expect(evidence.it).toContain('«Un volume vitale è perso»')
    expect(next?.en).toContain('only mail or accounts are missing')
  }, 60_000)

  it.each(['none', 'update'])(
    'and is no surprise with the choice “%s”',
    async (cause) => {
      const seen = await look(whatHappened, 'old-server', open({ old: alive }, { cause }))
      expect(seen).toMatchObject({
        verdict: 'ok',
        evidence: { en: expect.stringContaining('answers') as string },
      })
    },
    60_000,
  )

  it('a server that is gone does not answer: that is said with its reason, and it fits', async () => {
    const dead = await deadShell()
    const seen = await look(whatHappened, 'old-server', open({ old: dead }, { cause: 'volume' }))
    expect(seen.verdict).toBe('attention')
    expect(seen.evidence.en).toMatch(/^It could not be looked at: .*127\.0\.0\.1/)
    expect(seen.next?.en).toMatch(/^When it is gone, go on\. When it should answer: /)
  }, 60_000)

  it('but not with the choice that it works', async () => {
    const dead = await deadShell()
    const { next } = await look(whatHappened, 'old-server', open({ old: dead }, { cause: 'none' }))
    expect(next?.en).toMatch(/^You chose that it works\./)
    expect(next?.it).toMatch(/^È stato indicato che funziona\./)
  }, 60_000)
})

const SOURCE: BackupSource = {
  ...{ id: 'a', kind: 'backup-path', place: { kind: 'local', path: '/nowhere/backup' }, onlyCopy: false },
  ...{ newest: null, accounts: null, items: null, damaged: null, lookedAt: null, error: null },
}

describe('what is left', () => {
  const totals = (accounts: number) => ({
    accounts,
    items: 9,
    bytes: 9,
    newest: 1_700_000_000_000,
    problems: 0,
  })
  const eyes = (accounts: number) => ({
    dataFolder: temporaryFolder('intake'),
    catalog: () => Promise.resolve({ totals: () => totals(accounts) } as unknown as CatalogAccess),
    shell: () => {
      throw new Error('not asked')
    },
    signal: new AbortController().signal,
  })
  function folder(name: string): BackupSource {
    const path = join(temporaryFolder('left'), name)
    for (const one of ['accounts', 'items']) mkdirSync(join(path, one), { recursive: true })
    return { ...SOURCE, id: name, place: { kind: 'local', path } }
  }
  async function caseWith(
    given: readonly (readonly [BackupSource, accounts: number])[],
    chosen = 0,
  ): Promise<StepContext> {
    const sources = await Promise.all(given.map(([source, n]) => lookAtSource(source, eyes(n))))
    const extra = { sources, source: sources[chosen] ?? null, lookAtSources: () => Promise.resolve(sources) }
    return open({}, {}, extra)
  }

  it('nothing: it stops, and says where else mail may lie', async () => {
    const seen = await look(whatIsLeft, 'sources', open({}, {}))
    expect(seen.verdict).toBe('red')
    expect(seen.next?.en).toMatch(/image of them made first.*\/opt\/zextras\/store/)
    expect(whatIsLeft.checks.find(({ id }) => id === 'sources')?.guard).toBe(true)
  })

  it('only what cannot be read: red, with the reason of each', async () => {
    const context = await caseWith([[SOURCE, 1]])
    const { verdict, evidence } = await look(whatIsLeft, 'readable', context)
    expect(verdict).toBe('red')
    expect(evidence.en).toMatch(/^\/nowhere\/backup: .{10,}/)
    expect((await look(chooseProcedure, 'source', context)).evidence.en).toMatch(
      /^The chosen source \/nowhere\/backup cannot be read: .{10,}/,
    )
  })

  it('an empty Backup Path is no backup', async () => {
    const context = await caseWith([[folder('empty'), 0]])
    const { verdict, evidence } = await look(whatIsLeft, 'readable', context)
    expect(verdict).toBe('red')
    expect(evidence.en).toMatch(/empty: it is empty, no account is in it$/)
    expect(evidence.it).toMatch(/non contiene alcun account$/)
  })

  it('the chosen one broken, another one whole: it stops, and names the other', async () => {
    const given = [
      [SOURCE, 1],
      [folder('whole'), 3],
    ] as const
    const broken = await caseWith(given, 0)
    const seen = await look(whatIsLeft, 'readable', broken)
    expect(seen).toMatchObject({
      verdict: 'red',
      next: { en: expect.stringContaining('another source') as string },
    })
    expect(seen.evidence.en).toMatch(
      /Others can: .*whole: 3 accounts, 9 items, newest of 2023-11-14 22:13 UTC$/,
    )
    expect((await look(chooseProcedure, 'source', broken)).evidence.en).toMatch(/whole can$/)
    expect(await look(whatIsLeft, 'readable', await caseWith(given, 1))).toMatchObject({
      verdict: 'attention',
    })
  })
})

describe('the choice of the procedure', () => {
  const choose = (
    procedure: string,
    cause: string,
    shells: Parameters<typeof fakeContext>[0]['shells'] = {},
    extra: Partial<StepContext> = {},
  ): StepContext => open(shells, { procedure }, { fieldsOf: () => ({ cause }), ...extra })

  it.each([
    ['same-server', 'volume', 'attention', 'needs a server that still works'],
    ['same-server', 'none', 'ok', 'only mail or accounts are gone'],
    ['data-recovery', 'none', 'attention', 'cannot bring data back onto the one that works'],
    ['vm-snapshot', 'none', 'attention', 'cannot bring data back onto the one that works'],
    ['data-recovery', 'volume', 'ok', 'Also possible: from a VM snapshot'],
    ['vm-snapshot', 'update', 'ok', 'Also possible: data recovery'],
  ])('%s after “%s”: %s', async (way, cause, verdict, says) => {
    const seen = await look(chooseProcedure, 'fits', choose(way, cause))
    expect(seen.verdict).toBe(verdict)
    expect(seen.evidence.en).toContain(says)
    expect(seen.next !== undefined).toBe(verdict === 'attention')
  })

  it('one and the same server as old and new is named before the pre-flight refuses it', async () => {
    const shells = { old: {} as RemoteShell, new: {} as RemoteShell }
    const address = () => ({ serverId: 'one', host: 'h', port: 22 })
    const seen = await look(chooseProcedure, 'fits', choose('data-recovery', 'volume', shells, { address }))
    expect(seen).toMatchObject({
      verdict: 'attention',
      evidence: { en: expect.stringContaining('are the same one') as string },
    })
  })

  it('without a server to recover onto it says which one is meant', async () => {
    const next = async (way: string) => (await look(chooseProcedure, 'target', choose(way, 'none'))).next?.en
    expect(await next('same-server')).toContain('the server that works')
    expect(await next('data-recovery')).toContain('before the first step')
  })

  it('is refused when it is none of them, and the case stays where it is', async () => {
    const chosen: string[] = []
    const chooseIt = (way: string): void => void chosen.push(way)
    const context = choose('banana', 'volume', {}, { chooseProcedure: chooseIt })
    await expect(chooseProcedure.run!(context)).rejects.toMatchObject({
      code: 'REFUSED',
      next: expect.stringContaining('Choose one') as string,
    })
    expect(chosen).toEqual([])
    await chooseProcedure.run!(choose('vm-snapshot', 'update', {}, { chooseProcedure: chooseIt }))
    expect(chosen).toEqual(['vm-snapshot'])
  })
})
