import { unrestoredList } from '../recovery/unrestored-list.ts'
import type { Engine } from './engine.ts'
import { os, toApiError } from './implementer.ts'

const api = os.recovery

export const recoveryRouter = api.router({
  procedures: api.procedures.handler(({ context: { engine } }) => engine.recovery.procedures()),
  list: api.list.handler(({ context: { engine } }) => engine.recovery.list()),
  create: api.create.handler(({ context: { engine }, input }) =>
    engine.recovery.create(input.name, input.procedure),
  ),
  watch: api.watch.handler(({ context: { engine }, input, signal }) =>
    guarded(engine, 'recovery.watch', engine.recovery.watch(input.caseId, signal), signal),
  ),
  journal: api.journal.handler(({ context: { engine }, input }) =>
    engine.recovery.journal(input.caseId, input.after, input.limit),
  ),
  rename: api.rename.handler(({ context: { engine }, input }) =>
    engine.recovery.rename(input.caseId, input.name),
  ),
  close: api.close.handler(({ context: { engine }, input }) =>
    engine.recovery.setClosed(input.caseId, input.closed),
  ),
  setServer: api.setServer.handler(({ context: { engine }, input }) =>
    engine.recovery.setServer(input.caseId, input.role, input.serverId),
  ),
  addSource: api.addSource.handler(({ context: { engine }, input: { caseId, ...draft } }) =>
    engine.recovery.addSource(caseId, draft),
  ),
  lookAtSources: api.lookAtSources.handler(({ context: { engine }, input }) =>
    engine.recovery.lookAtSources(input.caseId),
  ),
  removeSource: api.removeSource.handler(({ context: { engine }, input }) =>
    engine.recovery.removeSource(input.caseId, input.id),
  ),
  chooseSource: api.chooseSource.handler(({ context: { engine }, input }) =>
    engine.recovery.chooseSource(input.caseId, input.id, input.reason),
  ),
  chooseProcedure: api.chooseProcedure.handler(({ context: { engine }, input }) =>
    engine.recovery.chooseProcedure(input.caseId, input.procedure),
  ),
  note: api.note.handler(({ context: { engine }, input }) =>
    engine.recovery.note(
      input.caseId,
      input.text,
      input.files.map(({ path }) => path),
    ),
  ),

  setField: api.setField.handler(({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    runner.setField(runner.step(input.step), input.field, input.value)
  }),
  look: api.look.handler(({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    return runner.look(runner.step(input.step))
  }),
  act: api.act.handler(async ({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    await runner.act(runner.step(input.step), input.seen)
  }),
  stop: api.stop.handler(({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    return runner.stop(runner.step(input.step))
  }),
  confirm: api.confirm.handler(async ({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    const step = runner.step(input.step)
    const files = await engine.recovery.keepFiles(
      runner.case,
      input.files.map(({ path }) => path),
    )
    await runner.confirm(step, input.id, input.note, files)
  }),
  override: api.override.handler(({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    runner.override(runner.step(input.step), input.check, input.reason)
  }),
  skip: api.skip.handler(({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    runner.skip(runner.step(input.step), input.reason)
  }),
  reopen: api.reopen.handler(({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    runner.reopen(runner.step(input.step), input.reason)
  }),

  unrestored: api.unrestored.handler(({ context: { engine }, input }) =>
    unrestoredList(engine.recovery.store.get(input.caseId)),
  ),

  pendings: api.pendings.handler(({ context: { engine }, signal }) =>
    guarded(engine, 'recovery.pendings', engine.recovery.watchPendings(signal), signal),
  ),
  putBack: api.putBack.handler(({ context: { engine }, input }) =>
    engine.recovery.runner(input.caseId).putBack(input.id),
  ),

  exportCase: api.exportCase.handler(({ context: { engine }, input }) => {
    engine.assertMayWrite(input.file, 'file of the case')
    return engine.recovery.exportCase(input.caseId, input.file)
  }),
  importCase: api.importCase.handler(({ context: { engine }, input }) =>
    engine.recovery.importCase(input.file),
  ),
  report: api.report.handler(({ context: { engine }, input }) => {
    engine.assertMayWrite(input.file, 'report')
    return engine.recovery.report(input.caseId, input.file, input.language, engine.printPdf)
  }),
  verifyReport: api.verifyReport.handler(async ({ input }) => {
    const { verifyReport } = await import('../recovery/report/verify.ts')
    return verifyReport(input.file)
  }),
})

/** What is thrown in a stream does not pass by where the errors of plain calls become the contract's. */
async function* guarded<T>(
  engine: Engine,
  where: string,
  stream: AsyncGenerator<T, void, void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, void> {
  try {
    yield* stream
  } catch (error) {
    throw signal?.aborted ? error : toApiError(error, engine, where)
  }
}
