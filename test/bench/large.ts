/**
 * `node test/bench/large.ts [COUNT]` (default 50,000): the engine as the screens use it, on a synthetic Backup Path of COUNT small mails:
 * how long the first ingest takes, what any call of a screen takes while it runs and after it, memory of the whole engine,
 * opening the path again, and a thousand new items.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRouterClient } from '@orpc/server'
import { createEngine } from '../../src-main/api/engine.ts'
import { router } from '../../src-main/api/router.ts'
import { writeBulk } from '../../src-main/backup/writer/index.ts'
import type { ContractClient } from '../../src-main/contract/index.ts'
import { benchFolder, bulkPath } from './data/bulk-path.ts'

const count = Number(process.argv[2] ?? 50_000)
const data = join(benchFolder(), 'large-data')

interface Session {
  client: ContractClient
  close: () => Promise<void>
}

function start(): Session {
  const engine = createEngine({ dataFolder: data, host: 'browser' })
  const client = createRouterClient(router, { context: { engine } }) satisfies ContractClient
  return { client, close: () => engine.close() }
}

/** Resident memory of this process, MB, now and at its highest (VmHWM). */
function memory(): { now: number; peak: number } {
  const status = readFileSync('/proc/self/status', 'utf8')
  const of = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
  return { now: of('VmRSS'), peak: of('VmHWM') }
}

class Times {
  readonly #times = new Map<string, number[]>()

  async take(name: string, call: () => Promise<unknown>): Promise<void> {
    const began = performance.now()
    await call()
    const taken = performance.now() - began
    const list = this.#times.get(name)
    if (list) list.push(taken)
    else this.#times.set(name, [taken])
  }

  print(): void {
    for (const [name, list] of this.#times) {
      list.sort((a, b) => a - b)
      const at = (share: number): string => (list[Math.floor((list.length - 1) * share)] ?? NaN).toFixed(1)
      console.log(
        `  ${name.padEnd(34)} ${String(list.length).padStart(5)} calls   p50 ${at(0.5).padStart(7)} ms   p95 ${at(0.95).padStart(7)} ms   most ${at(1).padStart(7)} ms`,
      )
    }
  }
}

/** What a person does on the screens, once round. */
async function look(client: ContractClient, catalogId: string, times: Times, round: number): Promise<void> {
  const base = { catalogId, at: null, deleted: 'show' as const }
  await times.take('summary', () => client.backup.summary({ catalogId }))
  let accounts: { id: string }[] = []
  await times.take('accounts', async () => {
    accounts = await client.mail.accounts({ catalogId })
  })
  const account = accounts[round % Math.max(1, accounts.length)]?.id
  if (account === undefined) return
  await times.take('folders', () => client.mail.folders({ catalogId, account, at: null, deleted: 'show' }))
  const page = { offset: 0, limit: 100, descending: true }
  const all = { ...base, scope: { kind: 'all' as const } }
  const one = { ...base, scope: { kind: 'account' as const, account } }
  await times.take('first page of all, by date', () => client.mail.list({ ...all, ...page, sort: 'date' }))
  const rows = (await client.mail.list({ ...all, ...page, offset: round * 100, sort: 'date' })).rows
  const word = rows.flatMap((row) => row.subject?.match(/[a-z]{5,}/gi) ?? [])[round % 7] ?? 'report'
  await times.take('first page of all, by subject', () =>
    client.mail.list({ ...all, ...page, sort: 'subject' }),
  )
  await times.take('first page of an account', () => client.mail.list({ ...one, ...page, sort: 'date' }))
  await times.take('search of one word', () =>
    client.mail.list({ ...base, scope: { kind: 'search', query: word }, ...page, sort: 'date' }),
  )
  await times.take('months', () => client.mail.months(all))
}

/** Opens, looks about until the catalog is complete; returns the seconds that took. */
async function openAndWait(session: Session, path: string, times: Times | null): Promise<number> {
  const began = performance.now()
  const { catalogId } = await session.client.backup.open({ path })
  const state = { complete: false }
  const watching = (async () => {
    for await (const progress of await session.client.backup.watch({ catalogId })) {
      if (progress.error !== null) throw new Error(progress.error)
      if (progress.complete) break
    }
    state.complete = true
  })()
  for (let round = 0; !state.complete && times !== null; round++) {
    await look(session.client, catalogId, times, round)
    await Promise.race([watching, sleep(200)])
  }
  await watching
  return (performance.now() - began) / 1000
}

async function main(): Promise<void> {
  const manifest = await bulkPath(count)
  const path = manifest.path
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { recursive: true, mode: 0o700 })
  console.log(
    `${count.toLocaleString('en')} messages, ${manifest.items.toLocaleString('en')} items; load ${loadavg()[0]?.toFixed(2) ?? '?'}`,
  )

  // a thread that is busy answers late: the screens wait for the longest such time
  let last = performance.now()
  let stall = 0
  const heart = setInterval(() => {
    const now = performance.now()
    stall = Math.max(stall, now - last - 10)
    last = now
  }, 10)

  let session = start()
  const busy = new Times()
  const first = await openAndWait(session, path, busy)
  console.log(
    `first ingest, all the screens used meanwhile: ${first.toFixed(1)} s, ${Math.round(count / first)} messages/s, memory ${memory().peak.toFixed(0)} MB at most`,
  )
  busy.print()
  console.log(`  longest the engine's thread was busy: ${stall.toFixed(0)} ms`)
  await session.close()

  stall = 0
  session = start()
  const again = await openAndWait(session, path, null)
  console.log(`opened again, nothing changed: ${again.toFixed(2)} s`)
  const { catalogId } = await session.client.backup.open({ path })
  const quiet = new Times()
  for (let round = 0; round < 40; round++) await look(session.client, catalogId, quiet, round)
  quiet.print()
  console.log(
    `  longest the engine's thread was busy: ${stall.toFixed(0)} ms; memory ${memory().now.toFixed(0)} MB`,
  )
  await session.close()

  const extra = join(benchFolder(), 'large-extra')
  rmSync(extra, { recursive: true, force: true })
  await writeBulk(extra, { items: 1000, accounts: 1, seed: 4711 })
  const account = readdirSync(join(extra, 'accounts'))[0] ?? ''
  cpSync(join(extra, 'accounts', account), join(path, 'accounts', account), { recursive: true })
  const added: string[] = []
  for (const file of readdirSync(join(extra, 'items'), { withFileTypes: true, recursive: true })) {
    if (!file.isFile()) continue
    const target = join(path, 'items', file.name.slice(0, 2), file.name)
    mkdirSync(join(path, 'items', file.name.slice(0, 2)), { recursive: true })
    cpSync(join(file.parentPath, file.name), target)
    added.push(target)
  }
  try {
    session = start()
    const news = await openAndWait(session, path, null)
    console.log(`1,000 new items in a new account: ${news.toFixed(2)} s`)
    await session.close()
  } finally {
    rmSync(join(path, 'accounts', account), { recursive: true })
    for (const file of added) rmSync(file, { force: true })
  }
  clearInterval(heart)
  console.log(`memory ${memory().peak.toFixed(0)} MB at most`)
}

await main()
