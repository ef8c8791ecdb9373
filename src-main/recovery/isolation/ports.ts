import { connect } from 'node:net'

/** Ports on which people and other mail servers reach a Carbonio server (FORMAT.md, "Services and ports"). */
export const CLIENT_PORTS: readonly number[] = [
  25, 80, 110, 143, 389, 443, 465, 587, 636, 993, 995, 5222, 6071, 7025, 7026, 7071, 7072, 7110, 7143, 7993,
  7995, 8080, 8636, 8735, 8742, 8743,
]

/** Ports on which mail leaves a server. */
export const MAIL_OUT_PORTS: readonly number[] = [25, 465, 587]

/** How a connection that was really tried ended. */
type PortAnswer = 'open' | 'refused' | 'no answer' | 'unreachable'

const TIME_LIMIT = 3000
const AT_ONCE = 16

/** Tries to connect from this laptop. @param limit ms after which a silent port counts as `no answer` */
export function tryPort(host: string, port: number, limit = TIME_LIMIT): Promise<PortAnswer> {
  return new Promise((done) => {
    const socket = connect({ host, port })
    const end = (answer: PortAnswer): void => {
      clearTimeout(timer)
      socket.destroy()
      done(answer)
    }
    const timer = setTimeout(() => end('no answer'), limit)
    socket.on('connect', () => end('open'))
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      end(
        code === 'ECONNREFUSED' || code === 'ECONNRESET'
          ? 'refused'
          : code === 'ETIMEDOUT'
            ? 'no answer'
            : 'unreachable',
      ),
    )
  })
}

/** Tries many ports, several at once. */
export async function tryPorts(
  host: string,
  ports: readonly number[],
  limit = TIME_LIMIT,
): Promise<Map<number, PortAnswer>> {
  const answers = new Map<number, PortAnswer>()
  const waiting = [...ports]
  const work = async (): Promise<void> => {
    for (let port = waiting.shift(); port !== undefined; port = waiting.shift())
      answers.set(port, await tryPort(host, port, limit))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return answers
}

/** Whether a new connection from this laptop meets an SSH server: its greeting is read (RFC 4253, 4.2). */
export function sshGreets(host: string, port: number, limit = 10_000): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port })
    let text = ''
    const end = (greeted: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      done(greeted)
    }
    const timer = setTimeout(() => end(false), limit)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (/^SSH-\d/m.test(text)) end(true)
      else if (text.length > 8192) end(false)
    })
    socket.on('error', () => end(false))
    socket.on('close', () => end(false))
  })
}
