import type { FileEntry, FolderEntry, Listing } from './listing.ts'
import type { SourceLook, TargetLook } from './preflight-look.ts'
import type { Delivery, Wanted } from './work.ts'

/** Where a copy comes from. */
export interface SourceSide {
  list(): Promise<Listing>
  /**
   * Has the source itself sum up files (SHA-256, hex), in their order.
   * @param onKnown hears how many of them are settled: those in `found`, and those that it could not tell
   */
  sums(
    entries: readonly FileEntry[],
    found: Map<string, string>,
    onKnown: (settled: number) => void,
  ): Promise<void>
  /** A few files into memory; what cannot be read is left out. */
  readFiles(entries: readonly FileEntry[]): Promise<Map<string, Buffer>>
  fetch(wanted: readonly Wanted[], delivery: Delivery): Promise<void>
  /** What should be known before a copy begins. */
  look(): Promise<SourceLook>
}

/** Where a copy goes to. */
export interface TargetSide {
  list(): Promise<Listing>
  /** Null where the target could not be asked. */
  room(): Promise<{ bytes: number; files: number | null } | null>
  /** Whether `a` and `A` are two files there: by trying. */
  keepsCase(): Promise<boolean>
  readonly delivery: Delivery
  /** What should be known before a copy begins; what is tried for it is taken back. */
  look(): Promise<TargetLook>
  /** Waits until everything delivered has its final name, or was found not to be right. */
  idle(): Promise<void>
  /** Files of the right size with another time: gives those that are right their time; returns the others. */
  doubtful(works: readonly Wanted[]): Promise<Wanted[]>
  makeFolders(folders: readonly FolderEntry[]): Promise<void>
  /** Everything is written: it begins to go to the disk while the rest is compared. */
  settle(): void
  /** At the very end: times of folders, what is on its way to the disk. */
  finish(folders: readonly FolderEntry[]): Promise<void>
  /** Removes files and (empty) folders of the target. */
  remove(paths: readonly string[]): Promise<void>
  /** Removes what is ours besides the path. Never throws. */
  close(): Promise<void>
}

/** Both ends, ready. */
export interface Sides {
  source: SourceSide
  target: TargetSide
  /** Listings that were begun before. */
  early: { source: Promise<Listing> | undefined; target: Promise<Listing> | undefined }
}
