import { hash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  isSample,
  SampleTargetError,
  writeSample,
  writeSampleGently,
} from '../../../../../src-main/backup/writer/index.ts'
import { blobPath, itemPath } from '../../../../../src-main/backup/writer/store.ts'
import { PROBLEM_KINDS } from '../../../../../src-main/backup/types.ts'
import { snapshotTree } from '../../../../support/snapshot.ts'
import { temporaryFolder } from '../../../../support/temp.ts'

/** Content and names of a tree, without its times. */
function contents(root: string): string[] {
  return [...snapshotTree(root)].map(([path, entry]) => `${path} ${entry.kind} ${entry.content}`)
}

describe('writeSample', () => {
  test('every blob is named by the digest of its message, every digest in the metadata has its blob', () => {
    const sample = writeSample(join(temporaryFolder('writer'), 'a'), { items: 400, accounts: 4, seed: 3 })
    let seen = 0
    for (const item of sample.items) {
      const states: unknown = JSON.parse(
        readFileSync(join(sample.path, itemPath(item.account, item.id)), 'utf8'),
      )
      expect(Array.isArray(states) && states.length).toBe(item.states)
      for (const digest of item.digests) {
        const raw = gunzipSync(readFileSync(join(sample.path, blobPath(digest))))
        const algorithm = digest.length === 64 ? 'sha384' : 'sha256'
        expect(hash(algorithm, raw, 'base64').replaceAll('/', ',')).toBe(digest)
        seen++
      }
    }
    expect(seen).toBeGreaterThan(250)
    expect(sample.items.length).toBe(400)
    expect(sample.items.some((item) => item.digests[0]?.length === 64)).toBe(true)
  })

  test('is the same for the same seed, another for another', () => {
    const folder = temporaryFolder('writer')
    const options = { items: 150, accounts: 3, damage: true }
    const one = writeSample(join(folder, 'one'), { ...options, seed: 9 })
    const two = writeSample(join(folder, 'two'), { ...options, seed: 9 })
    const three = writeSample(join(folder, 'three'), { ...options, seed: 10 })
    expect(contents(two.path)).toEqual(contents(one.path))
    expect({ ...two, path: '' }).toEqual({ ...one, path: '' })
    expect(three.items.map((i) => i.digests)).not.toEqual(one.items.map((i) => i.digests))
  })

  test('writes exactly as many items and accounts as asked for, also very few', () => {
    const folder = temporaryFolder('writer')
    for (const [accounts, items] of [
      [1, 1],
      [5, 10],
      [5, 137],
      [30, 900],
    ] as const) {
      const sample = writeSample(join(folder, `${accounts}-${items}`), { accounts, items })
      expect(sample.items.length).toBe(items)
      expect(readdirSync(join(sample.path, 'accounts')).length).toBe(accounts)
      const files = readdirSync(join(sample.path, 'accounts'), { recursive: true, encoding: 'utf8' }).filter(
        (name) => /items\/\d\d\/\d+$/.test(name),
      )
      expect(files.length).toBe(items)
      expect(new Set(sample.items.map((i) => `${i.account}/${i.id}`)).size).toBe(items)
    }
  })

  test('states follow one another without gaps, and nothing is younger than the end', () => {
    const sample = writeSample(join(temporaryFolder('writer'), 'a'), { items: 300, seed: 4 })
    let moved = 0
    let deleted = 0
    for (const item of sample.items) {
      const states = JSON.parse(
        readFileSync(join(sample.path, itemPath(item.account, item.id)), 'utf8'),
      ) as Record<string, number | null>[]
      states.forEach((state, index) => {
        expect(state['startDate']).toBeLessThanOrEqual(sample.end)
        expect(state['endDate']).toBe(states[index + 1]?.['startDate'] ?? null)
        if (index > 0 && state['folderId'] !== states[index - 1]?.['folderId']) moved++
      })
      if (item.deleted) deleted++
    }
    expect(moved).toBeGreaterThan(10)
    expect(deleted).toBeGreaterThan(3)
  })

  test('--damage breaks something of every kind and tells the truth about it', () => {
    const sample = writeSample(join(temporaryFolder('writer'), 'a'), { damage: true })
    const kinds = new Set(sample.damages.map((damage) => damage.kind))
    expect(PROBLEM_KINDS.filter((kind) => !kinds.has(kind))).toEqual([])
    for (const damage of sample.damages) {
      const path = join(sample.path, damage.path)
      const gone = damage.kind === 'blob-missing' || damage.detail === 'account_info is lost'
      expect(lstatSync(path, { throwIfNoEntry: false }) === undefined, damage.path).toBe(gone)
    }
    for (const digest of sample.unclaimed) {
      const raw = gunzipSync(readFileSync(join(sample.path, blobPath(digest))))
      expect(hash('sha256', raw, 'base64').replaceAll('/', ',')).toBe(digest)
    }
  })

  test('mail in a dozen languages and many charsets, with attachments, invitations and threads', () => {
    const sample = writeSample(join(temporaryFolder('writer'), 'a'), { accounts: 12, items: 2500 })
    const all = sample.items
      .filter((item) => item.type === 'message')
      .flatMap((item) =>
        item.digests.map((digest) =>
          gunzipSync(readFileSync(join(sample.path, blobPath(digest)))).toString('latin1'),
        ),
      )
      .join('\n')
    for (const sign of [
      'charset=koi8-r',
      'charset=gb18030',
      'charset=shift_jis',
      'charset=iso-8859-1',
      'charset=iso-8859-15',
      'charset=windows-1252',
      'format=flowed',
      'Content-Type: text/calendar',
      'Content-Type: message/rfc822',
      'application/pdf',
      'image/png',
      'Content-ID:',
      'In-Reply-To:',
      'List-Unsubscribe',
      'Delivered-To:',
      'Content-Transfer-Encoding: base64',
      'Content-Transfer-Encoding: quoted-printable',
      'Content-Transfer-Encoding: 8bit',
      'track.news.example',
      "filename*=UTF-8''",
    ]) {
      expect(all.includes(sign), sign).toBe(true)
    }
  })
})

describe('where a sample may be written', () => {
  test('a folder with anything else in it is refused and left alone', () => {
    const folder = temporaryFolder('writer')
    writeFileSync(join(folder, 'thesis.txt'), 'mine')
    expect(() => writeSample(folder, { items: 5 })).toThrow(SampleTargetError)
    expect(readdirSync(folder)).toEqual(['thesis.txt'])
  })

  test('an earlier sample is replaced, other files in it stay', () => {
    const folder = join(temporaryFolder('writer'), 'a')
    writeSample(folder, { items: 60, seed: 1, damage: true })
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    const second = writeSample(folder, { items: 30, seed: 2 })
    expect(isSample(folder)).toBe(true)
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine')
    expect(readdirSync(join(folder, 'accounts')).sort()).toEqual(second.accounts.map((a) => a.id).sort())
  })

  test('a former sample whose items/ became a link: what it points to stays', () => {
    const folder = temporaryFolder('writer')
    const outside = join(folder, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'keep'), 'x')
    const target = join(folder, 'sample')
    mkdirSync(target)
    writeSample(target, { items: 5 })
    symlinkSync(outside, join(target, 'map_link'))
    writeSample(target, { items: 5 })
    expect(existsSync(join(outside, 'keep'))).toBe(true)
  })

  test('never within a real Backup Path', () => {
    const folder = temporaryFolder('writer')
    mkdirSync(join(folder, 'items'))
    mkdirSync(join(folder, 'accounts'))
    expect(() => writeSample(join(folder, 'items', 'new'), { items: 5 })).toThrow(SampleTargetError)
    expect(readdirSync(join(folder, 'items'))).toEqual([])
  })

  test('a file in the way is refused', () => {
    const file = join(temporaryFolder('writer'), 'file')
    writeFileSync(file, 'x')
    expect(() => writeSample(file, { items: 5 })).toThrow(SampleTargetError)
  })
})

describe('writeSampleGently', () => {
  test('writes the same, reports progress, lets the event loop run', async () => {
    const folder = temporaryFolder('writer')
    const plain = writeSample(join(folder, 'plain'), { items: 300 })
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    const steps: number[] = []
    const gentle = await writeSampleGently(join(folder, 'gentle'), {
      items: 300,
      onProgress: (done) => steps.push(done),
    })
    clearInterval(timer)
    expect(contents(gentle.path)).toEqual(contents(plain.path))
    expect(ticks).toBeGreaterThan(2)
    expect(steps.length).toBeGreaterThan(2)
  })

  test('stops when told, and can be written again', async () => {
    const folder = join(temporaryFolder('writer'), 'a')
    const controller = new AbortController()
    const writing = writeSampleGently(folder, {
      items: 2000,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(writing).rejects.toThrow()
    expect(writeSample(folder, { items: 50 }).items.length).toBe(50)
  })
})
