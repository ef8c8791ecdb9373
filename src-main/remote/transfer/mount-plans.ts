import type { MountPlan, MountRequest, PlanStep } from '../../contract/copy.ts'
import { ExpectedError } from '../../engine/errors.ts'

/** The folder that Carbonio itself keeps its backup in: a foreign one is never mounted there. */
const OWN_BACKUP = '/opt/zextras/backup'
/** Scratch of an overlay: writes of the restore go there and are thrown away. */
const OVERLAY = '/var/tmp/lifeboat-overlay'

/**
 * The steps that make a Backup Path readable on the new server without copying it first. fstab is never written: after a
 * restart of the server the mount is gone, and nothing waits for a disk that is not there.
 * @throws ExpectedError REFUSED for a mount point or source that cannot be meant
 */
export function mountPlan(request: MountRequest): MountPlan {
  assertUsable(request)
  const { from, mountPoint } = request
  const steps = [makeFolder(mountPoint), ...mountSteps(request), isMounted(request)]
  const mounted = request.below === '' ? mountPoint : `${mountPoint}/${request.below}`
  if (request.overlay) steps.push(...overlaySteps(request, mounted))
  const path = request.overlay ? `${OVERLAY}/merged` : mounted
  steps.push(canRead(path))
  if (request.overlay) steps.push(canWrite(path))
  const unmount = steps.flatMap(({ undo }) => (undo === null ? [] : [undo])).reverse()
  return { kind: from.kind, path, steps, unmount, warnings: warningsOf(request) }
}

function mountSteps(request: MountRequest): PlanStep[] {
  const { from, mountPoint, zextras } = request
  switch (from.kind) {
    case 'nfs':
      return [
        mount(
          [
            'mount',
            '-t',
            'nfs',
            '-o',
            'ro,soft,timeo=150,retrans=3,nolock,noexec,nosuid,nodev',
            `${from.server}:${from.exported}`,
            mountPoint,
          ],
          'The export is mounted read-only; `soft` lets a lost server end in an error instead of a hanging restore.',
          mountPoint,
        ),
      ]
    case 'sshfs': {
      const options = [
        'ro',
        // FUSE shows a mount to nobody but its owner otherwise, and the restore runs as zextras.
        'allow_other',
        'default_permissions',
        `uid=${String(zextras.uid)}`,
        `gid=${String(zextras.gid)}`,
        'reconnect',
        'ServerAliveInterval=15',
        'ServerAliveCountMax=4',
        'StrictHostKeyChecking=yes',
        `UserKnownHostsFile=${from.knownHosts}`,
        `IdentityFile=${from.identity}`,
        'BatchMode=yes',
      ]
      const where = `${from.user}@${from.host.includes(':') ? `[${from.host}]` : from.host}:${from.path}`
      return [
        mount(
          ['sshfs', '-p', String(from.port), '-o', options.join(','), where, mountPoint],
          'Mounted by root with allow_other, so that zextras sees it; read-only, and with the ids of zextras.',
          mountPoint,
          ['fusermount3', '-u', mountPoint],
        ),
      ]
    }
    case 'block':
      return [
        {
          ...step('The device is made read-only', ['blockdev', '--setro', from.device]),
          why: 'Even a read-only mount of ext4 or xfs replays the journal and so writes to the disk.',
          check: { argv: ['blockdev', '--getro', from.device], expect: '1' },
          undo: null,
        },
        mount(
          ['mount', '-o', readOnly(from.fileSystem), from.device, mountPoint],
          'Read-only and without replaying the journal.',
          mountPoint,
        ),
      ]
    case 'image':
      return [
        mount(
          ['mount', '-o', `loop,${readOnly(from.fileSystem)}`, from.file, mountPoint],
          'The file of the virtual disk is mounted through a read-only loop device. (A qcow2 or vmdk is converted, or attached with qemu-nbd --read-only, first.)',
          mountPoint,
        ),
      ]
  }
}

/** `noload` of ext3 and ext4 and `norecovery` of xfs and btrfs leave the journal alone: mount(8), ext4(5), xfs(5). */
function readOnly(fileSystem: 'ext4' | 'ext3' | 'xfs' | 'btrfs' | 'other'): string {
  const quiet = 'ro,noexec,nosuid,nodev'
  switch (fileSystem) {
    case 'ext3':
    case 'ext4':
      return `${quiet},noload`
    case 'xfs':
      // Two disks cloned from one carry the same UUID.
      return `${quiet},norecovery,nouuid`
    case 'btrfs':
      return `${quiet},rescue=nologreplay`
    case 'other':
      return quiet
  }
}

function overlaySteps({ zextras }: MountRequest, lower: string): PlanStep[] {
  const ids = `${String(zextras.uid)}:${String(zextras.gid)}`
  const folders = [`${OVERLAY}/upper`, `${OVERLAY}/work`, `${OVERLAY}/merged`]
  return [
    {
      ...step('Folders for the overlay', ['mkdir', '-p', '-m', '700', ...folders]),
      why: 'What the restore writes goes there, on a disk of the new server.',
      undo: ['rm', '-rf', '--one-file-system', OVERLAY],
    },
    {
      ...step('They belong to zextras', ['chown', ids, OVERLAY, ...folders]),
      why: 'The restore runs as that user.',
    },
    {
      ...step('The overlay is mounted above the read-only path', [
        'mount',
        '-t',
        'overlay',
        'overlay',
        '-o',
        `lowerdir=${lower},upperdir=${OVERLAY}/upper,workdir=${OVERLAY}/work`,
        `${OVERLAY}/merged`,
      ]),
      why: 'The restore may write; the only copy below it stays untouched.',
      check: { argv: ['findmnt', '-n', '-o', 'FSTYPE', '--target', `${OVERLAY}/merged`], expect: 'overlay' },
      undo: ['umount', `${OVERLAY}/merged`],
    },
  ]
}

function makeFolder(mountPoint: string): PlanStep {
  return {
    ...step('A folder to mount on', ['mkdir', '-p', '-m', '755', mountPoint]),
    why: 'A folder of its own: not the Backup Path of the new server, which its own backup writes to.',
    undo: ['rmdir', mountPoint],
  }
}

function mount(argv: string[], why: string, mountPoint: string, undo = ['umount', mountPoint]): PlanStep {
  return { ...step('The backup is mounted read-only', argv), why, undo }
}

function isMounted({ mountPoint }: MountRequest): PlanStep {
  const argv = ['findmnt', '-n', '-o', 'OPTIONS', '--mountpoint', mountPoint]
  return {
    ...step('It is really mounted, and read-only', argv),
    why: 'Without the mount the folder is merely empty, and a restore would find nothing.',
    check: { argv, expect: 'ro' },
  }
}

function canRead(path: string): PlanStep {
  return {
    ...step('zextras can read it', ['find', path, '-maxdepth', '3', '!', '-readable', '-print', '-quit']),
    as: 'zextras',
    why: 'The restore runs as zextras: files of another owner are skipped without a word.',
    check: { argv: ['ls', `${path}/accounts`], expect: '' },
  }
}

function canWrite(path: string): PlanStep {
  return {
    ...step('zextras can write above it', ['touch', `${path}/.lifeboat-write-test`]),
    as: 'zextras',
    why: 'An External Restore leaves a map file in the path.',
    undo: ['rm', '-f', `${path}/.lifeboat-write-test`],
  }
}

function step(what: string, argv: string[]): PlanStep {
  return { as: 'root', what, why: '', argv, check: null, undo: null }
}

function warningsOf({ from, onlyCopy, overlay }: MountRequest): string[] {
  const warnings: string[] = []
  if (onlyCopy && !overlay) {
    warnings.push(
      'This is the only copy and it is mounted read-only: a restore that wants to write there fails. Take the overlay, or copy it first.',
    )
  }
  if (from.kind === 'nfs' || from.kind === 'sshfs')
    warnings.push(
      'The restore is as slow and as safe as the network in between; a copy restores faster and survives the old server.',
    )
  if (from.kind === 'nfs')
    warnings.push(
      'NFS shows the numeric owners of the old server: where zextras has another id on the new one, it cannot read. The last check tells.',
    )
  if (from.kind === 'block' && from.fileSystem === 'other')
    warnings.push('The file system is not known: read-only is kept by the device alone (blockdev --setro).')
  if (from.kind === 'block' || from.kind === 'image')
    warnings.push(
      'A journal that was not replayed may hide the last seconds before the crash; a copy of the disk can be repaired, the original must not be.',
    )
  return warnings
}

function assertUsable({ mountPoint, below, from }: MountRequest): void {
  if (!isPlainAbsolute(mountPoint))
    throw cannot(
      `${mountPoint} is no folder to mount on`,
      'It must be an absolute path without . and .. parts.',
    )
  if (mountPoint === OWN_BACKUP || mountPoint.startsWith(`${OWN_BACKUP}/`))
    throw cannot(
      `${mountPoint} belongs to the backup of the new server`,
      'A foreign path mounted there would hide its own, or be written to.',
    )
  if (below !== '' && !isPlainAbsolute(`/${below}`))
    throw cannot(`${below} is no folder below the mount`, 'It must have no . and .. parts.')
  const names = Object.values(from).map(String)
  if (names.some((text) => /^-|[\0\n]/.test(text)))
    throw cannot('A name of the source cannot be used', 'It begins with a dash, or holds a newline.')
  // These become parts of a list that is divided by commas.
  const listed = from.kind === 'sshfs' ? [from.identity, from.knownHosts] : []
  if (listed.some((text) => text.includes(',')))
    throw cannot('A path holds a comma', 'sshfs takes its options divided by commas.')
  if (/[,:\\]/.test(below) || /[,:\\]/.test(mountPoint))
    throw cannot('A path holds a comma, colon or backslash', 'The options of an overlay are divided by them.')
}

function isPlainAbsolute(path: string): boolean {
  return (
    /^\/[^\0\n]+$/.test(path) &&
    path
      .split('/')
      .slice(1)
      .every((part) => part !== '' && part !== '.' && part !== '..')
  )
}

function cannot(message: string, why: string): ExpectedError {
  return new ExpectedError('REFUSED', message, { why, next: 'Choose another one, such as /mnt/lifeboat.' })
}
