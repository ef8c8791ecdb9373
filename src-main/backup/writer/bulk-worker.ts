import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { SAMPLE_END, SAMPLE_START } from './life.ts'
import { encodedWords } from './mime.ts'
import { EVERYBODY_OUTSIDE, makeStaff } from './people.ts'
import { Random } from './random.ts'
import { fill, textsOf } from './texts/index.ts'

/** The share of one worker: items `from` ≤ n < `to` of the whole. */
export interface BulkShare {
  root: string
  items: number
  accounts: number
  seed: number
  from: number
  to: number
}

/** What a worker posts: progress now and then, the counts at the end. */
export type BulkReport = { done: number } | { finished: { states: number; bytes: number } }

const BASE_ID = 280
const FOLDERS = [2, 2, 2, 2, 3, 4, 5, 5, 257, 258, 259, 260]

function write(path: string, content: Buffer | string, made: Set<string>): void {
  try {
    writeFileSync(path, content)
  } catch {
    // The folder is made on first use: most of them exist already.
    const folder = path.slice(0, path.lastIndexOf('/'))
    if (made.has(folder)) throw new Error(`cannot write ${path}`)
    made.add(folder)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, content)
  }
}

/** Small mails with one to three states each; everything follows from the seed and the number of the item. */
function writeShare(share: BulkShare, report: (message: BulkReport) => void): void {
  const staff = makeStaff(share.accounts, share.seed)
  const made = new Set<string>()
  const span = SAMPLE_END - SAMPLE_START
  let states = 0
  let bytes = 0
  for (let n = share.from; n < share.to; n++) {
    const random = new Random(share.seed * 1_000_003 + n)
    const member = staff[n % share.accounts]
    if (!member) throw new RangeError('no account')
    const id = BASE_ID + Math.floor(n / share.accounts)
    const other = random.pick(EVERYBODY_OUTSIDE)
    const texts = textsOf(random.chance(0.5) ? member.language : other.language)
    const date = SAMPLE_START + Math.floor((n / share.items) * (span - 90 * 86_400_000)) + random.int(60_000)
    const words = {
      name: other.name,
      me: member.name,
      n: String(n),
      amount: String(random.int(90_000)),
      project: random.pick(texts.projects),
      city: random.pick(texts.cities),
      day: new Date(date).toISOString().slice(0, 10),
    }
    const subject = fill(random.pick(texts.subjects), words)
    const sentences = Array.from({ length: random.between(2, 5) }, () =>
      fill(random.pick(texts.sentences), words),
    )
    const raw = Buffer.from(
      `From: ${encodedWords(other.name, 'utf-8', 'B')} <${other.address}>\r\nTo: <${member.address}>\r\n` +
        `Subject: ${encodedWords(subject, 'utf-8', 'B')}\r\nDate: ${new Date(date).toUTCString().replace('GMT', '+0000')}\r\n` +
        `Message-ID: <${n.toString(36)}.${share.seed}@${other.address.split('@')[1]}>\r\nMIME-Version: 1.0\r\n` +
        `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${sentences.join('\r\n')}\r\n`,
    )
    const digest = hash('sha256', raw, 'base64').replace(/\//g, ',')
    const packed = gzipSync(raw, { level: 1 })
    bytes += packed.length
    write(`${share.root}/items/${digest.slice(0, 2)}/${digest}`, packed, made)
    const history: Record<string, unknown>[] = []
    const changes = random.pick([0, 0, 1, 1, 2])
    let start = date + 5000
    let folder = random.pick(FOLDERS)
    for (let k = 0; k <= changes; k++) {
      const next = start + random.between(60_000, 20 * 86_400_000)
      const last = k === changes
      history.push({
        transactionId: n * 4 + k,
        startDate: start,
        endDate: last ? null : next,
        type: 'message',
        deleted: last && changes > 0 && random.chance(0.12),
        blobDigest: digest,
        size: raw.length,
        id,
        folderId: folder,
        date: Math.floor(date / 1000),
        unread: k === 0 ? 1 : 0,
        flags: 0,
        tags: [],
        sender: `${other.name} <${other.address}>`,
        recipients: member.address,
        subject,
      })
      start = next
      if (random.chance(0.5)) folder = random.pick(FOLDERS)
    }
    states += history.length
    const bucket = String(id % 100).padStart(2, '0')
    write(`${share.root}/accounts/${member.id}/items/${bucket}/${id}`, JSON.stringify(history), made)
    if (n % 1000 === 999) report({ done: 1000 })
  }
  report({ finished: { states, bytes } })
}

if (parentPort) {
  const port = parentPort
  writeShare(workerData as BulkShare, (message) => {
    port.postMessage(message)
  })
}
