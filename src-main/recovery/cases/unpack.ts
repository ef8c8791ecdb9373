import { createReadStream, mkdirSync, openSync, closeSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as tar from 'tar'
import { writeFully } from '../../backup/blob-read.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { JOURNAL_NAME } from '../journal/journal.ts'
import { isKeptName } from './case.ts'
import { isCaseId } from './store.ts'

export const CASE_MARK = 'lifeboat-case'

/** A case with thousands of pictures is still smaller. Bytes unpacked, entries. */
const MOST_BYTES = 4 * 1024 ** 3
const MOST_JOURNAL = 1024 ** 3
const MOST_ENTRIES = 50_000

/** What the file of a case says of it. */
export interface CaseMark {
  id: string
  /** Entries of its journal, and the hash of the last one. */
  entries: number
  lastHash: string
}

interface Place {
  id: string
  name: string
}

/**
 * Unpacks the file of a case into an empty folder. The file may come from anybody: only plain files and folders, only
 * the names a case has, each once, nothing outside, nothing endless.
 * @returns what the file says of its case, whose folder is `<into>/<id>`
 * @throws ExpectedError REFUSED
 */
export async function unpackCase(file: string, into: string): Promise<CaseMark> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new ExpectedError('NOT_FOUND', `There is no file ${file}`, {
      why: 'It is not there.',
      next: 'Choose another.',
    })
  }
  const seen = new Set<string>()
  let id = ''
  let [bytes, entries] = [0, 0]
  let failure: Error | null = null
  const fail = (error: Error): void => {
    failure ??= error
  }

  const receive = (entry: tar.ReadEntry): void => {
    try {
      if (failure) return entry.resume()
      if (++entries > MOST_ENTRIES) throw hostile('It has more entries than any case.')
      const place = judge(entry)
      if (id === '') id = place.id
      if (place.id !== id) throw hostile('It holds more than one case.')
      if (seen.has(place.name)) throw hostile(`${place.name} is in it twice.`)
      seen.add(place.name)
      if (entry.type === 'Directory') return entry.resume()
      const most = place.name === JOURNAL_NAME ? MOST_JOURNAL : MOST_BYTES
      if (entry.size > most || bytes + entry.size > MOST_BYTES) throw hostile('It is larger than any case.')
      bytes += entry.size
      mkdirSync(join(into, id, 'files'), { recursive: true, mode: 0o700 })
      const fd = openSync(join(into, id, place.name), 'wx', 0o600)
      entry.on('data', (chunk: Buffer) => {
        if (failure) return
        try {
          writeFully(fd, chunk)
        } catch (error) {
          fail(error as Error)
        }
      })
      entry.on('end', () => closeSync(fd))
    } catch (error) {
      fail(error as Error)
      entry.resume()
    }
  }

  await new Promise<void>((resolve, reject) => {
    const source = createReadStream(file)
    const parser = new tar.Parser({ strict: true, onReadEntry: receive })
    const end = (error: Error | null): void => {
      source.destroy()
      if (error) reject(error)
      else resolve()
    }
    source.on('error', end)
    parser.on('error', (error: Error) => end(failure ?? hostile(error.message)))
    parser.on('end', () => end(failure))
    source.on('data', (chunk) => {
      if (failure) end(failure)
      else if (!parser.write(chunk as Buffer)) {
        source.pause()
        parser.once('drain', () => source.resume())
      }
    })
    source.on('end', () => parser.end())
  })
  if (id === '' || !seen.has(JOURNAL_NAME) || !seen.has('case.json')) throw hostile('It holds no case.')
  return readMark(join(into, id, 'case.json'), id)
}

/** The case and the name inside it that an entry of the archive has. */
function judge(entry: tar.ReadEntry): Place {
  const { path, type } = entry
  if (type !== 'File' && type !== 'Directory') throw hostile(`${shown(path)} is a ${type}, not a file.`)
  const [id = '', ...rest] = path.replace(/\/$/, '').split('/')
  if (!isCaseId(id)) throw hostile(`${shown(path)} does not lie in the folder of a case.`)
  const name = rest.join('/')
  const allowed =
    type === 'Directory'
      ? name === '' || name === 'files'
      : name === JOURNAL_NAME ||
        name === 'case.json' ||
        (rest.length === 2 && rest[0] === 'files' && isKeptName(rest[1] ?? ''))
  if (!allowed) throw hostile(`${shown(path)} does not belong into a case.`)
  return { id, name: name === '' ? '.' : name }
}

function readMark(file: string, id: string): CaseMark {
  let mark: Partial<Record<keyof CaseMark | 'format' | 'version', unknown>> = {}
  try {
    mark = JSON.parse(readFileSync(file, 'utf8')) as typeof mark
  } catch {
    // Told below.
  }
  const { format, version, entries, lastHash } = mark
  if (format !== CASE_MARK || mark.id !== id) throw hostile('What it says of itself does not fit.')
  if (version !== 1) {
    throw new ExpectedError('REFUSED', 'This case was exported by a newer Lifeboat', {
      why: `Its format has version ${String(version)}.`,
      next: 'Update Lifeboat.',
    })
  }
  if (typeof entries !== 'number' || typeof lastHash !== 'string')
    throw hostile('It does not say how long its journal is.')
  return { id, entries, lastHash }
}

const shown = (path: string): string => JSON.stringify(path.slice(0, 200))

function hostile(why: string): ExpectedError {
  return new ExpectedError('REFUSED', 'This is not the file of a case', {
    why,
    next: 'Take a file that “Export case” of Lifeboat wrote. Nothing of this one was kept.',
  })
}
