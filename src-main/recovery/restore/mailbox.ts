import { endOfObject } from '../../remote/carbonio/json-reply.ts'
import { CannotTell } from '../../remote/probe/fact.ts'
import type { CommandOptions, StepContext } from '../types.ts'

/**
 * What a mailbox of a server holds, by the mailbox's own tool `zmmailbox` (its forms are those of the open source it
 * comes from; not published by the vendor, so what does not fit them is "could not be told").
 */

const TIMEOUT = 300_000
const OPTIONS: CommandOptions = {
  as: 'zextras',
  timeout: TIMEOUT,
  effect: 'reads',
  maxOutput: 64 * 1024 * 1024,
}

/** One folder: `Id View Unread Msg-Count Path`, as `gaf` prints it. */
const FOLDER = /^\s*(\d+)\s+(\w{1,6})\s+(\d+)\s+(\d+)\s{2}(\/.*)$/

/** Messages, contacts, events … of all folders of an account. @throws CannotTell, ConnectionError */
export async function itemsIn(context: StepContext, account: string): Promise<number> {
  const { code, stdout, stderr } = await context.command(
    'new',
    ['zmmailbox', '-z', '-m', account, 'gaf'],
    OPTIONS,
  )
  if (code !== 0) throw new CannotTell(said('gaf', code, stderr || stdout))
  const rows = stdout.split('\n').flatMap((line) => {
    const match = FOLDER.exec(line)
    return match === null ? [] : [Number(match[4])]
  })
  if (rows.length === 0) throw new CannotTell('`zmmailbox gaf` printed no folders')
  return rows.reduce((sum, items) => sum + items, 0)
}

/** A message that is on the server. */
export interface FoundMessage {
  subject: string
  /** ms UTC; null where it is not told. */
  date: number | null
}

const PAGE = 1000
/** Messages of one account that are compared by name; more take a search engine. */
const MOST = 200_000

/** The messages of an account, everywhere. @throws CannotTell, ConnectionError */
export async function messagesIn(
  context: StepContext,
  account: string,
  expected: number,
): Promise<FoundMessage[]> {
  if (expected > MOST) throw new CannotTell(`more than ${String(MOST)} messages are not compared one by one`)
  const pages = Math.ceil(expected / PAGE) + 1
  const search = `search -v -t message -l ${String(PAGE)} is:anywhere\n`
  const { code, stdout, stderr } = await context.command(
    'new',
    ['zmmailbox', '-z', '-m', account, '-f', '/dev/stdin'],
    { ...OPTIONS, input: search + 'sn -v\n'.repeat(pages - 1) },
  )
  if (code !== 0) throw new CannotTell(said('search', code, stderr || stdout))
  const documents = jsonDocuments(stdout)
  if (documents.length === 0) throw new CannotTell('`zmmailbox search` printed nothing that could be read')
  return documents.flatMap((document) => {
    const { hits } = document as { hits?: unknown }
    if (!Array.isArray(hits)) throw new CannotTell('`zmmailbox search` printed no hits')
    return hits.map((hit: unknown): FoundMessage => {
      const { subject, date } = (hit ?? {}) as { subject?: unknown; date?: unknown }
      return {
        subject: typeof subject === 'string' ? subject : '',
        date: typeof date === 'number' && Number.isFinite(date) ? date : null,
      }
    })
  })
}

/** JSON objects that stand one after the other, with whatever lines between them. */
function jsonDocuments(text: string): unknown[] {
  const found: unknown[] = []
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at)) {
    const end = endOfObject(text, at)
    if (end < 0) break
    try {
      found.push(JSON.parse(text.slice(at, end)))
    } catch {
      // not JSON after all
    }
    at = end
  }
  return found
}

const said = (command: string, code: number | null, text: string): string =>
  `\`zmmailbox ${command}\` ended with code ${String(code)}: ${text.replace(/\s+/g, ' ').trim().slice(0, 200)}`
