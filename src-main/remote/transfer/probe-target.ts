import { ExpectedError } from '../../engine/errors.ts'
import type { ServerLink } from './link.ts'
import { readFacts } from './probe.ts'

/** A place on a server that becomes a Backup Path. */
export interface RemoteTargetFacts {
  /** Absolute; links of the part that exists are resolved. */
  root: string
  there: boolean
  printf: boolean
  sha256sum: boolean
  perl: boolean
  /** Its perl has what judges blobs. */
  perlJudges: boolean
  boot: string
  /** `device:inode` of the nearest folder that exists and of every folder above it. */
  chain: string[]
  /** As root, files become those of `zextras` where that user exists. */
  owner: { uid: number; gid: number } | null
}

/** Looks only. */
const LOOK = `
p=$1
if [ -e "$p" ] && [ ! -d "$p" ]; then printf 'file\\0'; exit 0; fi
find . -maxdepth 0 -printf '' >/dev/null 2>&1 && printf 'printf\\0'
command -v sha256sum >/dev/null 2>&1 && command -v xargs >/dev/null 2>&1 && printf 'sha256sum\\0'
perl -e 1 >/dev/null 2>&1 && printf 'perl\\0'
perl -MDigest::SHA -MCompress::Zlib -e 1 >/dev/null 2>&1 && printf 'judges\\0'
command -v tar >/dev/null 2>&1 && printf 'tar\\0'
printf 'boot %s\\0' "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
[ "$(id -u)" = 0 ] && id -u zextras >/dev/null 2>&1 && printf 'owner %s %s\\0' "$(id -u zextras)" "$(id -g zextras)"
rest=
if [ -d "$p" ]; then
  printf 'there\\0'
  if [ -d "$p/accounts" ] || [ -d "$p/items" ]; then printf 'fits\\0'; fi
  [ -z "$(ls -A "$p" | grep -v -x -e .lifeboat-partial -e lost+found | head -n 1)" ] && printf 'fits\\0'
  if [ -d "$p/.lifeboat-partial" ] || [ -d "$p.lifeboat-partial" ]; then printf 'fits\\0'; fi
fi
while [ ! -d "$p" ]; do
  rest="/$(basename -- "$p")$rest"
  p=$(dirname -- "$p")
done
cd "$p" || { printf 'refused\\0'; exit 0; }
here=$(pwd -P)
[ "$here" = / ] && here=
printf 'root %s%s\\0' "$here" "$rest"
while :; do
  printf 'at %s\\0' "$(stat -c %d:%i . 2>/dev/null)"
  [ "$(pwd -P)" = / ] && break
  cd .. || break
done
`

/**
 * Makes the folder ($1) and the staging folder beside it; inside where the target is a disk of its own. $2: uid:gid that the
 * folder belongs to, or nothing: a restore writes its map file there.
 */
const MAKE = `
umask 022
mkdir -p -- "$1" || exit 1
[ -z "$2" ] || chown -- "$2" "$1" || exit 1
s="$1.lifeboat-partial"
if mkdir -p -- "$s" 2>/dev/null && [ "$(stat -c %d -- "$s")" = "$(stat -c %d -- "$1")" ]; then :; else
  rmdir -- "$s" 2>/dev/null
  s="$1/.lifeboat-partial"
  mkdir -p -- "$s" || exit 1
fi
chmod 700 -- "$s"
: > "$s/case-a" || exit 1
[ -e "$s/CASE-A" ] && printf 'nocase\\0'
rm -f -- "$s/case-a"
printf 'staging %s\\0' "$s"
printf 'blocks %s\\0' "$(df -Pk -- "$1" 2>/dev/null | tail -n 1)"
printf 'inodes %s\\0' "$(df -Pi -- "$1" 2>/dev/null | tail -n 1)"
command -v flock >/dev/null 2>&1 && printf 'flock\\0'
exit 0
`

/** @throws ExpectedError REFUSED: a file, something else in it, no permission */
export async function lookAtTarget(link: ServerLink): Promise<RemoteTargetFacts> {
  const where = `${link.name}:${link.path}`
  const { stdout, stderr } = await link.again(['sh', '-c', LOOK, 'sh', link.path])
  const facts = readFacts(stdout)
  if (facts.has('file')) {
    throw new ExpectedError('REFUSED', `The target ${where} is a file`, {
      why: 'A copy becomes a folder.',
      next: 'Name a new folder.',
    })
  }
  const root = facts.get('root')?.[0]
  if (root === undefined) throw cannotWrite(where, stderr)
  if (facts.has('there') && !facts.has('fits')) {
    throw new ExpectedError('REFUSED', `The target ${where} holds something else`, {
      why: 'It is neither empty nor a backup path, and what is there would be mixed with the copy.',
      next: 'Name a new folder; an interrupted copy goes on when it is started with the same folders again.',
    })
  }
  if (!facts.has('tar')) {
    throw new ExpectedError('REFUSED', `${link.name} cannot run tar`, {
      why: 'The program was not found there.',
      next: 'Install tar on the server.',
    })
  }
  const [uid, gid] = (facts.get('owner')?.[0] ?? '').split(' ').map(Number)
  return {
    root,
    there: facts.has('there'),
    printf: facts.has('printf'),
    sha256sum: facts.has('sha256sum'),
    perl: facts.has('perl'),
    perlJudges: facts.has('judges'),
    boot: facts.get('boot')?.[0] ?? '',
    chain: (facts.get('at') ?? []).filter((one) => one !== ''),
    owner: uid === undefined || gid === undefined || uid === 0 ? null : { uid, gid },
  }
}

/** What a made target tells. */
export interface MadeTarget {
  staging: string
  keepsCase: boolean
  room: { bytes: number; files: number | null } | null
  flock: boolean
}

/** @throws ExpectedError REFUSED when it cannot be written */
export async function makeTarget(
  link: ServerLink,
  { root, owner }: Pick<RemoteTargetFacts, 'root' | 'owner'>,
): Promise<MadeTarget> {
  const ids = owner === null ? '' : `${String(owner.uid)}:${String(owner.gid)}`
  const { stdout, stderr, code } = await link.again(['sh', '-c', MAKE, 'sh', root, ids])
  const facts = readFacts(stdout)
  const staging = facts.get('staging')?.[0]
  if (code !== 0 || staging === undefined) throw cannotWrite(`${link.name}:${root}`, stderr)
  return {
    staging,
    keepsCase: !facts.has('nocase'),
    room: roomOf(facts.get('blocks')?.[0] ?? '', facts.get('inodes')?.[0] ?? ''),
    flock: facts.has('flock'),
  }
}

/** `/dev/sda1 103081248 20971520 76800000 22% /`: the fourth field is what is free (POSIX df -P). */
export function roomOf(blocks: string, inodes: string): MadeTarget['room'] {
  const free = (line: string): number =>
    Number(/\s\d+\s+\d+\s+(\d+)\s+\S+\s+\//.exec(line)?.[1] ?? Number.NaN)
  const bytes = free(blocks) * 1024
  const files = free(inodes)
  if (Number.isNaN(bytes)) return null
  return { bytes, files: Number.isNaN(files) || files === 0 ? null : files }
}

/** What a server said when something could not be written, as an error for a person. */
export function cannotWrite(where: string, stderr: string): ExpectedError {
  const said = stderr.trim().split('\n').at(-1)?.trim() ?? ''
  const full = /no space left|disk quota exceeded/i.test(stderr)
  return new ExpectedError(
    'REFUSED',
    full ? `The disk of the target is full (${where})` : `The target ${where} cannot be written`,
    {
      why: full
        ? 'Nothing more could be written; what was finished before is complete.'
        : said === ''
          ? 'The server did not say why.'
          : `The server says: ${said}`,
      next: full
        ? 'Make space there, then start the same copy again: it goes on where it stopped.'
        : 'Choose another folder, or log in as a user who may write there (root or zextras).',
    },
    full ? { cause: { code: 'ENOSPC' } } : undefined,
  )
}
