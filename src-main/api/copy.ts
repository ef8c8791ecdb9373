import { mountPlan } from '../remote/transfer/mount-plans.ts'
import { os } from './implementer.ts'

export const copyRouter = os.copy.router({
  start: os.copy.start.handler(({ context: { engine }, input }) => {
    if (input.target.kind === 'local' && input.dryRun !== true) {
      engine.assertMayWrite(input.target.path, 'target of the copy')
    }
    return { taskId: engine.copies.start(input) }
  }),
  preflight: os.copy.preflight.handler(({ context: { engine }, input, signal }) =>
    engine.copies.preflight(input, signal),
  ),
  tasks: os.copy.tasks.handler(({ context: { engine } }) => engine.copies.list()),
  watch: os.copy.watch.handler(({ context: { engine }, input, signal }) =>
    engine.copies.watch(input.taskId, signal),
  ),
  setLimit: os.copy.setLimit.handler(({ context: { engine }, input }) =>
    engine.copies.setLimit(input.taskId, input.limit),
  ),
  mountPlan: os.copy.mountPlan.handler(({ input }) => mountPlan(input)),
  result: os.copy.result.handler(({ context: { engine }, input }) => engine.copies.result(input.taskId)),
})
