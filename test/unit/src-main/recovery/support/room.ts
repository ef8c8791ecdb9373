import { join } from 'node:path'
import type { ProcedureId } from '../../../../../src-main/contract/recovery.ts'
import { Case } from '../../../../../src-main/recovery/cases/case.ts'
import type { RecoveryDeps } from '../../../../../src-main/recovery/steps/deps.ts'
import { CaseRunner } from '../../../../../src-main/recovery/steps/runner.ts'
import type { Procedure, Step } from '../../../../../src-main/recovery/types.ts'
import { openLocalShell } from '../../../../../src-main/remote/local-shell.ts'
import type { Session } from '../../../../../src-main/remote/session.ts'
import type { RemoteShell } from '../../../../../src-main/remote/shell.ts'
import { temporaryFolder } from '../../../../support/temp.ts'

const word = (text: string) => ({ en: text, it: text })

/** A step of which only what matters is said. */
export function stepOf(step: Partial<Step> & { id: string }): Step {
  return {
    title: word(step.id),
    why: word('why'),
    risk: word('risk'),
    repeatable: false,
    page: null,
    primary: word(`Do ${step.id}`),
    checks: [],
    confirmations: [],
    fields: [],
    ...step,
  }
}

export interface Room {
  folder: string
  case: Case
  runner: CaseRunner
  /** The same case as another process sees it: opened again from the disk. */
  again: () => CaseRunner
}

/** A case with one procedure made of these steps. Its server `new` is this machine, or the given shell. */
export function roomWith(
  steps: readonly Step[],
  shell: RemoteShell = openLocalShell(),
  folder = temporaryFolder('room'),
): Room {
  const place = join(folder, 'cases/one')
  const procedure: Procedure = { id: 'data-recovery', title: word('All'), when: word(''), steps }
  const profile = { id: 'here', name: 'here', host: 'localhost', port: 22, user: 'me' }
  const refuse = (): never => {
    throw new Error('not in this test')
  }
  const deps: RecoveryDeps = {
    dataFolder: folder,
    servers: {
      session: () => ({ shell, profile }) as unknown as Session,
      profiles: { get: () => profile } as never,
    },
    tasks: null as never,
    copies: null as never,
    zone: () => 'UTC',
    jobs: () => 1,
    catalog: refuse,
    lookAtSources: refuse,
    procedure: (id: ProcedureId) => ({ ...procedure, id }),
  }
  const open = (of: Case): CaseRunner => new CaseRunner(of, deps, () => undefined)
  const one = Case.create(place, 'A case', 'test')
  one.write('procedure', 'chosen', { procedure: 'data-recovery' })
  one.write('server', 'server', { role: 'new', serverId: 'here', name: 'here' })
  return { folder, case: one, runner: open(one), again: () => open(new Case(place)) }
}

/** Presses the primary action once and waits for its end. */
export async function press(runner: CaseRunner, id: string): Promise<void> {
  const { ended } = await runner.act(runner.step(id))
  await ended
}
