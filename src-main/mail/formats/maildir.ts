import { hash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { discardPart, errorCode, hashFile, publish, targetError, writePart } from './part-file.ts'
import type { PartFile } from './part-file.ts'
import type { CloseResult, MailEntry, MailSource, MailTarget, WriteResult } from './target.ts'
import { TreeWriter } from './tree-writer.ts'

const INNER = ['tmp', 'new', 'cur'] as const

export interface MaildirOptions {
  /** Between unique name and flags; `:` is not allowed in names on Windows, where `;` is usual. */
  separator?: ':' | ';'
}

/**
 * Opens an export as Maildir. Every mailbox folder is a Maildir of its own, nested as the folders are (Dovecot's `LAYOUT=fs`, what mu,
 * mutt and isync read): Maildir++ would forbid dots in names and want them in modified UTF-7.
 *
 * The unique part of a name is made from the message and its place, so that a second run recognises it whatever flags a mail program
 * has given it since.
 */
export function openMaildirTarget(root: string, options: MaildirOptions = {}): MailTarget {
  const tree = new TreeWriter(root)
  const listed = new Map<string, Map<string, string>>()
  let separator = options.separator ?? (process.platform === 'win32' ? ';' : ':')
  let part: PartFile | null = null

  const folderOf = (entry: MailEntry) => tree.folder(entry.dir.map(maildirName), INNER)
  /** Unique part → path below the folder, of all that is in `cur` and `new`. */
  const listing = (folder: string): Map<string, string> => {
    let names = listed.get(folder)
    if (names === undefined) {
      names = new Map()
      for (const inner of ['cur', 'new']) {
        for (const name of readdirSync(join(root, folder, inner)))
          names.set(uniqueOf(name), `${inner}/${name}`)
      }
      listed.set(folder, names)
    }
    return names
  }
  const existing = (folder: string, unique: string, sha256: string): string | null => {
    const path = listing(folder).get(unique)
    if (path === undefined) return null
    try {
      return hashFile(join(root, folder, path)) === sha256 ? path : null
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null
      throw targetError(error, join(root, folder, path))
    }
  }

  return {
    has(entry: MailEntry): Promise<WriteResult | null> {
      if (entry.sha256 === null) return Promise.resolve(null)
      const folder = folderOf(entry)
      const path = existing(folder, uniqueName(entry, entry.sha256), entry.sha256)
      if (path === null) return Promise.resolve(null)
      const bytes = Number(/,S=(\d+)/.exec(path)?.[1] ?? 0)
      return Promise.resolve({ outcome: 'already', path: below(folder, path), bytes, sha256: entry.sha256 })
    },

    async write(entry: MailEntry, message: MailSource): Promise<WriteResult> {
      const folder = folderOf(entry)
      part = await writePart(join(root, folder, 'tmp'), message, entry.sha256)
      try {
        const { bytes, sha256 } = part
        let unique = uniqueName(entry, sha256)
        // A file of that name with other bytes is one that a power failure cut: it stays, ours gets a number.
        for (
          let n = 2;
          n < 100 && listing(folder).has(unique) && existing(folder, unique, sha256) === null;
          n++
        ) {
          unique = `${uniqueName(entry, sha256)}-${n}`
        }
        const there = existing(folder, unique, sha256)
        if (there !== null) return { outcome: 'already', path: below(folder, there), bytes, sha256 }
        const stem = `${unique},S=${bytes}`
        const name = publishFlagged(part, join(root, folder, 'cur'), stem, infoFlags(entry.flags))
        part = null
        listing(folder).set(unique, `cur/${name}`)
        const path = below(folder, `cur/${name}`)
        await tree.wrote(path, bytes)
        return { outcome: 'written', path, bytes, sha256 }
      } finally {
        if (part !== null) discardPart(part.path)
        part = null
      }
    },

    async close(): Promise<CloseResult> {
      await tree.syncAll(['cur'])
      return { files: [] }
    },

    abort(): Promise<void> {
      if (part !== null) discardPart(part.path)
      return Promise.resolve()
    },
  }

  /** FAT and its kin refuse the colon also on Linux: then the usual replacement is taken for all that follows. */
  function publishFlagged(file: PartFile, cur: string, stem: string, flags: string): string {
    try {
      return publish(file, cur, `${stem}${separator}2,${flags}`).name
    } catch (error) {
      if (separator !== ':' || targetError(error, cur).kind !== 'name') throw error
      separator = ';'
      return publish(file, cur, `${stem}${separator}2,${flags}`).name
    }
  }
}

function below(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`
}

/** A mailbox folder called like a part of a Maildir would be taken for one. */
function maildirName(name: string): string {
  return /^(?:cur|new|tmp)$/i.test(name.trim()) ? `${name.trim()}_` : name
}

function uniqueName(entry: MailEntry, sha256: string): string {
  const seconds = entry.date === null ? 0 : Math.max(0, Math.floor(entry.date / 1000))
  // Two items may hold the same message; their names tell them apart.
  return `${seconds}.${sha256.slice(0, 20)}_${hash('sha256', Buffer.from(entry.name), 'hex').slice(0, 8)}.lifeboat`
}

function uniqueOf(name: string): string {
  return /^[^:;!,]*/.exec(name)?.[0] ?? name
}

/** Info flags, in ASCII order as the Maildir page of Courier and Dovecot wants: Draft Flagged Passed Replied Seen Trashed. */
export function infoFlags(flags: string): string {
  const has = (letter: string) => flags.includes(letter)
  return [
    has('d') ? 'D' : '',
    has('f') ? 'F' : '',
    has('w') ? 'P' : '',
    has('r') ? 'R' : '',
    has('u') ? '' : 'S',
    has('x') ? 'T' : '',
  ].join('')
}
