import { userInfo } from 'node:os'
import type { SettingsSide } from '../contract/settings-compare.ts'
import type { QueuedOperation } from '../remote/carbonio/get-all-operations.ts'
import type { RemoteShell } from '../remote/shell.ts'
import { countRows } from '../recovery/settings/compare-settings.ts'
import {
  compareConfigurations,
  compareSides,
  Comparisons,
  diffConfiguration,
  tick,
  ticksOf,
} from '../recovery/settings/comparison.ts'
import { listArchives } from '../recovery/settings/places.ts'
import { listOperations, stopAllOperations, stopOperation } from '../recovery/settings/queue.ts'
import { sidesOf } from '../recovery/settings/sides.ts'
import type { Engine } from './engine.ts'
import { os } from './implementer.ts'

const api = os.configurations
const comparisons = new Comparisons()

const shellOf = (engine: Engine, serverId: string): RemoteShell => engine.servers.session(serverId).shell
const eyes = (engine: Engine) => ({ shell: (serverId: string) => shellOf(engine, serverId) })

export const configurationsRouter = api.router({
  sides: api.sides.handler(({ context: { engine }, input }) =>
    sidesOf(engine.recovery.store.get(input.caseId)),
  ),
  read: api.read.handler(async ({ context: { engine }, input, signal }) => {
    const request = ({ serverId, ...side }: SettingsSide) => ({
      ...side,
      shell: shellOf(engine, serverId),
      verbose: input.verbose,
      query: input.query,
      signal,
    })
    const compared = await compareSides(request(input.old), request(input.new))
    comparisons.keep(input.caseId, compared)
    const said = ({ saved, values, command }: typeof compared.old) => ({ saved, count: values.size, command })
    return { old: said(compared.old), new: said(compared.new), counts: compared.counts, at: Date.now() }
  }),
  settings: api.settings.handler(({ context: { engine }, input: { caseId, ...filter } }) =>
    comparisons.page(engine.recovery.store.get(caseId), filter),
  ),
  tick: api.tick.handler(({ context: { engine }, input }) =>
    tick(engine.recovery.store.get(input.caseId), input.key, input.ticked, input.note, userInfo().username),
  ),

  archives: api.archives.handler(({ context: { engine }, input }) => listArchives(input.place, eyes(engine))),
  confFiles: api.confFiles.handler(async ({ context: { engine }, input }) => {
    const { rows, cut } = await compareConfigurations(
      input.old,
      shellOf(engine, input.new.serverId),
      eyes(engine),
    )
    const ticks = ticksOf(engine.recovery.store.get(input.caseId))
    const ticked = rows.map((row) => ({ ...row, ticked: ticks.get(`conf:${row.name}`) ?? null }))
    return { rows: ticked, cut, counts: countRows(rows) }
  }),
  confDiff: api.confDiff.handler(({ context: { engine }, input }) =>
    diffConfiguration(input.old, shellOf(engine, input.new.serverId), input.file, eyes(engine)),
  ),

  queue: api.queue.handler(async ({ context: { engine }, input, signal }) =>
    (await listOperations(shellOf(engine, input.serverId), signal)).map(shown),
  ),
  stop: api.stop.handler(async ({ context: { engine }, input: { serverId, ...one } }) =>
    (await stopOperation(shellOf(engine, serverId), one)).map(shown),
  ),
  stopAll: api.stopAll.handler(async ({ context: { engine }, input }) =>
    (await stopAllOperations(shellOf(engine, input.serverId))).map(shown),
  ),
})

function shown({ id, name, title, state, standing, queued, started, fields }: QueuedOperation) {
  const { phase, progress, account } = fields
  const step = typeof phase === 'number' || typeof phase === 'string' ? `phase ${String(phase)}` : null
  const parts = [step, progress, account]
  return {
    id,
    name: title ?? name,
    state: state ?? 'unknown',
    standing: standing === 'ended' ? ('unknown' as const) : standing,
    queuedAt: queued?.at ?? null,
    startedAt: started?.at ?? null,
    detail: parts.filter((part) => typeof part === 'string' && part !== '').join(', '),
  }
}
