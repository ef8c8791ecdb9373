import type { BlockDevice, ServerReport, Volume } from '../../contract/server-report.ts'
import type { Asker } from './asker.ts'
import { CannotTell } from './fact.ts'

/** A line of the table of mounts. */
interface Mount {
  target: string
  source: string
  type: string
  options: string[]
}

/** File systems that hold nothing of anybody's. */
const NOT_REAL =
  /^(?:proc|sysfs|devtmpfs|devpts|tmpfs|ramfs|cgroup2?|securityfs|pstore|bpf|tracefs|debugfs|hugetlbfs|mqueue|configfs|fusectl|autofs|rpc_pipefs|binfmt_misc|efivarfs|nsfs|squashfs|selinuxfs|fuse\.(?:lxcfs|gvfsd-fuse|portal))$/

/** One file system may take this long to tell its sizes, ms: a network mount whose server is gone never does. */
const SIZE_MS = 5000

/**
 * Mounted file systems with their sizes. The table of mounts is the kernel's and cannot hang; the sizes are asked for
 * each file system by itself where all together take too long.
 */
export async function askVolumes(asker: Asker): Promise<Volume[]> {
  const mounts = (await askMounts(asker)).filter(({ type }) => !NOT_REAL.test(type))
  const targets = mounts.map(({ target }) => target)
  const together = await sizes(asker, targets).catch(() => null)
  const volumes = await Promise.all(
    mounts.map(async (mount, index) => {
      const line = together?.[index] ?? (await sizes(asker, [mount.target]).catch(() => []))[0]
      return {
        mount: mount.target,
        device: mount.source,
        type: mount.type,
        readOnly: mount.options.includes('ro'),
        line,
      }
    }),
  )
  return volumes.map(({ line, ...volume }) => ({ ...volume, ...(line ?? NO_SIZES) }))
}

type Sizes = Pick<Volume, 'size' | 'used' | 'free' | 'inodes' | 'inodesFree'>
/** For a file system that does not answer. */
const NO_SIZES = { size: 0, used: 0, free: 0, inodes: null, inodesFree: null, hangs: true } as const

/** statfs(2) of the places through stat(1): block size, blocks, free, available, inodes, free inodes. */
async function sizes({ ask }: Asker, targets: readonly string[]): Promise<Sizes[]> {
  if (targets.length === 0) return []
  const text = await ask(['stat', '-f', '-c', '%S %b %f %a %c %d', '--', ...targets], { timeout: SIZE_MS })
  const lines = text.trim().split('\n')
  if (lines.length !== targets.length) throw new CannotTell('`stat` left out a file system')
  return lines.map((line) => {
    const [block = 0, blocks = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = line
      .split(' ')
      .map(Number)
    return {
      size: block * blocks,
      used: block * (blocks - free),
      free: block * available,
      inodes: inodes > 0 ? inodes : null,
      inodesFree: inodes > 0 ? inodesFree : null,
    }
  })
}

/** The table of mounts, the last of several on one place only. */
export async function askMounts({ ask }: Asker): Promise<Mount[]> {
  const found = await ask(['findmnt', '--json', '--list', '--output', 'TARGET,SOURCE,FSTYPE,OPTIONS']).then(
    fromFindmnt,
    async () => fromProc(await ask(['cat', '/proc/self/mounts'])),
  )
  return [...new Map(found.map((mount) => [mount.target, mount])).values()]
}

function fromFindmnt(text: string): Mount[] {
  const { filesystems } = JSON.parse(text) as { filesystems?: Record<string, string | null>[] }
  if (!Array.isArray(filesystems)) throw new CannotTell('`findmnt` printed no file systems')
  return filesystems.map(({ target, source, fstype, options }) => ({
    target: target ?? '',
    source: source ?? '',
    type: fstype ?? '',
    options: (options ?? '').split(','),
  }))
}

function fromProc(text: string): Mount[] {
  return text
    .split('\n')
    .map((line) => line.split(' ').map(unescapeMount))
    .filter((fields) => fields.length >= 4)
    .map(([source = '', target = '', type = '', options = '']) => ({
      source,
      target,
      type,
      options: options.split(','),
    }))
}

/** Blanks and the like are written as `\040` (proc(5)). */
function unescapeMount(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)))
}

/** Disks, partitions and volumes. */
export async function askBlockDevices({ ask }: Asker): Promise<BlockDevice[]> {
  const text = await ask([
    'lsblk',
    '--json',
    '--list',
    '--bytes',
    '--output',
    'NAME,TYPE,SIZE,FSTYPE,MOUNTPOINT,PKNAME',
  ])
  const { blockdevices } = JSON.parse(text) as { blockdevices?: Record<string, string | number | null>[] }
  if (!Array.isArray(blockdevices)) throw new CannotTell('`lsblk` printed no devices')
  const devices = new Map<string, BlockDevice>()
  for (const { name, type, size, fstype, mountpoint, pkname } of blockdevices) {
    if (type === 'loop' || type === 'rom') continue
    // A volume over several disks comes once for each.
    const key = String(name)
    const device: BlockDevice = devices.get(key) ?? {
      name: key,
      kind: String(type),
      size: Number(size),
      fileSystem: fstype === null || fstype === undefined ? null : String(fstype),
      mounts: [],
      parent: pkname === null || pkname === undefined ? null : String(pkname),
    }
    if (typeof mountpoint === 'string' && !device.mounts.includes(mountpoint)) device.mounts.push(mountpoint)
    devices.set(key, device)
  }
  return [...devices.values()]
}

type Places = Extract<ServerReport['storage']['places'], { known: true }>['value']

/** On which mounts `/`, `/opt/zextras` and the Backup Path lie, from the table of mounts alone: nothing hangs. */
export async function askPlaces(asker: Asker, backupPath: string | null): Promise<Places> {
  const mounts = await askMounts(asker)
  const root = placeOf('/', mounts)
  if (!root) throw new CannotTell('the table of mounts has no root')
  const carbonio = await realPath(asker, '/opt/zextras')
  const backup = backupPath === null ? null : await realPath(asker, backupPath)
  return {
    root,
    carbonio: carbonio === null ? null : placeOf(carbonio, mounts),
    backup: backup === null ? null : placeOf(backup, mounts),
  }
}

/** The mount on which a real path lies. */
export function placeOf(path: string, mounts: readonly Mount[]): Places['root'] | null {
  const mount = mounts
    .filter(({ target }) => target === '/' || path === target || path.startsWith(`${target}/`))
    .sort((a, b) => b.target.length - a.target.length)[0]
  if (!mount) return null
  return { path, mount: mount.target, device: mount.source, separateFromRoot: mount.target !== '/' }
}

/** Links followed; null when there is no such path, or it does not answer. */
async function realPath({ ask }: Asker, path: string): Promise<string | null> {
  const real = (
    await ask(['readlink', '-e', '--', path], { timeout: SIZE_MS, as: 'best' }).catch(() => '')
  ).replace(/\n$/, '')
  return real === '' ? null : real
}
