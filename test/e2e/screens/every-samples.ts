import { implement } from '@orpc/server'
import { contract } from '../../../src-main/contract/index.ts'
import type { CopyRequest, CopyState, CopyTaskResult } from '../../../src-main/contract/copy.ts'
import type { ServerProfile } from '../../../src-main/contract/servers.ts'
import type { Task } from '../../../src-main/contract/tasks.ts'
import type { UnrestoredItem } from '../../../src-main/contract/unrestored.ts'
import type { Routers } from './between.ts'

const NOW = Date.now()
const MINUTE = 60_000
const GB = 1_000_000_000

function task(id: string, kind: Task['kind'], title: string, over: Partial<Task> = {}): Task {
  return {
    id,
    kind,
    title,
    state: 'running',
    startedAt: NOW - 20 * MINUTE,
    endedAt: null,
    done: 112_340,
    total: 1_204_311,
    unit: 'files',
    bytes: 84 * GB,
    rate: 840,
    byteRate: 71_000_000,
    secondsLeft: 1300,
    problems: 0,
    error: null,
    dismissed: false,
    canStop: true,
    canPause: true,
    canResume: false,
    ...over,
  }
}
const ended: Partial<Task> = {
  endedAt: NOW - 3 * MINUTE,
  rate: null,
  byteRate: null,
  secondsLeft: null,
  canStop: false,
  canPause: false,
}

/** Two ends of a copy as long as they come. */
const request: CopyRequest = {
  source: { kind: 'server', serverId: 's-old', path: '/opt/zextras/backup/zextras' },
  target: { kind: 'server', serverId: 's-new', path: '/srv/import/very-long-name-of-a-folder/zextras' },
  direct: { host: '2001:db8:1234:5678:9abc:def0:1234:5678', port: 2222 },
}
const COPYING = 'Copying old.example.com:/opt/zextras/backup/zextras to new.example.com:/srv/import'

/** What runs, what ended badly and what ended well, of every kind. */
const TASKS: readonly Task[] = [
  task('copy-1', 'copy', COPYING, { phase: 'blobs' }),
  task('check-1', 'check', 'Checking the whole backup', {
    phase: 'blobs',
    state: 'paused',
    canPause: false,
    canResume: true,
  }),
  task('export-1', 'export', 'Exporting 1,204 messages to /media/usb/out', {
    ...ended,
    state: 'failed',
    canResume: true,
    error: {
      message: 'The folder /media/usb/out cannot be written',
      why: 'There is no space left on the device.',
      next: 'Free some space or choose another folder, then go on: what is there already stays.',
    },
  }),
  task('copy-2', 'copy', COPYING, { ...ended, state: 'partial', canResume: true, problems: 31 }),
  task('heal-1', 'heal', 'Making a repaired copy in /media/usb/repaired', {
    ...ended,
    state: 'interrupted',
    canResume: true,
  }),
]

const curve = Array.from({ length: 60 }, (_, at) => ({
  at: at * 20,
  rate: 60_000_000 + 20_000_000 * Math.sin(at / 4),
}))
const copying: CopyState = {
  progress: {
    mode: 'direct',
    phase: 'blobs',
    done: 112_340,
    total: 1_204_311,
    bytes: 84 * GB,
    totalBytes: 180 * GB,
    alreadyThere: 311,
    problems: 2,
    rate: 71_000_000,
    secondsLeft: 1300,
    limit: 80_000_000,
    waiting: null,
  },
  curve,
  paused: false,
  over: false,
}
const listed = (reason: string) => (_: unknown, at: number) => ({
  path: `items/5/5f/${'5f'.repeat(20)}${String(at)}`,
  reason,
})
const copied: CopyTaskResult = {
  mode: 'direct',
  files: 1_204_311,
  bytes: 180 * GB,
  alreadyThere: 311,
  verified: 1_203_969,
  missing: Array.from({ length: 28 }, listed('It could not be read at the source: input/output error.')),
  missingTotal: 28,
  damaged: Array.from({ length: 3 }, listed('It ends too early: it was so at the source already.')),
  damagedTotal: 3,
  seconds: 2530,
  extra: 4,
  removed: 0,
  planned: null,
  notes: ['One file came through this computer, because it could not be judged on the new server.'],
  findings: [],
  curve,
}

const SERVERS: readonly ServerProfile[] = (['old', 'new'] as const).map((role) => ({
  id: `s-${role}`,
  name: `${role}.example.com`,
  role,
  host: `${role}.example.com`,
  port: 22,
  user: 'root',
  auth: [{ kind: 'agent' }, { kind: 'key', file: '/home/marta/.ssh/id_ed25519' }],
  privilege: 'root',
  jumps: [],
}))

const CAUSES = ['read-error', 'broken', 'invalid', 'unknown'] as const
export const ITEMS: UnrestoredItem[] = Array.from({ length: 12 }, (_, at): UnrestoredItem => ({
  account: at % 2 ? 'anna@example.com' : 'office-with-a-long-name@department.example.com',
  id: 800 + at,
  type: 'message',
  folder: 'Inbox/Projects',
  subject: `Invoice ${String(at)} of the supplier whose subjects never end`,
  from: 'bob@example.org',
  date: 1.6e12,
  bytes: 84_000,
  cause: CAUSES[at % 4] ?? 'unknown',
  evidence: { en: 'A line has 12,004 bytes (catalog)', it: 'Una riga ha 12.004 byte (catalogo)' },
  sure: at % 3 > 0,
  exportable: at % 5 > 0,
  outcome:
    at > 9 ? { how: 'exported', at: 1.7e12, note: 'by hand', file: '/x.eml', sha256: 'c'.repeat(64) } : null,
}))

/** A stream that tells one thing and stays open. */
function stay<T>(value: T) {
  return async function* ({ signal }: { signal?: AbortSignal | undefined }): AsyncGenerator<T> {
    yield value
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
  }
}

/** Tasks, copies and servers as they could be on a long night; `tasks` of the real engine are not shown. */
export function longNight(tasks: readonly Task[] = TASKS): Routers {
  const {
    tasks: t,
    copy: c,
    servers: s,
  } = {
    tasks: implement(contract.tasks),
    copy: implement(contract.copy),
    servers: implement(contract.servers),
  }
  return {
    tasks: { watch: t.watch.handler(stay([...tasks])) },
    copy: {
      tasks: c.tasks.handler(() => [
        { taskId: 'copy-1', request },
        { taskId: 'copy-2', request },
      ]),
      watch: c.watch.handler(stay(copying)),
      result: c.result.handler(({ input }) => (input.taskId === 'copy-2' ? copied : null)),
    },
    servers: {
      list: s.list.handler(() => [...SERVERS]),
      connections: s.connections.handler(
        stay([
          { serverId: 's-old', state: 'connected' as const, since: NOW - MINUTE, retryAt: null, error: null },
          {
            serverId: 's-new',
            state: 'lost' as const,
            since: NOW - MINUTE,
            retryAt: NOW + MINUTE,
            error: {
              message: 'new.example.com does not answer.',
              why: 'The connection was refused.',
              next: 'Look whether it is switched on.',
            },
          },
        ]),
      ),
      remembered: s.remembered.handler(() => [
        {
          hop: 'root@old.example.com:22',
          kind: 'password' as const,
          keyFile: null,
          where: 'session' as const,
        },
      ]),
    },
  }
}
