import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { sampleSpelling } from '../backup/writer/spelling.ts'
import type { SampleItem, SampleManifest } from '../backup/writer/index.ts'
import { blobPath, itemPath, PathWriter } from '../backup/writer/store.ts'
import { hasLineTooLong } from '../verify/lmtp.ts'
import type { PlantedItem } from './server/planted.ts'

/** Messages that nobody else leans on, in a fixed order. */
function candidates(manifest: SampleManifest): SampleItem[] {
  const owners = new Map<string, number>()
  for (const { digests } of manifest.items)
    for (const digest of digests) owners.set(digest, (owners.get(digest) ?? 0) + 1)
  return manifest.items.filter(
    (item) =>
      item.type === 'message' &&
      !item.deleted &&
      item.digests.length > 0 &&
      item.digests.every((digest) => owners.get(digest) === 1),
  )
}

/**
 * Puts `count` items into a fresh sample that a restore cannot bring back: a third each of read errors (they show where the
 * backup is brought), broken ones (blob cut short, an older state whole where there is one; metadata overwritten) and
 * invalid ones (a line of 12,000 bytes).
 */
export function plantUnrestored(manifest: SampleManifest, count: number): PlantedItem[] {
  const pool = candidates(manifest)
  const edited = pool.filter(({ digests }) => digests.length > 1)
  const plain = pool.filter(({ digests }) => digests.length === 1)
  const spread = <T>(list: T[], n: number): T[] =>
    list.length <= n
      ? list
      : Array.from({ length: n }, (_, i) => list[Math.floor((i * list.length) / n)] as T)
  const names = new Map(manifest.accounts.map(({ id, name }) => [id, name]))
  const third = Math.floor(count / 3)
  const planted: PlantedItem[] = []
  const put = (item: SampleItem, cause: PlantedItem['cause'], olderState: boolean): void => {
    const digest = item.digests.at(-1) ?? null
    planted.push({
      account: names.get(item.account) ?? '',
      item: item.id,
      cause,
      digest,
      olderState,
      subject: item.subject,
    })
  }

  const broken = count - 2 * third
  const withOlder = spread(edited, Math.floor(broken / 2))
  const chosen = spread(plain, third + broken - withOlder.length)
  for (const item of withOlder) {
    cutBlob(manifest.path, item.digests.at(-1) ?? '')
    put(item, 'broken', true)
  }
  chosen.forEach((item, index) => {
    if (index < third) return put(item, 'read error', false)
    if (index % 2 === 0) cutBlob(manifest.path, item.digests[0] ?? '')
    else {
      const file = join(manifest.path, itemPath(item.account, item.id))
      writeFileSync(file, Buffer.alloc(lstatSync(file).size))
    }
    put(item, 'broken', false)
  })
  for (let n = 0; n < third; n++) planted.push(writeInvalid(manifest, n))
  return planted
}

/**
 * Takes the few messages out of a fresh sample that the LMTP validator would refuse anyway: in a drill only what was planted
 * is to stay behind.
 */
export function removeInvalid(manifest: SampleManifest): void {
  const invalid = new Set<string>()
  for (const digest of new Set(manifest.items.flatMap(({ digests }) => digests))) {
    const file = join(manifest.path, blobPath(digest))
    if (!hasLineTooLong(gunzipSync(readFileSync(file)))) continue
    invalid.add(digest)
    rmSync(file)
  }
  const isInvalid = ({ digests }: SampleItem): boolean => digests.some((digest) => invalid.has(digest))
  for (const item of manifest.items.filter(isInvalid))
    rmSync(join(manifest.path, itemPath(item.account, item.id)))
  manifest.items = manifest.items.filter((item) => !isInvalid(item))
}

function cutBlob(root: string, digest: string): void {
  const file = join(root, blobPath(digest))
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
}

/** A whole message that the LMTP validator refuses. */
function writeInvalid(manifest: SampleManifest, number: number): PlantedItem {
  const account = manifest.accounts[number % manifest.accounts.length]
  if (!account) throw new Error('A sample without accounts.')
  const subject = `Export of measurements ${number + 1}`
  const message = Buffer.from(
    [
      'From: Measuring station <station@news.example>',
      `To: ${account.name}`,
      'Date: Thu, 19 Nov 2026 09:00:00 +0000',
      `Subject: ${subject}`,
      `Message-ID: <measure-${number}@news.example>`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=us-ascii',
      '',
      '0123456789ab'.repeat(1000 + number),
      '',
    ].join('\r\n'),
  )
  const writer = new PathWriter(manifest.path)
  const start = manifest.end - (number + 1) * 60_000
  const digest = writer.blob(message, 'sha256', start)
  const id =
    1 +
    Math.max(...manifest.items.filter((item) => item.account === account.id).map((item) => item.id), 256) +
    number
  const state = {
    start,
    end: null,
    deleted: false,
    folder: 2,
    flags: 'u',
    tags: [],
    name: null,
    subject,
    sender: 'Measuring station <station@news.example>',
    recipients: account.name,
    date: start,
    digest,
    size: message.length,
    extra: {},
  }
  writer.write(itemPath(account.id, id), sampleSpelling({ id, type: 'message' }, [state]), start)
  return { account: account.name, item: id, cause: 'invalid', digest, olderState: false, subject }
}
