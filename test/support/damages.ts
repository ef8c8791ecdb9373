import { hash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { MadeBlob, MadeItem, MadePath } from './make-path.ts'

interface Victim {
  item: MadeItem
  blob: MadeBlob
  digest: string
}

/** Breaks one thing and writes into the truth what must become of it. Throws when the path is too small for it. */
type Damage = (path: MadePath) => void

const used = new WeakMap<MadePath, Set<string>>()

/** A message with one blob that nobody else holds and that nothing has broken yet. */
function victim(path: MadePath): Victim {
  const taken = used.get(path) ?? new Set<string>()
  used.set(path, taken)
  const owners = new Map<string, number>()
  for (const item of path.items) {
    for (const digest of new Set(item.states.flatMap((s) => s.digest ?? [])))
      owners.set(digest, (owners.get(digest) ?? 0) + 1)
  }
  for (const item of path.items) {
    const digests = [...new Set(item.states.flatMap((s) => s.digest ?? []))]
    const digest = digests[0]
    if (item.type !== 'message' || digests.length !== 1 || digest === undefined || taken.has(digest)) continue
    const blob = path.blobs.get(digest)
    if (!blob || owners.get(digest) !== 1 || blob.fate !== 'returned' || item.mute || blob.size < 200)
      continue
    taken.add(digest)
    return { item, blob, digest }
  }
  throw new RangeError('the path has too few messages for so many damages')
}

function onBlob(fate: MadeBlob['fate'], change: (packed: Buffer, raw: Buffer) => Buffer): Damage {
  return (path) => {
    const { blob } = victim(path)
    const packed = readFileSync(path.absolute(blob.file))
    writeFileSync(path.absolute(blob.file), change(packed, gunzipSync(packed)))
    blob.fate = fate
  }
}

function move(path: MadePath, from: string, to: string): void {
  mkdirSync(dirname(path.absolute(to)), { recursive: true })
  renameSync(path.absolute(from), path.absolute(to))
}

function moveBlob(to: (digest: string) => string): Damage {
  return (path) => {
    const { blob, digest } = victim(path)
    const target = to(digest)
    move(path, blob.file, target)
    blob.file = target
  }
}

/** Renames a message's blob to another digest form and writes the metadata anew. */
function renamed(make: (path: MadePath, raw: Buffer) => { digest: string; packed: Buffer }): Damage {
  return (path) => {
    const { item, blob, digest } = victim(path)
    const raw = gunzipSync(readFileSync(path.absolute(blob.file)))
    const { digest: fresh, packed } = make(path, raw)
    rmSync(path.absolute(blob.file))
    path.blobs.delete(digest)
    const file = `items/${fresh.slice(0, 2)}/${fresh}`
    path.write(file, packed)
    path.blobs.set(fresh, { ...blob, digest: fresh, file })
    for (const state of item.states) if (state.digest === digest) state.digest = fresh
    writeFileSync(path.absolute(item.file), path.dialect.file(item, item.states))
  }
}

const name = (algorithm: string, bytes: Buffer): string =>
  hash(algorithm, bytes, 'base64').replace(/\//g, ',')

function onMetadata(mute: boolean, change: (path: MadePath, item: MadeItem, digest: string) => void): Damage {
  return (path) => {
    const { item, digest } = victim(path)
    change(path, item, digest)
    item.mute = mute
    item.torn = true
  }
}

const swapCase = (text: string): string =>
  text.replace(/[A-Za-z]/g, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0x55
  return copy
}

/** All damages the tests know, by name. */
export const DAMAGES = {
  missing: (path) => {
    const { blob } = victim(path)
    rmSync(path.absolute(blob.file))
    blob.fate = 'lost'
  },
  empty: onBlob('lost', () => Buffer.alloc(0)),
  garbage: onBlob('lost', (packed) => Buffer.from(hash('sha256', packed, 'hex').repeat(20))),
  zeros: onBlob('lost', (packed) => Buffer.alloc(packed.length)),
  // The message itself, uncompressed: its digest fits, so it can be proved.
  uncompressed: onBlob('returned', (_, raw) => raw),
  truncated: onBlob('lost', (packed) => packed.subarray(0, Math.floor(packed.length / 2))),
  'truncated-header': onBlob('lost', (packed) => packed.subarray(0, 7)),
  // Only the trailer is gone: the message is whole and its digest proves it.
  'truncated-trailer': onBlob('returned', (packed) => packed.subarray(0, packed.length - 5)),
  corrupt: onBlob('lost', (packed) => {
    const copy = Buffer.from(packed)
    copy.fill(0xff, Math.floor(packed.length / 2), Math.floor(packed.length / 2) + 20)
    return copy
  }),
  'corrupt-header': onBlob('either', (packed) => flip(packed, 2)),
  'wrong-crc': onBlob('returned', (packed) => flip(packed, packed.length - 7)),
  'wrong-length': onBlob('returned', (packed) => flip(packed, packed.length - 1)),
  mismatch: onBlob('lost', (_, raw) => gzipSync(Buffer.concat([raw, Buffer.from('changed')]))),
  'trailing-garbage': onBlob('returned', (packed) =>
    Buffer.concat([packed, Buffer.from('garbage behind the end')]),
  ),
  'trailing-zeros': onBlob('returned', (packed) => Buffer.concat([packed, Buffer.alloc(512)])),
  'two-members': onBlob('returned', (_, raw) =>
    Buffer.concat([gzipSync(raw.subarray(0, 100)), gzipSync(raw.subarray(100))]),
  ),
  'named-gzip': onBlob('returned', (packed) => {
    const head = Buffer.from(packed.subarray(0, 10))
    head[3] = 0x08
    return Buffer.concat([head, Buffer.from('message.eml\0'), packed.subarray(10)])
  }),
  stored: onBlob('returned', (_, raw) => gzipSync(raw, { level: 0 })),
  double: onBlob('returned', (packed) => gzipSync(packed)),
  'double-truncated': onBlob('lost', (packed) => gzipSync(packed).subarray(0, Math.floor(packed.length / 2))),
  triple: onBlob('either', (packed) => gzipSync(gzipSync(packed))),
  bomb: onBlob('lost', () => gzipSync(Buffer.alloc(120_000_000), { level: 9 })),
  misplaced: moveBlob((digest) => `items/${digest.startsWith('zz') ? 'zy' : 'zz'}/${digest}`),
  'misplaced-flat': moveBlob((digest) => `items/${digest}`),
  'misplaced-last-two': moveBlob((digest) => `items/${digest.slice(-3, -1)}/${digest}`),
  'case-folded': (path) => {
    const { blob, digest } = victim(path)
    const folder = swapCase(digest.slice(0, 2))
    if (folder === digest.slice(0, 2)) return
    move(path, blob.file, `items/${folder}/${digest}`)
    blob.file = `items/${folder}/${digest}`
  },
  'unreadable-blob': (path) => {
    const { blob } = victim(path)
    chmodSync(path.absolute(blob.file), 0)
    blob.fate = 'lost'
  },
  'blob-is-folder': (path) => {
    const { blob } = victim(path)
    rmSync(path.absolute(blob.file))
    mkdirSync(path.absolute(blob.file))
    blob.fate = 'lost'
  },
  'blob-is-fifo': (path) => {
    const { blob } = victim(path)
    rmSync(path.absolute(blob.file))
    execFileSync('mkfifo', [path.absolute(blob.file)])
    blob.fate = 'lost'
  },
  'blob-is-outer-link': (path) => {
    const { blob } = victim(path)
    const outside = `${path.root}-outside-${hash('sha256', blob.digest, 'hex').slice(0, 8)}`
    renameSync(path.absolute(blob.file), outside)
    symlinkSync(outside, path.absolute(blob.file))
    blob.fate = 'lost'
  },
  'blob-is-hard-link': (path) => {
    const { blob } = victim(path)
    linkSync(path.absolute(blob.file), path.absolute(`${blob.file}.copy`))
  },
  'no-metadata': onMetadata(true, (path, item) => rmSync(path.absolute(item.file))),
  'empty-metadata': onMetadata(true, (path, item) => writeFileSync(path.absolute(item.file), '')),
  'zero-metadata': onMetadata(true, (path, item) =>
    writeFileSync(path.absolute(item.file), Buffer.alloc(700)),
  ),
  'garbage-metadata': onMetadata(true, (path, item) =>
    writeFileSync(path.absolute(item.file), path.random.bytes(400)),
  ),
  'unreadable-metadata': onMetadata(true, (path, item) => chmodSync(path.absolute(item.file), 0)),
  'deep-metadata': onMetadata(true, (path, item) =>
    writeFileSync(path.absolute(item.file), '[{"a":'.repeat(100_000)),
  ),
  'deep-metadata-with-digest': onMetadata(false, (path, item, digest) =>
    writeFileSync(path.absolute(item.file), `${'['.repeat(100_000)}"${digest}"${']'.repeat(100_000)}`),
  ),
  // Torn right behind the (last) digest: the digest still tells whose it is.
  'torn-metadata': onMetadata(false, (path, item, digest) => {
    const text = path.dialect.file(item, item.states).toString('utf8')
    const at = text.lastIndexOf(digest)
    writeFileSync(
      path.absolute(item.file),
      at < 0 ? `[{"digest":"${digest}","x` : text.slice(0, at + digest.length + 3),
    )
  }),
  'huge-metadata': onMetadata(false, (path, item) => {
    const last = item.states.at(-1)
    if (!last) return
    const many = Array.from({ length: 20_000 }, (_, n) => ({
      ...last,
      start: last.start + n * 1000,
      end: last.start + (n + 1) * 1000,
    }))
    writeFileSync(path.absolute(item.file), path.dialect.file(item, many))
  }),
  'wrong-bucket': (path) => {
    const { item } = victim(path)
    const target = `accounts/${item.account.id}/items/${String((item.id + 7) % 100).padStart(2, '0')}/${item.id}`
    move(path, item.file, target)
    item.file = target
  },
  'flat-item': (path) => {
    const { item } = victim(path)
    const target = `accounts/${item.account.id}/items/${item.id}`
    if (path.items.some((other) => other.file.startsWith(`${target}/`))) return
    move(path, item.file, target)
    item.file = target
  },
  'metadata-is-fifo': onMetadata(true, (path, item) => {
    rmSync(path.absolute(item.file))
    execFileSync('mkfifo', [path.absolute(item.file)])
  }),
  'metadata-is-outer-link': onMetadata(true, (path, item) => {
    const outside = `${path.root}-outside-${item.id}`
    renameSync(path.absolute(item.file), outside)
    symlinkSync(outside, path.absolute(item.file))
  }),
  'digest-of-packed': renamed((_, raw) => {
    const packed = gzipSync(raw)
    return { digest: name('sha256', packed), packed }
  }),
  sha1: renamed((_, raw) => ({ digest: name('sha1', raw), packed: gzipSync(raw) })),
  'sha1-of-packed': renamed((_, raw) => {
    const packed = gzipSync(raw)
    return { digest: name('sha1', packed), packed }
  }),
  sha384: renamed((_, raw) => ({ digest: name('sha384', raw), packed: gzipSync(raw) })),
  'link-out': (path) => {
    mkdirSync(path.absolute('items/ab'), { recursive: true })
    symlinkSync('/etc', path.absolute('items/ab/etc'))
    symlinkSync('/etc/passwd', path.absolute('items/ab/passwd'))
  },
  'link-loop': (path) => symlinkSync('..', path.absolute('items/loop')),
  'odd-files': (path) => {
    path.write('items/ab/Thumbs.db', 'x')
    path.write('items/lost+found/#1234', 'x')
    path.write('accounts/.DS_Store', 'x')
    path.write('accounts/notes.txt', 'x')
    path.write('README', 'x')
  },
} as const satisfies Record<string, Damage>

export type DamageName = keyof typeof DAMAGES

export const DAMAGE_NAMES = Object.keys(DAMAGES) as DamageName[]

/** Damages that only bite when the reader is not root. */
export const NEEDS_PLAIN_USER: readonly DamageName[] = ['unreadable-blob', 'unreadable-metadata']

export function applyDamages(path: MadePath, names: readonly DamageName[]): void {
  for (const one of names) DAMAGES[one](path)
}
