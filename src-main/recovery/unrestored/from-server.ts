import { extractForIndex } from '../../mail/index-walker.ts'
import { CarbonioError } from '../../remote/carbonio/errors.ts'
import { getItem } from '../../remote/carbonio/get-item.ts'
import { LMTP_MAX_LINE } from '../../verify/lmtp.ts'
import { inItalian } from '../../contract/said/in-italian.ts'
import { words } from '../cases/words.ts'
import { count, countIt, understood } from '../restore/look.ts'
import type { StepContext } from '../types.ts'
import type { Listed } from './causes.ts'
import type { Cause, WorkItem } from './rows.ts'
import { filesOnServer, type FileState } from './server-files.ts'

type Told = Pick<WorkItem, 'cause' | 'evidence' | 'sure'>

const told = (cause: Cause, en: string, it: string, sure: boolean): Told => ({
  cause,
  evidence: words(en, it),
  sure,
})

/** What `getItem … date all` tells of the newest state. */
interface Newest {
  type: string
  deleted: boolean
  at: number | null
  blob: string | null
}

/** What a blob on the server is, as far as its own `gzip` and `awk` tell. */
export interface BlobFacts {
  /** Message headers Subject, From and Date, as they stand in it. */
  headers: string
  /** Uncompressed. */
  bytes: number
  /** The longest line, counted from 1, and its bytes. */
  line: number
  lineBytes: number
  /** What gzip complained of; null for a whole stream. */
  damage: string | null
}

const TIMEOUT = 600_000

/**
 * The worklist of a case without a copy of the Backup Path on this computer: the new server is asked for each item
 * (`getItem`), and its blob is read there. Folders are not told by it, and nothing can be exported.
 * @param path the Backup Path on the new server that was restored from
 */
export async function withoutCatalog(
  context: StepContext,
  listed: readonly Listed[],
  path: string,
): Promise<WorkItem[]> {
  const found: { one: Listed; newest: Newest | null; why: string }[] = []
  for (const [index, one] of listed.entries()) {
    context.signal.throwIfAborted()
    context.progress({
      phase: words('Asking the server about each item', 'Ogni elemento viene chiesto al server'),
      done: index,
      total: listed.length,
      unit: 'items',
      rate: null,
      secondsLeft: null,
      detail: words(
        'No copy of the Backup Path lies on this computer: getItem tells what it can',
        'Nessuna copia del Backup Path su questo computer: getItem dice ciò che può',
      ),
    })
    found.push({ one, ...(await newestOf(context, one, path)) })
  }
  const blobs = found.flatMap(({ newest }) => (newest?.blob == null ? [] : [newest.blob]))
  const states = await filesOnServer(context, blobs)
  const rows: WorkItem[] = []
  for (const { one, newest, why } of found) {
    context.signal.throwIfAborted()
    const blob = newest?.blob ?? null
    const state = blob === null ? undefined : states.get(blob)
    const facts = blob !== null && state?.state === 'read' ? await blobFacts(context, blob) : null
    const mail = facts === null ? null : extractForIndex(Buffer.from(`${facts.headers}\n\n`))
    rows.push({
      account: one.account,
      id: one.id,
      type: newest?.type ?? 'unknown',
      folder: '',
      subject: mail?.subject ?? '',
      from: mail?.from ?? '',
      date: mail?.date ?? newest?.at ?? null,
      bytes: facts?.bytes ?? 0,
      ...(newest === null ? unknownToServer(why) : judged(newest, state, facts)),
      files: blob === null ? [] : [blob],
      good: null,
      exportable: false,
      fromServer: true,
    })
  }
  return rows
}

async function newestOf(
  context: StepContext,
  { account, id }: Listed,
  backupPath: string,
): Promise<{ newest: Newest | null; why: string }> {
  try {
    const answer = await context.carbonio('new', getItem, {
      account,
      item: String(id),
      date: 'all',
      ...(backupPath === '' ? {} : { backupPath }),
    })
    const { states } = understood(answer)
    const last = [...states].sort((a, b) => (a.start?.at ?? 0) - (b.start?.at ?? 0)).at(-1)
    if (last === undefined) return { newest: null, why: 'getItem names no state' }
    const { type, deleted, start, blobPath } = last
    return {
      newest: { type: type ?? 'unknown', deleted: deleted ?? false, at: start?.at ?? null, blob: blobPath },
      why: '',
    }
  } catch (error) {
    context.signal.throwIfAborted()
    // that there is no such item is an answer; that nobody answers is none
    if (error instanceof CarbonioError && error.kind !== 'unknown-outcome')
      return { newest: null, why: error.why }
    throw error
  }
}

function unknownToServer(why: string): Told {
  return told(
    'broken',
    `The server reads no state of it in the Backup Path: ${why}`,
    `Il server non ne legge alcuno stato nel Backup Path: ${inItalian(why)}`,
    false,
  )
}

function judged({ type, blob }: Newest, state: FileState | undefined, facts: BlobFacts | null): Told {
  if (blob === null || state === undefined)
    return told('unknown', 'The server names no blob of it', 'Il server non ne indica alcun blob', false)
  if (state.state === 'refused')
    return told(
      'read-error',
      `zextras cannot read ${blob} (${state.said})`,
      `zextras non può leggere ${blob} (${state.said})`,
      true,
    )
  if (state.state === 'io')
    return told(
      'read-error',
      `${blob}: ${state.said} (read on the server)`,
      `${blob}: ${state.said} (letto sul server)`,
      true,
    )
  if (state.state === 'missing')
    return told('broken', `${blob} is not on the server`, `${blob} non è sul server`, false)
  if (facts === null)
    return told(
      'unknown',
      'Its blob could not be looked into',
      'Non è stato possibile esaminare il blob',
      false,
    )
  if (facts.damage !== null)
    return told(
      'broken',
      `Its blob cannot be decompressed: ${facts.damage} (gzip on the server)`,
      `Il suo blob non si decomprime: ${facts.damage} (gzip sul server)`,
      true,
    )
  if (type !== 'message')
    return told(
      'unknown',
      'Its blob is whole; it is no message',
      'Il suo blob è integro; non è un messaggio',
      false,
    )
  if (facts.lineBytes > LMTP_MAX_LINE)
    return told(
      'invalid',
      `Line ${count(facts.line)} has ${count(facts.lineBytes)} bytes; the LMTP validator allows ${count(LMTP_MAX_LINE)}`,
      `La riga ${countIt(facts.line)} ha ${countIt(facts.lineBytes)} byte; il validatore LMTP ne ammette ${countIt(LMTP_MAX_LINE)}`,
      true,
    )
  return told(
    'invalid',
    'It can be decompressed and read: the LMTP validator rejected it for another reason, or its content is not what its name says',
    'Si decomprime e si legge: il validatore LMTP lo ha respinto per un altro motivo, o il contenuto non corrisponde al nome',
    false,
  )
}

/** Three headers with their further lines, then the figures. Bytes are counted: `LC_ALL=C`. */
export const AWK = [
  `{ sub(/\\r$/, "") }`,
  `length($0) > most { most = length($0); at = NR }`,
  `{ bytes += length($0) + 1 }`,
  `!body && $0 == "" { body = 1 }`,
  `!body { if ($0 !~ /^[ \\t]/) wanted = tolower($0) ~ /^(subject|from|date):/; if (wanted && said < 60) { print substr($0, 1, 1000); said++ } }`,
  `END { printf "=%d %d %d\\n", bytes, at, most }`,
].join('\n')

/** Looks into a blob where it lies; null where the server lacks the programs for it. */
async function blobFacts(context: StepContext, blob: string): Promise<BlobFacts | null> {
  const script = `LC_ALL=C gzip -cd < "$1" | LC_ALL=C awk "$2"`
  const { code, stdout, stderr } = await context.command('new', ['sh', '-c', script, 'sh', blob, AWK], {
    as: 'zextras',
    effect: 'reads',
    timeout: TIMEOUT,
  })
  return code === 0 ? readBlobFacts(stdout, stderr) : null
}

/** What the look into a blob printed; null when that is not what was asked for. */
export function readBlobFacts(stdout: string, stderr: string): BlobFacts | null {
  const [, headers = '', bytes, line, lineBytes] = /^([\s\S]*?)^=(\d+) (\d+) (\d+)\n$/m.exec(stdout) ?? []
  if (bytes === undefined) return null
  // gzip's word comes first: "gzip: stdin: unexpected end of file"
  const damage = /gzip: (?:stdin: |standard input: )?(.+)/.exec(stderr)?.[1]?.trim() ?? null
  return { headers, bytes: Number(bytes), line: Number(line), lineBytes: Number(lineBytes), damage }
}
