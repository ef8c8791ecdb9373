import { join } from 'node:path'
import { plainFileName, safeSegment } from '../names.ts'
import { discardPart, findExisting, publish, targetError, writePart } from './part-file.ts'
import type { PartFile, Published } from './part-file.ts'
import { MailTargetError } from './target.ts'
import type { CloseResult, MailEntry, MailSource, MailTarget, WriteResult } from './target.ts'
import { TreeWriter } from './tree-writer.ts'

/** Opens an export as one file per message in folders below `root` (made when missing). */
export function openEmlTreeTarget(root: string): MailTarget {
  const tree = new TreeWriter(root)
  let part: PartFile | null = null

  return {
    has(entry: MailEntry): Promise<WriteResult | null> {
      if (entry.sha256 === null) return Promise.resolve(null)
      const sha256 = entry.sha256
      const folder = tree.folder(entry.dir)
      const name = safeSegment(entry.name)
      for (const candidate of [name, plainFileName(name)]) {
        const found = findExisting(join(root, folder), candidate, sha256)
        if (found !== null) {
          return Promise.resolve({
            outcome: 'already',
            path: relative(folder, found.name),
            bytes: found.bytes,
            sha256,
          })
        }
      }
      return Promise.resolve(null)
    },

    async write(entry: MailEntry, message: MailSource): Promise<WriteResult> {
      const folder = tree.folder(entry.dir)
      const name = safeSegment(entry.name)
      part = await writePart(join(root, folder), message, entry.sha256)
      try {
        const published = publishPlainly(part, join(root, folder), name)
        const path = relative(folder, published.name)
        const result: WriteResult = {
          outcome: published.outcome,
          path,
          bytes: part.bytes,
          sha256: part.sha256,
        }
        part = null
        if (published.outcome === 'written') await tree.wrote(path, result.bytes)
        return result
      } finally {
        if (part !== null) discardPart(part.path)
        part = null
      }
    },

    async close(): Promise<CloseResult> {
      await tree.syncAll()
      return { files: [] }
    },

    abort(): Promise<void> {
      if (part !== null) discardPart(part.path)
      return Promise.resolve()
    },
  }
}

function relative(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** Where the file system refuses a name (too long for it, not its character set) a plainer one is tried. */
function publishPlainly(part: PartFile, folder: string, name: string): Published {
  try {
    return publish(part, folder, name)
  } catch (error) {
    const plain = plainFileName(name)
    if (!(error instanceof MailTargetError) || error.kind !== 'name' || plain === name)
      throw targetError(error, join(folder, name))
    return publish(part, folder, plain)
  }
}
