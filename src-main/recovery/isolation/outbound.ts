import type { CaseRole } from '../../contract/recovery.ts'
import type { StepContext } from '../types.ts'
import { ask } from './asked.ts'

/** Programs with which a server can be told to connect somewhere, in the order in which they are tried. */
const TOOLS = ['nc', 'bash', 'python3', 'curl'] as const
type Tool = (typeof TOOLS)[number]

/** Connects with the given program. `no tool`: it is not there. Arguments: program, seconds, host, port. */
const CONNECT = `
command -v "$1" >/dev/null 2>&1 || { echo 'no tool'; exit 0; }
case "$1" in
  nc) nc -z -w "$2" "$3" "$4" ;;
  bash) timeout "$2" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$3" "$4" ;;
  python3) python3 -c 'import socket,sys; socket.create_connection((sys.argv[2],int(sys.argv[3])),float(sys.argv[1])).close()' "$2" "$3" "$4" ;;
  curl) curl -s -v --connect-timeout "$2" --max-time "$2" "telnet://$3:$4" </dev/null 2>&1 | grep -i 'Connected to' ;;
esac
echo "code $?"
`

const SECONDS = 4

export interface OutboundTry {
  host: string
  port: number
  answer: 'connected' | 'blocked' | 'name not found'
  said: string
}

export interface OutboundLook {
  /** null: none that works is on the server. */
  tool: Tool | null
  tries: OutboundTry[]
  /** Why nothing was tried; null when it was. */
  because: string | null
}

async function tryWith(
  context: StepContext,
  role: CaseRole,
  tool: Tool,
  host: string,
  port: number,
): Promise<OutboundTry | null> {
  const argv = ['sh', '-c', CONNECT, 'sh', tool, String(SECONDS), host, String(port)]
  const { stdout, stderr } = await ask(context, role, argv, 'login', (SECONDS + 15) * 1000)
  if (stdout.includes('no tool')) return null
  const said = `${stderr} ${stdout}`
    .replace(/code \d+/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(-200)
  const code = /code (\d+)/.exec(stdout)?.[1]
  if (code === '0') return { host, port, answer: 'connected', said }
  const unnamed = /not known|could not resolve|resolution|getaddrinfo|no address associated/i.test(said)
  return { host, port, answer: unnamed ? 'name not found' : 'blocked', said }
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
  for (const tool of TOOLS) {
    let control: OutboundTry | null = null
    for (const port of own) {
      control = await tryWith(context, role, tool, '127.0.0.1', port)
      if (control === null || control.answer === 'connected') break
    }
    if (control === null) continue
    found.push(tool)
    if (control.answer !== 'connected') continue
    const tries: OutboundTry[] = []
    for (const { host, port } of targets) {
      const one = await tryWith(context, role, tool, host, port)
      if (one) tries.push(one)
    }
    return { tool, tries, because: null }
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
