import { appendFileSync, chmodSync, existsSync, lstatSync, statfsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { mapPaths } from '../paths.ts'
import { listTimers, stopTimer } from './timers.ts'
import { CommandError, type Call } from '../server/call.ts'
import type { SimServer } from '../server/server.ts'

/** What the stand-ins of the system's own programs answer. Only what Lifeboat and a technician ask is there. */

/** Services of Carbonio by unit, and the ports on which each listens (FORMAT.md, "Services and ports"). */
export const UNITS: Readonly<Record<string, readonly number[]>> = {
  'carbonio.target': [],
  'carbonio-directory-server.target': [389],
  'carbonio-appserver.target': [7025, 7071, 7072, 7110, 7143, 8080, 8742],
  'carbonio-proxy.target': [80, 443, 143, 993, 110, 995, 5222, 6071],
  'carbonio-mta.target': [25, 465, 587],
}

const unitOf = (name: string): string => (/\.\w+$/.test(name) ? name : `${name}.target`)

export function systemctl(server: SimServer, call: Call): number {
  const words = call.args.filter((arg) => !arg.startsWith('-'))
  const [verb = 'list-units', ...names] = words
  const { units } = server.state
  const chosen = Object.entries(units).filter(
    ([unit]) => names.length === 0 || names.some((name) => globMatches(unitOf(name), unit)),
  )
  if (verb === 'stop' && names.length > 0 && names.every((name) => stopTimer(server, name))) return 0
  switch (verb) {
    case 'list-timers':
      return listTimers(server, call)
    case 'list-unit-files':
      for (const [unit] of chosen) call.out(`${unit} enabled enabled\n`)
      return chosen.length > 0 ? 0 : 1
    case 'list-units':
      for (const [unit, on] of chosen)
        call.out(`${unit} loaded ${on ? 'active active' : 'inactive dead'} Simulated by Lifeboat\n`)
      return 0
    case 'is-active':
      for (const [, on] of chosen) call.out(on ? 'active\n' : 'inactive\n')
      return chosen.length > 0 && chosen.every(([, on]) => on) ? 0 : 3
    case 'status':
      for (const [unit, on] of chosen)
        call.out(`● ${unit} - simulated\n     Active: ${on ? 'active (running)' : 'inactive (dead)'}\n`)
      return chosen.every(([, on]) => on) ? 0 : 3
    case 'start':
    case 'stop':
    case 'restart':
      if (chosen.length === 0)
        throw new CommandError(`Failed to ${verb} ${names.join(' ')}: Unit not found.`, 5)
      if (call.user !== 'root')
        throw new CommandError(`Failed to ${verb} ${names.join(' ')}: Access denied`, 4)
      for (const [unit] of chosen) {
        const below = unit === 'carbonio.target' ? Object.keys(units) : [unit]
        for (const one of below) units[one] = verb !== 'stop'
      }
      server.save()
      return 0
    default:
      return recorded(server, { ...call, args: ['systemctl', ...call.args] })
  }
}

function globMatches(pattern: string, name: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${source}$`).test(name)
}

export function zmcontrol(server: SimServer, call: Call): number {
  if (call.user !== 'zextras') throw new CommandError('zmcontrol must be run as zextras')
  const [verb = 'status'] = call.args
  const names = Object.keys(server.state.units).filter((unit) => unit !== 'carbonio.target')
  if (verb === '-v') call.out('Carbonio Release 24.12.0 (simulated by Lifeboat)\n')
  else if (verb === 'status') {
    call.out(`Host ${server.state.hostname}\n`)
    for (const unit of names) {
      const short = unit.replace(/^carbonio-|\.target$/g, '')
      call.out(`\t${short.padEnd(24)}${server.state.units[unit] ? 'Running' : 'Stopped'}\n`)
    }
  } else {
    for (const unit of Object.keys(server.state.units)) server.state.units[unit] = verb !== 'stop'
    server.save()
    call.out(
      `Host ${server.state.hostname}\n\t${verb === 'stop' ? 'Stopping' : 'Starting'} services...Done.\n`,
    )
  }
  return names.every((unit) => server.state.units[unit]) ? 0 : 1
}

export function zmlocalconfig(server: SimServer, call: Call): number {
  if (call.user !== 'zextras') throw new CommandError('zmlocalconfig must be run as zextras')
  const { localconfig } = server.state
  const edit = call.args.includes('-e')
  const words = call.args.filter((arg) => !arg.startsWith('-'))
  if (edit) {
    for (const word of words) {
      const [key = '', ...value] = word.split('=')
      localconfig[key] = value.join('=')
    }
    server.save()
    return 0
  }
  for (const key of words.length > 0 ? words : Object.keys(localconfig)) {
    const value = localconfig[key]
    if (value === undefined) call.err(`Warning: null valued key '${key}'\n`)
    else call.out(call.args.includes('-m') ? `${value}\n` : `${key} = ${value}\n`)
  }
  return 0
}

/** Listening ports of the services that run. */
export function ss(server: SimServer, call: Call): number {
  call.out('State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n')
  for (const [unit, on] of Object.entries(server.state.units))
    for (const port of on ? (UNITS[unit] ?? []) : [])
      call.out(`LISTEN 0      128          0.0.0.0:${port}      0.0.0.0:*\n`)
  return 0
}

interface Volume {
  target: string
  source: string
  name: string
}

function volumesOf({ paths }: SimServer): Volume[] {
  return [
    { target: '/', source: '/dev/vda1', name: 'vda1' },
    { target: paths.zextras, source: '/dev/vdb1', name: 'vdb1' },
    { target: `${paths.zextras}/backup`, source: '/dev/vdc1', name: 'vdc1' },
  ]
}

function volumeAt(server: SimServer, path: string): Volume {
  const found = volumesOf(server).filter(
    ({ target }) => target === '/' || path === target || path.startsWith(`${target}/`),
  )
  return found.at(-1) ?? { target: '/', source: '/dev/vda1', name: 'vda1' }
}

/** Block size, blocks, free, available, inodes, free inodes: this computer's disk, or what the quota leaves of it. */
function sizesAt(server: SimServer, path: string): [number, number, number, number, number, number] {
  const { bsize, blocks, bavail, files, ffree } = statfsSync(existsSync(path) ? path : server.paths.root)
  const free = path.startsWith(server.paths.zextras) ? server.quota.free() : null
  const available = free === null ? bavail : Math.min(bavail, Math.floor(free / bsize))
  return [bsize, blocks, available, available, files, ffree]
}

export function findmnt(server: SimServer, call: Call): number {
  const readOnly = server.faults['read-only'] !== undefined
  const at = call.args.findIndex((arg) => arg === '-T' || arg === '--target')
  const all =
    at < 0
      ? volumesOf(server)
      : [volumeAt(server, resolve(call.cwd, mapPaths(call.args[at + 1] ?? '/', server.paths.root)))]
  const filesystems = all.map(({ target, source }) => ({
    target,
    source,
    fstype: 'ext4',
    options: readOnly && target !== '/' ? 'ro,relatime' : 'rw,relatime',
  }))
  if (call.args.some((arg) => arg === '--json' || arg === '-J'))
    call.out(`${JSON.stringify({ filesystems })}\n`)
  else
    for (const { target, source, fstype, options } of filesystems)
      call.out(`${target} ${source} ${fstype} ${options}\n`)
  return 0
}

export function lsblk(server: SimServer, call: Call): number {
  const blockdevices = volumesOf(server).flatMap(({ target, name }) => {
    const size = 107374182400
    const disk = name.replace(/\d+$/, '')
    return [
      { name: disk, type: 'disk', size, fstype: null, mountpoint: null, pkname: null },
      { name, type: 'part', size: size - 1048576, fstype: 'ext4', mountpoint: target, pkname: disk },
    ]
  })
  if (call.args.some((arg) => arg === '--json' || arg === '-J'))
    call.out(`${JSON.stringify({ blockdevices })}\n`)
  else
    for (const one of blockdevices)
      call.out(`${one.name} ${one.type} ${one.size} ${one.fstype ?? ''} ${one.mountpoint ?? ''}\n`)
  return 0
}

export function df(server: SimServer, call: Call): number {
  const flags = call.args.filter((arg) => arg.startsWith('-')).join(' ')
  const places = call.args
    .filter((arg) => !arg.startsWith('-'))
    .map((arg) => resolve(call.cwd, mapPaths(arg, server.paths.root)))
  const volumes = places.length > 0 ? places.map((place) => volumeAt(server, place)) : volumesOf(server)
  const unit = /B ?1\b|block-size=1\b/.test(flags) ? 1 : 1024
  const inodes = /-\w*i|--inodes/.test(flags)
  call.out(
    inodes
      ? 'Filesystem Inodes IUsed IFree IUse% Mounted on\n'
      : `Filesystem ${unit}-blocks Used Available Capacity Mounted on\n`,
  )
  for (const { target, source } of volumes) {
    const [size, blocks, , available, files, freeFiles] = sizesAt(server, target)
    const [all, left] = inodes
      ? [files, freeFiles]
      : [Math.floor((blocks * size) / unit), Math.floor((available * size) / unit)]
    const used = Math.max(0, all - left)
    call.out(`${source} ${all} ${used} ${left} ${all > 0 ? Math.ceil((used / all) * 100) : 0}% ${target}\n`)
  }
  return 0
}

const NUMBERS: Readonly<Record<string, string>> = {
  root: '0',
  zextras: '998',
  admin: '1000',
  operator: '1001',
}

/** `stat` where its format names owners, and `stat -f`. */
export function stat(server: SimServer, call: Call): number {
  const { args } = call
  let format = '%n %U %G %a'
  const paths: string[] = []
  const system = args.some((arg) => /^-[a-zA-Z]*f[a-zA-Z]*$/.test(arg) || arg === '--file-system')
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const long = /^--(?:format|printf)=(.*)$/s.exec(arg)
    if (long) format = long[1] ?? ''
    else if (/^-[a-zA-Z]*c$/.test(arg) || arg === '--format') format = args[++at] ?? ''
    else if (!arg.startsWith('-')) paths.push(resolve(call.cwd, mapPaths(arg, server.paths.root)))
  }
  let failed = 0
  for (const path of paths) {
    if (!existsSync(path)) {
      call.err(`stat: cannot stat '${path}': No such file or directory\n`)
      failed = 1
      continue
    }
    const fields = system ? systemFields(server, path) : fileFields(server, path, args)
    const text = format.replace(/%([a-zA-Z])/g, (whole, letter: string) => fields[letter] ?? whole)
    call.out(`${text.replace(/\\([nt])/g, (_, letter) => (letter === 'n' ? '\n' : '\t'))}\n`)
  }
  return failed
}

function systemFields(server: SimServer, path: string): Record<string, string> {
  const [size, blocks, free, available, files, freeFiles] = sizesAt(server, path)
  const numbers = { S: size, s: size, b: blocks, f: free, a: available, c: files, d: freeFiles }
  return {
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, String(value)])),
    T: 'ext2/ext3',
    n: path,
  }
}

function fileFields(server: SimServer, path: string, args: readonly string[]): Record<string, string> {
  const info = args.some((arg) => /^-[a-zA-Z]*L/.test(arg)) ? statSync(path) : lstatSync(path)
  const owner = server.ownerOf(path)
  const closed = owner !== 'zextras' && server.faults['wrong-owner'] !== undefined
  return {
    U: owner,
    G: owner,
    u: NUMBERS[owner] ?? '0',
    g: NUMBERS[owner] ?? '0',
    a: closed ? '700' : (info.mode & 0o7777).toString(8),
    n: path,
    s: String(info.size),
    Y: String(Math.floor(info.mtimeMs / 1000)),
    d: String(info.dev),
    i: String(info.ino),
    h: String(info.nlink),
    F: info.isDirectory() ? 'directory' : info.isSymbolicLink() ? 'symbolic link' : 'regular file',
  }
}

/** Writes down a new owner; this computer's own owners stay as they are. */
export function chown(server: SimServer, call: Call): number {
  if (call.user !== 'root') throw new CommandError('chown: changing ownership: Operation not permitted')
  const deep = call.args.some((arg) => /^-[a-zA-Z]*R/.test(arg) || arg === '--recursive')
  const [who = '', ...places] = call.args.filter((arg) => !arg.startsWith('-'))
  const owner = who.split(/[:.]/)[0] || 'zextras'
  for (const place of places) {
    const path = resolve(call.cwd, mapPaths(place, server.paths.root))
    if (!existsSync(path))
      throw new CommandError(`chown: cannot access '${place}': No such file or directory`)
    if (deep) {
      const below = (one: string): boolean => one.startsWith(`${path}/`)
      server.state.owners = Object.fromEntries(
        Object.entries(server.state.owners).filter(([one]) => !below(one)),
      )
    }
    server.state.owners[path] = owner
    // A file that only its owner could read is readable for its new owner.
    if ((statSync(path).mode & 0o400) === 0) chmodSync(path, statSync(path).mode | 0o400)
  }
  server.save()
  return 0
}

/** What would change this computer is written down instead. */
export function recorded(server: SimServer, call: Call): number {
  appendFileSync(
    `${server.paths.state}/commands.log`,
    `${JSON.stringify({ at: new Date().toISOString(), user: call.user, argv: call.args })}\n`,
  )
  call.err(`${call.args[0] ?? ''}: simulated by Lifeboat, nothing was done\n`)
  return 0
}
