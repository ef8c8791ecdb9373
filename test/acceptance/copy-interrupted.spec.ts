import { spawn, type ChildProcess } from 'node:child_process'
import { hash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../src-main/backup/writer/random.ts'
import { PacedWire } from '../chaos/paced-wire.ts'
import { canMount, SmallDisk } from '../chaos/support.ts'
import { SSHD, startSshServer, type SshServer } from '../support/ssh-server.ts'
import { temporaryFolder } from '../support/temp.ts'
import { differences, makeTree, shape } from '../unit/src-main/remote/transfer/support/tree.ts'

/**
 * One copy of a Backup Path over SSH that is interrupted again and again at random moments, each time in another way, until
 * it is whole. LIFEBOAT_THOROUGH=1: thirty times; else six times on a smaller path. LIFEBOAT_CHAOS_SEED: the same moments.
 */
const THOROUGH = process.env['LIFEBOAT_THOROUGH'] === '1'
const INTERRUPTIONS = THOROUGH ? 30 : 6
const BLOBS = THOROUGH ? 3600 : 900
const seed = Number(process.env['LIFEBOAT_CHAOS_SEED'] ?? Date.now() % 1e6)
/** Of all bytes, what may come twice. */
const TWICE = 0.05
/** Bytes a second: a line of 100 Mbit/s. */
const RATE = 12.5e6

const REPOSITORY = resolve(import.meta.dirname, '../..')
const folder = temporaryFolder('copy-interrupted')
const source = join(folder, 'source')
let server: SshServer
let wire: PacedWire
let knownHosts = ''

beforeAll(async () => {
  if (!SSHD) return
  makeTree(source, { blobs: BLOBS, bytes: 60_000, seed: 41 })
  server = await startSshServer({ env: { HOME: folder } })
  wire = new PacedWire(server.port, RATE)
  await wire.start()
  knownHosts = join(folder, 'known_hosts')
  const key = server.hostKeys()[0]?.toString('base64') ?? ''
  writeFileSync(knownHosts, `[127.0.0.1]:${String(wire.port)} ssh-ed25519 ${key}\n`)
}, 120_000)

afterAll(() => {
  if (SSHD) wire.stop()
})

interface Running {
  child: ChildProcess
  /** Null when it was killed. */
  ended: Promise<{ code: number | null; text: string }>
}

function copy(to: string): Running {
  const from = `ssh://${server.user}@127.0.0.1:${String(wire.port)}${source.split('/').map(encodeURIComponent).join('/')}`
  const args = ['copy', from, to, '--identity', server.key, '--known-hosts', knownHosts, '--json']
  const node = join(REPOSITORY, 'node_modules/.bin/node')
  const child = spawn(node, [join(REPOSITORY, 'src-main/cli.ts'), ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  return { child, ended: new Promise((done) => child.once('close', (code) => done({ code, text }))) }
}

/** Looks at what has a final name; what was right once and was not touched since is not read again. */
class Watch {
  readonly #whole: ReadonlyMap<string, string>
  readonly #known = new Map<string, string>()
  constructor(whole: ReadonlyMap<string, string>) {
    this.#whole = whole
  }

  /** Paths that are not as they are at the source. */
  wrong(target: string): string[] {
    const wrong: string[] = []
    const visit = (path: string): void => {
      for (const entry of readdirSync(join(target, path), { withFileTypes: true })) {
        const name = path === '' ? entry.name : `${path}/${entry.name}`
        if (entry.isDirectory()) {
          if (!name.startsWith('.lifeboat-partial')) visit(name)
          continue
        }
        const { ino, ctimeMs, mtimeMs, size } = lstatSync(join(target, name))
        const mark = `${String(ino)} ${String(ctimeMs)} ${String(size)}`
        if (this.#known.get(name) === mark) continue
        const sum = hash('sha256', readFileSync(join(target, name)), 'hex')
        const found = `${sum} ${String(Math.floor(mtimeMs / 1000))}`
        if (found === this.#whole.get(name)) this.#known.set(name, mark)
        else wrong.push(name)
      }
    }
    visit('')
    return wrong
  }
}

const KINDS = ['client killed', 'connection cut', 'server killed', 'sleep', 'disk full'] as const

describe.skipIf(!SSHD)(`a copy that is interrupted ${String(INTERRUPTIONS)} times`, () => {
  test('ends identical, hardly anything comes twice, nothing unverified has a name', async () => {
    const what = `LIFEBOAT_CHAOS_SEED=${String(seed)}`
    const random = new Random(seed)
    const whole = shape(source, 'seconds')
    const watch = new Watch(whole)
    const mountable = canMount(folder)
    if (!mountable) console.warn('no small disk can be mounted here: it is never full')
    const disk = mountable ? SmallDisk.make(join(folder, 'disk'), (THOROUGH ? 320 : 100) * 1024) : null
    const target = join(disk?.path ?? folder, 'copy')
    const ballast = join(disk?.path ?? folder, 'ballast')
    try {
      // What comes over when everything is there: connecting and listing, each time a client begins.
      const warm = join(folder, 'warm')
      const first = await copy(warm).ended
      expect(first.code, first.text).toBe(0)
      const total = wire.down
      wire.down = 0
      const again = await copy(warm).ended
      expect(again.code, again.text).toBe(0)
      const listing = wire.down
      rmSync(warm, { recursive: true, force: true })
      wire.down = 0

      const content = total - listing
      const at = Array.from({ length: INTERRUPTIONS }, () => (0.02 + random.float() * 0.94) * content).sort(
        (a, b) => a - b,
      )
      const counts = new Map<string, number>()
      let clients = 1
      let running = copy(target)
      const begun = Date.now()
      for (const [n, moment] of at.entries()) {
        const kinds = disk ? KINDS : KINDS.slice(0, 4)
        const kind = kinds[(n + Math.floor(random.float() * 2)) % kinds.length] ?? 'client killed'
        const ended = { now: false }
        void running.ended.then(() => (ended.now = true))
        while (!ended.now && wire.down - clients * listing < moment) await sleep(5)
        const early = ended.now ? await running.ended : null
        expect(early, `${kind}, ${what}: ended before its time: ${early?.text ?? ''}`).toBeNull()
        counts.set(kind, (counts.get(kind) ?? 0) + 1)
        switch (kind) {
          case 'client killed':
            running.child.kill('SIGKILL')
            break
          case 'connection cut':
            wire.cut()
            break
          case 'server killed':
            await server.stop()
            await sleep(random.float() * 200)
            await server.start()
            break
          case 'sleep':
            running.child.kill('SIGSTOP')
            await sleep(100)
            wire.cut()
            await sleep(200)
            running.child.kill('SIGCONT')
            break
          case 'disk full':
            mkdirSync(ballast)
            try {
              for (let file = 0; ; file++) writeFileSync(join(ballast, String(file)), Buffer.alloc(1_000_000))
            } catch {
              // and the last corner of it
              try {
                for (let file = 0; ; file++)
                  writeFileSync(join(ballast, `s${String(file)}`), Buffer.alloc(4096))
              } catch {
                // full
              }
            }
            break
        }
        if (kind !== 'client killed' && kind !== 'disk full') continue
        const { code, text } = await running.ended
        if (kind === 'disk full') {
          expect(code, `${what}: ${text}`).toBe(1)
          expect(text).toMatch(/full|too little room/)
          rmSync(ballast, { recursive: true })
        }
        expect(watch.wrong(target), `${kind}, ${what}`).toEqual([])
        running = copy(target)
        clients++
      }
      const { code, text } = await running.ended
      const twice = (wire.down - clients * listing) / content - 1
      console.log(
        `${String(INTERRUPTIONS)} interruptions (${[...counts].map(([kind, n]) => `${String(n)} × ${kind}`).join(', ')}) of ${(content / 1e6).toFixed(0)} MB: ` +
          `${(100 * twice).toFixed(2)} % came twice, ${((Date.now() - begun) / 1000).toFixed(0)} s, ${String(clients)} clients, each with ${(listing / 1e6).toFixed(2)} MB of listing; ${what}`,
      )
      expect(code, `${what}: ${text}`).toBe(0)
      expect(differences(source, target, 'seconds'), what).toEqual([])
      expect(readdirSync(disk?.path ?? folder).filter((name) => name.includes('partial'))).toEqual([])
      expect(twice, what).toBeLessThanOrEqual(TWICE)
    } finally {
      disk?.remove()
    }
  }, 600_000)
})
