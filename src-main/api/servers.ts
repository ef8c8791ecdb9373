import type { ConnectionTest, ImportedServer } from '../contract/servers.ts'
import type { ServerReport } from '../contract/server-report.ts'
import type { Engine } from './engine.ts'
import { os, toApiError } from './implementer.ts'
import { Latest } from './latest.ts'

export const serversRouter = os.servers.router({
  list: os.servers.list.handler(({ context: { engine } }) => engine.servers.profiles.list()),
  save: os.servers.save.handler(({ context: { engine }, input }) => engine.servers.save(input)),
  remove: os.servers.remove.handler(({ context: { engine }, input }) => engine.servers.remove(input.id)),
  importable: os.servers.importable.handler(async ({ context: { engine }, input }) => {
    const { defaultSshConfig, readSshConfig } = await import('../remote/ssh-config-import.ts')
    const file = input.file ?? defaultSshConfig()
    const saved = engine.servers.profiles.list()
    const servers: ImportedServer[] = readSshConfig(file).map((server) => {
      const { host, port, user } = server.draft
      const same = saved.find((one) => one.host === host && one.port === port && one.user === user)
      return { ...server, existing: same?.id ?? null }
    })
    return { file, servers }
  }),

  questions: os.servers.questions.handler(({ context: { engine }, signal }) =>
    engine.questions.watch(signal),
  ),
  answer: os.servers.answer.handler(({ context: { engine }, input }) =>
    engine.servers.desk.answer(input.id, input.answer),
  ),

  secretStorage: os.servers.secretStorage.handler(({ context: { engine } }) =>
    engine.servers.vault.storage(),
  ),
  insistOnWeakKeychain: os.servers.insistOnWeakKeychain.handler(({ context: { engine }, input }) =>
    engine.servers.vault.insist(input.insist),
  ),
  remembered: os.servers.remembered.handler(({ context: { engine } }) => engine.servers.vault.list()),
  forgetSecrets: os.servers.forgetSecrets.handler(({ context: { engine }, input }) =>
    engine.servers.forgetSecrets(input.id),
  ),

  testConnection: os.servers.testConnection.handler(({ context: { engine }, input, signal }) =>
    follow<ConnectionTest>(
      engine,
      'servers.testConnection',
      (tell, stopped) => engine.servers.test(input, tell, stopped),
      signal,
    ),
  ),
  connections: os.servers.connections.handler(({ context: { engine }, signal }) =>
    engine.connections.watch(signal),
  ),
  connect: os.servers.connect.handler(({ context: { engine }, input }) =>
    engine.servers.session(input.id).retry(),
  ),
  disconnect: os.servers.disconnect.handler(({ context: { engine }, input }) =>
    engine.servers.disconnect(input.id),
  ),

  probe: os.servers.probe.handler(({ context: { engine }, input, signal }) =>
    follow<ServerReport>(
      engine,
      'servers.probe',
      (tell, stopped) => engine.servers.probe(input.id, tell, stopped),
      signal,
    ),
  ),
  lastReport: os.servers.lastReport.handler(({ context: { engine }, input }) =>
    engine.servers.profiles.lastReport(input.id),
  ),
})

/**
 * The states of a work as a stream: the latest at most four times a second, its end certainly. When nobody reads any
 * more the work is stopped.
 */
async function* follow<T>(
  engine: Engine,
  where: string,
  work: (tell: (state: T) => void, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, void> {
  const stop = new AbortController()
  const abort = (): void => stop.abort()
  signal?.addEventListener('abort', abort)
  const states = new Latest<T | null>(null)
  const done = work((state) => states.set(state), stop.signal).finally(() => states.end())
  done.catch(() => undefined)
  try {
    for await (const state of states.watch(stop.signal)) if (state !== null) yield state
    yield await done
  } catch (error) {
    // What is thrown in a stream does not pass by where the errors of plain calls are turned into the contract's.
    throw stop.signal.aborted ? error : toApiError(error, engine, where)
  } finally {
    stop.abort()
    signal?.removeEventListener('abort', abort)
  }
}
