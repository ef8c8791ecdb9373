import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cosBackupWarning } from '../../../../../src-main/remote/carbonio/cos-warning.ts'
import type { Operation } from '../../../../../src-main/remote/carbonio/operation.ts'
import { OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { commandLine } from '../../../../../src-main/remote/quote.ts'
import type { CommandResult, RemoteShell, RunOptions } from '../../../../../src-main/remote/shell.ts'

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/carbonio')

export function fixtureNames(): string[] {
  return readdirSync(FIXTURES).filter((name) => name !== 'README.md')
}

/** The first line of a fixture says whether it is documented or synthetic; the rest is the output. */
export function fixture(name: string): string {
  return wholeFixture(name).replace(/^.*\n/, '')
}

export function wholeFixture(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8')
}

export interface Scripted extends RemoteShell {
  /** What was run, in order. */
  readonly ran: string[][]
  readonly options: (RunOptions | undefined)[]
}

type Said = Partial<CommandResult> | string | Error

/** A server that gives these answers one after the other; the last one for ever. */
export function scripted(...answers: Said[]): Scripted {
  const ran: string[][] = []
  const options: (RunOptions | undefined)[] = []
  return {
    host: 'root@new.example.org',
    ran,
    options,
    run: async (argv, given) => {
      const answer = answers[Math.min(ran.length, answers.length - 1)]!
      ran.push([...argv])
      options.push(given)
      if (answer instanceof Error) throw answer
      const result = typeof answer === 'string' ? { stdout: answer } : answer
      return { code: 0, signal: null, stdout: '', stderr: '', milliseconds: 1, ...result }
    },
    start: () => Promise.reject(new Error('This server starts nothing.')),
  }
}

/** Runs commands through a real `sh -c`, as sshd does with what it is given. */
export function shShell(path: string, folder: string): RemoteShell {
  const start: RemoteShell['start'] = async (argv) => {
    const child = spawn('sh', ['-c', commandLine(argv)], {
      cwd: folder,
      env: { PATH: path },
      stdio: 'pipe',
    })
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal }))
    })
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended,
      kill: () => void child.kill(),
    }
  }
  return {
    host: 'zextras@localhost',
    start,
    run: async (argv, options = {}) => {
      const command = await start(argv)
      const begin = Date.now()
      const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
      command.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk))
      command.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk))
      command.stdin.on('error', () => undefined)
      command.stdin.end()
      const { code, signal } = await command.ended
      const most = options.maxOutput ?? Infinity
      const text = (parts: Buffer[]) => Buffer.concat(parts).subarray(0, most).toString('utf8')
      return {
        code,
        signal,
        stdout: text(chunks.stdout),
        stderr: text(chunks.stderr),
        milliseconds: Date.now() - begin,
      }
    },
  }
}

/** The value of an answer that must have been understood. */
export function valueOf<T>(answer: { understood: true; value: T } | { understood: false; why: string }): T {
  if (!answer.understood) throw new Error(`not understood: ${answer.why}`)
  return answer.value
}

const ID = '30ed9eb9-eb28-4ca6-b65e-9940654b8601'
const HOST = 'root@new.example.org'
const server = { scope: 'server', name: 'new.example.org' }

/** Something valid for every operation. */
export const INPUTS: Record<keyof typeof OPERATIONS, () => unknown> = {
  configDump: () => ({ target: server }),
  configGet: () => ({ target: server, attribute: 'ZxBackup_DestPath' }),
  configSet: () => ({ target: server, attribute: 'ZxBackup_DestPath', value: '/new' }),
  deleteMapFiles: () => ({ backupPath: '/mnt/copy', files: ['map_1'], onlyCopy: false }),
  doAccountScan: () => ({ account: 'a@b.org' }),
  doCheckShares: () => ({}),
  doCoherencyCheck: () => ({ backupPath: '/mnt/copy', onlyCopy: true }),
  doEnableDisableCos: () => ({ cos: 'c', enabled: false, confirmed: cosBackupWarning('c', HOST).confirmed }),
  doExternalRestore: () => ({ sourcePath: '/mnt/old' }),
  doFixShares: () => ({ mapFile: '/mnt/old/map_1' }),
  doItemRestore: () => ({ account: 'a@b.org', item: '257' }),
  doItemSearch: () => ({ account: 'a@b.org' }),
  doRestartService: () => ({ service: 'module' }),
  doRestoreBlobs: () => ({ volume: '1' }),
  doRestoreOnNewAccount: () => ({ source: 'a@b.org', destination: 'c@b.org', date: 'last' }),
  doSmartScan: () => ({}),
  doStartService: () => ({ service: 'module' }),
  doStopAllOperations: () => ({}),
  doStopOperation: () => ({ operation: ID }),
  doStopService: () => ({ service: 'module' }),
  doUndelete: () => ({ account: 'a@b.org', start: 'first', end: 'last' }),
  getAccountInfo: () => ({ account: 'a@b.org' }),
  getAllOperations: () => ({}),
  getAvailableAccounts: () => ({}),
  getAvailableDomains: () => ({ backupPath: '/mnt/old' }),
  getBackupInfo: () => ({}),
  getCosBackupStatus: () => ({}),
  getItem: () => ({ account: 'a@b.org', item: '257' }),
  getMap: () => ({ file: '/mnt/old/map_1' }),
  getServerConfig: () => ({ type: 'standard' }),
  getServices: () => ({}),
  legalHoldGet: () => ({}),
  monitor: () => ({ operation: ID }),
  setCosBackup: () => ({ cos: 'c', enabled: false, confirmed: cosBackupWarning('c', HOST).confirmed }),
  zmlocalconfigGet: () => ({ key: 'zimbra_lmtp_validate_messages' }),
  zmlocalconfigSet: () => ({ key: 'zimbra_lmtp_validate_messages', value: 'true' }),
}

export const ALL = Object.entries(OPERATIONS) as unknown as [keyof typeof OPERATIONS, Operation][]
