import type { ServerReport } from '../../contract/server-report.ts'
import type { Asker } from './asker.ts'
import { CannotTell } from './fact.ts'

type System = ServerReport['system']
type ValueOf<Key extends keyof System> = Extract<System[Key], { known: true }>['value']

/** Name and release from os-release(5). */
export async function askOs({ ask }: Asker): Promise<ValueOf<'os'>> {
  const text = await ask(['cat', '/etc/os-release'])
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? []
    if (key !== undefined && value !== undefined) values.set(key, value.replace(/^(["'])(.*)\1$/, '$2'))
  }
  const name = values.get('NAME')
  if (name === undefined) throw new CannotTell('/etc/os-release holds no NAME')
  return {
    name,
    version: values.get('VERSION_ID') ?? '',
    id: values.get('ID') ?? '',
    pretty: values.get('PRETTY_NAME') ?? name,
  }
}

/** The full name where the resolver gives one in time, else the kernel's. */
export async function askHostname({ ask }: Asker): Promise<string> {
  const full = await ask(['hostname', '-f'], { timeout: 5000 }).catch(() => '')
  const name = full.trim() || (await ask(['uname', '-n'])).trim()
  if (name === '') throw new CannotTell('the server names none')
  return name
}

export async function askKernel({ ask }: Asker): Promise<string> {
  return (await ask(['uname', '-srm'])).trim()
}

/** Who logged in, as `id` prints it: `uid=0(root) gid=0(root) groups=0(root),4(adm)`. */
export async function askLogin({ ask }: Asker): Promise<ValueOf<'login'>> {
  const text = await ask(['id'])
  const [, uid, user] = /uid=(\d+)(?:\(([^)]*)\))?/.exec(text) ?? []
  if (uid === undefined) throw new CannotTell(`\`id\` printed “${text.trim().slice(0, 100)}”`)
  const groups = /groups=(\S+)/.exec(text)?.[1] ?? ''
  return {
    user: user ?? uid,
    uid: Number(uid),
    groups: groups
      .split(',')
      .map((group) => /\(([^)]*)\)/.exec(group)?.[1] ?? group)
      .filter(Boolean),
  }
}

/** IANA name of the zone; the difference to UTC where the server names none. */
export async function askZone({ ask }: Asker): Promise<string> {
  const link = await ask(['readlink', '-f', '/etc/localtime']).catch(() => '')
  const named = /zoneinfo\/(.+)$/.exec(link.trim())?.[1]
  if (named !== undefined) return named
  const written = await ask(['cat', '/etc/timezone']).catch(() => '')
  return written.trim() || `UTC${(await ask(['date', '+%z'])).trim()}`
}

export async function askUptime({ ask }: Asker): Promise<number> {
  const seconds = Number((await ask(['cat', '/proc/uptime'])).split(' ')[0])
  if (!Number.isFinite(seconds)) throw new CannotTell('/proc/uptime is not understood')
  return Math.round(seconds)
}

export async function askLoad({ ask }: Asker): Promise<ValueOf<'load'>> {
  const text = await ask(['cat', '/proc/loadavg', '/proc/cpuinfo'])
  const [one, five, fifteen] = text.split(/\s/, 3).map(Number)
  if (!Number.isFinite(one) || !Number.isFinite(five) || !Number.isFinite(fifteen)) {
    throw new CannotTell('/proc/loadavg is not understood')
  }
  const processors = text.split('\n').filter((line) => line.startsWith('processor')).length
  return { one: one!, five: five!, fifteen: fifteen!, processors: Math.max(1, processors) }
}

const TIME_TRIES = 5
const TIME_LIMIT_MS = 10_000

/**
 * Server clock minus the laptop's, ms. Asked several times over one running command, so that a question takes one
 * round trip; the quickest counts, and half of it is the uncertainty.
 */
export async function askTimeDifference(
  { shell, signal }: Asker,
  now: () => number = Date.now,
): Promise<ValueOf<'timeDifference'>> {
  const limit = AbortSignal.timeout(TIME_LIMIT_MS)
  const command = await shell.start(['sh', '-c', 'while read line; do date +%s.%N; done'], {
    signal: AbortSignal.any([signal, limit]),
  })
  let pending = ''
  let hear: (line: string) => void = () => undefined
  let stop: (error: Error) => void = () => undefined
  command.stdout.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1')
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      hear(pending.slice(0, end))
      pending = pending.slice(end + 1)
    }
  })
  command.stderr.resume()
  command.stdin.on('error', () => undefined)
  command.ended.then(
    () => stop(new CannotTell(limit.aborted ? 'the server did not answer in 10 s' : '`date` did not answer')),
    (error: unknown) => stop(error as Error),
  )
  let best: ValueOf<'timeDifference'> | null = null
  try {
    for (let index = 0; index < TIME_TRIES; index++) {
      const sentAt = now()
      const line = await new Promise<string>((resolve, reject) => {
        hear = resolve
        stop = reject
        command.stdin.write('\n')
      })
      const receivedAt = now()
      const [, seconds, fraction] = /^(\d+)(\.\d+)?/.exec(line) ?? []
      if (seconds === undefined) throw new CannotTell(`\`date\` printed “${line.slice(0, 80)}”`)
      // Without nanoseconds (BusyBox) it is somewhere in its second.
      const server = Number(seconds) * 1000 + (fraction === undefined ? 500 : Number(fraction) * 1000)
      const uncertainty = (receivedAt - sentAt) / 2 + (fraction === undefined ? 500 : 0)
      if (best === null || uncertainty < best.uncertainty) {
        best = { milliseconds: Math.round(server - (sentAt + receivedAt) / 2), uncertainty }
      }
    }
  } finally {
    stop = () => undefined
    command.kill()
  }
  if (best === null) throw new CannotTell('the server was not asked')
  return { ...best, uncertainty: Math.ceil(best.uncertainty) }
}
