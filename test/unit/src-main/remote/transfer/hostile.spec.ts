import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { startCopy } from '../../../../../src-main/remote/transfer/start-copy.ts'
import type { CopyOptions, CopyOutcome } from '../../../../../src-main/remote/transfer/types.ts'
import { SSHD, startSshServer, type SshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { ACCOUNT, blobPath, differences, local, makeTree, onServer, remove } from './support/tree.ts'

/** Servers that lie, fail or lack programs: what they answer is never believed, never written outside, never fatal. */
const folder = temporaryFolder('hostile')
const source = join(folder, 'source')
const programs = join(folder, 'bin')
const REAL = '/usr/bin'
let server: SshServer
let blobs: string[] = []

beforeAll(async () => {
  mkdirSync(programs)
  blobs = makeTree(source, { blobs: 12 }).blobs
  if (SSHD) server = await startSshServer({ path: [programs], env: { HOME: folder } })
})

const FAST = { patience: 3000, stall: 1500, backOff: 20 }
const run = (options: Partial<CopyOptions>, to: string): Promise<CopyOutcome> =>
  startCopy({ source: onServer(server, source), target: local(to), jobs: 1, timing: FAST, ...options }).done

/** Puts a program of that name in front of the real one for the time of the work. */
async function instead<T>(name: string, script: string, work: () => Promise<T>): Promise<T> {
  const file = join(programs, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  try {
    return await work()
  } finally {
    remove(file)
  }
}

/** A tar that passes on its own version, and otherwise sends this archive. */
function sends(archive: string): string {
  return `case "$*" in *--version*) exec ${REAL}/tar --version ;; esac\ncat >/dev/null & cat ${archive}`
}

const { tarHeader, tarEnd, tarPadding } =
  await import('../../../../../src-main/remote/transfer/tar-writer.ts')

function archiveOf(path: string, text: string, type = '0', size = text.length): string {
  const header = tarHeader({ path, kind: 'file', size, mtime: 1, mode: 0o600 })
  header[156] = type.charCodeAt(0)
  if (type === '2') header.write('/etc/passwd', 157, 'latin1')
  header.fill(0x20, 148, 156)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  const file = join(folder, `archive-${String(Math.random()).slice(2)}`)
  writeFileSync(file, Buffer.concat([header, Buffer.from(text), tarPadding(size), tarEnd()]))
  return file
}

describe.skipIf(!SSHD)('a server that lies', () => {
  test.each(['../escaped', '/tmp/lifeboat-escaped', 'items/../../escaped', './unasked', 'accounts/unasked'])(
    'a member that was not asked for ends the copy: %s',
    async (path) => {
      const to = join(folder, 'escape', 'target')
      const error = await instead('tar', sends(archiveOf(path, 'evil')), () =>
        run({}, to).catch((e: unknown) => e),
      )
      expect(error).toMatchObject({
        code: 'REFUSED',
        message: 'The server sent a file that was not asked for',
      })
      expect(existsSync(join(folder, 'escape', 'escaped'))).toBe(false)
      expect(existsSync('/tmp/lifeboat-escaped')).toBe(false)
      expect(existsSync(join(to, 'unasked'))).toBe(false)
    },
  )

  test.each(['1', '2', '5', '3'])(
    'a link, folder or device in the place of a file is not made (type %s)',
    async (type) => {
      const to = join(folder, `typed${type}`)
      const path = './backupstat'
      // Once the blobs' turn comes, the same member was not asked for.
      const error = await instead('tar', sends(archiveOf(path, '', type)), () =>
        run({}, to).catch((e: unknown) => e),
      )
      expect(error).toMatchObject({ code: 'REFUSED' })
      expect(existsSync(join(to, 'backupstat'))).toBe(false)
    },
  )

  test('a wrong size is not written under the name', async () => {
    const to = join(folder, 'sized')
    const archive = archiveOf('./backupstat', 'longer than it was')
    const error = await instead('tar', sends(archive), () => run({}, to).catch((e: unknown) => e))
    expect(error).toMatchObject({ code: 'REFUSED' })
    expect(existsSync(join(to, 'backupstat'))).toBe(false)
  })

  test('other bytes than sha256sum told are asked for again, and never named when they keep changing', async () => {
    const to = join(folder, 'changing')
    const script = `case "$*" in *--version*) exec ${REAL}/tar --version ;; esac
${REAL}/tar "$@" | perl -pe 's/"name":"anna/q("name":") . chr(97 + rand 26) . chr(97 + rand 26) . q(na)/e'`
    const { result } = await instead('tar', script, () => run({}, to))
    const info = `accounts/${ACCOUNT}/account_info`
    expect(
      existsSync(join(to, info)) &&
        readFileSync(join(to, info), 'utf8') !== readFileSync(join(source, info), 'utf8'),
    ).toBe(false)
    expect(result.verified + result.missing.length).toBe(result.files)
  })

  test('noise instead of tar is an error that says so', async () => {
    const to = join(folder, 'noise')
    const script = `case "$*" in *--version*) exec ${REAL}/tar --version ;; esac\nhead -c 5000 /dev/urandom`
    const error = await instead('tar', script, () => run({}, to).catch((e: unknown) => e))
    expect(error).toMatchObject({ code: 'REFUSED' })
    const made = readdirSync(to, { recursive: true, withFileTypes: true })
    expect(made.filter((entry) => entry.isFile())).toEqual([])
  })

  test('names of a listing that lead out or hold nothing are reported, not used', async () => {
    const to = join(folder, 'named')
    const script = `case "$*" in *maxdepth*) exit 0 ;; esac
${REAL}/find "$@"; printf 'f 644 4 1.0 ../out\\0f 644 4 1.0 /abs\\0f 644 4 1.0 a//b\\0f 644 x y z\\0f 644 4 1.0 \\0'`
    const { result } = await instead('find', script, () => run({}, to))
    expect(result.verified).toBe(result.files)
    expect(result.missing.length).toBeGreaterThan(0)
    expect(existsSync(join(folder, 'out'))).toBe(false)
    await expect(instead('find', script, () => run({ delete: true }, to))).resolves.toBeDefined()
    writeFileSync(join(to, 'extra'), 'x')
    await expect(instead('find', script, () => run({ delete: true }, to))).rejects.toThrow(
      /Nothing was removed/,
    )
    expect(existsSync(join(to, 'extra'))).toBe(true)
  })
})

describe.skipIf(!SSHD)('a server that fails or lacks programs', () => {
  test('find without -printf: listed by stat', async () => {
    const to = join(folder, 'busybox')
    const script = `case "$*" in *-printf*) echo "find: unrecognized: -printf" >&2; exit 1 ;; esac\nexec ${REAL}/find "$@"`
    const { result } = await instead('find', script, () => run({}, to))
    expect(result).toMatchObject({ missing: [], verified: result.files })
    // stat tells whole seconds
    expect(differences(source, to, 'seconds')).toEqual([])
  })

  test('no sha256sum: a second reading proves what has no digest', async () => {
    const to = join(folder, 'nosum')
    // `command -v` finds it, but it fails: the same way as none at all.
    const { result } = await instead('sha256sum', 'exit 1', () => run({}, to))
    expect(result).toMatchObject({ missing: [], verified: result.files })
    expect(differences(source, to)).toEqual([])
  })

  test('a tar that is not GNU', async () => {
    const to = join(folder, 'othertar')
    const script = `case "$*" in *--version*) echo "tar (busybox)"; exit 0 ;; *--format*|*--null*) echo "tar: unknown" >&2; exit 1 ;; esac\nexec ${REAL}/tar "$@"`
    const { result } = await instead('tar', script, () => run({}, to))
    expect(result).toMatchObject({ missing: [], verified: result.files })
    expect(differences(source, to)).toEqual([])
  })

  test('a file whose reading hangs is left out, tried again last, and named', async () => {
    const to = join(folder, 'hangs')
    const bad = blobPath(blobs[3]!)
    // Passes names on until the bad one comes; then nothing more, as a disk that tries for ever.
    const script = `case "$*" in *--version*) exec ${REAL}/tar --version ;; esac
exec perl -e '$/ = "\\0"; open(my $t, "|-", "${REAL}/tar", @ARGV) or die; while (<STDIN>) { if (/\\Q${blobs[3]!}\\E/) { close($t) if 0; select(undef, undef, undef, 8); exit 1 } print $t $_; $t->flush } close($t)' -- "$@"`
    const { result } = await instead('tar', script, () => run({}, to))
    expect(result.missing).toEqual([{ path: bad, reason: expect.stringMatching(/too long/) as string }])
    expect(result.verified).toBe(result.files - 1)
    expect(differences(source, to)).toEqual([`- ${bad}`])
  }, 60_000)

  test('a file that cannot be read is listed with the reason, everything else comes', async () => {
    const to = join(folder, 'unreadable')
    const bad = blobPath(blobs[5]!)
    const script = `case "$*" in *--version*) exec ${REAL}/tar --version ;; esac
perl -0ne 'if (/\\Q${blobs[5]!}\\E/) { print STDERR "tar: ./${bad}: Cannot open: Permission denied\\n" } else { print }' | ${REAL}/tar "$@"`
    const { result } = await instead('tar', script, () => run({}, to))
    expect(result.missing).toEqual([{ path: bad, reason: 'Cannot open: Permission denied' }])
    expect(differences(source, to)).toEqual([`- ${bad}`])
  })

  test('a login that talks first does not disturb', async () => {
    writeFileSync(join(folder, '.bashrc'), 'echo Welcome; echo to this server\n')
    try {
      const to = join(folder, 'talks')
      const { result } = await run({}, to).catch((e: unknown) => ({ result: e }))
      // Either understood or refused with words; never a wrong copy.
      if (result instanceof Error) expect(result.message).toMatch(/tar|backup path|answer/i)
      else expect(differences(source, to)).toEqual([])
    } finally {
      remove(join(folder, '.bashrc'))
    }
  })

  test('a folder of the source that refuses: the rest comes, the copy is not called complete', async () => {
    const to = join(folder, 'refusing')
    const script = `case "$*" in *maxdepth*) exit 0 ;; esac\n${REAL}/find "$@"; echo "find: '${source}/items/zz': Permission denied" >&2; exit 1`
    const { result } = await instead('find', script, () => run({}, to))
    expect(result.missing.map(({ path }) => path)).toEqual([`${source}/items/zz`])
    expect(differences(source, to)).toEqual([])
  })
})

test.skipIf(!SSHD)(
  'a link that the source server put where the target is: nothing is written through it',
  async () => {
    const to = join(folder, 'through')
    const outside = join(folder, 'outside')
    mkdirSync(outside)
    symlinkSync(outside, to)
    const { result } = await run({}, to)
    // The target itself may be a link that a person made: its place is what counts.
    expect(result.missing).toEqual([])
    expect(differences(source, outside)).toEqual([])
  },
)
