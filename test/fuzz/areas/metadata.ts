import { gzipSync } from 'node:zlib'
import { DIGEST_RE, digestOf } from '../../../src-main/backup/digest.ts'
import { EMPTY_DIALECT, learnDialect } from '../../../src-main/backup/dialect.ts'
import { parseItemFile } from '../../../src-main/backup/metadata.ts'
import type { ParsedItem } from '../../../src-main/backup/metadata.ts'
import { decodeText } from '../../../src-main/backup/text.ts'
import { ITEM_TYPES } from '../../../src-main/backup/types.ts'
import { Random } from '../../../src-main/backup/writer/random.ts'
import type { NamedState } from '../../../src-main/backup/writer/spelling.ts'
import { DIALECTS, type Dialect as Spelling } from '../../support/dialects.ts'
import { must, shown, type Area } from '../area.ts'
import { mutateBytes } from '../mutate-bytes.ts'

const OLDEST = Date.UTC(1970, 0, 1) - 1
const NEWEST = Date.UTC(2101, 0, 1)

/** Item files as the spelling writes them. */
function filesOf(spelling: Spelling, random: Random): Buffer[] {
  return Array.from({ length: 24 }, (_, n) => {
    const type = n % 8 === 7 ? 'folder' : 'message'
    const start = Date.UTC(2024, random.int(12), 1 + random.int(27), random.int(24))
    const states = Array.from({ length: 1 + random.int(4) }, (_, index): NamedState => {
      const message = type === 'message'
      return {
        start: start + index * 3_600_000,
        end: index % 2 === 0 ? start + (index + 1) * 3_600_000 : null,
        deleted: index === 3,
        flags: random.pick(['', 'u', 'f', 'ru']),
        tags: random.chance(0.2) ? ['Projekt'] : [],
        folder: random.pick([2, 3, 5, 257]),
        digest: message ? digestOf(random.bytes(16), random.chance(0.1) ? 'sha384' : 'sha256') : null,
        name: message ? null : `Ordner ${String(n)}`,
        subject: message ? random.pick(['Angebot {1}', 'Re: "x"', '発送', 'a\\b', '']) : null,
        sender: message ? 'Anna <anna@example.com>' : null,
        recipients: message ? 'bob@example.com' : null,
        date: message ? start : null,
        size: message ? 1000 + n : null,
      } as unknown as NamedState
    })
    return spelling.file({ id: 257 + n, type }, states)
  })
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(decodeText(bytes).text)
  } catch {
    return undefined
  }
}

/** Digests that stand whole, as a string of their own, in the text. */
function intactDigests(bytes: Buffer): string[] {
  return [...bytes.toString('latin1').matchAll(/(?<!\\)"([A-Za-z0-9+,]{43}=|[A-Za-z0-9+,]{64})"(?!\s*:)/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => DIGEST_RE.test(name) && !/^[0-9a-f]{64}$|^[0-9A-F]{64}$/.test(name))
}

function judge(item: ParsedItem, bytes: Buffer, planted: ReadonlySet<string>): void {
  const { states, condition, digests, detail, id, folderPaths } = item
  const said = (what: string) => (): string =>
    `${what}: ${JSON.stringify(item).slice(0, 600)} of ${shown(bytes)}`
  must(['ok', 'empty', 'broken'].includes(condition), said('condition'))
  must((condition === 'ok') === (detail === ''), said('a condition without its reason'))
  must(condition !== 'ok' || states.length > 0, said('ok without a state'))
  must(folderPaths.length === states.length, said('folderPaths'))
  must(new Set(digests).size === digests.length, said('a digest twice'))
  must(id === null || Number.isSafeInteger(id), said('id'))
  for (const state of states) {
    must(ITEM_TYPES.includes(state.type), said('type'))
    must(typeof state.deleted === 'boolean' && typeof state.flags === 'string', said('deleted, flags'))
    for (const time of [state.start, state.end, state.date]) {
      must(time === null || (Number.isFinite(time) && time > OLDEST && time < NEWEST), said('time'))
    }
    must(state.folder === null || Number.isSafeInteger(state.folder), said('folder'))
    must(state.size === null || (Number.isFinite(state.size) && state.size >= 0), said('size'))
    must(state.digest === null || digests.includes(state.digest), said('digest of a state'))
  }
  if (bytes[0] === 0x1f) return
  for (const digest of intactDigests(bytes)) {
    if (planted.has(digest)) must(digests.includes(digest), said(`the intact digest ${digest} is lost`))
  }
}

export const METADATA: Area = {
  name: 'metadata',
  prepare() {
    const random = new Random(41)
    const spellings = DIALECTS.map((spelling) => {
      const files = filesOf(spelling, random)
      const learned = learnDialect(files.map(parsed).filter((value) => value !== undefined))
      return { files, learned }
    })
    const all = spellings.flatMap(({ files }) => files)
    const planted = new Set(
      all.flatMap((file) => intactDigests(Buffer.from(decodeText(file).text, 'latin1'))),
    )
    return (random) => {
      const { files, learned } = random.pick(spellings)
      let bytes = random.pick(files)
      const packed = bytes[0] === 0x1f
      if (packed && random.chance(0.7)) bytes = Buffer.from(decodeText(bytes).text)
      bytes = mutateBytes(bytes, random, all)
      if (packed && random.chance(0.5)) bytes = gzipSync(bytes, { level: 1 })
      const dialect = random.chance(0.5) ? learned : EMPTY_DIALECT
      const zone = random.pick(['UTC', 'Europe/Rome', 'local'])
      const blobExists = random.chance(0.5) ? undefined : (name: string) => name.charCodeAt(0) % 2 === 0
      const item = parseItemFile(bytes, blobExists ? { dialect, zone, blobExists } : { dialect, zone })
      judge(item, bytes, planted)
    }
  },
}
