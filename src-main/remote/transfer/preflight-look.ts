import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ServerLink } from './link.ts'
import { readFacts } from './probe.ts'
import { roomOf } from './probe-target.ts'
import { keepsCase, lockHolder, PARTIAL, roomAt } from './target-local.ts'

/** What was seen at the source before a copy. */
export interface SourceLook {
  /** Its volume: `/opt/zextras (ext4, ro)`; null where that could not be told. */
  volume: string | null
  readOnly: boolean
  /** Other mount points of disks that are read-only. */
  readOnlyMounts: string[]
  /** Programs that move files of this path. */
  others: string[]
}

/** What was seen and tried at the target. Whatever was made for it is gone again. */
export interface TargetLook {
  /** The nearest folder that is there. */
  at: string
  volume: string | null
  readOnly: boolean
  /** Null: a folder can be made there; else what the system says. */
  refusal: string | null
  /** By trying; null where nothing could be made. */
  keepsCase: boolean | null
  room: { bytes: number; files: number | null } | null
  /** `yes`, `no` with what it means; `absent`: no such user; `unknown`: this login cannot tell. */
  zextras: 'yes' | 'no' | 'absent' | 'unknown'
  others: string[]
}

/** `$1`: the path. Mount of a path and its options, from the kernel's own table. */
const VOLUME = `
volume() {
  m=$(df -P -- "$1" 2>/dev/null | awk 'NR == 2 { print $NF }')
  awk -v m="$m" '$2 == m { found = $2 " (" $3 ", " ($4 ~ /(^|,)ro(,|$)/ ? "ro" : "rw") ")" } END { if (found != "") printf "volume %s%c", found, 0 }' /proc/mounts 2>/dev/null
}
others() {
  ps -eo args= 2>/dev/null | grep -F -e "$1" | awk '{ n = split($1, part, "/"); if (part[n] ~ /^(rsync|scp|tar|cp|sftp|unison|rclone|cpio|dd)$/) printf "other %s%c", $0, 0 }'
}
`
const LOOK_SOURCE = `${VOLUME}
volume "$1"
awk '$3 ~ /^(ext[234]|xfs|btrfs|zfs|jfs|reiserfs)$/ && $4 ~ /(^|,)ro(,|$)/ { printf "mount %s%c", $2, 0 }' /proc/mounts 2>/dev/null
others "$1"
exit 0
`
const LOOK_TARGET = `${VOLUME}
root=$1
p=$root
while [ ! -d "$p" ]; do p=$(dirname -- "$p"); done
printf 'at %s\\0' "$p"
volume "$p"
if t=$(mktemp -d "$p/.lifeboat-try.XXXXXXXX" 2>&1); then
  : > "$t/case-a"
  if [ -e "$t/CASE-A" ]; then printf 'nocase\\0'; else printf 'case\\0'; fi
  rm -rf -- "$t"
else printf 'refused %s\\0' "$t"; fi
printf 'blocks %s\\0' "$(df -Pk -- "$p" 2>/dev/null | tail -n 1)"
printf 'inodes %s\\0' "$(df -Pi -- "$p" 2>/dev/null | tail -n 1)"
if ! id -u zextras >/dev/null 2>&1; then printf 'zextras absent\\0'
elif [ "$(id -un)" = zextras ]; then printf 'zextras yes\\0'
elif [ "$(id -u)" = 0 ]; then
  if su -s /bin/sh zextras -c 'test -x "$1" && test -r "$1"' sh "$p" >/dev/null 2>&1; then printf 'zextras yes\\0'; else printf 'zextras no\\0'; fi
else printf 'zextras unknown\\0'; fi
for s in "$root.lifeboat-partial" "$root/.lifeboat-partial"; do
  if [ -e "$s/lock" ] && command -v flock >/dev/null 2>&1 && ! flock -n "$s/lock" true 2>/dev/null; then printf 'other another Lifeboat (%s)\\0' "$s/lock"; fi
done
others "$root"
exit 0
`

export async function lookAtRemoteSource(link: ServerLink, root: string): Promise<SourceLook> {
  const { stdout } = await link.again(['sh', '-c', LOOK_SOURCE, 'sh', root])
  const facts = readFacts(stdout)
  const volume = facts.get('volume')?.[0] ?? null
  return {
    volume,
    readOnly: volume?.endsWith(', ro)') ?? false,
    readOnlyMounts: facts.get('mount') ?? [],
    others: facts.get('other') ?? [],
  }
}

export async function lookAtRemoteTarget(link: ServerLink, root: string): Promise<TargetLook> {
  const { stdout } = await link.again(['sh', '-c', LOOK_TARGET, 'sh', root])
  const facts = readFacts(stdout)
  const one = (name: string): string | null => facts.get(name)?.[0] ?? null
  const volume = one('volume')
  const zextras = one('zextras')
  return {
    at: one('at') ?? root,
    volume,
    readOnly: volume?.endsWith(', ro)') ?? false,
    refusal: facts.has('case') || facts.has('nocase') ? null : (one('refused') ?? 'it did not say why'),
    keepsCase: facts.has('case') ? true : facts.has('nocase') ? false : null,
    room: roomOf(one('blocks') ?? '', one('inodes') ?? ''),
    zextras: zextras === 'yes' || zextras === 'no' || zextras === 'absent' ? zextras : 'unknown',
    others: facts.get('other') ?? [],
  }
}

export function lookAtLocalSource(root: string): SourceLook {
  const volume = volumeHere(root)
  return { volume, readOnly: volume?.endsWith(', ro)') ?? false, readOnlyMounts: [], others: [] }
}

export function lookAtLocalTarget(root: string): TargetLook {
  let at = root
  while (!(existsSync(at) && statSync(at).isDirectory()) && dirname(at) !== at) at = dirname(at)
  const volume = volumeHere(at)
  const holder = lockHolder(root)
  const look: TargetLook = {
    at,
    volume,
    readOnly: volume?.endsWith(', ro)') ?? false,
    refusal: null,
    keepsCase: null,
    room: null,
    zextras: 'absent',
    others: holder === null ? [] : [`another Lifeboat (${holder})`],
  }
  const trial = join(at, `${PARTIAL}-try-${randomBytes(4).toString('hex')}`)
  try {
    accessSync(at, constants.W_OK)
    mkdirSync(trial)
    look.keepsCase = keepsCase(trial)
  } catch (error) {
    look.refusal = (error as Error).message
  } finally {
    rmSync(trial, { recursive: true, force: true })
  }
  look.room = roomAt(root)
  return look
}

function volumeHere(path: string): string | null {
  if (process.platform !== 'linux') return null
  try {
    const lines = readFileSync('/proc/mounts', 'utf8').split('\n')
    let best: { mount: string; text: string } | null = null
    for (const line of lines) {
      const [, mount = '', kind = '', options = ''] = line.split(' ')
      const below = path === mount || path.startsWith(mount === '/' ? '/' : `${mount}/`)
      if (mount === '' || !below || (best !== null && best.mount.length > mount.length)) continue
      best = { mount, text: `${mount} (${kind}, ${options.split(',').includes('ro') ? 'ro' : 'rw'})` }
    }
    return best?.text ?? null
  } catch {
    return null
  }
}
