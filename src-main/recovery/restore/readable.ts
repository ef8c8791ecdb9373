import { CannotTell } from '../../remote/probe/fact.ts'
import type { StepContext } from '../types.ts'

/** A file or folder that zextras cannot read. */
interface Unreadable {
  path: string
  owner: string
  group: string
  /** Octal. */
  mode: string
  kind: 'folder' | 'file' | 'other'
}

/** What was looked at, how much of it zextras cannot read, and the first ten thousand of these by name. */
interface Refused {
  looked: number
  refused: number
  found: Unreadable[]
}

/** Looking through a million files takes a minute on a healthy disk; a sick one is given up. */
const TIMEOUT = 1_800_000
const MOST_OUTPUT = 8 * 1024 * 1024
/** As many are named; the others are counted. */
const MOST = 10_000

/**
 * Looks through a path as zextras: what it cannot read or enter. `find` asks the kernel (access(2)), so that owners,
 * modes, ACLs and network shares all count. The last line tells how many were looked at, and how many are refused.
 */
const SCRIPT =
  'find "$@" \\( ! -readable -o -type d ! -executable \\) -printf "%u\\t%g\\t%m\\t%y\\t%p\\n" -o -printf ".\\n" | ' +
  `awk '$0 == "." { n++; next } { m++; if (m <= ${String(MOST)}) print } END { print "looked " n + m " refused " m + 0 }'`

/**
 * @throws CannotTell when it could not be looked through, ConnectionError
 */
export async function unreadableUnder(context: StepContext, path: string): Promise<Refused> {
  return run(context, [path])
}

/** The same for single files and folders, without what lies below them. Missing ones are left out. */
export async function unreadableAmong(context: StepContext, paths: readonly string[]): Promise<Unreadable[]> {
  const found: Unreadable[] = []
  for (let at = 0; at < paths.length; at += 200) {
    found.push(...(await run(context, [...paths.slice(at, at + 200), '-maxdepth', '0'])).found)
  }
  return found
}

async function run(context: StepContext, args: readonly string[]): Promise<Refused> {
  const { code, stdout, stderr } = await context.command('new', ['sh', '-c', SCRIPT, 'sh', ...args], {
    as: 'zextras',
    timeout: TIMEOUT,
    maxOutput: MOST_OUTPUT,
    effect: 'reads',
  })
  const read = readFound(stdout)
  if (read.looked === 0) {
    const said = stderr.replace(/\s+/g, ' ').trim().slice(0, 200)
    // a folder nobody may enter says so on stderr only
    if (/permission denied/i.test(said)) {
      return {
        looked: 1,
        refused: 1,
        found: [{ path: args[0] ?? '', owner: '?', group: '?', mode: '?', kind: 'folder' }],
      }
    }
    throw new CannotTell(`\`find\` ended with code ${String(code)}${said === '' ? '' : `: ${said}`}`)
  }
  return read
}

const LINE = /^([^\t]+)\t([^\t]*)\t([0-7]{1,4})\t([a-zA-Z?])\t(.*)$/s
const END = /^looked (\d+) refused (\d+)$/

/** Reads what the script printed. A name with a line break in it is shown in pieces. */
function readFound(output: string): Refused {
  const found: Unreadable[] = []
  let looked = 0
  let refused = 0
  for (const line of output.split('\n')) {
    const end = END.exec(line)
    if (end !== null) [looked, refused] = [Number(end[1]), Number(end[2])]
    const match = LINE.exec(line)
    if (match === null) continue
    const [, owner = '', group = '', mode = '', type = '', path = ''] = match
    found.push({ path, owner, group, mode, kind: type === 'd' ? 'folder' : type === 'f' ? 'file' : 'other' })
  }
  return { looked, refused, found }
}
