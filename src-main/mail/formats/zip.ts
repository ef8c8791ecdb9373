import { createHash, hash } from 'node:crypto'
import { closeSync, fsyncSync, ftruncateSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { freeFolders, numberedName, safeDir, safeSegment } from '../names.ts'
import {
  discardPart,
  hashFile,
  partName,
  publish,
  readChunks,
  targetError,
  writeAll,
  writePart,
} from './part-file.ts'
import { MailTargetError } from './target.ts'
import type { CloseResult, MailEntry, MailSource, MailTarget, WriteResult } from './target.ts'
import { TreeWriter } from './tree-writer.ts'
import { checkZip } from './zip-check.ts'
import { centralRecord, endRecords, localHeader } from './zip-records.ts'
import type { ZipEntry } from './zip-records.ts'
import { deflateFile } from './zip-streams.ts'

const WRITE_CHUNK = 1024 * 1024

/**
 * Opens an export into one zip file `name` below `root` (made when missing). The file gets its name when the export closes, after every entry
 * was read back, inflated and compared; an interrupted export starts it anew.
 *
 * Written here and not by yazl, which looks through all entries for each new one (a million messages would take hours) and has no way back from
 * a message that fails in the middle.
 */
export function openZipTarget(root: string, name = 'export.zip'): MailTarget {
  const tree = new TreeWriter(root)
  const folder = tree.folder([])
  const part = join(root, folder, partName())
  const directoryPart = join(root, folder, partName())
  const finalName = safeSegment(name)
  const taken = new Set<string>()
  const folders = new Set<string>()
  const folderNames = new Map<string, string>()
  let fd: number | null = null
  let directoryFd: number | null = null
  let position = 0
  let entries = 0
  let messageBytes = 0
  /** Central records that are not in their temporary file yet: a million of them do not belong into memory. */
  let directory: Buffer[] = []
  let directoryPending = 0
  let directoryBytes = 0

  const openFiles = (): number => {
    try {
      fd ??= openSync(part, 'wx+', 0o600)
      directoryFd ??= openSync(directoryPart, 'wx+', 0o600)
      return fd
    } catch (error) {
      throw targetError(error, part)
    }
  }
  const closeFiles = (): void => {
    if (fd !== null) closeSync(fd)
    if (directoryFd !== null) closeSync(directoryFd)
    fd = null
    directoryFd = null
  }
  const flushDirectory = (): void => {
    if (directoryFd === null || directoryPending === 0) return
    writeAll(directoryFd, Buffer.concat(directory), directoryBytes)
    directoryBytes += directoryPending
    directory = []
    directoryPending = 0
  }

  const folderFor = (dir: string[]): string => {
    const known = folderNames.get(dir.join('\0'))
    if (known !== undefined) return known
    let name = ''
    for (const segment of freeFolders(safeDir(dir), (path) => taken.has(keyOf(path)))) {
      name += `${segment}/`
      folders.add(keyOf(name.slice(0, -1)))
    }
    folderNames.set(dir.join('\0'), name)
    return name
  }

  const freeName = (entry: MailEntry): string => {
    const folderName = folderFor(entry.dir)
    const base = safeSegment(entry.name)
    for (let number = 1; ; number++) {
      const path = `${folderName}${numberedName(base, number)}`
      const key = keyOf(path)
      // What is a folder and a file at once cannot be unpacked.
      if (taken.has(key) || folders.has(key)) continue
      taken.add(key)
      return path
    }
  }

  const append = async (file: number, entry: ZipEntry, message: Buffer | string): Promise<string> => {
    if (Buffer.isBuffer(message)) {
      const deflated = deflateRawSync(message)
      const smaller = deflated.length < message.length
      const data = smaller ? deflated : message
      Object.assign(entry, {
        method: smaller ? 8 : 0,
        crc: crc32(message),
        bytes: message.length,
        compressed: data.length,
      })
      const head = localHeader(entry, false)
      writeAll(file, head, position)
      writeAll(file, data, position + head.length)
      position += head.length + data.length
      return hash('sha256', message, 'hex')
    }
    // Too large for memory: the header is written again when the sizes are known.
    const head = localHeader(entry, true).length
    const digest = createHash('sha256')
    await deflateFile(
      message,
      (chunk) => {
        digest.update(chunk)
        entry.crc = crc32(chunk, entry.crc)
        entry.bytes += chunk.length
      },
      (chunk) => {
        writeAll(file, chunk, position + head + entry.compressed)
        entry.compressed += chunk.length
      },
    )
    writeAll(file, localHeader(entry, true), position)
    position += head + entry.compressed
    return digest.digest('hex')
  }

  return {
    has: () => Promise.resolve(null),

    async write(entry: MailEntry, message: MailSource): Promise<WriteResult> {
      const file = openFiles()
      const large = Buffer.isBuffer(message)
        ? null
        : await writePart(join(root, folder), message, entry.sha256)
      const start = position
      try {
        const path = freeName(entry)
        const zipEntry: ZipEntry = {
          name: path,
          date: entry.date,
          method: 8,
          crc: 0,
          compressed: 0,
          bytes: 0,
          offset: start,
        }
        const sha256 = await append(file, zipEntry, large === null ? (message as Buffer) : large.path)
        if (entry.sha256 !== null && entry.sha256 !== sha256)
          throw new MailTargetError('changed', part, CHANGED.why, CHANGED.next)
        const record = centralRecord(zipEntry)
        directory.push(record)
        directoryPending += record.length
        if (directoryPending >= WRITE_CHUNK) flushDirectory()
        entries++
        messageBytes += zipEntry.bytes
        return {
          outcome: 'written',
          path: `${finalName}/${path}`,
          within: finalName,
          bytes: zipEntry.bytes,
          sha256,
        }
      } catch (error) {
        // Back to the end of the last whole entry.
        position = start
        ftruncateSync(file, start)
        throw targetError(error, part)
      } finally {
        if (large !== null) discardPart(large.path)
      }
    },

    async close(): Promise<CloseResult> {
      if (fd === null || entries === 0) {
        closeFiles()
        discardPart(part)
        discardPart(directoryPart)
        return { files: [] }
      }
      const file = fd
      try {
        flushDirectory()
        let at = position
        readChunks(directoryPart, (chunk) => {
          writeAll(file, chunk, at)
          at += chunk.length
        })
        writeAll(file, endRecords(entries, at - position, position), at)
        fsyncSync(file)
        closeFiles()
        discardPart(directoryPart)
        const found = await checkZip(part)
        if (found !== entries) throw new Error(`the zip file holds ${found} entries instead of ${entries}`)
      } catch (error) {
        closeFiles()
        discardPart(part)
        discardPart(directoryPart)
        const known = targetError(error, join(root, finalName))
        // Not an error of the system but of what was read back.
        throw known.kind === 'io' && !(error instanceof Error && 'syscall' in error)
          ? new MailTargetError(
              'changed',
              known.path,
              `${CHANGED.why} (${(error as Error).message}).`,
              CHANGED.next,
              error,
            )
          : known
      }
      const sha256 = hashFile(part)
      const bytes = statSync(part).size
      const published = publish({ path: part, bytes, sha256 }, join(root, folder), finalName)
      await tree.syncAll()
      return {
        files: [
          {
            planned: finalName,
            path: published.name,
            outcome: published.outcome,
            messages: entries,
            bytes: messageBytes,
          },
        ],
      }
    },

    abort(): Promise<void> {
      closeFiles()
      discardPart(part)
      discardPart(directoryPart)
      return Promise.resolve()
    },
  }
}

/** Unpackers on Windows and macOS take names that differ in case only for one. */
function keyOf(path: string): string {
  return hash('sha256', Buffer.from(path.toLowerCase()), 'base64').slice(0, 12)
}

const CHANGED = {
  why: 'the bytes read back are not those that were to be written',
  next: 'Do not trust this disk: check it, and export to another one.',
}
