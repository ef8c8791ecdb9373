import { hash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Claim, MadePath } from '../../support/make-path.ts'
import type { ExportResult } from './results.ts'

/** A file under the export folder. */
export interface ExportedFile {
  /** Relative, `/` as separator. */
  path: string
  sha256: string
  size: number
}

/** Everything an export left, with hashes; links and other oddities are reported as faults by the judge. */
export function exportedFiles(out: string): ExportedFile[] {
  const entries = readdirSync(out, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const absolute = join(entry.parentPath, entry.name)
      const bytes = readFileSync(absolute)
      return {
        path: absolute
          .slice(out.length + 1)
          .split(sep)
          .join('/'),
        sha256: hash('sha256', bytes, 'hex'),
        size: bytes.length,
      }
    })
}

/** Rows of a CSV file by RFC 4180, the first as keys. */
export function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? ''
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') {
        cell += '"'
        i++
      } else if (c === '"') quoted = false
      else cell += c
    } else if (c === '"') quoted = true
    else if (c === ',') {
      row.push(cell)
      cell = ''
    } else if (c === '\n' || c === '\r') {
      if (c === '\r' && text[i + 1] === '\n') i++
      row.push(cell)
      cell = ''
      rows.push(row)
      row = []
    } else cell += c
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell])
  const keys = (rows[0] ?? []).map((key) =>
    key
      .replace(/^\ufeff/, '')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ''),
  )
  return rows
    .slice(1)
    .filter((cells) => cells.length > 1)
    .map((cells) => Object.fromEntries(keys.map((key, n) => [key, cells[n] ?? ''])))
}

const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i

/** What is wrong with one name on Linux, Windows or macOS; null when nothing is. */
export function nameFault(name: string): string | null {
  if (Buffer.byteLength(name) > 255) return 'over 255 bytes'
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f<>:"/\\|?*]/.test(name)) return 'has a forbidden character'
  if (/[. ]$/.test(name)) return 'ends with a dot or a blank'
  if (name.startsWith(' ')) return 'begins with a blank'
  if (name === '' || name === '.' || name === '..') return 'is no name'
  if (RESERVED.test(name)) return 'is reserved on Windows'
  if (name !== name.normalize('NFC')) return 'is not NFC'
  if (/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(name)) return 'has an invisible control of direction'
  return null
}

export interface JudgeOptions {
  /** Mailbox folders are benign, so that the whole path of each file can be foretold. */
  checkFolders?: boolean
  /** Accounts whose directory name cannot be foretold (odd names). */
  oddAccounts?: ReadonlySet<string>
}

/**
 * Holds a finished `export PATH --out OUT --unclaimed --deleted show` against the truth. Every line of the
 * result is one fault; a right export gives none.
 */
export function judgeExport(
  made: MadePath,
  out: string,
  result: ExportResult,
  options: JudgeOptions = {},
): string[] {
  const faults: string[] = []
  const files = exportedFiles(out)
  const messages = files.filter(
    (f) => !f.path.startsWith('Damaged/') && !/^(manifest|failures)[^/]*\.csv$/.test(f.path),
  )
  const bySum = new Map<string, ExportedFile[]>()
  for (const file of messages) bySum.set(file.sha256, [...(bySum.get(file.sha256) ?? []), file])
  const claims = made.claims()
  faults.push(...judgeClaims(made, claims, bySum, result, options))

  // Two items of one account may have the same bytes: each owes a file of its own.
  const owed = new Map<string, number>()
  for (const claim of claims) {
    if (claim.fate !== 'returned' || claim.account === null) continue
    const key = claim.sha256
    owed.set(key, (owed.get(key) ?? 0) + 1)
  }
  for (const [sum, count] of owed) {
    const there = bySum.get(sum)?.length ?? 0
    if (there < count) faults.push(`sha256 ${sum}: ${count} items hold it, ${there} files do`)
  }

  // Nothing that failed may be counted as exported, nothing exported may be somebody else's bytes.
  const known = new Set(claims.filter((c) => c.fate !== 'lost').map((c) => c.sha256))
  for (const file of messages) {
    if (file.path.endsWith('.eml') && !known.has(file.sha256))
      faults.push(`${file.path}: bytes that no message of the backup has`)
  }
  faults.push(...judgeManifest(result, messages))
  for (const file of files) {
    for (const part of file.path.split('/')) {
      const fault = nameFault(part)
      if (fault !== null) faults.push(`${file.path}: the name ${JSON.stringify(part)} ${fault}`)
    }
  }
  const folded = new Map<string, string>()
  for (const file of files) {
    const key = file.path.normalize('NFC').toLowerCase()
    const other = folded.get(key)
    if (other !== undefined && other !== file.path)
      faults.push(`${file.path} and ${other} fall together where case does not count`)
    folded.set(key, file.path)
  }
  return faults
}

function judgeClaims(
  made: MadePath,
  claims: readonly Claim[],
  bySum: ReadonlyMap<string, ExportedFile[]>,
  result: ExportResult,
  options: JudgeOptions,
): string[] {
  const faults: string[] = []
  const failed = new Set(result.failed.map((f) => f.digest))
  const failedItems = new Set(result.failed.map((f) => `${f.account}/${f.id}/${f.digest}`))
  for (const claim of claims) {
    const files = bySum.get(claim.sha256) ?? []
    const what = `${claim.fate} ${claim.digest} (account ${claim.account?.name ?? claim.account?.id ?? 'none'}, item ${claim.id})`
    if (claim.fate === 'lost') {
      const named = claim.account
        ? failedItems.has(`${claim.account.id}/${claim.id}/${claim.digest}`)
        : failed.has(claim.digest)
      if (!named) faults.push(`${what}: cannot be recovered and is not named as failed`)
      continue
    }
    if (files.length === 0) {
      if (claim.fate === 'either' && failed.has(claim.digest)) continue
      const reason = result.failed.find((f) => f.digest === claim.digest)?.reason
      faults.push(
        `${what}: not given back${reason === undefined ? ', and not a word about it' : `: ${reason}`}`,
      )
      continue
    }
    if (
      claim.fate === 'returned' &&
      failed.has(claim.digest) &&
      !claims.some((c) => c !== claim && c.digest === claim.digest)
    ) {
      faults.push(`${what}: given back, yet named as failed`)
    }
    if (claim.account === null || options.oddAccounts?.has(claim.account.id)) continue
    const top = claim.account.name ?? claim.account.id
    const own = files.filter((f) => f.path.split('/')[0] === top)
    if (own.length === 0) {
      faults.push(`${what}: not under ${top}/ but at ${files.map((f) => f.path).join(', ')}`)
      continue
    }
    if (claim.id !== null && !own.some((f) => f.path.includes(`[${claim.id}]`))) {
      faults.push(`${what}: no file name has [${claim.id}]: ${own.map((f) => f.path).join(', ')}`)
    }
    const folder = claim.folder === null ? null : made.folderPath(claim.account, claim.folder)
    if (options.checkFolders && folder !== null) {
      const right = own.some(
        (f) =>
          f.path.startsWith(`${top}/${folder}/`) &&
          !f.path.slice(top.length + folder.length + 2).includes('/'),
      )
      if (!right) faults.push(`${what}: not in ${top}/${folder}/ but at ${own.map((f) => f.path).join(', ')}`)
    }
  }
  return faults
}

function judgeManifest(result: ExportResult, messages: readonly ExportedFile[]): string[] {
  const faults: string[] = []
  if (!existsSync(result.manifest)) return [`there is no manifest at ${result.manifest}`]
  const rows = parseCsv(readFileSync(result.manifest, 'utf8'))
  for (const key of ['file', 'account', 'id', 'folder', 'date', 'sha256', 'digest']) {
    if (rows[0] && !(key in rows[0])) faults.push(`manifest.csv has no column ${key}`)
  }
  const listed = new Map(rows.map((row) => [row['file'] ?? '', row]))
  if (listed.size !== rows.length) faults.push(`manifest.csv names ${rows.length - listed.size} files twice`)
  const total = result.exported + result.already
  if (total !== messages.length)
    faults.push(
      `exported ${result.exported} + already ${result.already}, but ${messages.length} files are there`,
    )
  if (rows.length !== total) faults.push(`manifest.csv has ${rows.length} rows, the result says ${total}`)
  for (const file of messages) {
    const row = listed.get(file.path)
    if (!row) faults.push(`${file.path} is not in manifest.csv`)
    else if (row['sha256'] !== file.sha256) faults.push(`${file.path}: manifest.csv has another SHA-256`)
    else if (row['date'] !== '' && !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(row['date'] ?? ''))
      faults.push(`${file.path}: date ${row['date']} in manifest.csv`)
  }
  for (const path of listed.keys()) {
    if (!messages.some((file) => file.path === path))
      faults.push(`manifest.csv lists ${path}, which is not there`)
  }
  if (result.already === 0) {
    const bytes = messages.reduce((sum, file) => sum + file.size, 0)
    if (bytes !== result.bytes) faults.push(`bytes ${result.bytes}, but the files have ${bytes}`)
  }
  return faults
}
