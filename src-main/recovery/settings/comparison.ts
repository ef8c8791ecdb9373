import type { SourcePlace } from '../../contract/recovery.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { zmlocalconfigGet } from '../../remote/carbonio/zmlocalconfig-get.ts'
import type { RemoteShell } from '../../remote/shell.ts'
import type { Case } from '../cases/case.ts'
import { readArchive, shownConfiguration } from './archive.ts'
import {
  compareSettings,
  countRows,
  filterRows,
  type RowFilter,
  type SettingRow,
  type Standing,
} from './compare-settings.ts'
import { compareConfFiles, liveConfFile, liveConfFiles, type ConfRow } from './conf-files.ts'
import { diffLines, type DiffLine } from './line-diff.ts'
import { openArchive, type PlaceEyes } from './places.ts'
import { readSavedSettings, type SavedRequest, type SavedSettings } from './saved-settings.ts'

/** What a person ticked as dealt with; kept as facts of the case, so that it is in its journal. */
interface Tick {
  at: number
  by: string
  note: string
}

const TICK = 'settings.tick:'

export function ticksOf(of: Case): Map<string, Tick> {
  const ticks = new Map<string, Tick>()
  for (const [name, value] of of.state.facts)
    if (name.startsWith(TICK) && typeof value === 'object' && value !== null)
      ticks.set(name.slice(TICK.length), value as Tick)
  return ticks
}

export function tick(of: Case, key: string, ticked: boolean, note: string, by: string): void {
  const value = ticked ? { at: Date.now(), by, note } : null
  const text = ticked ? `Dealt with: ${key}${note === '' ? '' : ` (${note})`}` : `Open again: ${key}`
  of.write('fact', text.slice(0, 500), { name: TICK + key, value })
}

/** The name under which Carbonio knows a server. */
async function nameOf(shell: RemoteShell): Promise<string> {
  const answer = await zmlocalconfigGet.run(shell, { key: 'zimbra_server_hostname' }).catch(() => null)
  return answer?.understood === true ? answer.value.value : ''
}

export interface SideRequest extends SavedRequest {
  shell: RemoteShell
}

export interface Compared {
  rows: SettingRow[]
  counts: Record<Standing, number>
  old: SavedSettings
  new: SavedSettings
}

/** Reads the settings of both sides and puts them side by side. @throws ExpectedError, CarbonioError, ConnectionError */
export async function compareSides(old: SideRequest, fresh: SideRequest): Promise<Compared> {
  const [before, now] = [await readSavedSettings(old.shell, old), await readSavedSettings(fresh.shell, fresh)]
  const rows = compareSettings(
    // Settings in a foreign path are of the server whose name is in them, not of the one that reads them.
    { values: before.values, name: old.backupPath === undefined ? await nameOf(old.shell) : ownName(before) },
    { values: now.values, name: await nameOf(fresh.shell) },
  )
  return { rows, counts: countRows(rows), old: before, new: now }
}

/** The server that most of the settings are of. */
function ownName({ values }: SavedSettings): string {
  const counts = new Map<string, number>()
  for (const key of values.keys()) {
    const [type, id = ''] = key.split('/')
    if (type === 'server') counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

/** What was compared last in each case; read again when somebody asks for it. */
export class Comparisons {
  readonly #byCase = new Map<string, Compared>()

  keep(caseId: string, compared: Compared): void {
    this.#byCase.set(caseId, compared)
  }

  /** @throws ExpectedError NOT_FOUND before anything was read */
  page(
    of: Case,
    filter: RowFilter & { hideTicked: boolean; offset: number; limit: number },
  ): { rows: (SettingRow & { ticked: Tick | null })[]; total: number; counts: Record<Standing, number> } {
    const compared = this.#byCase.get(of.id)
    if (compared === undefined) {
      throw new ExpectedError('NOT_FOUND', 'No settings were read yet', {
        why: 'Lifeboat was started since, or nobody read them.',
        next: 'Read both sides.',
      })
    }
    const ticks = ticksOf(of)
    const all = filterRows(compared.rows, filter).filter(({ key }) => !filter.hideTicked || !ticks.has(key))
    const rows = all
      .slice(filter.offset, filter.offset + filter.limit)
      .map((row) => ({ ...row, ticked: ticks.get(row.key) ?? null }))
    return { rows, total: all.length, counts: compared.counts }
  }
}

/** Configuration files of an archive beside those of a server now. */
export async function compareConfigurations(
  old: { place: SourcePlace; archive: string },
  fresh: RemoteShell,
  eyes: PlaceEyes,
): Promise<{ rows: ConfRow[]; cut: string | null }> {
  const [{ files, cut }, now] = [
    await readArchive(await openArchive(old.place, old.archive, eyes), null),
    await liveConfFiles(fresh),
  ]
  return { rows: compareConfFiles(files, now), cut }
}

/** One file of both, line by line. */
export async function diffConfiguration(
  old: { place: SourcePlace; archive: string },
  fresh: RemoteShell,
  file: string,
  eyes: PlaceEyes,
): Promise<{ lines: DiffLine[]; coarse: boolean; missing: string | null }> {
  const { content } = await readArchive(await openArchive(old.place, old.archive, eyes), file)
  const now = await liveConfFile(fresh, file)
  const missing =
    content === null
      ? 'The archive has no such file that can be shown.'
      : now === null
        ? 'The new server has no such file that can be shown.'
        : null
  const shown = (bytes: Buffer | null): string => (bytes === null ? '' : shownConfiguration(bytes))
  const { lines, coarse } = diffLines(shown(content), shown(now))
  return { lines: lines.slice(0, 60_000), coarse, missing }
}
