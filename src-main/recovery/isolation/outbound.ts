import type { CaseRole } from '../../contract/recovery.ts'
import type { StepContext } from '../types.ts'
import { ask } from './asked.ts'

/** Programs with which a server can be told to connect somewhere, in the order in which they are tried. */
const TOOLS = ['nc', 'bash', 'python3', 'curl'] as const
type Tool = (typeof TOOLS)[number]

/**
 * Connects with the given program to all pairs at once; one line for each: host, port, exit code, what it said. `no tool`: it
 * is not there. Arguments: program, seconds, then pairs of host and port.
 */
const CONNECT = `
tool=$1 limit=$2
shift 2
command -v "$tool" >/dev/null 2>&1 || { echo 'no tool'; exit 0; }
one() {
  case "$tool" in
    nc) nc -z -w "$limit" "$1" "$2" ;;
    bash) timeout "$limit" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" ;;
    python3) python3 -c 'import socket,sys; socket.create_connection((sys.argv[2],int(sys.argv[3])),float(sys.argv[1])).close()' "$limit" "$1" "$2" ;;
    curl) curl -s -v --connect-timeout "$limit" --max-time "$limit" "telnet://$1:$2" 2>&1 | grep -i 'Connected to' ;;
  esac
}
tell() {
  said=$(one "$1" "$2" 2>&1 </dev/null)
  code=$?
  printf 'try %s %s %s %s\\n' "$1" "$2" "$code" "$(printf %s "$said" | tr '\\n' ' ' | tail -c 200)"
}
while [ $# -ge 2 ]; do tell "$1" "$2" & shift 2; done
wait
`

const SECONDS = 4

interface OutboundTry {
  host: string
  port: number
  answer: 'connected' | 'blocked' | 'name not found'
  said: string
}

interface OutboundLook {
  /** null: none that works is on the server. */
  tool: Tool | null
  tries: OutboundTry[]
  /** Why nothing was tried; null when it was. */
  because: string | null
}

/** Null: the program is not there. */
async function tryWith(
  context: StepContext,
  role: CaseRole,
  tool: Tool,
  pairs: readonly { host: string; port: number }[],
): Promise<OutboundTry[] | null> {
  const words = pairs.flatMap(({ host, port }) => [host, String(port)])
  const argv = ['sh', '-c', CONNECT, 'sh', tool, String(SECONDS), ...words]
  const { stdout } = await ask(context, role, argv, 'login', 60_000)
  if (stdout.includes('no tool')) return null
  const lines = stdout.split('\n').flatMap((line) => {
    const match = /^try (\S+) (\d+) (\d+) (.*)$/.exec(line)
    return match === null
      ? []
      : [{ host: match[1] ?? '', port: Number(match[2]), code: match[3], said: (match[4] ?? '').trim() }]
  })
  // In the order in which they were asked; one that said nothing was not tried.
  return pairs.flatMap(({ host, port }) => {
    const found = lines.find((line) => line.host === host && line.port === port)
    if (!found) return []
    const unnamed = /not known|could not resolve|resolution|getaddrinfo|no address associated/i.test(
      found.said,
    )
    const answer = found.code === '0' ? 'connected' : unnamed ? 'name not found' : 'blocked'
    return [{ host, port, answer, said: found.said }]
  })
}

/**
 * Tries from the server itself whether it reaches other mail servers. A program counts only when it was seen to connect
 * where something certainly listens: the server's own SSH port. Else a broken program would look like a blocked port.
 * @param own ports of the server on which SSH may listen
 */
export async function lookOutbound(
  context: StepContext,
  role: CaseRole,
  targets: readonly { host: string; port: number }[],
  own: readonly number[],
): Promise<OutboundLook> {
  const found: string[] = []
  const control = own.map((port) => ({ host: '127.0.0.1', port }))
  for (const tool of TOOLS) {
    const all = await tryWith(context, role, tool, [...control, ...targets])
    if (all === null) continue
    found.push(tool)
    const reached = all
      .slice(0, control.length)
      .some(({ host, answer }) => host === '127.0.0.1' && answer === 'connected')
    const tries = all.slice(control.length)
    if (reached && tries.length === targets.length) return { tool, tries, because: null }
  }
  const because =
    found.length === 0
      ? `none of ${TOOLS.join(', ')} is on the server`
      : `${found.join(', ')} did not even reach the server's own SSH port (${own.join(', ')})`
  return { tool: null, tries: [], because }
}

/** Reads `host`, `host:port`, `[host]:port`, divided by commas or blanks; without a port all three of mail are meant. */
export function parseTargets(text: string, ports: readonly number[]): { host: string; port: number }[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .flatMap((one) => {
      const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d+))?$/.exec(one) ?? []
      const host = bracketed ?? plain
      if (host === undefined || !/^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(host)) return []
      return port === undefined ? ports.map((each) => ({ host, port: each })) : [{ host, port: Number(port) }]
    })
}
