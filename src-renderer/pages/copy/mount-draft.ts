import type { MountRequest } from '../../../src-main/contract/copy.ts'

/** The fields of all kinds at once: switching the kind loses nothing. */
export interface MountDraft {
  kind: MountRequest['from']['kind']
  /** NFS and SSHFS: host name or address. */
  host: string
  exported: string
  user: string
  port: string
  path: string
  identity: string
  knownHosts: string
  device: string
  file: string
  fileSystem: 'ext4' | 'ext3' | 'xfs' | 'btrfs' | 'other'
  mountPoint: string
  below: string
  onlyCopy: boolean
  overlay: boolean
  uid: string
  gid: string
}

export const MOUNT_KINDS = ['nfs', 'sshfs', 'block', 'image'] as const
export const FILE_SYSTEMS = ['ext4', 'ext3', 'xfs', 'btrfs', 'other'] as const
/** Which fields a kind needs, in the order of the form. */
export const FIELDS = {
  nfs: ['host', 'exported'],
  sshfs: ['user', 'host', 'port', 'path', 'identity', 'knownHosts'],
  block: ['device'],
  image: ['file'],
} as const satisfies Record<MountDraft['kind'], readonly (keyof MountDraft)[]>

export function newMountDraft(): MountDraft {
  return {
    kind: 'nfs',
    host: '',
    exported: '/opt/zextras/backup',
    user: 'root',
    port: '22',
    path: '/opt/zextras/backup',
    identity: '/root/.ssh/id_ed25519',
    knownHosts: '/root/.ssh/known_hosts',
    device: '/dev/sdb1',
    file: '',
    fileSystem: 'ext4',
    mountPoint: '/mnt/old-backup',
    below: '',
    onlyCopy: true,
    overlay: true,
    uid: '',
    gid: '',
  }
}

/** What the plan is asked for; null while something is missing. */
export function mountRequest(draft: MountDraft): MountRequest | null {
  const text = (key: (typeof FIELDS)[MountDraft['kind']][number]): string => draft[key].trim()
  if (FIELDS[draft.kind].some((key) => text(key) === '') || draft.mountPoint.trim() === '') return null
  const uid = idOf(draft.uid)
  const gid = idOf(draft.gid)
  const from = fromOf(draft, text)
  if (uid === null || gid === null || from === null) return null
  return {
    mountPoint: draft.mountPoint.trim(),
    below: draft.below.trim().replace(/^\/+|\/+$/g, ''),
    onlyCopy: draft.onlyCopy,
    overlay: draft.overlay,
    zextras: { uid, gid },
    from,
  }
}

function fromOf(
  { kind, fileSystem, port }: MountDraft,
  text: (key: (typeof FIELDS)[MountDraft['kind']][number]) => string,
): MountRequest['from'] | null {
  switch (kind) {
    case 'nfs':
      return { kind, server: text('host'), exported: text('exported') }
    case 'sshfs': {
      const number = idOf(port)
      if (number === null || number < 1 || number > 65_535) return null
      const [user, host, path] = [text('user'), text('host'), text('path')]
      return {
        kind,
        user,
        host,
        port: number,
        path,
        identity: text('identity'),
        knownHosts: text('knownHosts'),
      }
    }
    case 'block':
      return { kind, device: text('device'), fileSystem }
    case 'image':
      return { kind, file: text('file'), fileSystem }
  }
}

function idOf(text: string): number | null {
  return /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : null
}
