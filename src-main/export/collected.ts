import type { CollectedFile } from '../mail/formats/target.ts'
import type { CollectedNames } from './manifest.ts'

/** What this export put into one file that holds many messages. */
interface Counted {
  messages: number
  bytes: number
  unverified: number
}

/** Keeps count of each collecting file (mbox, zip) until its close tells what became of it. */
export class Collected {
  /** By the path that was planned. */
  readonly counts = new Map<string, Counted>()

  add(planned: string, messages: number, bytes: number, unverified: number): void {
    const counted = this.counts.get(planned) ?? { messages: 0, bytes: 0, unverified: 0 }
    counted.messages += messages
    counted.bytes += bytes
    counted.unverified += unverified
    this.counts.set(planned, counted)
  }

  /** @param files those that were finished */
  names(files: readonly CollectedFile[]): CollectedNames {
    const finals = new Map<string, string>(files.map(({ planned, path }) => [planned, path]))
    const paths = new Set(finals.values())
    return {
      finalOf: (file) => {
        const planned = containerIn(this.counts, file)
        if (planned === null) return file
        const path = finals.get(planned)
        return path === undefined ? null : `${path}${file.slice(planned.length)}`
      },
      isOfThisExport: (file) => containerIn(paths, file) !== null,
    }
  }
}

/** The file itself (mbox), or the zip file at the beginning of its path; null for a file of its own. */
function containerIn(known: { has(path: string): boolean }, file: string): string | null {
  if (known.has(file)) return file
  const top = file.slice(0, Math.max(0, file.indexOf('/')))
  return known.has(top) ? top : null
}
