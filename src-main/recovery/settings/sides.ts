import type { SourcePlace } from '../../contract/recovery.ts'
import type { Case } from '../cases/case.ts'
import { FACTS } from '../restore/facts.ts'

/** Where the settings of a case may come from. */
export interface Sides {
  old: { label: string; side: { serverId: string; backupPath?: string } }[]
  new: { label: string; side: { serverId: string } }[]
  places: { label: string; place: SourcePlace }[]
}

/** The old path as the new server reads it first: it is there when the old server is not. */
export function sidesOf({ state }: Pick<Case, 'state'>): Sides {
  const sides: Sides = { old: [], new: [], places: [] }
  const [before, now] = [state.servers.get('old'), state.servers.get('new')]
  const path = state.facts.get(FACTS.path)
  if (now !== undefined && typeof path === 'string') {
    sides.old.push({ label: path, side: { serverId: now.serverId, backupPath: path } })
    sides.places.push({ label: path, place: { kind: 'server', serverId: now.serverId, path } })
  }
  if (before !== undefined) sides.old.push({ label: before.name, side: { serverId: before.serverId } })
  for (const { place } of state.sources.values()) {
    sides.places.push({ label: place.path, place })
    if (place.kind === 'server')
      sides.old.push({ label: place.path, side: { serverId: place.serverId, backupPath: place.path } })
  }
  if (now !== undefined) sides.new.push({ label: now.name, side: { serverId: now.serverId } })
  return sides
}
