import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { digestOf } from '../../../../src-main/backup/digest.ts'
import { NotABackupPathError, UnreadablePathError } from '../../../../src-main/backup/errors.ts'
import { detectLayout, looksLikeBackupPath } from '../../../../src-main/backup/layout.ts'
import {
  blobFolders,
  itemPathCandidates,
  listAccounts,
  scanBlobs,
  scanItems,
} from '../../../../src-main/backup/scan.ts'
import { localSource } from '../../../../src-main/backup/source.ts'
import type { Problem } from '../../../../src-main/backup/types.ts'

const ANNA = '11111111-2222-4333-8444-555555555555'
const BRUNO = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const MAIL = Buffer.from('From: a@example.com\r\nSubject: x\r\n\r\nHello\r\n')
const DIGEST = digestOf(MAIL, 'sha256')
const OTHER = digestOf(Buffer.from('other'), 'sha256')

let top = ''
let root = ''
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'lifeboat-scan-'))
  root = join(top, 'backup')
  mkdirSync(root)
})
afterEach(() => {
  rmSync(top, { recursive: true, force: true })
})

function put(path: string, content: string | Buffer = 'x'): void {
  const full = join(root, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, content)
}

function walk() {
  const layout = detectLayout(root)
  const source = localSource(layout.root)
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  const accounts = listAccounts(source, layout)
  problems.push(...accounts.problems)
  const items = accounts.found.flatMap((account) => [...scanItems(source, account, report)])
  const blobs = [...scanBlobs(source, layout, report)]
  return {
    layout,
    source,
    accounts: accounts.found,
    items,
    blobs,
    problems,
    kinds: problems.map(({ kind, path }) => `${kind} ${path}`).toSorted(),
  }
}

describe('what must never happen to a backup path', () => {
  it('follows no link, neither out of the root nor inside', () => {
    const outside = join(top, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, DIGEST), gzipSync(MAIL))
    put(`accounts/${ANNA}/items/57/257`)
    put(`items/${OTHER.slice(0, 2)}/${OTHER}`, gzipSync('other'))
    symlinkSync(outside, join(root, 'items', 'zz'))
    symlinkSync(join(outside, DIGEST), join(root, 'items', OTHER.slice(0, 2), DIGEST))
    symlinkSync(outside, join(root, 'accounts', BRUNO))
    symlinkSync('/etc/passwd', join(root, 'accounts', ANNA, 'items', '57', '357'))
    const found = walk()
    expect(found.blobs.map(({ digest }) => digest)).toEqual([OTHER])
    expect(found.items.map(({ id }) => id)).toEqual([257])
    expect(found.kinds.filter((kind) => kind.startsWith('link'))).toHaveLength(4)
    const refused = found.source.read(`accounts/${ANNA}/items/57/357`, 100)
    expect(refused).toMatchObject({ refused: { code: 'ELOOP' } })
    expect(found.source.list(`accounts/${BRUNO}`)).toMatchObject({ refused: { code: 'ENOTDIR' } })
  })
  it('does not follow items/ when it leads out, and says so', () => {
    const outside = join(top, 'outside', 'c0')
    mkdirSync(outside, { recursive: true })
    put(`accounts/${ANNA}/account_info`)
    symlinkSync(dirname(outside), join(root, 'items'))
    const layout = detectLayout(root)
    expect(layout.items).toBeNull()
    expect(layout.unexpected).toMatchObject([{ kind: 'link', path: 'items' }])
  })
  it('does not wait on pipes', () => {
    put(`accounts/${ANNA}/items/57/257`)
    execFileSync('mkfifo', [
      join(root, 'accounts', ANNA, 'items', '57', '357'),
      join(root, 'accounts', ANNA, 'account_info'),
    ])
    const found = walk()
    expect(found.items.map(({ id }) => id)).toEqual([257])
    expect(found.kinds).toEqual([
      `unexpected-file accounts/${ANNA}/account_info`,
      `unexpected-file accounts/${ANNA}/items/57/357`,
    ])
    expect(found.source.read(`accounts/${ANNA}/account_info`, 10)).toMatchObject({
      refused: { code: 'ENOTREG' },
    })
    expect(found.source.readPieces(`accounts/${ANNA}/account_info`, 10, () => undefined)).toMatchObject({
      code: 'ENOTREG',
    })
  })
  it('reports a folder that refuses and goes on', () => {
    put(`accounts/${ANNA}/items/57/257`)
    put(`accounts/${ANNA}/items/58/258`)
    put(`items/${OTHER.slice(0, 2)}/${OTHER}`)
    put(`items/${DIGEST.slice(0, 2)}/${DIGEST}`)
    const closed = [join(root, 'accounts', ANNA, 'items', '57'), join(root, 'items', DIGEST.slice(0, 2))]
    for (const folder of closed) chmodSync(folder, 0)
    chmodSync(top, 0o755)
    const script = `
      import { detectLayout } from '${process.cwd()}/src-main/backup/layout.ts'
      import { localSource } from '${process.cwd()}/src-main/backup/source.ts'
      import { listAccounts, scanItems, scanBlobs } from '${process.cwd()}/src-main/backup/scan.ts'
      const layout = detectLayout(${JSON.stringify(root)}), source = localSource(layout.root), kinds = []
      const report = (problem) => kinds.push(problem.kind + ' ' + /uid \\d+, mode \\d+/.test(problem.detail))
      const items = listAccounts(source, layout).found.flatMap((account) => [...scanItems(source, account, report)])
      const blobs = [...scanBlobs(source, layout, report)]
      console.log(JSON.stringify({ items: items.map(({ id }) => id), blobs: blobs.map(({ digest }) => digest), kinds }))`
    try {
      // Root is refused nothing: then somebody else has to look.
      const isRoot = process.getuid?.() === 0
      const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
      })
      expect(JSON.parse(out)).toEqual({
        items: [258],
        blobs: [OTHER],
        kinds: ['metadata-unreadable true', 'blob-unreadable true'],
      })
    } finally {
      for (const folder of closed) chmodSync(folder, 0o755)
    }
  })
})

describe('item files', () => {
  it('finds them in padded, unpadded and missing buckets, and names what is odd', () => {
    put(`accounts/${ANNA}/account_info`)
    put(`accounts/${ANNA}/account_stat`)
    put(`accounts/${ANNA}/items/02/2`)
    put(`accounts/${ANNA}/items/2/302`)
    put(`accounts/${ANNA}/items/57/2057`)
    put(`accounts/${ANNA}/items/57/260`)
    put(`accounts/${ANNA}/items/999`)
    put(`accounts/${ANNA}/items/57/readme`)
    put(`accounts/${ANNA}/items/57/007`)
    put(`accounts/${ANNA}/items/57/99999999999999999999`)
    put(`accounts/${ANNA}/items/57/deeper/1`)
    put(`accounts/${ANNA}/notes.txt`)
    put('accounts/lost+found/x')
    put('accounts/backupstat')
    const found = walk()
    expect(found.accounts.map(({ id }) => id)).toEqual([ANNA])
    expect(found.items.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([2, 260, 302, 999, 2057])
    const base = `accounts/${ANNA}`
    expect(found.kinds).toEqual(
      [
        `id-mismatch ${base}/items/57/260`,
        `unexpected-file ${base}/items/57/readme`,
        `unexpected-file ${base}/items/57/007`,
        `unexpected-file ${base}/items/57/99999999999999999999`,
        `unexpected-file ${base}/items/57/deeper`,
        `unexpected-file ${base}/notes.txt`,
        'unexpected-file accounts/lost+found',
      ].toSorted(),
    )
    const [account] = found.accounts
    if (account === undefined) throw new Error('no account')
    expect(itemPathCandidates(account, 2)).toEqual([
      `${base}/items/02/2`,
      `${base}/items/2/2`,
      `${base}/items/2`,
    ])
  })
})

describe('blobs', () => {
  it('tells the right place from a wrong one and from folded case', () => {
    const own = DIGEST.slice(0, 2)
    const folded = own === own.toUpperCase() ? own.toLowerCase() : own.toUpperCase()
    put(`items/${own}/${DIGEST}`)
    put(`items/${folded}/${DIGEST}`)
    put(`items/QQ/${DIGEST}`)
    put(`items/${own}/${OTHER}.gz`)
    put(`items/${OTHER}`)
    put(`items/${own}/sub/${DIGEST}`)
    put(`items/${own}/notes.txt`)
    const { blobs, kinds } = walk()
    const seen = blobs
      .map(({ path, misplaced, caseFolded }) => `${path} ${String(misplaced)} ${String(caseFolded)}`)
      .toSorted()
    expect(seen).toEqual(
      [
        `items/${own}/${DIGEST} false false`,
        `items/${folded}/${DIGEST} true true`,
        `items/QQ/${DIGEST} true false`,
        `items/${own}/${OTHER}.gz true false`,
        `items/${OTHER} true false`,
        `items/${own}/sub/${DIGEST} true false`,
      ].toSorted(),
    )
    expect(kinds).toEqual(
      [
        `blob-misplaced items/QQ/${DIGEST}`,
        `blob-misplaced items/${OTHER}`,
        `blob-misplaced items/${own}/${OTHER}.gz`,
        `blob-misplaced items/${own}/sub/${DIGEST}`,
        `case-folded items/${folded}/${DIGEST}`,
        `unexpected-file items/${own}/notes.txt`,
        `unexpected-file items/${own}/sub`,
      ].toSorted(),
    )
  })
  it('finds a mail that was renamed by its content, packed or not', () => {
    put('items/ab/renamed.bak', gzipSync(MAIL))
    put('items/ab/letter.eml', MAIL)
    put('items/ab/torn.bak', gzipSync(MAIL).subarray(0, 30))
    put('items/ab/picture', gzipSync('no mail at all'))
    const { blobs, kinds } = walk()
    expect(blobs.map(({ path, digest }) => `${path} ${digest}`)).toEqual([
      `items/ab/letter.eml ${DIGEST}`,
      `items/ab/renamed.bak ${DIGEST}`,
    ])
    expect(kinds).toEqual([
      'blob-misplaced items/ab/letter.eml',
      'blob-misplaced items/ab/renamed.bak',
      'unexpected-file items/ab/picture',
      'unexpected-file items/ab/torn.bak',
    ])
  })
  it('lists folders in the same order every time', () => {
    for (const name of ['b1', 'A0', ',x', '+y']) put(`items/${name}/${DIGEST}`)
    const { layout, source } = walk()
    expect(blobFolders(source, layout).found).toEqual(['items/+y', 'items/,x', 'items/A0', 'items/b1'])
  })
})

describe('the layout', () => {
  it('knows every part and both spellings', () => {
    put(`accounts/${ANNA}/account_info`)
    put(`items/c0/${DIGEST}`)
    put('servers/customizations_28_12_22#04_01_14.tar.gz')
    put(`map_${BRUNO}`)
    put('accounts/backupstat')
    put('thumbs.db')
    expect(detectLayout(root)).toMatchObject({
      accounts: 'accounts',
      items: 'items',
      server: 'servers',
      maps: [`map_${BRUNO}`],
      backupstat: 'accounts/backupstat',
      unexpected: [{ kind: 'unexpected-file', path: 'thumbs.db' }],
    })
  })
  it('takes a path with only one half', () => {
    put(`items/c0/${DIGEST}`)
    expect(looksLikeBackupPath(root)).toBe(true)
    expect(detectLayout(root)).toMatchObject({ accounts: null, items: 'items' })
    rmSync(join(root, 'items'), { recursive: true })
    put(`accounts/${ANNA}/account_info`)
    expect(detectLayout(root)).toMatchObject({ accounts: 'accounts', items: null })
  })
  it('finds the only one below, and refuses to choose between two', () => {
    put('disk/zextras/ng/items/c0/x')
    put(`disk/zextras/ng/accounts/${ANNA}/account_info`)
    expect(detectLayout(root).root.endsWith('disk/zextras/ng')).toBe(true)
    put('second/items/c0/x')
    put(`second/accounts/${ANNA}/account_info`)
    expect(() => detectLayout(root)).toThrow(NotABackupPathError)
  })
  it('says what to do where there is none', () => {
    put('photos/a.jpg')
    put('items/a-folder-of-a-shop/x')
    expect(looksLikeBackupPath(root)).toBe(false)
    expect(() => detectLayout(root)).toThrow(NotABackupPathError)
    expect(() => detectLayout(join(root, 'nowhere'))).toThrow(UnreadablePathError)
    expect(() => detectLayout(join(root, 'photos', 'a.jpg'))).toThrow(NotABackupPathError)
  })
  it('points at the whole when a part was chosen', () => {
    put(`items/c0/${DIGEST}`)
    put(`accounts/${ANNA}/items/57/257`)
    try {
      detectLayout(join(root, 'accounts', ANNA))
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(NotABackupPathError)
      expect((error as NotABackupPathError).next).toContain(root)
    }
  })
  it('opens a root that is itself a link', () => {
    put(`items/c0/${DIGEST}`)
    symlinkSync(root, join(top, 'link'))
    expect(detectLayout(join(top, 'link')).root).toBe(detectLayout(root).root)
  })
})
