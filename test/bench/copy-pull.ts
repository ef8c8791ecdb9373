/**
 * usage: node test/bench/copy-pull.ts [BLOBS] [ROUNDS]      default 50,000 blobs, one round; the quickest of each counts
 * Pulls a Backup Path over a real sshd on loopback with `lifeboat copy`, beside `tar | ssh | tar` and `rsync -a` in the same run,
 * and a second time with nothing changed. The path has as many item files as blobs; made once and kept.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { loadavg, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { benchFolder, bulkPath } from './data/bulk-path.ts'

const count = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? 1)
const repository = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'lifeboat-copy-bench-'))
const user = userInfo().username

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address ? address.port : 0
}

/** A real sshd with keys of its own; its commands see an empty home, or the login scripts of this user would be measured. */
async function startSshd(): Promise<{ port: number; stop(): void }> {
  const port = await freePort()
  const file = (name: string): string => join(folder, name)
  for (const name of ['host', 'key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)])
  writeFileSync(file('authorized_keys'), readFileSync(file('key.pub')))
  const key = readFileSync(file('host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${String(port)} ${key}\n`)
  const lines = [
    `Port ${String(port)}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    `PidFile ${file('pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    `SetEnv HOME=${folder}`,
  ]
  writeFileSync(file('config'), `${lines.join('\n')}\n`)
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const child = spawn('/usr/sbin/sshd', ['-D', '-f', file('config'), '-E', file('log')], { stdio: 'ignore' })
  for (let n = 0; n < 100; n++) {
    const answers = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true))
      socket.on('error', () => done(false)).on('connect', () => socket.destroy())
    })
    if (answers) return { port, stop: () => void child.kill() }
    await new Promise((done) => setTimeout(done, 30))
  }
  throw new Error(`sshd does not listen: ${readFileSync(file('log'), 'utf8')}`)
}

/**
 * ext4 does not give out the inodes of files removed in the last minute (five where their table is not on disk yet), and looks
 * at each of them again whenever a file is made: 50 µs a file become 700. So nothing is removed between two measurements, and
 * the first one waits for older removals.
 */
const AFTER_REMOVALS = 65_000

/** Seconds that a command takes, what is still to be written by those before being on disk first. */
function timed(command: string): number {
  spawnSync('sync')
  const began = performance.now()
  const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', maxBuffer: 1e9 })
  const seconds = (performance.now() - began) / 1000
  if (status !== 0) throw new Error(`${command} ended with ${String(status)}: ${stderr.slice(-2000)}`)
  return seconds
}

function version(command: string): string {
  const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' })
  return (stdout || stderr).split('\n')[0] ?? ''
}

if (!existsSync('/usr/sbin/sshd')) {
  console.log('SKIPPED: there is no sshd on this machine')
  process.exit(0)
}
const real = join(benchFolder(), `real-${String(count)}`, 'path')
const source = existsSync(real)
  ? real
  : (await bulkPath(count), join(benchFolder(), `bulk-${String(count)}-20`))
const sshd = await startSshd()
try {
  const options = `-p ${String(sshd.port)} -i ${folder}/key -o UserKnownHostsFile=${folder}/known_hosts -o BatchMode=yes`
  const target = (name: string, round: number): string => join(folder, `${name}-${String(round)}`)
  const fresh = (name: string, round: number): string => {
    mkdirSync(target(name, round))
    return target(name, round)
  }
  const pull = (to: string): string =>
    `${repository}/node_modules/.bin/node ${repository}/src-main/cli.ts copy ` +
    `ssh://${user}@127.0.0.1:${String(sshd.port)}${source} ${to} --json --identity ${folder}/key --known-hosts ${folder}/known_hosts`
  const rsync = (to: string): string => `rsync -a -e 'ssh ${options}' ${user}@127.0.0.1:${source}/ ${to}/`
  const pipe = (to: string): string =>
    `ssh ${options} ${user}@127.0.0.1 'tar -C ${source} -cf - .' | tar -C ${to} -xf -`
  const shape = version(`find ${source} -type f | wc -l; du -sm ${source} | cut -f1`)
  const bytes = version(`du -sm ${source} | cut -f1`)
  console.log(`${source}: ${shape.trim()} files, ${bytes.trim()} MB on disk, ${String(count)} blobs`)
  console.log(
    [version('rsync --version'), version('tar --version'), version('ssh -V'), `Node ${process.version}`].join(
      ', ',
    ),
  )
  console.log(
    `load ${loadavg()
      .map((value) => value.toFixed(1))
      .join(' ')}`,
  )
  // Everything in the page cache before the first one is measured.
  spawnSync('sh', ['-c', `tar -C ${source} -cf - . | cat >/dev/null`])
  spawnSync('sync')
  await new Promise((done) => setTimeout(done, AFTER_REMOVALS))
  const all = Array.from({ length: rounds }, (_, round) => {
    const once = {
      tar: timed(pipe(fresh('tar', round))),
      rsync: timed(rsync(fresh('rsync', round))),
      ours: timed(pull(fresh('ours', round))),
      rsyncAgain: timed(rsync(target('rsync', round))),
      oursAgain: timed(pull(target('ours', round))),
    }
    if (rounds > 1)
      console.log(
        `round ${String(round + 1)}: ${Object.entries(once)
          .map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`)
          .join(', ')}`,
      )
    return once
  })
  const quickest = (of: (round: (typeof all)[number]) => number): number => Math.min(...all.map(of))
  const results = {
    tar: quickest((round) => round.tar),
    rsync: quickest((round) => round.rsync),
    ours: quickest((round) => round.ours),
    rsyncAgain: quickest((round) => round.rsyncAgain),
    oursAgain: quickest((round) => round.oursAgain),
  }
  const row = (name: string, seconds: number, text = ''): void =>
    console.log(`${name.padEnd(44)} ${seconds.toFixed(2).padStart(8)} s  ${text}`)
  row('tar | ssh | tar', results.tar)
  row('rsync -a', results.rsync)
  row(
    'lifeboat copy, every digest verified',
    results.ours,
    `${(results.ours / results.tar).toFixed(2)} x tar (at most 2.0), ${(results.ours / results.rsync).toFixed(2)} x rsync (at most 1.5)`,
  )
  row('rsync -a, nothing changed', results.rsyncAgain)
  row(
    'lifeboat copy, nothing changed',
    results.oursAgain,
    `${(results.oursAgain / results.rsyncAgain).toFixed(2)} x rsync (at most 2.0)`,
  )
  console.log(
    `load ${loadavg()
      .map((value) => value.toFixed(1))
      .join(' ')}`,
  )
} finally {
  sshd.stop()
  rmSync(folder, { recursive: true, force: true })
}
