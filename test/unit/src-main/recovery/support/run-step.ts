// Begins a step that does not end, so that this process can be killed in the middle. Arguments: folder of the case.
import { Case } from '../../../../../src-main/recovery/cases/case.ts'
import type { RecoveryDeps } from '../../../../../src-main/recovery/steps/deps.ts'
import { CaseRunner } from '../../../../../src-main/recovery/steps/runner.ts'
import type { Step } from '../../../../../src-main/recovery/types.ts'

const word = (text: string) => ({ en: text, it: text })
const step: Step = {
  id: 'long',
  title: word('Long'),
  why: word(''),
  risk: word(''),
  primary: word('Begin'),
  repeatable: false,
  page: null,
  checks: [],
  confirmations: [],
  fields: [],
  run: (context) => {
    context.setFact('operation', 'abc-1')
    context.setPending({
      id: 'validator',
      what: word('The validator is off'),
      host: 'here',
      undo: 'true',
      timerAt: null,
      role: 'new',
      undoArgv: ['true'],
      undoAs: 'login',
    })
    process.stdout.write('begun\n')
    return new Promise(() => setInterval(() => undefined, 1000))
  },
}
const deps = { procedure: () => ({ id: 'data-recovery', title: word(''), when: word(''), steps: [step] }) }
const runner = new CaseRunner(
  new Case(process.argv[2] ?? ''),
  deps as unknown as RecoveryDeps,
  () => undefined,
)
await runner.act(step)
