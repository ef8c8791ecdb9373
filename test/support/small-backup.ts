import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  lstatSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A folder of its own for one test, removed by `cleanUp`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-test-'))
  made.push(folder)
  return folder
}
const made: string[] = []
export function cleanUp(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Blob name of a message: SHA-256 in base64 with `,` for `/`. */
export function digestFor(bytes: Buffer, algorithm = 'sha256'): string {
  return createHash(algorithm).update(bytes).digest('base64').replaceAll('/', ',')
}

/** A small, complete mail. */
export function mail(subject: string, body = 'Hello'): Buffer {
  return Buffer.from(
    `From: Anna <anna@example.com>\r\nTo: bob@example.com\r\nDate: Fri, 20 Nov 2026 03:01:00 +0000\r\nSubject: ${subject}\r\nMessage-ID: <${subject.length}.${body.length}@example.com>\r\n\r\n${body}\r\n`,
  )
}

/** A hand-made Backup Path: its root, and ways to put things into it. Synthetic. */
export class SmallBackup {
  readonly root: string

  constructor(folder: string) {
    this.root = folder
    mkdirSync(join(folder, 'accounts'), { recursive: true })
    mkdirSync(join(folder, 'items'), { recursive: true })
  }

  /** Writes a blob file; `file` changes what lies on the disk. Returns its digest. */
  blob(message: Buffer, file: Buffer = gzipSync(message), digest = digestFor(message)): string {
    this.put(`items/${digest.slice(0, 2)}/${digest}`, file)
    return digest
  }

  put(path: string, bytes: Buffer | string): void {
    const file = join(this.root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }

  account(uuid: string, address: string): void {
    this.put(
      `accounts/${uuid}/account_info`,
      JSON.stringify({ name: address, id: uuid, zimbraAccountStatus: 'active' }),
    )
  }

  item(uuid: string, id: number, states: unknown): void {
    const bucket = String(id % 100).padStart(2, '0')
    const text = typeof states === 'string' ? states : JSON.stringify(states)
    this.put(`accounts/${uuid}/items/${bucket}/${id}`, text)
  }
}

/** Every file below a folder with its content's hash, links and folders named: equal snapshots mean nothing changed. */
export function snapshot(folder: string, withTimes = false): string[] {
  const lines: string[] = []
  const walk = (path: string, relative: string): void => {
    for (const name of readdirSync(path).sort()) {
      const child = join(path, name)
      const key = relative ? `${relative}/${name}` : name
      const info = lstatSync(child)
      const time = withTimes ? ` ${info.mtimeMs} ${info.mode.toString(8)} ${info.nlink}` : ''
      if (info.isDirectory()) {
        lines.push(`${key}/${time}`)
        walk(child, key)
      } else if (info.isSymbolicLink()) lines.push(`${key} -> ${readlinkSync(child)}`)
      else if (info.isFile()) {
        lines.push(`${key} ${createHash('sha256').update(readFileSync(child)).digest('hex')}${time}`)
      } else lines.push(`${key} special`)
    }
  }
  walk(folder, '')
  return lines
}

/** Paths of all files below a folder, `/` between names. */
export function filesOf(folder: string): string[] {
  return snapshot(folder)
    .filter((line) => !line.endsWith('/'))
    .map((line) => line.replace(/ (?:[0-9a-f]{64}|-> .*|special)$/, ''))
}
