import { createHash } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { ExpectedError } from '../../engine/errors.ts'
import { redactText } from '../../engine/redact.ts'
import { shownOutput } from '../../remote/carbonio/clean-output.ts'

/** What is read of an archive at the most. One of a real node holds a few hundred files of a few kilobytes. */
export const LIMITS = {
  /** Files and folders. */
  entries: 20_000,
  /** Bytes behind the compression, all entries together. */
  unpacked: 256 * 1024 * 1024,
  /** Bytes of one file that is shown or compared. */
  file: 1024 * 1024,
  nameLength: 1000,
  /** ms for one archive. */
  time: 120_000,
} as const
export type Limits = { readonly [Key in keyof typeof LIMITS]: number }

/** One file inside an archive, as it was read on the way through: nothing is unpacked. */
export interface ArchivedFile {
  /** As the archive calls it, control characters made visible, without leading `/` and `./`. */
  name: string
  bytes: number
  /** ms UTC; null when the archive does not tell. */
  modified: number | null
  /** Hex; null for what is no plain file, and for what is longer than is read of one file. */
  sha256: string | null
  kind: 'file' | 'folder' | 'link' | 'other'
  /** Why it is not compared; null when it is. */
  refused: string | null
}

interface ReadArchive {
  files: ArchivedFile[]
  /** Why the list is not complete; null when it is. */
  cut: string | null
}

/**
 * Reads an archive from a stream without unpacking it: names, sizes, digests, and the text of the wanted file. A hostile
 * archive (bombs, endless names, links, `..`) costs what the limits say and writes nothing anywhere.
 * @param wanted name of the one file whose bytes are kept
 * @throws ExpectedError UNREADABLE for what is no archive
 */
export async function readArchive(
  stream: Readable,
  wanted: string | null,
  limits: Limits = LIMITS,
): Promise<ReadArchive & { content: Buffer | null }> {
  const read: ReadArchive & { content: Buffer | null } = { files: [], cut: null, content: null }
  const parser = new Parser({ strict: false, maxMetaEntrySize: 64 * 1024 })
  const plain = new PassThrough()
  let unpacked = 0
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const stop = (why: string): void => {
        read.cut ??= why
        resolve()
      }
      timer = setTimeout(() => stop(`reading took longer than ${String(limits.time / 1000)} s`), limits.time)
      parser.on('entry', (entry: ReadEntry) => {
        if (read.files.length >= limits.entries) return stop(`more than ${String(limits.entries)} entries`)
        take(entry, limits, wanted, (file, bytes) => {
          read.files.push(file)
          if (bytes !== null) read.content = bytes
        })
      })
      parser.on('end', () => resolve())
      parser.on('warn', (code: string, message: string | Error) => {
        if (/TAR_BAD_ARCHIVE|TAR_ABORT|TAR_ENTRY_(?:INVALID|ERROR)/.test(code))
          stop(`it is damaged: ${String(message)}`)
      })
      parser.on('error', (error: Error) => stop(`it is damaged: ${error.message}`))
      plain.on('data', (chunk: Buffer) => {
        unpacked += chunk.length
        if (unpacked > limits.unpacked) stop(`more than ${String(limits.unpacked)} bytes unpacked`)
        // Nothing has to be waited for: entries are drained as they come.
        else parser.write(chunk)
      })
      plain.on('end', () => parser.end())
      plain.on('error', reject)
      stream.on('error', reject)
      unzipped(stream, plain, stop).catch(reject)
    })
  } catch (error) {
    throw unreadable((error as Error).message)
  } finally {
    clearTimeout(timer)
    plain.destroy()
    stream.destroy()
  }
  if (read.files.length === 0 && read.cut !== null) throw unreadable(`${read.cut}.`)
  return read
}

function unreadable(why: string): ExpectedError {
  return new ExpectedError('UNREADABLE', 'The archive cannot be read', {
    why,
    next: 'Choose one of another day.',
  })
}

/** Through gunzip where the first two bytes say so. */
async function unzipped(stream: Readable, plain: PassThrough, stop: (why: string) => void): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await iterator.next()
  if (first.done === true) {
    stop('it is empty')
    return
  }
  let target: NodeJS.WritableStream = plain
  if (first.value[0] === 0x1f && first.value[1] === 0x8b) {
    const gunzip = createGunzip()
    gunzip.on('error', (error) => stop(`it is damaged: ${error.message}`))
    gunzip.pipe(plain)
    plain.on('close', () => gunzip.destroy())
    target = gunzip
  }
  const give = (chunk: Buffer): Promise<void> | null =>
    target.write(chunk)
      ? null
      : new Promise((resolve) => {
          const go = (): void => {
            target.off('drain', go)
            plain.off('close', go)
            resolve()
          }
          target.on('drain', go)
          plain.on('close', go)
        })
  await give(first.value)
  for (let next = await iterator.next(); next.done !== true && !plain.destroyed; next = await iterator.next())
    await give(next.value)
  target.end()
}

function take(
  entry: ReadEntry,
  limits: Limits,
  wanted: string | null,
  keep: (file: ArchivedFile, content: Buffer | null) => void,
): void {
  const name = shownName(entry.path, limits.nameLength)
  const kind = /^(?:File|OldFile|ContiguousFile)$/.test(entry.type)
    ? ('file' as const)
    : entry.type.includes('Directory')
      ? ('folder' as const)
      : entry.type.includes('Link')
        ? ('link' as const)
        : ('other' as const)
  const tooLong = entry.size > limits.file
  const file: ArchivedFile = {
    name,
    bytes: entry.size,
    modified: entry.mtime?.getTime() ?? null,
    sha256: null,
    kind,
    refused: tooLong ? `longer than ${String(limits.file)} bytes` : null,
  }
  if (kind !== 'file' || tooLong) {
    keep(file, null)
    entry.resume()
    return
  }
  const hash = createHash('sha256')
  const chunks: Buffer[] | null = name === wanted ? [] : null
  entry.on('data', (chunk: Buffer) => {
    hash.update(chunk)
    chunks?.push(Buffer.from(chunk))
  })
  entry.on('end', () =>
    keep({ ...file, sha256: hash.digest('hex') }, chunks === null ? null : Buffer.concat(chunks)),
  )
}

/** A name that can be shown and compared, and by which nothing is ever opened. */
function shownName(path: string, longest: number): string {
  // eslint-disable-next-line no-control-regex -- these are what is made visible
  const visible = path.replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '\u2423')
  return visible.replace(/^(?:\.?\/+)+/, '').slice(0, longest)
}

/** Text of a configuration file for the screen: what looks like a password is replaced. */
export function shownConfiguration(bytes: Buffer): string {
  return bytes.includes(0) ? '(binary)' : redactText(shownOutput(bytes.toString('utf8')))
}
