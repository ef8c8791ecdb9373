import { words } from '../../cases/words.ts'
import type { Procedure, Step } from '../../types.ts'
import { byHand, lessons, offsiteCopies } from './by-hand.ts'
import { newPath } from './new-path.ts'
import { oldPath } from './old-path.ts'

/** The last step of a procedure after which this one follows. */
export function thenAftermath(step: Step): Step {
  return {
    ...step,
    async run(context) {
      const result = (await step.run?.(context)) ?? { summary: step.title, figures: [], tables: [] }
      context.chooseProcedure('aftermath')
      return result
    },
  }
}

/** After the users work again: until this is done, the next failure would be the worse one. */
export const aftermath: Procedure = {
  id: 'aftermath',
  title: words('Aftermath', 'Dopo il ripristino'),
  when: words(
    'After every recovery, when users work again.',
    'Dopo ogni ripristino, quando gli utenti lavorano di nuovo.',
  ),
  steps: [newPath, byHand, oldPath, offsiteCopies, lessons],
}
