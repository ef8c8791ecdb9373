import { NotABackupPathError, UnreadablePathError } from '../../backup/errors.ts'
import type { ServerLink } from './link.ts'

/** What a server has and where a path of it really lies. */
export interface ServerFacts {
  /** Absolute, links resolved. */
  root: string
  /** Its `find` knows -printf (GNU). */
  printf: boolean
  gnuTar: boolean
  sha256sum: boolean
  uid: number
  /** Names the running system: two paths on the same one may be the same place. */
  boot: string
  /** `device:inode` of the root and of every folder above it. */
  chain: string[]
}

/** Each fact as `name value` and NUL. Constant text; the path is an argument. */
const SCRIPT = `
cd "$1" 2>/dev/null || { if [ -d "$1" ]; then printf 'refused\\0'; elif [ -e "$1" ]; then printf 'file\\0'; else printf 'absent\\0'; fi; exit 0; }
ls >/dev/null 2>&1 || printf 'refused\\0'
printf 'root %s\\0' "$(pwd -P)"
find . -maxdepth 0 -printf '' >/dev/null 2>&1 && printf 'printf\\0'
case "$(tar --version 2>/dev/null)" in *'GNU tar'*) printf 'gnutar\\0' ;; esac
[ -d accounts ] || [ -d items ] || printf 'nobackup\\0'
command -v sha256sum >/dev/null 2>&1 && command -v xargs >/dev/null 2>&1 && printf 'sha256sum\\0'
printf 'uid %s\\0' "$(id -u)"
printf 'boot %s\\0' "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
while :; do
  printf 'at %s\\0' "$(stat -c %d:%i . 2>/dev/null)"
  [ "$(pwd -P)" = / ] && break
  cd .. || break
done
`

/**
 * Looks at a path on a server.
 * @throws UnreadablePathError when it is not there or refuses, NotABackupPathError when it is a file
 */
export async function probeSource(link: ServerLink): Promise<ServerFacts> {
  const path = link.path
  const where = `${link.name}:${path}`
  const { stdout, code, stderr } = await link.again(['sh', '-c', SCRIPT, 'sh', path])
  const facts = readFacts(stdout)
  if (facts.has('absent')) {
    throw new UnreadablePathError(
      where,
      'ENOENT',
      'It is not there.',
      'Check the spelling, and that its disk is mounted on the server (findmnt).',
    )
  }
  if (facts.has('refused')) {
    throw new UnreadablePathError(
      where,
      'EACCES',
      'The server does not let this user in.',
      'Log in as root or as zextras, whose files these are.',
    )
  }
  if (facts.has('file'))
    throw new NotABackupPathError(
      where,
      'It is a file, not a folder.',
      'Name the folder that holds accounts/ and items/.',
    )
  if (facts.has('nobackup')) {
    throw new NotABackupPathError(
      where,
      'It holds neither accounts/ nor items/.',
      'Name the folder that holds them, on a server usually /opt/zextras/backup/zextras.',
    )
  }
  const root = facts.get('root')?.[0]
  if (root === undefined || code !== 0) {
    const said = stderr.trim().split('\n')[0] ?? ''
    throw new UnreadablePathError(
      where,
      'EIO',
      `The server did not answer as a shell does${said === '' ? '' : `: ${said}`}.`,
      'Check that this user has an ordinary shell there.',
    )
  }
  return {
    root,
    printf: facts.has('printf'),
    gnuTar: facts.has('gnutar'),
    sha256sum: facts.has('sha256sum'),
    uid: Number(facts.get('uid')?.[0] ?? -1),
    boot: facts.get('boot')?.[0] ?? '',
    chain: (facts.get('at') ?? []).filter((one) => one !== ''),
  }
}

/** `name value` records, NUL after each. A login that prints something first does not disturb. */
export function readFacts(stdout: string): Map<string, string[]> {
  const facts = new Map<string, string[]>()
  for (const record of stdout.split('\0')) {
    const text = facts.size === 0 ? record.slice(record.lastIndexOf('\n') + 1) : record
    const blank = text.indexOf(' ')
    const name = blank < 0 ? text : text.slice(0, blank)
    const values = facts.get(name) ?? []
    facts.set(name, [...values, blank < 0 ? '' : text.slice(blank + 1)])
  }
  return facts
}
