import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  createReadStream,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as tar from 'tar'
import { ExpectedError } from '../../engine/errors.ts'
import { JOURNAL_NAME } from '../journal/journal.ts'
import { assertFolder } from '../target.ts'
import { Case } from './case.ts'
import { CASE_MARK, unpackCase, type CaseMark } from './unpack.ts'
import type { CaseStore } from './store.ts'

/** Writes a case as one file: its journal, its files, and a line that says what it is. Nothing is overwritten. */
export async function exportCase(
  of: Case,
  file: string,
): Promise<{ file: string; bytes: number; sha256: string }> {
  const target = resolve(file)
  if (existsSync(target)) {
    throw new ExpectedError('REFUSED', `${target} is there already`, {
      why: 'A case is never written over another file.',
      next: 'Choose another name.',
    })
  }
  assertFolder(target)
  of.tell('exported', `The case is exported to ${target}`)
  const { journal, state, id } = of
  const staging = stagingFolder(dirname(of.folder), 'export')
  const part = `${target}.part`
  try {
    const folder = join(staging, id)
    mkdirSync(join(folder, 'files'), { recursive: true, mode: 0o700 })
    const mark = {
      format: CASE_MARK,
      version: 1,
      id,
      name: state.name,
      entries: journal.count,
      lastHash: journal.lastHash,
    }
    // What is appended from here on belongs to the next export.
    writeFileSync(join(folder, JOURNAL_NAME), journal.bytes(), { mode: 0o600 })
    writeFileSync(join(folder, 'case.json'), JSON.stringify(mark), { mode: 0o600 })
    for (const name of state.files.keys()) take(of.fileOf(name), join(folder, 'files', name))
    await tar.create({ cwd: staging, file: part, gzip: true, portable: true, noDirRecurse: false }, [id])
    chmodSync(part, 0o600)
    sync(part)
    renameSync(part, target)
  } finally {
    rmSync(part, { force: true })
    rmSync(staging, { recursive: true, force: true })
  }
  return { file: target, bytes: statSync(target).size, sha256: await sha256Of(target) }
}

/**
 * Takes a case from a file into the data folder. One that is here already is brought up to date when the file goes on
 * from it.
 * @returns its id
 * @throws ExpectedError REFUSED for a file that is no case, was altered, or went another way than the case here
 */
export async function importCase(store: CaseStore, file: string): Promise<string> {
  mkdirSync(store.folder, { recursive: true, mode: 0o700 })
  const staging = stagingFolder(store.folder, 'import')
  try {
    const mark = await unpackCase(resolve(file), staging)
    const { id } = mark
    const folder = join(staging, id)
    const arrived = new Case(folder)
    await prove(arrived, mark)
    const sha256 = await sha256Of(resolve(file))
    const place = join(store.folder, id)
    const isHere = existsSync(join(place, JOURNAL_NAME))
    // One that says nothing new changes nothing: an entry of its own would part the two.
    if (isHere && !goOn(store.get(id), arrived)) return id
    if (!isHere) {
      renameSync(folder, place)
      store.forget(id)
    }
    store.get(id).tell('imported', `The case was imported from ${resolve(file)}`, { data: { sha256 } })
    return id
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** The case is here already: what came after is taken over, when both say the same up to there. False: nothing did. */
function goOn(here: Case, arrived: Case): boolean {
  const [mine, theirs] = [here.journal.bytes(), arrived.journal.bytes()]
  const common = Math.min(mine.length, theirs.length)
  if (!mine.subarray(0, common).equals(theirs.subarray(0, common))) {
    throw new ExpectedError('REFUSED', 'This case went on in two places', {
      why: `The case ${here.id} is here already, and from entry ${firstDifference(here, arrived)} on the file says something else.`,
      next: 'Go on with one of them. The other can be read with `lifeboat case import --data` into a folder of its own.',
    })
  }
  for (const name of arrived.state.files.keys()) {
    if (!existsSync(here.fileOf(name))) take(arrived.fileOf(name), here.fileOf(name))
  }
  if (theirs.length <= mine.length) return false
  here.journal.extend(theirs.subarray(mine.length))
  return true
}

function firstDifference(a: Case, b: Case): number {
  const [left, right] = [a.journal.read(0, a.journal.count), b.journal.read(0, b.journal.count)]
  const at = left.findIndex((entry, index) => entry.hash !== right[index]?.hash)
  return at < 0 ? left.length : at + 1
}

/** The journal is that of the case and whole; every file that it names is there with its content, and no other is. */
async function prove(arrived: Case, { id, entries, lastHash }: CaseMark): Promise<void> {
  const altered = (why: string): ExpectedError =>
    new ExpectedError('REFUSED', 'This case was altered', {
      why,
      next: 'Ask for the file again; compare its SHA-256 with that of who exported it.',
    })
  const { journal, state } = arrived
  if (state.id !== id) throw altered('Its journal is that of another case, or of none.')
  if (journal.count !== entries || journal.lastHash !== lastHash)
    throw altered(`Its journal has ${journal.count} entries, and should have ${entries}: it was cut.`)
  for (const name of readdirSync(join(arrived.folder, 'files')))
    if (!state.files.has(name)) throw altered(`Its journal does not know the file ${name}.`)
  for (const [name, { bytes, sha256 }] of state.files) {
    const place = arrived.fileOf(name)
    const size = statSync(place, { throwIfNoEntry: false })?.size
    if (size === undefined) throw altered(`Its file ${name} is missing.`)
    if (size !== bytes || (await sha256Of(place)) !== sha256)
      throw altered(`Its file ${name} is not the one the journal names.`)
  }
}

function take(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

function stagingFolder(parent: string, what: string): string {
  const folder = join(parent, `.${what}-${randomBytes(6).toString('hex')}`)
  mkdirSync(folder, { mode: 0o700 })
  return folder
}

function sync(file: string): void {
  const fd = openSync(file, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) hash.update(chunk)
  })
  return hash.digest('hex')
}
