import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../src-main/backup/writer/random.ts'
import { SSHD, startSshServer, type SshServer } from '../support/ssh-server.ts'
import { temporaryFolder } from '../support/temp.ts'
import { differences, makeTree, shape } from '../unit/src-main/remote/transfer/support/tree.ts'
import { parsed, type Json } from './results.ts'
import { canMount, SmallDisk } from './support.ts'

/**
 * A copy that is interrupted at random moments: by `kill -9` of the client, by a cut connection, by the death of sshd, by a
 * laptop that sleeps, by a disk that is full. It goes on, ends identical, and little comes twice.
 * LIFEBOAT_CHAOS=full: 30 interruptions, as many as LIFEBOAT_COPY_INTERRUPTIONS says, else 10.
 */
const INTERRUPTIONS = Number(
  process.env['LIFEBOAT_COPY_INTERRUPTIONS'] ?? (process.env['LIFEBOAT_CHAOS'] === 'full' ? 30 : 10),
)
const seed = Number(process.env['LIFEBOAT_CHAOS_SEED'] ?? Date.now() % 1e6)
/** Of all bytes, what one interruption may cost. */
const TWICE = 0.05

const REPOSITORY = resolve(import.meta.dirname, '../..')
const folder = temporaryFolder('copy-chaos')
const source = join(folder, 'source')
let server: SshServer
let proxy: Proxy

/** Between client and server: counts what came over, and can cut. */
class Proxy {
  /** From the server to the client. */
  down = 0
  port = 0
  readonly #sockets = new Set<Socket>()
  #server: Server | null = null
  readonly #to: number

  constructor(to: number) {
    this.#to = to
  }

  async start(): Promise<void> {
    const listening = createServer((client) => {
      const far = connect(this.#to, '127.0.0.1')
      for (const [one, other] of [
        [client, far],
        [far, client],
      ] as const) {
        this.#sockets.add(one)
        one.setNoDelay(true)
        one.on('error', () => other.destroy())
        one.on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
      }
      client.pipe(far)
      far.on('data', (piece: Buffer) => {
        this.down += piece.length
        if (!client.write(piece)) {
          far.pause()
          client.once('drain', () => far.resume())
        }
      })
    })
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done))
    const address = listening.address()
    this.port = typeof address === 'object' && address ? address.port : 0
    this.#server = listening
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  stop(): void {
    this.cut()
    this.#server?.close()
  }
}

let total = 0
let knownHosts = ''

beforeAll(async () => {
  if (!SSHD) return
  // Random bytes: what comes over is what lies there.
  makeTree(source, { blobs: 2500, bytes: 24_000, seed: 77 })
  server = await startSshServer({ env: { HOME: folder } })
  proxy = new Proxy(server.port)
  await proxy.start()
  knownHosts = join(folder, 'known_hosts')
  const key = server.hostKeys()[0]?.toString('base64') ?? ''
  writeFileSync(knownHosts, `[127.0.0.1]:${String(proxy.port)} ssh-ed25519 ${key}\n`)
}, 120_000)

afterAll(() => {
  if (SSHD) proxy.stop()
})

interface Ran {
  code: number | null
  json: Json
  stderr: string
}

function copy(
  from: string,
  to: string,
  more: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ran> } {
  const args = ['copy', from, to, '--identity', server.key, '--known-hosts', knownHosts, '--json', ...more]
  const node = join(REPOSITORY, 'node_modules/.bin/node')
  const child = spawn(node, [join(REPOSITORY, 'src-main/cli.ts'), ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ran>((done) => {
    child.once('close', (code) => done({ code, json: parsed(stdout), stderr }))
  })
  return { child, ended }
}

function address(path: string): string {
  return `ssh://${server.user}@127.0.0.1:${String(proxy.port)}${path.split('/').map(encodeURIComponent).join('/')}`
}

/** Files that have a final name are whole, at every moment. */
function unproved(target: string, whole: ReadonlyMap<string, string>): string[] {
  if (!existsSync(target)) return []
  return [...shape(target, 'seconds')]
    .filter(([path, what]) => whole.get(path) !== what)
    .map(([path]) => path)
}

const KINDS = ['client killed', 'connection cut', 'server killed', 'sleep'] as const

describe.skipIf(!SSHD)('interruptions', () => {
  test.each(['pull', 'push'] as const)(
    '%s: ends identical, nothing unverified has a name, little comes twice',
    async (mode) => {
      const random = new Random(seed)
      const whole = shape(source, 'seconds')
      const what = `LIFEBOAT_CHAOS_SEED=${String(seed)}`
      const calm = join(folder, `${mode}-calm`)
      const ends = (to: string): [string, string] =>
        mode === 'pull' ? [address(source), to] : [source, address(to)]
      proxy.down = 0
      const startedAt = Date.now()
      const undisturbed = await copy(...ends(calm)).ended
      const time = Date.now() - startedAt
      total = proxy.down
      expect(undisturbed.code, undisturbed.stderr).toBe(0)
      expect(differences(source, calm, 'seconds')).toEqual([])
      rmSync(calm, { recursive: true, force: true })
      const rounds = mode === 'pull' ? INTERRUPTIONS : Math.ceil(INTERRUPTIONS / 3)
      const costs: string[] = []
      let worst = 0
      let hits = 0
      let spent = 0
      let interrupted = 0
      let target = join(folder, `${mode}-0`)
      let tries = 0
      while (interrupted < rounds && tries++ < rounds * 3) {
        const kind = KINDS[Math.floor(random.float() * KINDS.length)] ?? 'client killed'
        proxy.down = 0
        const { child, ended } = copy(...ends(target))
        const over = { yes: false }
        void ended.then(() => (over.yes = true))
        const moment = 0.25 * time + random.float() * 0.7 * time
        await Promise.race([ended, sleep(moment)])
        if (!over.yes) {
          interrupted++
          hits++
          if (kind === 'client killed') child.kill('SIGKILL')
          else if (kind === 'connection cut') proxy.cut()
          else if (kind === 'server killed') {
            await server.stop()
            await sleep(random.float() * 400)
            await server.start()
          } else {
            child.kill('SIGSTOP')
            await sleep(200)
            proxy.cut()
            await sleep(300)
            child.kill('SIGCONT')
          }
        }
        const { code, stderr } = await ended
        spent += proxy.down
        const killed = kind === 'client killed' && code === null
        if (mode === 'pull') expect(unproved(target, whole), `${kind}, ${what}`).toEqual([])
        if (killed) {
          // Over there the folder of the round may still be at work for a moment.
          if (mode === 'push') await sleep(300)
          continue
        }
        expect(code, `${kind}, ${what}: ${stderr}`).toBe(0)
        expect(differences(source, target, 'seconds'), `${kind}, ${what}`).toEqual([])
        expect(
          readdirSync(folder).filter((name) => name.includes('partial')),
          what,
        ).toEqual([])
        costs.push(((100 * (spent - total)) / total).toFixed(1))
        rmSync(target, { recursive: true, force: true })
        target = join(folder, `${mode}-${String(tries)}`)
        if (hits > 0) worst = Math.max(worst, (spent / total - 1) / hits)
        hits = 0
        spent = 0
      }
      if (existsSync(target)) {
        const last = await copy(...ends(target)).ended
        expect(last.code, last.stderr).toBe(0)
        expect(differences(source, target, 'seconds'), what).toEqual([])
      }
      console.log(
        `${mode}: ${String(interrupted)} interruptions, ${(total / 1e6).toFixed(1)} MB in ${(time / 1000).toFixed(1)} s undisturbed; ` +
          `% that came twice, for each copy that was finished: ${costs.join(', ')}; ${(100 * worst).toFixed(1)} % for an interruption at most`,
      )
      expect(interrupted).toBeGreaterThanOrEqual(rounds)
      if (mode === 'pull') expect(worst).toBeLessThanOrEqual(TWICE)
    },
    INTERRUPTIONS * 60_000,
  )
})

describe.skipIf(!SSHD || !canMount(folder))(
  'a full disk (skipped: no small file system can be mounted here)',
  () => {
    test.each(['pull', 'push'] as const)('%s: exit code 1, goes on when there is room', async (mode) => {
      const disk = SmallDisk.make(join(folder, `disk-${mode}`), 8 * 1024)
      if (disk === null) throw new Error('the disk cannot be mounted')
      try {
        const target = join(disk.path, 'copy')
        const ends: [string, string] = mode === 'pull' ? [address(source), target] : [source, address(target)]
        const small = await copy(...ends).ended
        expect(small.code, small.stderr).toBe(1)
        expect(JSON.stringify(small.json)).toMatch(/too little room/)
        // It fills up while the copy runs: somebody else writes.
        disk.grow(130)
        const { ended } = copy(...ends, ['--bwlimit', '20M'])
        await sleep(1500)
        mkdirSync(join(disk.path, 'other'), { recursive: true })
        try {
          for (let n = 0; n < 200; n++)
            writeFileSync(join(disk.path, 'other', String(n)), Buffer.alloc(1_000_000))
        } catch {
          // full
        }
        const full = await ended
        expect(full.code, full.stderr).toBe(1)
        expect(JSON.stringify(full.json)).toMatch(/full|too little room/)
        expect(unproved(target, shape(source, 'seconds'))).toEqual([])
        rmSync(join(disk.path, 'other'), { recursive: true })
        const last = await copy(...ends).ended
        expect(last.code, last.stderr).toBe(0)
        expect(differences(source, target, 'seconds')).toEqual([])
      } finally {
        disk.remove()
      }
    })
  },
)
