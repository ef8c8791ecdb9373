import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CsvWriter, harmless, readCsv } from './csv.ts'
import { removeStale, temporaryName, withFolderLock } from './own-files.ts'

/**
 * `manifest.csv` lists every exported file, `failures.csv` everything that could not be exported. RFC 4180, UTF-8 without
 * a byte order mark: scripts read it as it is; spreadsheets ask for the encoding once. Dates are ISO UTC, `account`
 * the UUID, `sha256` of the file's (for mbox and zip: the message's) bytes in hex.
 *
 * status: `exported` verified against its digest · `unverified` only the gzip check sum could be verified, because the
 * path's digest rule is unknown · `metadata` made from metadata, no blob.
 */
export const MANIFEST_COLUMNS = [
  'file',
  'account',
  'id',
  'folder',
  'date',
  'sha256',
  'digest',
  'status',
] as const
export const FAILURE_COLUMNS = ['account', 'id', 'folder', 'date', 'digest', 'reason', 'salvaged'] as const

export interface ManifestRow {
  /** Below the target, `/` between names. */
  file: string
  account: string | null
  id: number | null
  folder: string
  date: number | null
  sha256: string
  digest: string | null
  status: 'exported' | 'unverified' | 'metadata'
}

export interface FailureRow {
  account: string | null
  id: number | null
  folder: string
  date: number | null
  digest: string | null
  reason: string
  /** File under `Damaged/`, null when nothing could be saved. */
  salvaged: string | null
}

/** What became of files that hold many messages, by the paths that were planned for them. */
export interface CollectedNames {
  /** Final path of a file as it was planned; null when it was never finished. */
  finalOf(file: string): string | null
  /** The path means a collecting file that this export finished (or found there, byte for byte), or a message in one. */
  isOfThisExport(file: string): boolean
}

/** How long publishing waits for another export into the same folder, ms. */
const LOCK_PATIENCE_MS = 30_000

/**
 * Collects the rows of one export beside the target (the disk there may fill up) and publishes them at its end: rows
 * of earlier exports into the same folder stay, as far as their files are still there.
 */
export class ManifestBook {
  readonly #out: string
  readonly #spool: string
  readonly #rowsFile: string
  readonly #failuresFile: string
  readonly #rows: CsvWriter
  readonly #failures: CsvWriter
  /** Hashes of the files of their own that this export listed. */
  readonly #listed = new Set<number>()
  /** Hashes of the contents this export has decided about, one way or the other. */
  readonly #decided = new Set<number>()
  #failed = 0
  #closed = false

  /** @param spool a private folder for the rows until they are published */
  constructor(out: string, spool: string) {
    this.#out = out
    this.#spool = spool
    mkdirSync(spool, { recursive: true, mode: 0o700 })
    removeStale(spool)
    this.#rowsFile = join(spool, temporaryName())
    this.#failuresFile = join(spool, temporaryName())
    this.#rows = new CsvWriter(this.#rowsFile)
    this.#failures = new CsvWriter(this.#failuresFile)
  }

  /** @param collected the file holds many messages (mbox, zip): it is told about by `publish` */
  exported(row: ManifestRow, collected: boolean): void {
    const { file, account, id, folder, date, sha256, digest, status } = row
    this.#rows.add([file, account, id, harmless(folder), isoDate(date), sha256, digest, status])
    if (!collected) this.#listed.add(hash53(file))
    this.#decided.add(hash53(contentKey(account, id, digest)))
  }

  failed(row: FailureRow): void {
    const { account, id, folder, date, digest, reason, salvaged } = row
    this.#failures.add([
      account,
      id,
      harmless(folder),
      isoDate(date),
      digest,
      harmless(oneLine(reason)),
      salvaged,
    ])
    this.#decided.add(hash53(contentKey(account, id, digest)))
    this.#failed++
  }

  /**
   * Writes both lists into the target, each under a temporary name first.
   * @param names what became of the collecting files
   * @returns absolute path of the manifest
   */
  publish(names: CollectedNames): string {
    this.#close()
    return withFolderLock(this.#out, LOCK_PATIENCE_MS, () => {
      const manifest = this.#place('manifest', MANIFEST_COLUMNS)
      this.#write(manifest, MANIFEST_COLUMNS, (writer) => {
        for (const row of readCsv(this.#rowsFile)) {
          const file = names.finalOf(row[0] ?? '')
          if (file !== null) writer.add([file, ...row.slice(1)])
        }
        for (const row of this.#earlier(manifest)) {
          const file = row[0] ?? ''
          // A collecting file of this export holds what this export says, whatever held its name before.
          if (this.#listed.has(hash53(file)) || names.isOfThisExport(file)) continue
          if (this.#isThere(file)) writer.add(row)
        }
      })
      this.#publishFailures(names)
      return manifest
    })
  }

  /** Removes what was collected without publishing it. */
  discard(): void {
    this.#close()
    rmSync(this.#rowsFile, { force: true })
    rmSync(this.#failuresFile, { force: true })
  }

  /** The file, or the zip file that a path of the list leads into. */
  #isThere(file: string): boolean {
    if (existsSync(join(this.#out, file))) return true
    const zip = /^[^/]+\.zip(?=\/)/.exec(file)?.[0]
    return zip !== undefined && isRegularFile(join(this.#out, zip))
  }

  #publishFailures(names: CollectedNames): void {
    const file = this.#place('failures', FAILURE_COLUMNS)
    let kept = 0
    if (this.#failed === 0 && !existsSync(file)) return
    this.#write(file, FAILURE_COLUMNS, (writer) => {
      for (const row of readCsv(this.#failuresFile)) {
        const salvaged = row[6] ?? ''
        writer.add([...row.slice(0, 6), salvaged === '' ? null : names.finalOf(salvaged)])
      }
      for (const row of this.#earlier(file)) {
        const [account, id, , , digest] = row
        if (this.#decided.has(hash53([account, id, digest].join('\0')))) continue
        writer.add(row)
        kept++
      }
    })
    // Everything that failed before is there now: a list that says otherwise would mislead.
    if (this.#failed + kept === 0) rmSync(file, { force: true })
  }

  /** The first of `NAME.csv`, `NAME (2).csv` … that is not there or is a list of ours. */
  #place(name: string, columns: readonly string[]): string {
    for (let number = 1; ; number++) {
      const file = join(this.#out, number === 1 ? `${name}.csv` : `${name} (${number}).csv`)
      if (isFree(file) || isOurs(file, columns)) return file
    }
  }

  *#earlier(file: string): Generator<string[]> {
    if (isFree(file)) return
    let header = true
    for (const row of readCsv(file)) {
      if (!header && row.length > 1) yield row
      header = false
    }
  }

  #write(file: string, columns: readonly string[], fill: (writer: CsvWriter) => void): void {
    const temporary = join(this.#out, temporaryName())
    const writer = new CsvWriter(temporary)
    try {
      try {
        writer.add([...columns])
        fill(writer)
        writer.flush()
        fsyncSync(writer.fd)
      } finally {
        writer.close()
      }
      renameSync(temporary, file)
      syncFolder(this.#out)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    try {
      this.#rows.close()
    } finally {
      this.#failures.close()
    }
    removeStale(this.#spool)
  }
}

function isFree(file: string): boolean {
  try {
    lstatSync(file)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

function isRegularFile(file: string): boolean {
  try {
    return lstatSync(file).isFile()
  } catch {
    return false
  }
}

/** A regular file with exactly our header; anything else under that name belongs to somebody else. */
function isOurs(file: string, columns: readonly string[]): boolean {
  try {
    if (!lstatSync(file).isFile()) return false
    for (const row of readCsv(file)) return row.join('\0').replace('\ufeff', '') === columns.join('\0')
    return false
  } catch {
    return false
  }
}

/** Makes a rename durable where the system allows it; Windows does not open folders. */
function syncFolder(folder: string): void {
  let fd: number | null = null
  try {
    fd = openSync(folder, 'r')
    fsyncSync(fd)
  } catch {
    // Network file systems refuse this; the file itself is on the disk.
  } finally {
    if (fd !== null) closeSync(fd)
  }
}

/** ISO 8601 UTC, empty for null and for what no calendar knows. */
export function isoDate(ms: number | null): string {
  if (ms === null) return ''
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function contentKey(account: string | null, id: number | null, digest: string | null): string {
  return [account ?? '', id === null ? '' : String(id), digest ?? ''].join('\0')
}

/** 53 bits of a text (cyrb53 by bryc, public domain): a set of numbers takes a fraction of a set of long names. */
function hash53(text: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}
