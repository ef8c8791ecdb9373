import { CLAIM_MARKS } from './check-protocol.ts'
import type { Batch } from './check-protocol.ts'
import { CLAIMED, KEY_WORDS, keyOf, NEEDED, PRESENT, WHOLE } from './digest-table.ts'

/** One line of the claims: an item names a blob. */
export interface Claim {
  /** Index into the list of accounts. */
  account: number
  item: number
  mark: string
  digest: string
}

/** So few digests are looked for one by one; more by reading every line. */
const FEW = 24

export function claimsIn(text: string, take: (claim: Claim) => void): void {
  for (const line of lines(text)) take(claimOf(line))
}

/** The claims on some digests. */
export function claimsOf(
  text: string,
  digests: ReadonlyMap<string, unknown>,
  take: (claim: Claim) => void,
): void {
  if (digests.size > FEW) {
    for (const line of lines(text)) {
      if (digests.has(line.slice(line.lastIndexOf('\t') + 1))) take(claimOf(line))
    }
    return
  }
  for (const digest of digests.keys()) {
    const end = `\t${digest}\n`
    for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end, at + 1)) {
      take(claimOf(text.slice(text.lastIndexOf('\n', at) + 1, at + end.length - 1)))
    }
  }
}

function claimOf(line: string): Claim {
  const [account = '', item = '', mark = '', digest = ''] = line.split('\t')
  return { account: Number(account), item: Number(item), mark, digest }
}

export function forEachPresent(
  text: string,
  take: (digest: string, path: string | null, whole: boolean) => void,
): void {
  for (const line of lines(text)) {
    const from = line.startsWith('!') ? 1 : 0
    const tab = line.indexOf('\t')
    if (tab < 0) take(line.slice(from), null, from === 0)
    else take(line.slice(from, tab), asPath(line.slice(tab + 1)), from === 0)
  }
}

/** A path as part of a line: a file's name may hold line ends. */
export function inLine(path: string): string {
  return path.replace(/[%\n\r]/g, encodeURIComponent)
}

function asPath(text: string): string {
  return text.replace(/%(?:25|0A|0D)/g, decodeURIComponent)
}

/** The keys of a batch that comes from the journal. */
export function keysOf(kind: Batch['kind'], text: string): Uint32Array {
  const found: { digest: string; bits: number }[] = []
  if (kind === 'metadata') {
    claimsIn(text, ({ mark, digest }) => {
      if (mark !== CLAIM_MARKS.folder)
        found.push({ digest, bits: mark === CLAIM_MARKS.needed ? CLAIMED | NEEDED : CLAIMED })
    })
  } else {
    forEachPresent(text, (digest, _, whole) => {
      found.push({ digest, bits: whole ? PRESENT | WHOLE : PRESENT })
    })
  }
  const keys = new Uint32Array(found.length * KEY_WORDS)
  for (const [index, { digest, bits }] of found.entries()) {
    keyOf(digest, keys, index * KEY_WORDS)
    keys[index * KEY_WORDS + KEY_WORDS - 1] = bits
  }
  return keys
}

function* lines(text: string): Generator<string> {
  let start = 0
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield text.slice(start, end)
    start = end + 1
  }
}
