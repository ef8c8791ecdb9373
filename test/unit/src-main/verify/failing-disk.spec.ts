import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeSample } from '../../../../src-main/backup/writer/index.ts'
import { canHang, hanging } from '../../../support/hanging.ts'
import { temporaryFolder } from '../../../support/index.ts'

/**
 * A disk that fails under the check: reads that never end (fanotify) and reads that report EIO (strace), both against
 * the real command line, whose process must end with its code and in time although threads of it hang.
 */
const CLI = resolve(import.meta.dirname, '../../../../src-main/cli.ts')
const STRACE = '/usr/bin/strace'
/** Seconds that a read may take here. */
const TIMEOUT = 1

let folder: string
let backup: string
let whole: string
let blob: string
let item: string

beforeAll(() => {
  folder = temporaryFolder('failing')
  backup = join(folder, 'backup')
  whole = join(folder, 'whole')
  writeSample(backup, { items: 200, damage: false })
  writeSample(whole, { items: 200, damage: false })
  blob = claimedBlob()
  item = filesBelow(join(backup, 'accounts')).find((path) => /\/items\/\d\d\/\d{3,}$/.test(path)) ?? ''
})

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** A blob that a message names. */
function claimedBlob(): string {
  const texts = filesBelow(join(backup, 'accounts')).map((path) => readFileSync(path, 'utf8'))
  const named = (path: string): boolean =>
    texts.some((text) => text.includes(path.slice(path.lastIndexOf('/') + 1)))
  return filesBelow(join(backup, 'items')).find(named) ?? ''
}

interface Ran {
  code: number | null
  ms: number
  json: Record<string, unknown> & {
    problems: { kind: string; path: string; detail: string; affected: unknown[] }[]
    lost: { digest: string }[]
    restored: { digest: string; from: string; affected: { subject: string }[] }[]
  }
}

function lifeboat(args: readonly string[], prefix: readonly string[] = []): Promise<Ran> {
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true })
  const began = performance.now()
  const whole = [process.execPath, CLI, ...args, '--json', '--data', data]
  const [program, ...rest] = [...prefix, ...whole] as [string, ...string[]]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  return new Promise((done, fail) => {
    child.on('error', fail).on('close', (code) => {
      done({ code, ms: performance.now() - began, json: JSON.parse(text) as Ran['json'] })
    })
  })
}

const canTrace = existsSync(STRACE) && spawnSync(STRACE, ['-f', '-o', '/dev/null', '/bin/true']).status === 0
if (!canTrace) console.warn('SKIPPED: read errors need strace')

describe.skipIf(!canHang)('reads that do not end', () => {
  it('check: names what hung, reads all the rest, and its process ends in time with its code', async () => {
    const ran = await hanging([blob, item], () => lifeboat(['check', backup, '--timeout', String(TIMEOUT)]))
    expect(ran.code).toBe(1)
    expect(ran.ms).toBeLessThan(40_000)
    const errors = ran.json.problems.filter(({ kind }) => kind.endsWith('-unreadable'))
    expect(errors.map(({ kind, path }) => [kind, join(backup, path)]).sort()).toEqual([
      ['blob-unreadable', blob],
      ['metadata-unreadable', item],
    ])
    for (const { detail } of errors) expect(detail).toContain('did not end within 1 s')
    expect(errors.find(({ kind }) => kind === 'blob-unreadable')?.affected.length).toBeGreaterThan(0)
    expect(ran.json['blobs']).toMatchObject({ total: filesBelow(join(backup, 'items')).length })
    expect(ran.json.problems.filter(({ kind }) => kind === 'blob-missing')).toEqual([])
  }, 60_000)

  it('check: a file whose reading ends the second time is sound', async () => {
    let let_go: () => void = () => undefined
    const running = new Promise<Ran>((done, fail) => {
      void hanging([blob], async () => {
        lifeboat(['check', backup, '--timeout', '4']).then(done, fail)
        // The first try hangs, the second one comes four seconds later.
        await new Promise<void>((go) => {
          let_go = go
          setTimeout(go, 6000)
        })
      })
    })
    const ran = await running
    let_go()
    expect(ran.json.problems.filter(({ kind }) => kind.endsWith('-unreadable'))).toEqual([])
    expect(ran.code).toBe(0)
  }, 60_000)

  it('heal: takes what hung from another copy that hangs elsewhere, and says so per message', async () => {
    const out = join(folder, 'healed')
    const elsewhere = filesBelow(join(whole, 'items')).find((path) => !path.endsWith(blob.slice(-44))) ?? ''
    const ran = await hanging([blob, elsewhere], () =>
      lifeboat(['heal', backup, '--from', whole, '--out', out, '--timeout', String(TIMEOUT)]),
    )
    expect(ran.json.lost).toEqual([])
    expect(ran.code).toBe(0)
    const digest = blob.slice(blob.lastIndexOf('/') + 1)
    expect(ran.json.restored).toMatchObject([{ digest, from: whole }])
    expect(ran.json.restored[0]?.affected[0]?.subject).toBeTruthy()
    expect(readFileSync(join(out, 'items', digest.slice(0, 2), digest))).toEqual(
      readFileSync(join(whole, 'items', digest.slice(0, 2), digest)),
    )
  }, 60_000)

  it('heal: a mailstore that hangs is passed over, and what no copy has is lost', async () => {
    const out = join(folder, 'healed-alone')
    const store = join(folder, 'store')
    mkdirSync(store)
    const ran = await hanging([blob], () =>
      lifeboat(['heal', backup, '--from', store, '--out', out, '--timeout', String(TIMEOUT)]),
    )
    expect(ran.code).toBe(1)
    expect(ran.json.lost.map(({ digest }) => digest)).toEqual([blob.slice(blob.lastIndexOf('/') + 1)])
  }, 60_000)
})

describe.skipIf(!canTrace)('reads that report EIO', () => {
  const failing = (when: string): string[] => [
    STRACE,
    '-f',
    '-o',
    '/dev/null',
    '-e',
    'trace=read,pread64',
    '-e',
    `inject=read,pread64:error=EIO${when}`,
    '-P',
    blob,
    '-P',
    item,
  ]

  it('are tried again last, then listed', async () => {
    const ran = await lifeboat(['check', backup], failing(''))
    expect(ran.code).toBe(1)
    const errors = ran.json.problems.filter(({ kind }) => kind.endsWith('-unreadable'))
    expect(errors.map(({ path }) => join(backup, path)).sort()).toEqual([item, blob].sort())
    for (const { detail } of errors) expect(detail).toContain('EIO')
  }, 60_000)

  // strace counts the calls of each thread by themselves: one thread.
  it('that do not come again are no problem', async () => {
    const ran = await lifeboat(['check', backup, '--jobs', '1'], failing(':when=1'))
    expect(ran.json.problems.filter(({ kind }) => kind.endsWith('-unreadable'))).toEqual([])
    expect(ran.code).toBe(0)
  }, 60_000)
})
