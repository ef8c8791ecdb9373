import type { RemoteShell } from '../../remote/shell.ts'
import { LIMITS, type ArchivedFile } from './archive.ts'
import type { Standing } from './compare-settings.ts'

/** A configuration file of the old server beside that of the new one. */
export interface ConfRow {
  /** Without leading `/`. */
  name: string
  standing: Standing
  oldBytes: number | null
  newBytes: number | null
  /** Why it is not compared; null when it is. */
  why: string | null
}

/** Folders that the archives of customizations hold (FORMAT.md, "server/"). */
const CONF_FOLDERS = ['/opt/zextras/conf', '/opt/zextras/postfix/conf']
const MOST = 20_000

/** Sizes and digests of what lies in the same folders on a server now; name last, ended by NUL. */
const SUMS = `for folder; do
  test -d "$folder" && find "$folder" -xdev -type f -size -2048 -exec sha256sum -z -- {} +
done
exit 0`

/** @returns digests by name without leading `/` */
export async function liveConfFiles(shell: RemoteShell): Promise<Map<string, string>> {
  const argv = ['sh', '-c', SUMS, 'sh', ...CONF_FOLDERS]
  const options = { timeout: 120_000, maxOutput: 16 * 1024 * 1024 }
  const { stdout } = await shell
    .run(argv, { ...options, as: 'root' })
    .catch(() => shell.run(argv, { ...options, as: 'zextras' }))
  const found = new Map<string, string>()
  for (const row of stdout.split('\0').slice(0, MOST)) {
    const [, digest = '', name = ''] = /^\n?\\?([0-9a-f]{64}) [ *](.+)$/s.exec(row) ?? []
    // A simulated server prints its folders where they really are; both mean the same place.
    const at = name.indexOf('/opt/zextras/')
    if (at >= 0) found.set(name.slice(at + 1), digest)
  }
  return found
}

/** The text of one of these files. Null: it is not there, or longer than is shown. */
export async function liveConfFile(shell: RemoteShell, name: string): Promise<Buffer | null> {
  const path = `/${name}`
  const allowed =
    CONF_FOLDERS.some((folder) => path.startsWith(`${folder}/`)) && !path.split('/').includes('..')
  if (!allowed) return null
  const argv = ['head', '-c', String(LIMITS.file + 1), '--', path]
  const options = { timeout: 60_000, maxOutput: LIMITS.file + 16 }
  const { code, stdout } = await shell
    .run(argv, { ...options, as: 'root' })
    .catch(() => shell.run(argv, { ...options, as: 'zextras' }))
  const bytes = Buffer.from(stdout)
  return code === 0 && bytes.length <= LIMITS.file ? bytes : null
}

/** Both lists side by side, by name. */
export function compareConfFiles(
  old: readonly ArchivedFile[],
  fresh: ReadonlyMap<string, string> | readonly ArchivedFile[],
): ConfRow[] {
  const before = new Map(old.filter(({ kind }) => kind === 'file').map((file) => [file.name, file]))
  const now = Array.isArray(fresh)
    ? new Map(
        (fresh as readonly ArchivedFile[])
          .filter(({ kind }) => kind === 'file')
          .map(({ name, sha256, bytes }) => [name, { sha256, bytes }]),
      )
    : new Map(
        [...(fresh as ReadonlyMap<string, string>)].map(([name, sha256]) => [name, { sha256, bytes: null }]),
      )
  const names = [...new Set([...before.keys(), ...now.keys()])].sort()
  return names.map((name) => {
    const [was, is] = [before.get(name), now.get(name)]
    const why = was?.refused ?? null
    const standing: Standing =
      was === undefined
        ? 'only-new'
        : is === undefined
          ? 'only-old'
          : was.sha256 !== null && was.sha256 === is.sha256
            ? 'equal'
            : 'changed'
    return { name, standing, oldBytes: was?.bytes ?? null, newBytes: is?.bytes ?? null, why }
  })
}
