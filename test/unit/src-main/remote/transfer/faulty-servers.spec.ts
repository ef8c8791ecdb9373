import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { toExpectedError } from '../../../../../src-main/engine/errors.ts'
import { startCopy } from '../../../../../src-main/remote/transfer/start-copy.ts'
import { startFaultyWire } from '../../../../support/faulty-ssh.ts'
import { canMount, makeDisk, mountDisk } from '../../../../support/loop-disk.ts'
import { SSHD, startSshServer, type SshServer } from '../../../../support/ssh-server.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { differences, local, makeTree, onServer } from './support/tree.ts'

/** Copies against servers that kill every session after three seconds, and targets that cannot be written. */
const folder = temporaryFolder('faulty-copy')
const source = join(folder, 'source')
let server: SshServer

beforeAll(async () => {
  makeTree(source, { blobs: 60, bytes: 20_000, seed: 31 })
  if (SSHD) server = await startSshServer({ env: { HOME: folder } })
})

describe.skipIf(!SSHD)('a server that kills sessions every three seconds', () => {
  test('a pull and a push end whole all the same', async () => {
    const wire = await startFaultyWire(server.port, { cutEvery: 3000 })
    const [pulled, pushed] = [join(folder, 'pulled'), join(folder, 'pushed')]
    // Longer than a connection lives, for each.
    const common = { jobs: 1, limit: 200_000, timing: { backOff: 50 } }
    const pull = startCopy({ ...common, source: onServer(server, source, wire.port), target: local(pulled) })
    const push = startCopy({ ...common, source: local(source), target: onServer(server, pushed, wire.port) })
    for (const [handle, to] of [
      [pull, pulled],
      [push, pushed],
    ] as const) {
      const { result } = await handle.done
      expect(result).toMatchObject({ missing: [], damaged: [] })
      expect(result.verified + result.alreadyThere).toBe(result.files)
      expect(differences(source, to)).toEqual([])
      expect(existsSync(`${to}.lifeboat-partial`)).toBe(false)
    }
    const logins = server.log().match(/Accepted publickey/g)?.length ?? 0
    expect(logins).toBeGreaterThan(4)
  }, 90_000)
})

describe.skipIf(!SSHD || !canMount)('a target on a disk that is read-only', () => {
  test.each(['push', 'pull'] as const)('%s: refused with the reason, nothing was written', async (mode) => {
    const disk = join(folder, `disk-${mode}`)
    makeDisk(`${disk}.image`, 'ext4')
    mountDisk(`${disk}.image`, disk)
    mkdirSync(join(disk, 'backups'))
    execFileSync('mount', ['-o', 'remount,ro', disk])
    const to = join(disk, 'backups/copy')
    const ends =
      mode === 'push'
        ? { source: local(source), target: onServer(server, to) }
        : { source: onServer(server, source), target: local(to) }
    const failed: unknown = await startCopy({ ...ends, jobs: 1 }).done.catch((error: unknown) => error)
    const error = toExpectedError(failed)
    expect(error).toMatchObject({ code: 'REFUSED' })
    expect(error?.why).toMatch(/read-only/i)
    expect(error?.next).toMatch(/Choose/)
    expect(readdirSync(join(disk, 'backups'))).toEqual([])
  })
})
