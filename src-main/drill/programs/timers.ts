import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { DRILL_USERS } from '../access.ts'
import { loginEnvironment } from '../environment.ts'
import { CommandError, type Call } from '../server/call.ts'
import type { SimServer } from '../server/server.ts'

const UNITS_OF_TIME: Readonly<Record<string, number>> = {
  '': 1,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  hour: 3600,
}

/** `systemd-run --on-active=TIME [--unit=NAME] COMMAND…`: a command that the server runs later by itself. */
export function systemdRun(server: SimServer, call: Call): number {
  const args = [...call.args]
  let seconds: number | null = null
  let unit = `run-${Date.now().toString(36)}`
  for (let arg = args[0]; arg?.startsWith('-') === true; arg = args[0]) {
    args.shift()
    if (arg === '--') break
    const [name, value = ''] = arg.split('=', 2)
    if (name === '--on-active') {
      const match = /^(\d+)\s*([a-z]*)$/.exec(value)
      const factor = UNITS_OF_TIME[match?.[2] ?? '?']
      if (!match || factor === undefined) throw new CommandError(`Failed to parse timer value: ${value}`)
      seconds = Number(match[1]) * factor
    } else if (name === '--unit') unit = value
  }
  if (seconds === null || args.length === 0)
    throw new CommandError('systemd-run: the simulation knows only --on-active=TIME COMMAND')
  server.state.timers = [
    ...(server.state.timers ?? []),
    { unit, at: Date.now() + seconds * 1000, user: call.user, argv: args },
  ]
  server.save()
  call.err(`Running timer as unit: ${unit}.timer (simulated by Lifeboat)\n`)
  return 0
}

/** `systemctl stop NAME.timer`; false when there is no such timer. */
export function stopTimer(server: SimServer, name: string): boolean {
  const timers = server.state.timers ?? []
  const left = timers.filter(({ unit }) => name !== `${unit}.timer`)
  if (left.length === timers.length) return false
  server.state.timers = left
  server.save()
  return true
}

/** `systemctl list-timers`. */
export function listTimers(server: SimServer, call: Call): number {
  for (const { unit, at } of server.state.timers ?? [])
    call.out(`${new Date(at).toISOString()} ${unit}.timer ${unit}.service\n`)
  return 0
}

/** Runs what is due; also what became due while the drill was down. */
export function runTimers(server: SimServer, socket: string): void {
  const now = Date.now()
  const due = (server.state.timers ?? []).filter(({ at }) => at <= now)
  if (due.length === 0) return
  server.state.timers = (server.state.timers ?? []).filter(({ at }) => at > now)
  server.save()
  for (const { unit, user, argv } of due) {
    const who = DRILL_USERS.find((one) => one === user) ?? 'zextras'
    const env = loginEnvironment(server.paths, socket, who)
    const child = spawn(argv[0] ?? 'true', argv.slice(1), { env, cwd: server.paths.zextras, stdio: 'ignore' })
    const tell = (end: string): void => {
      const line = { at: new Date().toISOString(), timer: unit, user, argv, end }
      appendFileSync(join(server.paths.state, 'commands.log'), `${JSON.stringify(line)}\n`)
    }
    child.on('error', (error) => tell(error.message))
    child.on('close', (code) => tell(String(code)))
  }
}
