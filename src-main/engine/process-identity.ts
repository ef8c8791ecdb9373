import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Names one process for ever: its number alone is used again by the system. */
export interface ProcessIdentity {
  pid: number
  /** Start of the process: `boot id:clock ticks` on Linux, else `ms:<epoch ms>`. */
  started: string
}

/** Start times not taken from the kernel's tick counter are compared with this tolerance, ms. */
const TOLERANCE_MS = 3000

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const started = startOf(process.pid) ?? `ms:${Math.round(performance.timeOrigin)}`
  return { pid: process.pid, started }
}

/** True while the very process that is named (not a later one with the same number) is alive. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!exists(identity.pid)) return false
  if (identity.pid === process.pid) return sameStart(identity.started, ownIdentity().started)
  const started = startOf(identity.pid)
  // Where the system does not tell the start, the number has to do: better a task shown as running than one resumed twice.
  return started === null || sameStart(identity.started, started)
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function sameStart(a: string, b: string): boolean {
  if (a === b) return true
  if (!a.startsWith('ms:') || !b.startsWith('ms:')) return false
  return Math.abs(Number(a.slice(3)) - Number(b.slice(3))) <= TOLERANCE_MS
}

function startOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') return linuxStart(pid)
    if (process.platform === 'win32') return windowsStart(pid)
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      timeout: 3000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const time = Date.parse(text.trim())
    return Number.isNaN(time) ? null : `ms:${time}`
  } catch {
    return null
  }
}

/** Field 22 of /proc/PID/stat, counted after the command's closing bracket: proc(5). */
function linuxStart(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  if (!ticks) return null
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return `${boot}:${ticks}`
}

function windowsStart(pid: number): string | null {
  const script = `[DateTimeOffset]::new((Get-Process -Id ${pid}).StartTime).ToUnixTimeMilliseconds()`
  const text = execFileSync('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], {
    encoding: 'utf8',
    timeout: 10_000,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const time = Number(text.trim())
  return Number.isFinite(time) && time > 0 ? `ms:${Math.round(time)}` : null
}
