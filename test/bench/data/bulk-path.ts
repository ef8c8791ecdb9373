/**
 * Bench data of any size: a synthetic Backup Path of small mails, made once and kept.
 * usage: node bulk-path.ts COUNT [ACCOUNTS]      prints the folder; one million takes about three minutes on two quiet cores
 * The folder is $LIFEBOAT_BENCH_DATA or lifeboat-bench in the system's temporary folder.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeBulk, type BulkManifest } from '../../../src-main/backup/writer/index.ts'

export function benchFolder(): string {
  return process.env['LIFEBOAT_BENCH_DATA'] ?? join(tmpdir(), 'lifeboat-bench')
}

/** A Backup Path of `count` small messages; made now unless a whole one is there from before. */
export async function bulkPath(count: number, accounts = count >= 500_000 ? 100 : 20): Promise<BulkManifest> {
  const folder = join(benchFolder(), `bulk-${count}-${accounts}`)
  // Beside the path, so that nothing foreign lies in it.
  const done = `${folder}.json`
  if (existsSync(done)) return JSON.parse(readFileSync(done, 'utf8')) as BulkManifest
  mkdirSync(benchFolder(), { recursive: true })
  const manifest = await writeBulk(folder, {
    items: count,
    accounts,
    onProgress: (written, total) => {
      if (written % 50_000 === 0) process.stderr.write(`${written} of ${total}\n`)
    },
  })
  writeFileSync(done, JSON.stringify(manifest))
  return manifest
}

if (import.meta.main) {
  const count = Number(process.argv[2])
  if (!Number.isInteger(count) || count < 1) {
    process.stderr.write('usage: node bulk-path.ts COUNT [ACCOUNTS]\n')
    process.exitCode = 2
  } else {
    const accounts = process.argv[3] === undefined ? undefined : Number(process.argv[3])
    console.log(JSON.stringify(await bulkPath(count, accounts)))
  }
}
