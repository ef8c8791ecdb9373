import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { hash } from 'node:crypto'
import { Random } from '../../../../../../src-main/backup/writer/random.ts'
import type { CopyPlace } from '../../../../../../src-main/remote/transfer/types.ts'
import { sshPlace } from '../../../../../../src-main/remote/transfer/ssh-place.ts'
import type { SshServer } from '../../../../../support/ssh-server.ts'

export const ACCOUNT = '11111111-2222-4333-8444-555555555555'
export const OTHER = '99999999-2222-4333-8444-555555555555'

export interface MadeTree {
  root: string
  /** Digests of its blobs. */
  blobs: string[]
}

export function blobPath(digest: string): string {
  return `items/${digest.slice(0, 2)}/${digest}`
}

/** A small Backup Path with blobs that do not compress, item files, unknown files and an empty folder. */
export function makeTree(
  root: string,
  options: { blobs?: number; bytes?: number; seed?: number } = {},
): MadeTree {
  const { blobs = 40, bytes = 3000, seed = 1 } = options
  const random = new Random(seed)
  const made: string[] = []
  mkdirSync(join(root, 'items'), { recursive: true })
  for (let n = 0; n < blobs; n++) {
    const length = Math.floor(bytes * (0.5 + random.float()))
    const body = Buffer.allocUnsafe(length)
    for (let at = 0; at + 4 <= length; at += 4)
      body.writeUInt32LE(Math.floor(random.float() * 2 ** 32) >>> 0, at)
    const raw = Buffer.concat([Buffer.from(`Subject: ${String(seed)} ${String(n)}\r\n\r\n`), body])
    const digest = hash('sha256', raw, 'base64').replaceAll('/', ',')
    put(root, blobPath(digest), gzipSync(raw, { level: 1 }))
    made.push(digest)
    const account = n % 2 === 0 ? ACCOUNT : OTHER
    const id = 256 + n
    const states = [{ start: 1_600_000_000_000 + n, type: 5, blobDigest: digest }]
    put(
      root,
      `accounts/${account}/items/${String(id % 100).padStart(2, '0')}/${String(id)}`,
      JSON.stringify(states),
    )
  }
  for (const [id, name] of [
    [ACCOUNT, 'anna@example.com'],
    [OTHER, 'marek@example.com'],
  ] as const)
    put(root, `accounts/${id}/account_info`, JSON.stringify({ id, name, attrs: { mail: name } }))
  put(root, 'backupstat', 'stat')
  put(root, 'map_0000', Buffer.from([0, 1, 2, 255]))
  put(root, 'server/customizations_28_12_22#04_01_14.tar.gz', 'custom')
  put(root, 'unknown/empty file', '')
  mkdirSync(join(root, 'accounts', OTHER, 'items', '99', 'empty'), { recursive: true })
  return { root, blobs: made }
}

let clock = 1_500_000_000
/** Times are kept to the microsecond where the programs of both ends can. */
const FRACTION = 0.123456

export function put(root: string, path: string, content: Buffer | string): void {
  const file = join(root, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  clock += 61
  utimesSync(file, clock + FRACTION, clock + FRACTION)
}

/** How near times must be: to a hundredth of a second, in the same second, or not at all. */
type Times = 'fine' | 'seconds' | 'any'

/** Every file with its bytes and time, every folder; as raw bytes, whatever the names are. */
export function shape(root: string, times: Times = 'fine'): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (folder: Buffer, relative: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
      const name = entry.name.toString('latin1')
      const path = relative === '' ? name : `${relative}/${name}`
      const absolute = Buffer.concat([folder, Buffer.from('/'), entry.name])
      const stat = lstatSync(absolute)
      if (stat.isDirectory()) {
        found.set(`${path}/`, 'folder')
        visit(absolute, path)
      } else if (stat.isFile()) {
        const sum = createHash('sha256').update(readFileSync(absolute)).digest('hex')
        found.set(path, `${sum} ${timeOf(stat.mtimeMs, times)}`)
      } else found.set(path, 'odd')
    }
  }
  visit(Buffer.from(root), '')
  return found
}

function timeOf(ms: number, times: Times): string {
  return times === 'any' ? '' : times === 'fine' ? String(Math.round(ms / 10)) : String(Math.floor(ms / 1000))
}

/** Paths that differ between two trees. */
export function differences(one: string, other: string, times: Times = 'fine'): string[] {
  const [a, b] = [shape(one, times), shape(other, times)]
  return [
    ...[...a].filter(([path, what]) => b.get(path) !== what).map(([path]) => `- ${path}`),
    ...[...b].filter(([path, what]) => a.get(path) !== what).map(([path]) => `+ ${path}`),
  ]
}

export function local(path: string): CopyPlace {
  return { kind: 'local', path }
}

/** @param port of a wire that leads to the server */
export function onServer(server: SshServer, path: string, port = server.port): CopyPlace {
  const { profile, knownHosts, secrets } = server.connectOptions({ port })
  const lines = knownHosts().map((line) => ({ ...line, hosts: `[127.0.0.1]:${String(port)}` }))
  return sshPlace(profile, path, { knownHosts: () => lines, secrets })
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true })
}
