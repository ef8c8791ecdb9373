import type { CopyRequest } from '../../../src-main/contract/copy.ts'
import type { ServerReport, Volume } from '../../../src-main/contract/server-report.ts'
import type { ServerProfile } from '../../../src-main/contract/servers.ts'
import type { Mark } from '../../components/mark.ts'

/** Something to know before a copy starts: the key of its words, and what goes into them. */
export interface Finding {
  kind: Mark
  key: string
  /** Sizes in bytes are shown as such, everything else as it is. */
  named: { name?: string; mount?: string; free?: number; needed?: number }
}

/** What has to be written, as far as it is known. */
export interface Needed {
  files: number
  bytes: number
}

/** The file system on which a path lies: that with the longest mount point above it. */
export function volumeOf(path: string, volumes: readonly Volume[]): Volume | null {
  const above = volumes.filter(
    ({ mount }) => path === mount || path.startsWith(mount === '/' ? '/' : `${mount}/`),
  )
  return above.sort((a, b) => b.mount.length - a.mount.length)[0] ?? null
}

/**
 * What the last look at the servers says about a copy. Only what was seen is judged: where nobody looked, that is the
 * finding.
 */
export function findingsOf(
  { source, target }: CopyRequest,
  needed: Needed,
  profileOf: (id: string) => ServerProfile | null,
  reportOf: (id: string) => ServerReport | null,
): Finding[] {
  const findings: Finding[] = []
  const from = source.kind === 'server' ? reportOf(source.serverId) : null
  const left = from?.storage.volumes.known ? volumeOf(source.path, from.storage.volumes.value) : null
  if (left?.readOnly === true)
    findings.push({ kind: 'ok', key: 'copy.finding.sourceReadOnly', named: { mount: left.mount } })
  if (left?.hangs === true)
    findings.push({ kind: 'failed', key: 'copy.finding.sourceHangs', named: { mount: left.mount } })
  if (target.kind === 'local') return findings

  const profile = profileOf(target.serverId)
  const name = profile?.name ?? ''
  if (profile?.role === 'old')
    findings.push({ kind: 'attention', key: 'copy.finding.targetOld', named: { name } })
  const volumes = reportOf(target.serverId)?.storage.volumes
  const volume = volumes?.known ? volumeOf(target.path, volumes.value) : null
  if (!volume) return [...findings, { kind: 'attention', key: 'copy.finding.notSeen', named: { name } }]
  const { mount } = volume
  if (volume.hangs === true)
    return [...findings, { kind: 'failed', key: 'copy.finding.hangs', named: { mount } }]
  if (volume.readOnly) findings.push({ kind: 'failed', key: 'copy.finding.readOnly', named: { mount } })
  const enough = volume.free > needed.bytes
  findings.push({
    kind: enough ? 'ok' : 'failed',
    key: enough ? 'copy.finding.space' : 'copy.finding.noSpace',
    named: { mount, free: volume.free, needed: needed.bytes },
  })
  if (volume.inodesFree !== null && volume.inodesFree <= needed.files)
    findings.push({ kind: 'failed', key: 'copy.finding.noInodes', named: { mount } })
  return findings
}
