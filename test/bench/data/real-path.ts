/**
 * Bench data from real messages: the corpus beside the repository, mutated so that every message has words, a date
 * and an id of its own. Written twice, as a Backup Path and as plain files (a maildir) for the peers.
 * usage: node real-path.ts OUT COUNT [CORPUS]      writes OUT/path and OUT/maildir; does nothing when OUT/done says COUNT
 */
import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'

const ACCOUNTS = 50
const WORDS = 4000
const THREADS = 2
/** 2020-01-01 UTC; messages are spread over six years from here. */
const FIRST_DATE = 1_577_836_800_000
const SPAN = 6 * 365 * 86_400_000

interface Job {
  out: string
  corpus: string
  from: number
  to: number
  count: number
}

/** A small generator of its own, so that the same COUNT always gives the same bytes. */
export function random(seed: number): () => number {
  let state = seed * 2654435761
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0
    return ((state ^ (state >>> 13)) >>> 0) / 4294967296
  }
}

/** Invented words with a natural distribution: few common ones, many rare ones. */
export function benchWord(next: () => number): string {
  const rank = Math.floor(WORDS * next() ** 3)
  const syllables = ['ba', 'ce', 'di', 'fo', 'gu', 'la', 'me', 'ni', 'po', 'ru', 'sa', 'te', 'vi', 'zo']
  let word = ''
  for (let rest = rank + 14; rest > 0; rest = Math.floor(rest / 14)) word += syllables[rest % 14] ?? ''
  return word
}

function accountId(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
}

function corpusFiles(folder: string): Buffer[] {
  const messages: Buffer[] = []
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name === 'README.md') continue
    messages.push(readFileSync(join(entry.parentPath, entry.name)))
  }
  return messages
}

function mutate(message: Buffer, index: number): { bytes: Buffer; date: number; subject: string } {
  const next = random(index + 1)
  const date = FIRST_DATE + Math.floor(next() * SPAN)
  const subject = Array.from({ length: 4 }, () => benchWord(next)).join(' ')
  const body = Array.from({ length: 40 }, () => benchWord(next)).join(' ')
  const head =
    `X-Bench: ${String(index)}\r\nMessage-ID: <bench-${String(index)}@example.com>\r\n` +
    `Date: ${new Date(date).toUTCString().replace('GMT', '+0000')}\r\nSubject: ${subject}\r\nX-Words: ${body}\r\n`
  return { bytes: Buffer.concat([Buffer.from(head), message]), date, subject }
}

function write({ out, corpus, from, to, count }: Job): void {
  const messages = corpusFiles(corpus)
  for (let index = from; index < to; index++) {
    const { bytes, date, subject } = mutate(messages[index % messages.length] ?? Buffer.alloc(0), index)
    const digest = hash('sha256', bytes, 'base64').replaceAll('/', ',')
    const folder = join(out, 'path/items', digest.slice(0, 2))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, digest), gzipSync(bytes))
    writeFileSync(join(out, 'maildir/cur', `${String(index).padStart(8, '0')}:2,S`), bytes)
    const id = 256 + Math.floor(index / ACCOUNTS)
    const bucket = join(
      out,
      'path/accounts',
      accountId(index % ACCOUNTS),
      'items',
      String(id % 100).padStart(2, '0'),
    )
    mkdirSync(bucket, { recursive: true })
    const first = {
      start: date,
      end: date + 60_000,
      type: 5,
      deleted: false,
      blobDigest: digest,
      folderId: 2,
      flags: 512,
      size: bytes.length,
      subject,
      date: Math.floor(date / 1000),
    }
    const last = { ...first, start: date + 60_000, end: null, flags: 0, folderId: 2 + (index % 4) }
    writeFileSync(
      join(bucket, String(id)),
      JSON.stringify(index % 2 === 0 ? [first, last] : [{ ...first, end: null }]),
    )
    if (index < ACCOUNTS && index < count) {
      const account = join(out, 'path/accounts', accountId(index))
      writeFileSync(
        join(account, 'account_info'),
        JSON.stringify({ mail: `user${String(index)}@example.com` }),
      )
    }
  }
}

async function main(): Promise<void> {
  const [
    out,
    countText,
    corpus = process.env['LIFEBOAT_CORPUS'] ?? join(import.meta.dirname, '../../../../shared/mail-corpus'),
  ] = process.argv.slice(2)
  const count = Number(countText)
  if (!out || !Number.isInteger(count)) throw new Error('usage: real-path.ts OUT COUNT [CORPUS]')
  const done = join(out, 'done')
  if (existsSync(done) && readFileSync(done, 'utf8') === String(count)) return
  rmSync(out, { recursive: true, force: true })
  for (const folder of ['cur', 'new', 'tmp']) mkdirSync(join(out, 'maildir', folder), { recursive: true })
  const share = Math.ceil(count / THREADS)
  await Promise.all(
    Array.from({ length: THREADS }, (_, n) => {
      const job: Job = { out, corpus, from: n * share, to: Math.min(count, (n + 1) * share), count }
      const worker = new Worker(new URL(import.meta.url), { workerData: job })
      return new Promise<void>((resolve, reject) => {
        worker.on('error', reject).on('exit', () => {
          resolve()
        })
      })
    }),
  )
  writeFileSync(done, String(count))
}

if (!isMainThread) write(workerData as Job)
else if (import.meta.main) await main()
