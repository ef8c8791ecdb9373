import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { startCopy } from '../../../../../../src-main/remote/transfer/start-copy.ts'
import type { CopyOptions, CopyOutcome, CopyPlace } from '../../../../../../src-main/remote/transfer/types.ts'
import { snapshotDifferences, snapshotTree } from '../../../../../support/snapshot.ts'
import { SSHD, startSshServer, type SshServer } from '../../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../../support/temp.ts'
import { ACCOUNT, blobPath, differences, local, makeTree, onServer, OTHER, put, remove } from './tree.ts'

type Mode = 'local' | 'pull' | 'push' | 'relay'

/** What holds for a copy in each direction, whatever its ends are. */
export function copyTests(modes: readonly Mode[]): void {
  const folder = temporaryFolder('copy')
  const source = join(folder, 'source')
  let server: SshServer
  let blobs: string[] = []

  beforeAll(async () => {
    blobs = makeTree(source).blobs
    const odd = [`quote ' " $(touch ${folder}/pwned)`, 'back\\slash', 'new\nline', '-rf', 'ünï', 'tab\t']
    for (const name of odd) put(source, `unknown/${name}`, name)
    // Without the login scripts of whoever runs the tests.
    if (SSHD) server = await startSshServer({ env: { HOME: folder } })
  })

  const run = (options: CopyOptions): Promise<CopyOutcome> => startCopy({ jobs: 2, ...options }).done

  function ends(mode: Mode, from: string, to: string): { source: CopyPlace; target: CopyPlace } {
    return {
      source: mode === 'pull' || mode === 'relay' ? onServer(server, from) : local(from),
      target: mode === 'push' || mode === 'relay' ? onServer(server, to) : local(to),
    }
  }

  describe.skipIf(!SSHD).each(modes)('%s', (mode) => {
    const target = join(folder, `target ${mode} 'x`)
    test('the target becomes the path: every file, its time, empty folders, names that hurt', async () => {
      const before = snapshotTree(source)
      const { result, stopped } = await run(ends(mode, source, target))
      expect(stopped).toBe(false)
      expect(differences(source, target)).toEqual([])
      expect(result).toMatchObject({ mode, alreadyThere: 0, missing: [], damaged: [] })
      expect(result.verified).toBe(result.files)
      expect(result.bytes).toBeGreaterThan(50_000)
      expect(Object.keys(result).sort()).toEqual(
        ['alreadyThere', 'bytes', 'damaged', 'files', 'missing', 'mode', 'seconds', 'verified'].sort(),
      )
      expect(existsSync(join(folder, 'pwned'))).toBe(false)
      expect(snapshotDifferences(before, snapshotTree(source))).toEqual([])
      expect(readdirSync(folder).filter((name) => name.includes('.lifeboat-partial'))).toEqual([])
    })

    test('a second run finds everything there', async () => {
      const before = snapshotTree(target)
      const { result } = await run(ends(mode, source, target))
      expect(result).toMatchObject({ bytes: 0, verified: 0, missing: [], damaged: [] })
      expect(result.alreadyThere).toBe(result.files)
      const changed = snapshotDifferences(before, snapshotTree(target))
      expect(changed.filter((line) => !line.endsWith(': .'))).toEqual([])
    })

    test('only what is missing, other or newer comes again', async () => {
      const gone = blobPath(blobs[0]!)
      remove(join(target, gone))
      writeFileSync(join(target, 'backupstat'), 'other')
      const info = `accounts/${ACCOUNT}/account_info`
      utimesSync(join(target, info), 5, 5)
      const { result } = await run(ends(mode, source, target))
      expect(result.verified).toBe(3)
      expect(result.alreadyThere).toBe(result.files - 3)
      expect(differences(source, target)).toEqual([])
    })

    test('blobs that are damaged at the source come as they are and are listed', async () => {
      const hurt = join(folder, `hurt ${mode}`)
      const { blobs: made } = makeTree(hurt, { blobs: 10, seed: 3 })
      const path = blobPath(made[4]!)
      const bytes = readFileSync(join(hurt, path))
      bytes[60] = bytes[60]! ^ 0xff
      writeFileSync(join(hurt, path), bytes)
      writeFileSync(join(hurt, blobPath(made[5]!)), '')
      const to = join(folder, `hurt target ${mode}`)
      const { result } = await run(ends(mode, hurt, to))
      expect(result.damaged.map((file) => file.path).sort()).toEqual([path, blobPath(made[5]!)].sort())
      expect(result.missing).toEqual([])
      expect(result.verified).toBe(result.files - 2)
      expect(differences(hurt, to)).toEqual([])
    })

    test('large files go through, damaged ones too', async () => {
      const large = join(folder, `large ${mode}`)
      const { blobs: made } = makeTree(large, { blobs: 2, bytes: 9_000_000, seed: 5 })
      put(large, 'server/large', Buffer.alloc(9 * 1024 * 1024, 7))
      const path = blobPath(made[1]!)
      const bytes = readFileSync(join(large, path))
      bytes[bytes.length >> 1] = bytes[bytes.length >> 1]! ^ 0xff
      put(large, path, bytes)
      const to = join(folder, `large target ${mode}`)
      const { result } = await run(ends(mode, large, to))
      expect(result.damaged.map((file) => file.path)).toEqual([path])
      expect(result.missing).toEqual([])
      expect(differences(large, to)).toEqual([])
      remove(large)
      remove(to)
    }, 90_000)

    test('only some accounts, by address', async () => {
      const to = join(folder, `some ${mode}`)
      const { result } = await run({ ...ends(mode, source, to), accounts: ['Anna@Example.com'] })
      expect(result.missing).toEqual([])
      expect(existsSync(join(to, 'accounts', OTHER))).toBe(false)
      expect(existsSync(join(to, `accounts/${ACCOUNT}/account_info`))).toBe(true)
      const there = blobs.map((digest) => existsSync(join(to, blobPath(digest))))
      expect(there).toEqual(blobs.map((_, n) => n % 2 === 0))
      await expect(run({ ...ends(mode, source, to), accounts: ['nobody@example.com'] })).rejects.toThrow(
        /no account/,
      )
    })

    test('--delete removes what the source lost, but never more than 5 %', async () => {
      const from = join(folder, `shrinking ${mode}`)
      const to = join(folder, `shrinking target ${mode}`)
      const { blobs: made } = makeTree(from, { blobs: 40, seed: 9 })
      await run(ends(mode, from, to))
      remove(join(from, blobPath(made[0]!)))
      await run(ends(mode, from, to))
      expect(existsSync(join(to, blobPath(made[0]!)))).toBe(true)
      const { notes } = await run({ ...ends(mode, from, to), delete: true })
      expect(notes.removed).toBe(1)
      expect(differences(from, to, 'any')).toEqual([])
      for (const digest of made.slice(1, 30)) remove(join(from, blobPath(digest)))
      await expect(run({ ...ends(mode, from, to), delete: true })).rejects.toThrow(/Nothing was removed/)
      expect(existsSync(join(to, blobPath(made[1]!)))).toBe(true)
    })

    test('a dry run writes nothing', async () => {
      const to = join(folder, `dry ${mode}`)
      const { notes, result } = await run({ ...ends(mode, source, to), dryRun: true })
      expect(notes.planned?.files).toBe(result.files)
      expect(existsSync(to)).toBe(false)
      expect(existsSync(`${to}.lifeboat-partial`)).toBe(false)
    })

    test('source and target that lie in one another are refused, also through links', async () => {
      const link = join(folder, `link ${mode}`)
      symlinkSync(source, link)
      const before = snapshotTree(source)
      for (const to of [source, join(source, 'new'), link, join(link, 'a/b')])
        await expect(run(ends(mode, source, to)), to).rejects.toMatchObject({ code: 'REFUSED' })
      await expect(run(ends(mode, source, folder))).rejects.toMatchObject({ code: 'REFUSED' })
      expect(snapshotDifferences(before, snapshotTree(source))).toEqual([])
    })

    test('a target that holds something else, or is a file, is refused and left alone', async () => {
      const other = join(folder, `documents ${mode}`)
      put(other, 'letter.txt', 'dear')
      await expect(run(ends(mode, source, other))).rejects.toThrow(/something else/)
      await expect(run(ends(mode, source, join(other, 'letter.txt')))).rejects.toThrow(/is a file/)
      expect(readdirSync(other)).toEqual(['letter.txt'])
    })

    test('a link or folder in the way at the target is refused, nothing is written through it', async () => {
      const to = join(folder, `way ${mode}`)
      const outside = join(folder, `outside ${mode}`)
      mkdirSync(outside)
      mkdirSync(join(to, 'accounts'), { recursive: true })
      symlinkSync(outside, join(to, 'items'))
      await expect(run(ends(mode, source, to))).rejects.toThrow(/in the way/)
      expect(readdirSync(outside)).toEqual([])
    })

    test('what is no backup path, or not there, is said as such', async () => {
      const to = join(folder, `never ${mode}`)
      const nothing = join(folder, `nothing ${mode}`)
      mkdirSync(nothing)
      const names = ['NotABackupPathError', 'UnreadablePathError']
      for (const from of [nothing, join(folder, 'not there'), join(source, 'backupstat')]) {
        const error = await run(ends(mode, from, to)).catch((failed: unknown) => failed as Error)
        expect(names, from).toContain((error as Error).name)
      }
      expect(existsSync(to)).toBe(false)
    })

    test('links at the source are listed, not followed', async () => {
      const from = join(folder, `linked ${mode}`)
      makeTree(from, { blobs: 4 })
      symlinkSync('/etc/passwd', join(from, 'server/passwd'))
      const to = join(folder, `linked target ${mode}`)
      const { result } = await run(ends(mode, from, to))
      expect(result.missing.map((file) => file.path)).toEqual(['server/passwd'])
      expect(existsSync(join(to, 'server/passwd'))).toBe(false)
    })

    test('another transfer into the same target is refused', async () => {
      const to = join(folder, `twice ${mode}`)
      const first = startCopy({ ...ends(mode, source, to), jobs: 1, limit: 30_000 })
      const failed = first.done.catch((error: unknown) => error)
      while (first.progress().bytes === 0 && first.progress().phase !== 'done')
        await new Promise((resolve) => setTimeout(resolve, 20))
      await expect(run(ends(mode, source, to))).rejects.toThrow(/Another transfer/)
      first.setLimit(null)
      await failed
      expect(differences(source, to)).toEqual([])
    })

    test('stop breaks off cleanly, the next run goes on', async () => {
      const to = join(folder, `stopped ${mode}`)
      const handle = startCopy({ ...ends(mode, source, to), limit: 40_000 })
      while (handle.progress().bytes < 20_000) await new Promise((resolve) => setTimeout(resolve, 20))
      handle.stop()
      const { stopped } = await handle.done
      expect(stopped).toBe(true)
      const { result } = await run(ends(mode, source, to))
      expect(result.missing).toEqual([])
      expect(differences(source, to)).toEqual([])
    })
  })
}
