import type { RemoteShell } from '../shell.ts'
import type { ConfigSyntax, ConfigTarget } from './config-arguments.ts'
import { configGet } from './config-get.ts'
import { CarbonioError } from './errors.ts'
import { getCosBackupStatus } from './get-cos-backup-status.ts'
import type { Answer, RunSettings } from './types.ts'

/** A release that does not know a syntax says so, or prints its help page. */
const isUnknown = (error: unknown): boolean =>
  error instanceof CarbonioError && (error.kind === 'unknown-operation' || error.kind === 'bad-arguments')

/** Which syntax a server answered to. */
export interface SyntaxAnswer<T> {
  /** null when it answered to neither. */
  syntax: ConfigSyntax | null
  answer: Answer<T>
}

interface Setting {
  attribute: string
  value: string | null
  inherited: boolean | null
}

/** Reads a setting in the newer syntax, and where the server does not know that, in the older one. Reads only. */
export async function readSetting(
  shell: RemoteShell,
  input: { target: ConfigTarget; attribute: string },
  settings: RunSettings = {},
): Promise<SyntaxAnswer<Setting>> {
  let answer: Answer<Setting> | null = null
  let refused: unknown
  for (const syntax of ['new', 'old'] as const) {
    try {
      const current = await configGet.run(shell, { ...input, syntax }, settings)
      if (current.understood) return { syntax, answer: current }
      answer ??= current
    } catch (error) {
      if (!isUnknown(error)) throw error
      refused ??= error
    }
  }
  if (answer === null) throw refused
  return { syntax: null, answer }
}

/** How the backup of a COS is switched on this server. */
export interface CosSyntax {
  /** `new`: `config set cos COS backupEnabled`; `old`: `doEnableDisableCOS`; null when it cannot be told. */
  syntax: ConfigSyntax | null
  /** What it is set to now; null when it cannot be told. */
  enabled: boolean | null
  /** For the screen. */
  why: string
}

/** Finds out by reading which of both syntaxes for the backup of a COS the server knows. */
export async function cosSyntax(
  shell: RemoteShell,
  cos: string,
  settings: RunSettings = {},
): Promise<CosSyntax> {
  const target: ConfigTarget = { scope: 'cos', name: cos }
  const notes: string[] = []
  try {
    const answer = await configGet.run(shell, { target, attribute: 'backupEnabled' }, settings)
    if (answer.understood) {
      const { value } = answer.value
      const enabled = value?.toLowerCase() === 'true' ? true : value?.toLowerCase() === 'false' ? false : null
      return { syntax: 'new', enabled, why: 'The server knows the attribute backupEnabled of a COS.' }
    }
    notes.push(`config get cos: ${answer.why}`)
  } catch (error) {
    // an attribute that does not exist is "not found" as well as a COS that does not: the older command tells
    if (!isUnknown(error) && !(error instanceof CarbonioError && error.kind === 'not-found')) throw error
    notes.push((error as CarbonioError).message)
  }
  try {
    const answer = await getCosBackupStatus.run(shell, {}, settings)
    if (answer.understood) {
      const enabled = answer.value.coses.find(({ name }) => name === cos)?.enabled ?? null
      const why =
        enabled === null
          ? `The server has no COS called "${cos}".`
          : 'The server knows getCOSBackupStatus, the older syntax.'
      return { syntax: 'old', enabled, why }
    }
    notes.push(`getCOSBackupStatus: ${answer.why}`)
  } catch (error) {
    if (!isUnknown(error)) throw error
    notes.push((error as CarbonioError).message)
  }
  return { syntax: null, enabled: null, why: `It could not be told: ${notes.join('; ')}` }
}
