import { join } from 'node:path'
import type { ParseContext } from '../backup/metadata.ts'
import { localSource } from '../backup/source.ts'
import type { ExportFormat } from '../contract/tasks.ts'
import { ExpectedError, toExpectedError } from '../engine/errors.ts'
import { assertApart, isWithin, realPlace } from '../engine/paths.ts'
import { openEmlTreeTarget } from '../mail/formats/eml-tree.ts'
import { openMaildirTarget } from '../mail/formats/maildir.ts'
import { openMboxTarget } from '../mail/formats/mbox.ts'
import { openZipTarget } from '../mail/formats/zip.ts'
import {
  MailTargetError,
  type CloseResult,
  type CollectedFile,
  type MailTarget,
} from '../mail/formats/target.ts'
import { safeDir } from '../mail/names.ts'
import type { ExportItem } from './export-item.ts'
import { ItemWriter, type ItemSink } from './item-writer.ts'
import { Collected } from './collected.ts'
import { ManifestBook, type CollectedNames } from './manifest.ts'
import type { ExportControl, ExportFailure, ExportOutcome, ExportRequest } from './request.ts'
import { assertRoom, prepareTarget } from './target-folder.ts'

/** What is exported: the rows, and what was counted of them beforehand. */
export interface ExportSource {
  items: Iterable<ExportItem>
  /** Rows, and their uncompressed bytes as far as known. */
  rows: number
  bytes: number
  /** Most blobs of the path fit no known digest rule. */
  ruleUnknown: boolean
  /** How its metadata is to be understood; null = in the order of the files. */
  metadata: ParseContext | null
  /** The catalog holds everything that lies under the path. */
  catalogComplete: boolean
}

interface Targets {
  mail: MailTarget
  files: MailTarget
}

/**
 * Exports rows into a folder: each file under a temporary name, read back, compared with its digest, then renamed;
 * nothing that exists is overwritten. Ends with manifest.csv and, where something failed, failures.csv. The same export
 * run again recognises what is finished.
 * @throws ExpectedError REFUSED when the target cannot be used, has no room or becomes full: what was finished stays
 */
export async function runExport(
  request: Pick<ExportRequest, 'backupPath' | 'out' | 'format' | 'spool'>,
  source: ExportSource,
  control: ExportControl,
): Promise<ExportOutcome> {
  const target = prepareTarget(request.out, request.backupPath)
  assertRoom(target, source.bytes)
  const book = new ManifestBook(target.root, request.spool)
  try {
    const targets = openTargets(request.format, target.root)
    const tally = new Tally(book)
    const writer = new ItemWriter({
      source: localSource(request.backupPath),
      ...targets,
      fresh: target.empty,
      ruleUnknown: source.ruleUnknown,
      metadata: source.metadata,
      checkFolder: folderCheck(target.root, request.backupPath),
      sink: tally,
    })
    const stopped = await writeAll(writer, source, tally, control, targets, book)
    const names = stopped ? await endEarly(targets, tally) : await finish(targets, tally)
    const manifest = book.publish(names)
    return tally.outcome(manifest, target.root, stopped, source.catalogComplete)
  } catch (error) {
    throw asExpected(error)
  } finally {
    book.discard()
  }
}

async function writeAll(
  writer: ItemWriter,
  source: ExportSource,
  tally: Tally,
  control: ExportControl,
  targets: Targets,
  book: ManifestBook,
): Promise<boolean> {
  let done = 0
  try {
    for (const item of source.items) {
      if (control.shouldStop()) return true
      await writer.write(item)
      done++
      control.progress({
        done,
        total: source.rows,
        bytes: tally.bytes + tally.alreadyBytes,
        failed: tally.failures.length,
      })
    }
    return false
  } catch (error) {
    // The target is full or gone: what is under a final name stays, and is listed as far as there is room for the list.
    try {
      book.publish(await endEarly(targets, tally))
    } catch {
      // The next run writes the list.
    }
    throw error
  }
}

function openTargets(format: ExportFormat, root: string): Targets {
  switch (format) {
    case 'eml': {
      const mail = openEmlTreeTarget(root)
      return { mail, files: mail }
    }
    case 'zip': {
      const mail = openZipTarget(root)
      return { mail, files: mail }
    }
    case 'mbox':
      return { mail: openMboxTarget(root), files: openEmlTreeTarget(root) }
    case 'maildir':
      return { mail: openMaildirTarget(root), files: openEmlTreeTarget(root) }
  }
}

/** Closes the targets; tells the final names of collecting files. */
async function finish(targets: Targets, tally: Tally): Promise<CollectedNames> {
  const closed: CloseResult[] = [await targets.mail.close()]
  if (targets.files !== targets.mail) closed.push(await targets.files.close())
  return tally.collectedAre(closed.flatMap((result) => result.files))
}

/** Keeps what is final, drops half-written collecting files together with their rows. */
async function endEarly(targets: Targets, tally: Tally): Promise<CollectedNames> {
  await targets.mail.abort()
  if (targets.files !== targets.mail) await targets.files.abort()
  return tally.collectedAre([])
}

/** Refuses folders below the target that are links to somewhere else: each is looked at once. */
function folderCheck(root: string, backupPath: string): (dir: string[]) => void {
  const known = new Set<string>()
  return (dir) => {
    const key = dir.join('\0')
    if (known.has(key)) return
    const folder = join(root, ...safeDir(dir))
    const place = realPlace(folder)
    assertApart(place, backupPath, 'export folder')
    if (!isWithin(place, root)) {
      throw new ExpectedError('REFUSED', `${folder} leads out of the export folder`, {
        why: `A link on its way points to ${place}.`,
        next: 'Remove the link, or choose an empty folder.',
      })
    }
    known.add(key)
  }
}

/** Counts, and passes every row on to the manifest. */
class Tally implements ItemSink {
  exportedCount = 0
  already = 0
  bytes = 0
  alreadyBytes = 0
  unverified = 0
  failures: ExportFailure[] = []
  readonly #book: ManifestBook
  readonly #collected = new Collected()

  constructor(book: ManifestBook) {
    this.#book = book
  }

  exported(...[row, result]: Parameters<ItemSink['exported']>): void {
    this.#book.exported(row, result.within !== undefined)
    const unverified = row.status === 'unverified' ? 1 : 0
    this.unverified += unverified
    if (result.outcome === 'already') {
      this.already++
      this.alreadyBytes += result.bytes
      return
    }
    this.exportedCount++
    this.bytes += result.bytes
    if (result.within !== undefined) this.#collected.add(result.within, 1, result.bytes, unverified)
  }

  failed(...[row, within]: Parameters<ItemSink['failed']>): void {
    this.#book.failed(row)
    if (within !== null) this.#collected.add(within, 0, 0, 0)
    const { account, id, digest, reason, salvaged } = row
    this.failures.push({ account, id, digest, reason, salvaged })
  }

  /** What became of the collecting files; those that are not named were never finished, and nothing in them counts. */
  collectedAre(files: readonly CollectedFile[]): CollectedNames {
    const names = this.#collected.names(files)
    for (const [planned, counted] of this.#collected.counts) {
      const file = files.find((one) => one.planned === planned)
      if (file?.outcome === 'written') continue
      this.exportedCount -= counted.messages
      this.bytes -= counted.bytes
      if (file) {
        this.already += counted.messages
        this.alreadyBytes += counted.bytes
      } else this.unverified -= counted.unverified
    }
    this.failures = this.failures.map((failure) => ({
      ...failure,
      salvaged: failure.salvaged === null ? null : names.finalOf(failure.salvaged),
    }))
    return names
  }

  outcome(manifest: string, out: string, stopped: boolean, catalogComplete: boolean): ExportOutcome {
    return {
      exported: this.exportedCount,
      bytes: this.bytes,
      already: this.already,
      failed: this.failures,
      unverified: this.unverified,
      manifest,
      out,
      complete: !stopped && catalogComplete && this.failures.length === 0,
      stopped,
    }
  }
}

/** The target's own errors as those a person reads. */
function asExpected(error: unknown): unknown {
  if (!(error instanceof MailTargetError)) return toExpectedError(error) ?? error
  const what = error.kind === 'full' ? 'The disk is full' : 'The export folder cannot be written'
  return new ExpectedError(
    'REFUSED',
    `${what} (${error.path})`,
    { why: error.why, next: error.next },
    { cause: error },
  )
}
