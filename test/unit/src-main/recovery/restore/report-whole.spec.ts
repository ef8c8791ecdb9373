import { expect, it } from 'vitest'
import { FACTS, MAIN_RUN } from '../../../../../src-main/recovery/restore/facts.ts'
import { reportWhole } from '../../../../../src-main/recovery/restore/steps/report-tables.ts'
import type { StepContext } from '../../../../../src-main/recovery/types.ts'
import { parseRestoreReport } from '../../../../../src-main/remote/carbonio/parse-restore-report.ts'

async function judged(mail: string) {
  const answer = parseRestoreReport(mail)
  if (!answer.understood) throw new Error(answer.why)
  const facts: Record<string, unknown> = {
    [FACTS.runs]: [MAIN_RUN],
    [FACTS.report(MAIN_RUN)]: { report: answer.value, file: 'x', operation: null },
  }
  const { verdict, evidence } = await reportWhole.run({ fact: (name: string) => facts[name] } as StepContext)
  return [verdict, evidence.en]
}

const LIST = '- unrestored items -\naccount: anna@example.com\nunrestored items: 300,301\n'

it('a report without the number is not said to say 0', async () => {
  expect(await judged(LIST)).toEqual([
    'attention',
    'It does not say how many items were not restored, and names 2',
  ])
})

it('a report that says 0 and names some is not whole', async () => {
  expect(await judged(`- stats -\nUnrestored Items: 0\n\n${LIST}`)).toEqual([
    'attention',
    'It says that 0 items were not restored and names 2',
  ])
})

it('one that names as many as it says is', async () => {
  expect((await judged(`- stats -\nUnrestored Items: 2\n\n${LIST}`))[0]).toBe('ok')
  expect((await judged('- stats -\nUnrestored Items: 0\n'))[0]).toBe('ok')
})
