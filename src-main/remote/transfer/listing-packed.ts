import type { FileEntry, FolderEntry, Listing } from './listing.ts'

/** A listing as a thread hands it over: cloning an object for each of a million files would take longer than listing them. */
export interface PackedListing {
  files: Packed
  folders: Packed
  odd: Listing['odd']
  errors: string[]
}

interface Packed {
  /** All paths, each ended by NUL, which is in no name. */
  paths: string
  /** For each its time, mode and, of a file, its size. */
  numbers: Float64Array<ArrayBuffer>
}

const OF_FILE = 3
const OF_FOLDER = 2

export function packListing({ files, folders, odd, errors }: Listing): PackedListing {
  const ofFiles = new Float64Array(files.length * OF_FILE)
  files.forEach(({ mtime, mode, size }, index) => {
    const at = index * OF_FILE
    ofFiles[at] = mtime
    ofFiles[at + 1] = mode
    ofFiles[at + 2] = size
  })
  const ofFolders = new Float64Array(folders.length * OF_FOLDER)
  folders.forEach(({ mtime, mode }, index) => {
    const at = index * OF_FOLDER
    ofFolders[at] = mtime
    ofFolders[at + 1] = mode
  })
  return {
    files: { paths: joined(files), numbers: ofFiles },
    folders: { paths: joined(folders), numbers: ofFolders },
    odd,
    errors,
  }
}

/** What goes to another thread without being copied. */
export function buffersOf({ files, folders }: PackedListing): ArrayBuffer[] {
  return [files.numbers.buffer, folders.numbers.buffer]
}

export function unpackListing({ files, folders, odd, errors }: PackedListing): Listing {
  return {
    files: unpacked<FileEntry>(files, OF_FILE, (path, numbers, at) => ({
      path,
      size: numbers[at + 2] ?? 0,
      mtime: numbers[at] ?? 0,
      mode: numbers[at + 1] ?? 0,
    })),
    folders: unpacked<FolderEntry>(folders, OF_FOLDER, (path, numbers, at) => ({
      path,
      mtime: numbers[at] ?? 0,
      mode: numbers[at + 1] ?? 0,
    })),
    odd,
    errors,
  }
}

function joined(entries: readonly { path: string }[]): string {
  return entries.map(({ path }) => `${path}\0`).join('')
}

function unpacked<T>(
  { paths, numbers }: Packed,
  step: number,
  entryOf: (path: string, numbers: Float64Array, at: number) => T,
): T[] {
  const entries: T[] = []
  let from = 0
  for (let end = paths.indexOf('\0'); end >= 0; end = paths.indexOf('\0', from)) {
    entries.push(entryOf(paths.slice(from, end), numbers, entries.length * step))
    from = end + 1
  }
  return entries
}
