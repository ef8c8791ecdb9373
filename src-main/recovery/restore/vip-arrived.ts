import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { CannotTell } from '../../remote/probe/fact.ts'
import { words } from '../cases/words.ts'
import type { Check, StepContext } from '../types.ts'
import { formOf, vipsOf } from './form.ts'
import { check, count, countIt, ok, some } from './look.ts'

/** Files per command: their names go over standard input. */
const BATCH = 2000
/** A slow disk reads 20 MB a second. */
const TIMEOUT = 3_600_000

interface Compared {
  files: number
  missing: string[]
  different: string[]
}

/** Compares every blob of these accounts with what arrived on the server, byte for byte by SHA-256. */
async function compare(context: StepContext, path: string, accounts: readonly string[]): Promise<Compared> {
  const catalog = await context.catalog()
  if (catalog === null) throw new CannotTell('there is no catalog of this Backup Path on this computer')
  const files = [
    ...new Set(accounts.flatMap((account) => [...catalog.blobs(account)].map(({ path: file }) => file))),
  ]
  const result: Compared = { files: files.length, missing: [], different: [] }
  for (let at = 0; at < files.length; at += BATCH) {
    const batch = files.slice(at, at + BATCH)
    const { stdout } = await context.command(
      'new',
      ['sh', '-c', 'cd -- "$1" && xargs -0 sha256sum --', 'sh', path],
      {
        as: 'zextras',
        effect: 'reads',
        timeout: TIMEOUT,
        input: batch.map((file) => `${file}\0`).join(''),
      },
    )
    const there = new Map(
      stdout.split('\n').flatMap((line): [string, string][] => {
        const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line)
        return match === null ? [] : [[match[2]!, match[1]!]]
      }),
    )
    for (const file of batch) {
      const sum = there.get(file)
      if (sum === undefined) result.missing.push(file)
      else if (sum !== (await sumOf(join(catalog.path, file)))) result.different.push(file)
    }
    await breathe()
  }
  return result
}

async function sumOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

/** VIPs may go first only when all of their mail has arrived: what is missing then is "restored" as missing. */
export const vipsArrived: Check = check(
  'vips-arrived',
  words(
    'Every blob of the first accounts has arrived and was compared',
    'Ogni blob dei primi account è arrivato ed è stato confrontato',
  ),
  true,
  async (context) => {
    const form = await formOf(context)
    const vips = vipsOf(form)
    if (vips.length === 0)
      return ok('Nobody goes first: nothing is run here', 'Nessuno va per primo: qui non si esegue nulla')
    const { files, missing, different } = await compare(context, String(form['sourcePath'] ?? ''), vips)
    if (missing.length + different.length === 0)
      return ok(
        `${count(files)} blobs of ${some(vips, 3)} are the same here and on the server (sha256sum)`,
        `${countIt(files)} blob di ${some(vips, 3)} sono uguali qui e sul server (sha256sum)`,
      )
    return {
      verdict: 'red',
      evidence: words(
        `Of ${count(files)} blobs ${count(missing.length)} are missing or cannot be read on the server, ${count(different.length)} differ: ${some([...missing, ...different], 2)}`,
        `Di ${countIt(files)} blob ${countIt(missing.length)} mancano o non sono leggibili sul server, ${countIt(different.length)} differiscono: ${some([...missing, ...different], 2)}`,
      ),
      next: words(
        'Let the copy come to its end first; it brings these accounts before all others when they are named there.',
        'Attendere prima la fine della copia; indicandoli lì, questi account vengono portati prima degli altri.',
      ),
    }
  },
)
