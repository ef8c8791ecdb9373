import { stopRestores } from '../recovery/restore/stop.ts'
import { exportByHand, reopen, settleByHand, statesOf } from '../recovery/unrestored/acts.ts'
import { os } from './implementer.ts'

const api = os.unrestored
const STEP = 'unrestored'

export const unrestoredRouter = api.router({
  states: api.states.handler(({ context: { engine }, input }) =>
    engine.recovery.runner(input.caseId).beside(STEP, (context) => statesOf(context, input)),
  ),
  act: api.act.handler(({ context: { engine }, input: { caseId, items, act } }) =>
    engine.recovery.runner(caseId).beside(STEP, async (context) => {
      switch (act.kind) {
        case 'give-up':
          return { done: settleByHand(context, items, 'given-up', act.reason), failed: [] }
        case 'restored':
          return { done: settleByHand(context, items, 'restored', act.note), failed: [] }
        case 'reopen':
          return { done: reopen(context, items), failed: [] }
        case 'export': {
          engine.assertMayWrite(act.folder, 'folder for exported items')
          return exportByHand(context, items, act.folder, items.length === 1 ? act.digest : null)
        }
      }
    }),
  ),
  stopRestore: api.stopRestore.handler(async ({ context: { engine }, input }) => {
    const runner = engine.recovery.runner(input.caseId)
    // it stands in the journal under the step that is being done
    await runner.beside(runner.present()?.id ?? STEP, stopRestores)
  }),
})
