import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { ExpectedError } from '../../engine/errors.ts'
import { ConnectionError } from '../connection-errors.ts'
import type { CommandResult, RunningCommand } from '../shell.ts'
import { RemoteDelivery } from './deliver-remote.ts'
import type { Flow } from './flow.ts'
import type { Ledger } from './ledger.ts'
import type { ServerLink } from './link.ts'
import { listCommand, readListing } from './list-remote.ts'
import { emptyListing, type FolderEntry, type Listing } from './listing.ts'
import type { CopyPool } from './pool.ts'
import { lookAtRemoteTarget, type TargetLook } from './preflight-look.ts'
import { cannotWrite, makeTarget, type MadeTarget, type RemoteTargetFacts } from './probe-target.ts'
import { writeNames } from './remote-input.ts'
import type { TargetSide } from './sides.ts'
import { tarEnd, tarHeader } from './tar-writer.ts'
import { NOT_OURS } from './target-local.ts'
import type { UploadPlace } from './upload.ts'
import type { Wanted } from './work.ts'

/**
 * Held for as long as the connection stands; `$2` tells our own lock from that of somebody else when a lost connection
 * has not been noticed over there.
 */
const LOCK = `
exec 9>>"$1/lock" || exit 1
if flock -n 9 || [ "$(cat "$1/lock")" = "$2" ]; then
  printf %s "$2" > "$1/lock"
  find "$1" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
  printf 'locked\\0'
  exec cat >/dev/null
fi
printf 'busy\\0'
`
const CLEAR = 'find "$1" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +; printf %s "$2" > "$1/lock"'
/** Only while the lock is still ours: after a long pause without connection it may not be. */
const GIVE_UP = '[ "$(cat "$1/lock" 2>/dev/null)" = "$2" ] && rm -rf -- "$1"'
/** Also after a stop. */
const CLEARING = { timeout: 20_000, signal: new AbortController().signal }
const REMOVE_FILES = 'cd "$1" && exec xargs -0 rm -f --'
/** Inner folders come first; what is not empty stays. */
const REMOVE_FOLDERS = 'cd "$1" && xargs -0 -n 500 rmdir -- 2>/dev/null; exit 0'

/** A target on a server. */
export class RemoteSide implements TargetSide {
  readonly delivery: RemoteDelivery
  readonly #link: ServerLink
  readonly #facts: RemoteTargetFacts
  readonly #owner = randomBytes(12).toString('hex')
  #settling: Promise<unknown> | null = null
  #made: MadeTarget | null = null
  #lock: RunningCommand | null = null
  #locked = false
  #temporary: string | null = null

  constructor(
    link: ServerLink,
    facts: RemoteTargetFacts,
    given: {
      pool: CopyPool
      flow: Flow
      ledger: () => Ledger
      free: ArrayBuffer[]
      batchBytes: number
      source: string | null
    },
  ) {
    this.#link = link
    this.#facts = facts
    this.delivery = new RemoteDelivery({
      ...given,
      link,
      temporary: () => (this.#temporary ??= mkdtempSync(join(tmpdir(), 'lifeboat-copy-'))),
      place: () => this.place,
    })
  }

  /** Where files go. */
  get place(): UploadPlace {
    return { ...this.#facts, staging: this.#ready().staging }
  }

  /** Makes the folders and takes the lock. @throws ExpectedError REFUSED */
  async open(): Promise<void> {
    if (!this.#facts.sha256sum) {
      throw new ExpectedError('REFUSED', `${this.#link.name} has no sha256sum`, {
        why: 'What was written there could not be read back and compared.',
        next: 'Install coreutils on that server.',
      })
    }
    this.#made = await makeTarget(this.#link, this.#facts)
    await this.#takeLock((argv) => this.#link.start(argv))
    this.#link.onAgain = (start) => this.#takeLock(start)
  }

  list(): Promise<Listing> {
    const { root, printf, there } = this.#facts
    if (!there && this.#made === null) return Promise.resolve(emptyListing())
    const isOurs = (path: string): boolean =>
      NOT_OURS.some((name) => path === name || path.startsWith(`${name}/`))
    return this.#link.repeat(async () =>
      readListing(await this.#link.start(listCommand(root, printf)), printf, isOurs),
    )
  }

  room(): Promise<MadeTarget['room']> {
    return Promise.resolve(this.#ready().room)
  }

  keepsCase(): Promise<boolean> {
    return Promise.resolve(this.#ready().keepsCase)
  }

  look(): Promise<TargetLook> {
    return lookAtRemoteTarget(this.#link, this.#facts.root)
  }

  idle(): Promise<void> {
    return this.delivery.idle()
  }

  /** Not asked one by one over the network: they are brought over again. */
  doubtful(works: readonly Wanted[]): Promise<Wanted[]> {
    return Promise.resolve([...works])
  }

  async makeFolders(folders: readonly FolderEntry[]): Promise<void> {
    await this.#folders(folders)
  }

  settle(): void {
    this.#settling ??= this.#link.run(this.#sync, { timeout: 0 }).catch(() => undefined)
  }

  /** A tar of folders alone: it gives them their times at its end. */
  async finish(folders: readonly FolderEntry[]): Promise<void> {
    await this.#folders(folders)
    await this.#settling
    await this.#link.again(this.#sync, { timeout: 0 })
  }

  get #sync(): string[] {
    return ['sync', '-f', this.#facts.root]
  }

  async remove(paths: readonly string[]): Promise<void> {
    const inner = [...paths].sort().reverse()
    const { root } = this.#facts
    // `rm` without -r leaves folders alone.
    await this.#feed(['sh', '-c', REMOVE_FILES, 'sh', root], inner)
    await this.#feed(['sh', '-c', REMOVE_FOLDERS, 'sh', root], inner)
  }

  async close(): Promise<void> {
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true })
    const made = this.#made
    // Another transfer may be at work there.
    if (made === null || !this.#locked) return
    try {
      await this.#link.run(['sh', '-c', GIVE_UP, 'sh', made.staging, this.#owner], CLEARING)
      this.#lock?.kill()
      // Nothing came: leave no empty folder behind.
      if (!this.#facts.there) await this.#link.run(['rmdir', '--', this.#facts.root], CLEARING)
    } catch {
      // The connection is gone; the next run clears it.
    }
  }

  #ready(): MadeTarget {
    if (this.#made === null) throw new Error('The target is not open.')
    return this.#made
  }

  async #folders(folders: readonly FolderEntry[]): Promise<void> {
    if (folders.length === 0) return
    const { root, owner } = this.#facts
    await this.#link.repeat(async () => {
      const argv = ['env', 'LC_ALL=C', 'tar', '-C', root, '-xf', '-']
      const command = await this.#link.start(argv)
      let stderr = ''
      command.stdout.on('error', () => undefined).resume()
      command.stderr.on('error', () => undefined)
      command.stderr.on('data', (piece: Buffer) => (stderr += piece.toString('latin1')))
      command.stdin.on('error', () => undefined)
      for (const { path, mtime, mode } of folders) {
        command.stdin.write(
          tarHeader({
            path: `./${path}`,
            kind: 'folder',
            size: 0,
            mtime,
            mode: (mode & 0o777) | 0o700,
            owner,
          }),
        )
      }
      command.stdin.end(tarEnd())
      const { code } = await command.ended
      if (code === null) throw lost(this.#link.name)
      if (code !== 0) throw cannotWrite(`${this.#link.name}:${root}`, stderr)
    })
  }

  async #feed(argv: readonly string[], names: readonly string[]): Promise<CommandResult['code']> {
    return this.#link.repeat(async () => {
      const command = await this.#link.start(argv)
      command.stdout.on('error', () => undefined).resume()
      let stderr = ''
      command.stderr.on('error', () => undefined)
      command.stderr.on('data', (piece: Buffer) => (stderr += piece.toString('latin1')))
      writeNames(command.stdin, names)
      const { code } = await command.ended
      if (code === null) throw lost(this.#link.name)
      if (code !== 0 && !/is a directory/i.test(stderr)) throw cannotWrite(this.#link.name, stderr)
      return code
    })
  }

  async #takeLock(start: (argv: readonly string[]) => Promise<RunningCommand>): Promise<void> {
    const { staging, flock } = this.#ready()
    if (!flock) {
      const clearing = await start(['sh', '-c', CLEAR, 'sh', staging, this.#owner])
      clearing.stdin.on('error', () => undefined).end()
      await clearing.ended
      this.#locked = true
      return
    }
    const command = await start(['sh', '-c', LOCK, 'sh', staging, this.#owner])
    command.stdin.on('error', () => undefined)
    command.stderr.on('error', () => undefined).resume()
    const word = await new Promise<string>((resolve) => {
      command.stdout.on('error', () => undefined)
      command.stdout.once('data', (piece: Buffer) => resolve(piece.toString('latin1')))
      command.ended.then(
        () => resolve(''),
        () => resolve(''),
      )
    })
    if (word.startsWith('busy')) {
      command.kill()
      this.#locked = false
      throw new ExpectedError(
        'REFUSED',
        `Another transfer to ${this.#link.name}:${this.#facts.root} is running`,
        {
          why: `It holds ${staging}/lock there.`,
          next: 'Wait until it is done, or stop it first.',
        },
      )
    }
    this.#lock = command
    this.#locked = true
  }
}

function lost(name: string): ConnectionError {
  return new ConnectionError(
    'session',
    { user: '', host: name, port: 22 },
    `The connection to ${name} was lost`,
    {
      why: 'A command there ended without an exit code.',
      next: 'Lifeboat connects again by itself; if that fails, check network and server.',
    },
  )
}
