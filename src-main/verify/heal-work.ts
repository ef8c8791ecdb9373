import { parseItemFile } from '../backup/metadata.ts'
import { describeRefusal } from '../backup/source.ts'
import type { CheckAnswer, CheckJob } from './check-protocol.ts'
import type { RawProblem } from './check-types.ts'
import { notCopied, type HealCopy } from './heal-copy.ts'
import { isAccountInfo, openHealSource, type HealSource } from './heal-sources.ts'
import type { Pulse } from './pulse.ts'
import type { ItemParts } from './read-items.ts'

/** Of a plain folder, it is told every so often how far it was looked at, ms. */
const TELL_MS = 250

type HealJob = Extract<CheckJob, { kind: 'rest' | 'heal-metadata' | 'heal-blobs' }>

/** A reading thread's part of a heal beyond reading the path itself: the rest of the files, and the other copies. */
export class HealWork {
  readonly #parts: ItemParts
  readonly #copy: HealCopy
  readonly #pulse: Pulse
  readonly #post: (answer: CheckAnswer) => void
  readonly #sources = new Map<string, HealSource>()

  constructor(parts: ItemParts, copy: HealCopy, pulse: Pulse, post: (answer: CheckAnswer) => void) {
    this.#parts = parts
    this.#copy = copy
    this.#pulse = pulse
    this.#post = post
  }

  work(job: HealJob): void {
    switch (job.kind) {
      case 'rest':
        this.#rest()
        return
      case 'heal-metadata':
        this.#metadata(job)
        return
      case 'heal-blobs':
        this.#blobs(job)
        return
    }
  }

  /** account_info, server/, map files, backupstat, unknown files. */
  #rest(): void {
    const { source, layout, accounts } = this.#parts
    const skipped = new Set([layout.items, ...accounts.map((account) => account.itemsPath)])
    const problems: RawProblem[] = []
    let copied = 0
    const walk = (folder: string): void => {
      const listed = source.list(folder)
      if ('refused' in listed) {
        problems.push(notCopied(folder, describeRefusal(listed.refused)))
        return
      }
      for (const { name, kind } of listed.entries) {
        const path = folder === '' ? name : `${folder}/${name}`
        if (kind === 'directory' && !skipped.has(path)) walk(path)
        if (kind === 'file' && this.#copy.file(path, problems)) copied++
      }
    }
    walk('')
    this.#post({ kind: 'rest', copied, problems, last: true })
  }

  #metadata({ paths, from, spelling }: HealJob & { kind: 'heal-metadata' }): void {
    const { zone } = this.#parts
    const healed: { path: string; from: string; digests: string[] }[] = []
    const lost: string[] = []
    for (const path of paths) {
      const isInfo = isAccountInfo(path)
      let isHealed = false
      for (const one of from) {
        const found = this.#source(one).metadata(path)
        if (found === null) continue
        const { digests, condition, states } = parseItemFile(found, { dialect: spelling.dialect, zone })
        // What cannot be understood there either heals nothing.
        if (!isInfo && (condition !== 'ok' || states.length === 0)) continue
        this.#copy.target.write(path, found, null)
        healed.push({ path, from: one, digests: isInfo ? [] : digests })
        isHealed = true
        break
      }
      if (!isHealed) lost.push(path)
    }
    this.#post({ kind: 'healed-metadata', healed, lost, last: true })
  }

  #blobs({ wanted, from, walked }: HealJob & { kind: 'heal-blobs' }): void {
    let found: string[] = []
    let since = performance.now()
    this.#source(from).find(
      new Set(wanted),
      (digest, file) => {
        this.#copy.target.write(`items/${digest.slice(0, 2)}/${digest}`, file, null)
        found.push(digest)
      },
      walked,
      (now) => {
        if (performance.now() - since < TELL_MS) return
        this.#post({ kind: 'healed-blobs', found, walked: now, last: false })
        found = []
        since = performance.now()
      },
    )
    this.#post({ kind: 'healed-blobs', found, walked: 0, last: true })
  }

  #source(path: string): HealSource {
    const known = this.#sources.get(path)
    if (known) return known
    const source = openHealSource(path, this.#pulse, this.#parts.source.hung)
    this.#sources.set(path, source)
    return source
  }
}
