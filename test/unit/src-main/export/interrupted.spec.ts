import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { ExportItem } from '../../../../src-main/export/export-item.ts'
import { runExport } from '../../../../src-main/export/exporter.ts'
import type { ExportOutcome } from '../../../../src-main/export/request.ts'
import {
  cleanUp,
  filesOf,
  mail,
  SmallBackup,
  snapshot,
  temporaryFolder,
} from '../../../support/small-backup.ts'

const UUID = '11111111-2222-3333-4444-555555555555'
const SOURCES = join(import.meta.dirname, '../../../../src-main')

afterEach(cleanUp)

/** A path of `count` messages of about `bytes`, and the rows of an export of all. */
function makeRows(folder: string, count: number, bytes: number): { root: string; items: ExportItem[] } {
  const backup = new SmallBackup(join(folder, 'backup'))
  const items = Array.from({ length: count }, (_, index): ExportItem => {
    const noise = createHash('sha512').update(String(index)).digest('base64')
    const digest = backup.blob(
      mail(`Message ${index}`, `${noise}\r\n`.repeat(Math.ceil(bytes / noise.length))),
    )
    return {
      account: UUID,
      accountFolder: 'anna@example.com',
      id: 257 + index,
      type: 'message',
      deleted: false,
      flags: '',
      folders: [index % 2 ? 'Inbox' : 'Sent'],
      date: Date.UTC(2026, 0, 1) + index * 60_000,
      subject: `Message ${index}`,
      name: null,
      metadataPath: null,
      condition: 'ok',
      at: null,
      blobs: [
        { digest, path: `items/${digest.slice(0, 2)}/${digest}`, version: null, date: null, subject: null },
      ],
    }
  })
  return { root: backup.root, items }
}

function exportAll(
  root: string,
  items: ExportItem[],
  out: string,
  format: 'eml' | 'mbox' = 'eml',
): Promise<ExportOutcome> {
  return runExport(
    { backupPath: root, out, format, spool: `${out}-spool` },
    { items, rows: items.length, bytes: 0, ruleUnknown: false, metadata: null, catalogComplete: true },
    { shouldStop: () => false, progress: () => undefined },
  )
}

/** Starts the same export in a process of its own and kills it when `files` files are there (or it is done). */
async function exportAndKill(
  folder: string,
  root: string,
  items: ExportItem[],
  out: string,
  after: number,
): Promise<boolean> {
  const input = join(folder, 'items.json')
  writeFileSync(input, JSON.stringify(items))
  const script = `
    import { readFileSync } from 'node:fs'
    import { runExport } from ${JSON.stringify(join(SOURCES, 'export/exporter.ts'))}
    const items = JSON.parse(readFileSync(${JSON.stringify(input)}, 'utf8'))
    let told = false
    await runExport(
      { backupPath: ${JSON.stringify(root)}, out: ${JSON.stringify(out)}, format: 'eml', spool: ${JSON.stringify(`${out}-spool`)} },
      { items, rows: items.length, bytes: 0, ruleUnknown: false, metadata: null, catalogComplete: true },
      { shouldStop: () => false, progress: ({ done }) => { if (done >= ${after} && !told) { told = true; process.stdout.write('go') } } },
    )`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.once('data', () => child.kill('SIGKILL'))
  return await new Promise((done) => child.once('exit', (code) => done(code === null)))
}

describe('kill -9', () => {
  test('at several moments: the next run gives the tree of an undisturbed one, and repeats nothing that is finished', async () => {
    const folder = temporaryFolder()
    const { root, items } = makeRows(folder, 400, 2000)
    const before = snapshot(root, true)
    const calm = join(folder, 'calm')
    await exportAll(root, items, calm)
    const out = join(folder, 'out')
    let finished = 0
    for (const after of [1, 40, 150, 399]) {
      const killed = await exportAndKill(folder, root, items, out, after)
      if (killed) {
        const there = filesOf(out).filter((file) => file.endsWith('.eml')).length
        expect(there).toBeGreaterThanOrEqual(finished)
        finished = there
      }
    }
    expect(finished).toBeGreaterThan(100)
    const last = await exportAll(root, items, out)
    expect(last).toMatchObject({ complete: true, failed: [] })
    expect(last.already).toBeGreaterThanOrEqual(finished)
    expect(last.already + last.exported).toBe(400)
    expect(snapshot(out)).toEqual(snapshot(calm))
    expect(filesOf(`${out}-spool`)).toEqual([])
    expect(snapshot(root, true)).toEqual(before)
  })
})

/** A file system of `megabytes`; null where this user may not mount one. */
function tinyDisk(folder: string, megabytes: number): string | null {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk], { stdio: 'ignore' })
    return disk
  } catch {
    return null
  }
}

describe('a disk that is full', () => {
  test.each(['eml', 'mbox'] as const)(
    '%s: stops with advice, leaves nothing half-written under a final name, goes on after space is made',
    async (format) => {
      const folder = temporaryFolder()
      const disk = tinyDisk(folder, 3)
      if (disk === null) {
        console.warn('SKIPPED: no permission to mount a small disk, so a full one cannot be tried')
        return
      }
      try {
        const { root, items } = makeRows(folder, 90, 40_000)
        const whole = new Map<string, string>()
        const calm = join(folder, 'calm')
        await exportAll(root, items, calm, format)
        for (const line of snapshot(calm)) whole.set(line.slice(0, line.lastIndexOf(' ')), line)
        const ballast = join(disk, 'ballast')
        writeFileSync(ballast, Buffer.alloc(1_500_000))
        const out = join(disk, 'out')
        await expect(exportAll(root, items, out, format)).rejects.toMatchObject({
          code: 'REFUSED',
          message: expect.stringContaining('full') as string,
          next: expect.stringContaining('goes on') as string,
        })
        for (const file of filesOf(out)) {
          if (file.endsWith('.csv')) continue
          expect(whole.get(file), file).toContain(
            createHash('sha256')
              .update(readFileSync(join(out, file)))
              .digest('hex'),
          )
        }
        const done = filesOf(out).filter((file) => file.endsWith('.eml')).length
        if (format === 'eml') expect(done).toBeGreaterThan(5)
        execFileSync('mount', ['-o', 'remount,size=40m', disk])
        rmSync(ballast)
        const resumed = await exportAll(root, items, out, format)
        expect(resumed).toMatchObject({ complete: true, failed: [] })
        if (format === 'eml') expect(resumed.already).toBeGreaterThanOrEqual(done)
        expect(snapshot(out)).toEqual(snapshot(calm))
      } finally {
        execFileSync('umount', ['-l', disk])
      }
    },
    60_000,
  )

  test('the list of rows does not need room on the target', async () => {
    const folder = temporaryFolder()
    const { root, items } = makeRows(folder, 3, 100)
    await exportAll(root, items, join(folder, 'out'))
    expect(existsSync(join(folder, 'out-spool'))).toBe(true)
  })
})
