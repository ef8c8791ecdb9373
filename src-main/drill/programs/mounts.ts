import { existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { mapPaths } from '../paths.ts'
import { CommandError, type Call } from '../server/call.ts'
import type { SimServer } from '../server/server.ts'
import { recorded } from './system.ts'

/** Disks that are attached to a clone and mounted by whoever does it: what its snapshot held too, and one it did not. */
function folderOf(server: SimServer, device: string): string | null {
  const folder = {
    '/dev/vdd1': join(server.paths.root, 'mnt/backup'),
    '/dev/vde1': join(server.paths.base, 'disks/untouched'),
  }[device]
  return folder !== undefined && existsSync(folder) ? folder : null
}
const place = (server: SimServer, call: Call, path: string): string =>
  resolve(call.cwd, mapPaths(path, server.paths.root))

/** `mount -o OPTIONS /dev/vdd1 FOLDER` really shows the disk there; everything else is written down. */
export function mount(server: SimServer, call: Call): number {
  recorded(server, { ...call, args: ['mount', ...call.args], err: () => undefined })
  const at = call.args.indexOf('-o')
  const options = at < 0 ? 'rw' : (call.args[at + 1] ?? '')
  const [device, target] = call.args.filter((arg, index) => !arg.startsWith('-') && index !== at + 1)
  const disk = device === undefined ? null : folderOf(server, device)
  if (device === undefined || target === undefined || disk === null) {
    call.err('mount: simulated by Lifeboat, nothing was done\n')
    return 0
  }
  if (call.user !== 'root') throw new CommandError('mount: only root can do that', 1)
  const folder = place(server, call, target)
  if (!existsSync(folder)) throw new CommandError(`mount: ${target}: mount point does not exist.`, 32)
  if (lstatSync(folder).isSymbolicLink()) throw new CommandError(`mount: ${target}: already mounted.`, 32)
  if (readdirSync(folder).length > 0)
    throw new CommandError(`mount: ${target}: the simulation mounts on empty folders`, 32)
  const setRo = (server.state.readOnlyDevices ?? []).includes(device)
  const writable = !options.split(',').includes('ro')
  if (setRo && writable)
    throw new CommandError(`mount: ${device}: cannot mount read-write, the device is read-only`, 32)
  rmdirSync(folder)
  symlinkSync(disk, folder)
  server.state.mounts = [...(server.state.mounts ?? []), { device, target: folder, options }]
  server.save()
  return 0
}

export function umount(server: SimServer, call: Call): number {
  const folder = place(server, call, call.args.find((arg) => !arg.startsWith('-')) ?? '')
  const mounts = server.state.mounts ?? []
  if (!mounts.some(({ target }) => target === folder))
    return recorded(server, { ...call, args: ['umount', ...call.args] })
  unlinkSync(folder)
  mkdirSync(folder)
  server.state.mounts = mounts.filter(({ target }) => target !== folder)
  server.save()
  return 0
}

/** `blockdev --setro|--setrw|--getro DEVICE`. */
export function blockdev(server: SimServer, call: Call): number {
  const device = call.args.find((arg) => !arg.startsWith('-')) ?? ''
  const known = server.state.readOnlyDevices ?? []
  if (call.args.includes('--getro')) call.out(known.includes(device) ? '1\n' : '0\n')
  else if (call.user !== 'root') throw new CommandError(`blockdev: cannot open ${device}: Permission denied`)
  else {
    const others = known.filter((one) => one !== device)
    server.state.readOnlyDevices = call.args.includes('--setro') ? [...others, device] : others
    server.save()
  }
  return 0
}

/** What `findmnt --mountpoint FOLDER` says; null when another form was asked. */
export function mountedAt(server: SimServer, call: Call): number | null {
  const at = call.args.findIndex((arg) => arg === '--mountpoint' || arg === '-M')
  if (at < 0) return null
  const folder = place(server, call, call.args[at + 1] ?? '')
  const found = (server.state.mounts ?? []).find(({ target }) => target === folder)
  if (!found) return 1
  const column = call.args[call.args.indexOf('-o') + 1] ?? 'OPTIONS'
  call.out(
    `${{ OPTIONS: found.options, SOURCE: found.device, FSTYPE: 'ext4', TARGET: folder }[column] ?? found.options}\n`,
  )
  return 0
}
