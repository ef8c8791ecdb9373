import { createHash, hash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { closeSync, ftruncateSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { safeDir, safeSegment } from '../names.ts'
import { FromQuoter, fromLine, quoteFrom, trailer } from './mbox-quoting.ts'
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
import type { CloseResult, CollectedFile, MailEntry, MailSource, MailTarget, WriteResult } from './target.ts'
import { syncFile, TreeWriter } from './tree-writer.ts'

/** One mbox file while it grows under its temporary name. */
interface Growing {
  /** Folder below the root, and the final file name in it. */
  folder: string
  name: string
  part: string
  made: boolean
  fd: number | null
  bytes: number
  messages: number
  sha256: Hash
}

/** Files open at a time; others are opened again for their next message. */
const OPEN = 64

/**
 * Opens an export as mboxrd: one file per mailbox folder, `Inbox.mbox` beside the folder `Inbox/` that holds what is below it. Files get
 * their names when the export closes, after they were read back; an interrupted export starts them anew.
 */
export function openMboxTarget(root: string): MailTarget {
  const tree = new TreeWriter(root)
  const files = new Map<string, Growing>()
  const open = new Set<Growing>()

  const growing = (entry: MailEntry): Growing => {
    // By the names on the disk: two folders that become one name share the file, or the list could not tell which is which.
    const key = safeDir(entry.dir).join('\0')
    let file = files.get(key)
    if (file === undefined) {
      const folder = tree.folder(entry.dir.slice(0, -1).map(folderName))
      const leaf = safeDir(entry.dir).at(-1) ?? 'mail'
      file = {
        folder,
        name: safeSegment(`${leaf}.mbox`),
        part: join(root, folder, partName()),
        made: false,
        fd: null,
        bytes: 0,
        messages: 0,
        sha256: createHash('sha256'),
      }
      files.set(key, file)
    }
    return file
  }

  const openFile = (file: Growing): number => {
    if (file.fd !== null) return file.fd
    for (const other of open) {
      if (open.size < OPEN) break
      closeGrowing(other)
    }
    try {
      file.fd = openSync(file.part, file.made ? 'r+' : 'wx+', 0o600)
    } catch (error) {
      throw targetError(error, file.part)
    }
    file.made = true
    open.add(file)
    return file.fd
  }

  const closeGrowing = (file: Growing): void => {
    if (file.fd !== null) closeSync(file.fd)
    file.fd = null
    open.delete(file)
  }

  return {
    has: () => Promise.resolve(null),

    async write(entry: MailEntry, message: MailSource): Promise<WriteResult> {
      const file = growing(entry)
      const large = Buffer.isBuffer(message)
        ? null
        : await writePart(join(root, file.folder), message, entry.sha256)
      const fd = openFile(file)
      // The running hash is only replaced when the whole message is in the file.
      const digest = file.sha256.copy()
      let position = file.bytes
      const put = (bytes: Buffer): void => {
        writeAll(fd, bytes, position)
        digest.update(bytes)
        position += bytes.length
      }
      try {
        const sha256 =
          large === null ? putBuffer(put, entry, message as Buffer) : putFile(put, entry, large.path)
        if (entry.sha256 !== null && entry.sha256 !== sha256) throw wrongMessage(file.part)
        file.sha256 = digest
        file.bytes = position
        file.messages++
        const bytes = large === null ? (message as Buffer).length : large.bytes
        const path = below(file.folder, file.name)
        return { outcome: 'written', path, within: path, bytes, sha256 }
      } catch (error) {
        // A half-written message must not stay: the next one would be read as its end.
        ftruncateSync(fd, file.bytes)
        throw targetError(error, file.part)
      } finally {
        if (large !== null) discardPart(large.path)
      }
    },

    async close(): Promise<CloseResult> {
      const results: CollectedFile[] = []
      for (const [key, file] of files) {
        closeGrowing(file)
        if (file.messages > 0) results.push(await finish(root, file))
        else discardPart(file.part)
        files.delete(key)
      }
      await tree.syncAll()
      return { files: results }
    },

    abort(): Promise<void> {
      for (const file of files.values()) {
        closeGrowing(file)
        discardPart(file.part)
      }
      files.clear()
      return Promise.resolve()
    },
  }
}

/** Reads the file back, brings it to the disk and gives it its name. */
async function finish(root: string, file: Growing): Promise<CollectedFile> {
  const planned = below(file.folder, file.name)
  try {
    await syncFile(file.part)
    const sha256 = file.sha256.digest('hex')
    if (hashFile(file.part) !== sha256) throw wrongMessage(file.part)
    const published = publish(
      { path: file.part, bytes: file.bytes, sha256 },
      join(root, file.folder),
      file.name,
    )
    const path = below(file.folder, published.name)
    return { planned, path, outcome: published.outcome, messages: file.messages, bytes: file.bytes }
  } catch (error) {
    throw targetError(error, join(root, planned))
  }
}

type Put = (bytes: Buffer) => void

function putBuffer(put: Put, entry: MailEntry, message: Buffer): string {
  const ends = message.length > 0 && message[message.length - 1] === 10
  put(Buffer.from(fromLine(entry.date, ends)))
  for (const piece of quoteFrom(message)) put(piece)
  put(trailer(ends))
  return hash('sha256', message, 'hex')
}

function putFile(put: Put, entry: MailEntry, path: string): string {
  const digest = createHash('sha256')
  const quoter = new FromQuoter()
  let ends = false
  readChunks(path, (chunk) => (ends = chunk[chunk.length - 1] === 10))
  put(Buffer.from(fromLine(entry.date, ends)))
  readChunks(path, (chunk) => {
    digest.update(chunk)
    for (const piece of quoter.push(chunk)) put(piece)
  })
  for (const piece of quoter.end().pieces) put(piece)
  put(trailer(ends))
  return digest.digest('hex')
}

function wrongMessage(path: string): MailTargetError {
  return new MailTargetError(
    'changed',
    path,
    'the bytes read back are not those that were to be written.',
    'Do not trust this disk: check it, and export to another one.',
  )
}

/** A folder called like an mbox file would stand in that file's way. */
function folderName(name: string): string {
  return /\.mbox\s*$/i.test(name) ? `${name.trim()}_` : name
}

function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
