import { ExpectedError } from '../../engine/errors.ts'
import { isSecretName } from '../../remote/carbonio/clean-output.ts'
import { getServerConfig } from '../../remote/carbonio/get-server-config.ts'
import type { RemoteShell } from '../../remote/shell.ts'

/** Settings of one server as its backup keeps them. */
export interface SavedSettings {
  /** When they were saved, as printed; null when it was not told. */
  saved: string | null
  /** ms UTC; null where the zone is not known. */
  at: number | null
  /** By `type/id/key`. */
  values: Map<string, string>
  /** The command that told them. */
  command: string
}

export interface SavedRequest {
  /** Backup Path on that server; without it the one that it is set to. */
  backupPath?: string | undefined
  /** File with a saved configuration. */
  file?: string | undefined
  /** `last`, or a date as Carbonio takes it. */
  date?: string | undefined
  /** `type/id/key`, or a part from its beginning. */
  query?: string | undefined
  verbose?: boolean | undefined
  zone?: string | undefined
  signal?: AbortSignal | undefined
}

/** What stands at the top of the answer and is no setting. */
const HEADS = new Set(['config date', 'configdate', 'date', 'simulation'])
/** Settings are short; what is longer is a file that somebody put there. */
const LONGEST = 64 * 1024
const MOST = 200_000

/**
 * Reads saved settings (`getServerConfig standard`): of the server itself, or of a foreign Backup Path that it can read.
 * @throws ExpectedError UNREADABLE when they were not understood, CarbonioError, ConnectionError
 */
export async function readSavedSettings(shell: RemoteShell, request: SavedRequest): Promise<SavedSettings> {
  const { backupPath, file, date, query, verbose, zone, signal } = request
  const input = {
    type: 'standard' as const,
    ...(date === undefined ? {} : { date }),
    ...(backupPath === undefined ? {} : { backupPath }),
    ...(file === undefined ? {} : { file }),
    query: query === undefined || query.trim() === '' ? '/' : query.trim(),
    ...(verbose === undefined ? {} : { verbose }),
  }
  const answer = await getServerConfig.run(shell, input, {
    ...(zone === undefined ? {} : { zone }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (!answer.understood) {
    throw new ExpectedError('UNREADABLE', `The settings of ${shell.host} were not understood`, {
      why: answer.why,
      next: `Look at them yourself: ${answer.command}`,
    })
  }
  const { fields, date: saved } = answer.value
  return {
    saved: saved?.text ?? null,
    at: saved?.at ?? null,
    values: flatten(fields),
    command: answer.command,
  }
}

/** Every value by its place. Releases print `type/id/key` in one line, or nested; both come out the same. */
export function flatten(fields: unknown): Map<string, string> {
  const values = new Map<string, string>()
  const walk = (value: unknown, place: readonly string[]): void => {
    if (values.size >= MOST || place.length > 12) return
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, entry] of Object.entries(value)) walk(entry, [...place, key])
      return
    }
    const key = place.join('/').replace(/^\/+/, '')
    if (place.length === 1 && HEADS.has(key.toLowerCase())) return
    if (!key.includes('/')) return
    values.set(key, secretless(key, textOf(value)).slice(0, LONGEST))
  }
  walk(fields, [])
  return values
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value)

/** A value whose name says that it is a secret is never shown. */
function secretless(key: string, value: string): string {
  return value !== '' && isSecretName(key.slice(key.lastIndexOf('/') + 1)) ? '***' : value
}
