import { parseAccountInfo } from '../../backup/account-info.ts'
import { isUuid } from '../../backup/layout.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { digestsOfFile } from './account-digests.ts'
import { blobDigest, type FileEntry, type Listing } from './listing.ts'
import type { Scope } from './plan.ts'
import type { Delivery, LargeFile, Wanted } from './work.ts'

/** Reads a few files of a source into memory. */
export type ReadFiles = (entries: readonly FileEntry[]) => Promise<Map<string, Buffer>>

/** `account_info` of an account is small; more is not read. */
const MAX_INFO = 4 * 1024 * 1024

/**
 * The folders of accounts that a person named by address, alias or UUID.
 * @throws ExpectedError NOT_FOUND for a name that no account has
 */
export async function accountFolders(
  names: readonly string[],
  listing: Listing,
  read: ReadFiles,
): Promise<string[]> {
  const known = listing.folders
    .map(({ path }) => /^accounts\/([^/]+)$/.exec(path)?.[1])
    .filter((id) => id !== undefined && isUuid(id)) as string[]
  const byName = new Map(known.map((id) => [id.toLowerCase(), id]))
  if (names.some((name) => !byName.has(name.toLowerCase()))) {
    const infos = listing.files.filter(
      ({ path, size }) => /^accounts\/[^/]+\/account_info$/.test(path) && size <= MAX_INFO,
    )
    for (const [path, bytes] of await read(infos)) {
      const id = path.split('/')[1] ?? ''
      const { info } = parseAccountInfo(bytes, id)
      for (const name of [info.name, ...info.aliases]) if (name !== null) byName.set(name.toLowerCase(), id)
    }
  }
  return [...new Set(names.map((name) => byName.get(name.toLowerCase()) ?? noSuch(name)))]
}

function noSuch(name: string): never {
  throw new ExpectedError('NOT_FOUND', `There is no account ${name}`, {
    why: 'No account of this backup path has that address, alias or UUID.',
    next: 'See `lifeboat accounts PATH` on a machine that has the path, or name the UUIDs under accounts/.',
  })
}

/** The item files of accounts: they name the blobs. */
export function itemFiles(listing: Listing, accounts: readonly string[]): FileEntry[] {
  const prefixes = accounts.map((id) => `accounts/${id}/`)
  return listing.files.filter(({ path }) => prefixes.some((prefix) => path.startsWith(prefix)))
}

/** Everything but other accounts and blobs that these accounts do not name. */
export function scopeOf(accounts: readonly string[], digests: ReadonlySet<string>): Scope {
  const chosen = new Set(accounts)
  return {
    has: (path) => {
      const digest = blobDigest(path)
      if (digest !== null) return digests.has(digest)
      const id = /^accounts\/([^/]+)/.exec(path)?.[1]
      return id === undefined || !isUuid(id) || chosen.has(id)
    },
  }
}

/** Digests that files of a source name, read through memory. */
export async function digestsRead(entries: readonly FileEntry[], read: ReadFiles): Promise<Set<string>> {
  const found = new Set<string>()
  for (let at = 0; at < entries.length; at += 5000) {
    for (const bytes of (await read(entries.slice(at, at + 5000))).values()) {
      try {
        for (const digest of digestsOfFile(bytes)) found.add(digest)
      } catch {
        // A damaged item file names nothing that can be read.
      }
    }
  }
  return found
}

/** Keeps what a source delivers in memory: for a few files that must be understood before the copy begins. */
export class MemoryDelivery implements Delivery {
  readonly files = new Map<string, Buffer>()

  batch(job: { buffer: ArrayBuffer }, works: Wanted[]): void {
    let at = 0
    for (const { entry } of works) {
      this.files.set(entry.path, Buffer.from(Buffer.from(job.buffer, at, entry.size)))
      at += entry.size
    }
  }

  large(work: Wanted): LargeFile {
    const pieces: Buffer[] = []
    return {
      write: (piece) => pieces.push(Buffer.from(piece)),
      end: () => this.files.set(work.entry.path, Buffer.concat(pieces)),
      abandon: () => undefined,
    }
  }

  largeHere(): void {
    throw new Error('Local files are read where they lie.')
  }

  failed(): void {
    // Told where it is copied.
  }
}
