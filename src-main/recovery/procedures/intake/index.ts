import type { Procedure } from '../../types.ts'
import { words } from '../../cases/words.ts'
import { chooseProcedure } from './choose-procedure.ts'
import { whatHappened } from './what-happened.ts'
import { whatIsLeft } from './what-is-left.ts'

/** Is it a disaster, what is left, which procedure. */
export const intake: Procedure = {
  id: 'intake',
  title: words('Intake', 'Accettazione'),
  when: words(
    'First, in every case: what happened, what is left, and how it is recovered.',
    'Per prima, in ogni caso: che cosa è successo, che cosa resta e come si ripristina.',
  ),
  steps: [whatHappened, whatIsLeft, chooseProcedure],
}
