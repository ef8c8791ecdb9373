import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temp.ts'
import { lifeboat } from './support/cli.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const hasSsh = spawnSync('ssh', ['-V']).status === 0
if (!hasSsh) console.warn('SKIPPED: no ssh client here')

interface Up {
  simulation: string
  folder: string
  keyFile: string
  knownHostsFile: string
  old: { port: number; backup: string }
  new: { port: number; root: string; store: string }
}

const running: ChildProcess[] = []
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts `lifeboat drill up --json` and waits for its document. */
async function drillUp(args: readonly string[]): Promise<{ up: Up; stop: () => Promise<number | null> }> {
  const program = [join(ROOT, 'src-main/cli.ts'), 'drill', 'up', '--json', ...args]
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), program, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  const ended = new Promise<number | null>((done) => child.on('close', done))
  const text = await new Promise<string>((done, fail) => {
    let all = ''
    child.stdout.on('data', (chunk: Buffer) => {
      all += chunk.toString('utf8')
      if (all.endsWith('\n')) done(all)
    })
    child.on('close', () => fail(new Error('The drill ended before it said where it is.')))
  })
  return {
    up: JSON.parse(text) as Up,
    stop: () => {
      child.kill('SIGINT')
      return ended
    },
  }
}

describe('lifeboat drill up', () => {
  it.skipIf(!hasSsh)(
    'is served by the commands a technician types: copy over, restore, look',
    async () => {
      const folder = join(temporaryFolder('drill-up'), 'drill')
      const { up, stop } = await drillUp(['--dir', folder, '--items', '200', '--speed', '0', '--seed', '7'])
      expect(up.simulation).toContain('Simulated by Lifeboat')
      expect(readdirSync(folder)).toContain('SIMULATION.txt')

      const laptop = join(temporaryFolder('drill-laptop'), 'backup')
      const login = ['--identity', up.keyFile, '--known-hosts', up.knownHostsFile]
      const from = `ssh://zextras@127.0.0.1:${up.old.port}/opt/zextras/backup/zextras`
      const pulled = await lifeboat([
        'copy',
        from,
        laptop,
        ...login,
        '--json',
        '--data',
        join(folder, '../data'),
      ])
      expect(pulled.stderr + JSON.stringify(pulled.json)).toMatch(/"damaged":\[?0?\]?/)
      expect(pulled.code).toBe(0)
      expect(spawnSync('diff', ['-r', laptop, up.old.backup]).stdout.toString()).toBe('')

      const ssh = (command: string) =>
        spawnSync('ssh', [
          ...[
            '-F',
            'none',
            '-i',
            up.keyFile,
            '-o',
            `UserKnownHostsFile=${up.knownHostsFile}`,
            '-o',
            'BatchMode=yes',
          ],
          ...['-p', String(up.new.port), 'zextras@127.0.0.1', command],
        ])
      const rsync = spawnSync('rsync', [
        ...[
          '-a',
          '-e',
          `ssh -F none -i ${up.keyFile} -o UserKnownHostsFile=${up.knownHostsFile} -o LogLevel=ERROR -p ${up.new.port}`,
        ],
        ...[`${laptop}/`, 'zextras@127.0.0.1:/mnt/old-backup/'],
      ])
      expect(rsync.stderr.toString()).toBe('')
      expect(spawnSync('diff', ['-r', laptop, join(up.new.root, 'mnt/old-backup')]).stdout.toString()).toBe(
        '',
      )

      const restored = ssh('carbonio --sync --progress backup doExternalRestore /mnt/old-backup')
      expect(restored.status).toBe(0)
      expect(restored.stdout.toString()).toMatch(/Unrestored Items: 0/)
      expect(restored.stderr.toString()).toContain('Simulated by Lifeboat')
      expect(readdirSync(up.new.store)).toHaveLength(5)
      expect(await stop()).toBe(130)
    },
    60_000,
  )

  it('says what can go wrong, and refuses what it does not know', async () => {
    const listed = await lifeboat(['drill', 'up', '--faults', '--json'])
    const names = (listed.json as { faults: { name: string }[] }).faults.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['drop', 'full-disk', 'read-only', 'restore-dies', 'snapshot-with-backup']),
    )
    const dir = join(temporaryFolder('drill-not'), 'drill')
    expect((await lifeboat(['drill', 'up', '--dir', dir, '--fault', 'meteorite'])).code).toBe(2)
    expect((await lifeboat(['drill', 'up', '--dir', `${dir} with blanks`])).stderr).toContain(
      'cannot hold a drill',
    )
    expect((await lifeboat(['drill', 'up', '--dir', ROOT])).stderr).toContain('is not empty')
  }, 60_000)
})
