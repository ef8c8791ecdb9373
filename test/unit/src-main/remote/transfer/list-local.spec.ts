import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PARTS, listLocal, together } from '../../../../../src-main/remote/transfer/list-local.ts'
import type { Listing } from '../../../../../src-main/remote/transfer/listing.ts'
import { temporaryFolder } from '../../../../support/temp.ts'

const NONE = (): boolean => false

function inParts(root: string, ignore: (path: string) => boolean = NONE): Listing {
  return together(PARTS.map((part) => listLocal(root, ignore, part)))
}

function put(root: string, path: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), path)
}

function sorted({ files, folders, odd, errors }: Listing): unknown {
  const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1)
  return {
    files: files.toSorted(byPath),
    folders: folders.toSorted(byPath),
    odd: odd.toSorted(byPath),
    errors: errors.toSorted(),
  }
}

describe('a local folder that several threads list', () => {
  it('is told as one thread tells it, each file once, folders before what lies in them', () => {
    const root = temporaryFolder('list')
    for (const path of [
      'items/aa/one',
      'items/bb/two',
      'items/loose',
      'accounts/a/items/00/1',
      'items2/x',
      'map_1',
    ])
      put(root, path)
    mkdirSync(join(root, 'items/empty'))
    symlinkSync('/etc', join(root, 'items/link'))
    put(root, '.ours/partial')
    const ignore = (path: string): boolean => path === '.ours'
    const listing = inParts(root, ignore)
    expect(sorted(listing)).toEqual(sorted(listLocal(root, ignore)))
    expect(listing.files).toHaveLength(6)
    expect(listing.odd).toEqual([{ path: 'items/link', kind: 'link' }])
    const folders = listing.folders.map(({ path }) => path)
    for (const path of folders) {
      const above = path.slice(0, Math.max(0, path.lastIndexOf('/')))
      if (above !== '') expect(folders.indexOf(above)).toBeLessThan(folders.indexOf(path))
    }
  })

  it('does not go through a link that is called items', () => {
    const root = temporaryFolder('list-link')
    const elsewhere = temporaryFolder('list-elsewhere')
    put(elsewhere, 'secret')
    put(root, 'accounts/a/account_info')
    symlinkSync(elsewhere, join(root, 'items'))
    const listing = inParts(root)
    expect(listing.files.map(({ path }) => path)).toEqual(['accounts/a/account_info'])
    expect(listing.odd).toEqual([{ path: 'items', kind: 'link' }])
  })

  it('a folder that is not there is empty; items that are no folder, or are not ours, are left alone', () => {
    expect(inParts('/nowhere/at/all')).toEqual({ files: [], folders: [], odd: [], errors: [] })
    const root = temporaryFolder('list-odd')
    put(root, 'items')
    expect(inParts(root).files.map(({ path }) => path)).toEqual(['items'])
    expect(inParts(root, (path) => path === 'items').files).toEqual([])
  })

  it.skipIf(process.getuid?.() === 0)('items that cannot be opened are an error, said once', () => {
    const root = temporaryFolder('list-closed')
    put(root, 'items/aa/one')
    chmodSync(join(root, 'items'), 0o000)
    try {
      expect(inParts(root).errors).toHaveLength(1)
    } finally {
      chmodSync(join(root, 'items'), 0o755)
    }
  })
})
