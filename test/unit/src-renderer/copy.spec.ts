import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { CopyFinding, CopyRequest, CopyTaskResult } from '../../../src-main/contract/copy.ts'
import type { ServerProfile } from '../../../src-main/contract/servers.ts'
import type { Task } from '../../../src-main/contract/tasks.ts'

const copy = { tasks: vi.fn(), result: vi.fn(), start: vi.fn(), setLimit: vi.fn(), watch: vi.fn() }
vi.mock('../../../src-renderer/client.ts', () => ({
  client: { copy, tasks: { dismiss: vi.fn() }, servers: {} },
  subscribe: () => undefined,
  isDesktop: false,
}))
// draws on a canvas, which this DOM has not
vi.mock('../../../src-renderer/components/charts/rate-chart.vue', () => ({ default: { render: () => null } }))

const { limitOf, newCopyDraft, requestOf, sameWork, useCopy } =
  await import('../../../src-renderer/stores/copy.ts')
const { useTasks } = await import('../../../src-renderer/stores/tasks.ts')
const { commandLine, needsAgent, needsJumps, quoted } =
  await import('../../../src-renderer/pages/copy/command-line.ts')
const CopyPlan = (await import('../../../src-renderer/pages/copy/copy-plan.vue')).default
const CopyOutcome = (await import('../../../src-renderer/pages/copy/copy-outcome.vue')).default
const { mountInApp } = await import('./components/support.ts')

const request: CopyRequest = {
  source: { kind: 'server', serverId: 's1', path: '/opt/zextras/backup/zextras' },
  target: { kind: 'local', path: '/data/copy' },
}

function task(over: Partial<Task>): Task {
  return {
    id: 't1',
    kind: 'copy',
    title: 'Copying',
    state: 'running',
    startedAt: 0,
    endedAt: null,
    done: 0,
    total: null,
    unit: 'files',
    bytes: 0,
    rate: null,
    byteRate: null,
    secondsLeft: null,
    problems: 0,
    error: null,
    dismissed: false,
    canStop: true,
    canPause: true,
    canResume: false,
    ...over,
  }
}

function result(over: Partial<CopyTaskResult> = {}): CopyTaskResult {
  return {
    mode: 'pull',
    files: 10,
    bytes: 1000,
    alreadyThere: 2,
    verified: 8,
    missing: [],
    missingTotal: 0,
    damaged: [],
    damagedTotal: 0,
    seconds: 4,
    extra: 0,
    removed: 0,
    planned: null,
    notes: [],
    findings: [],
    curve: [],
    ...over,
  }
}

function profile(over: Partial<ServerProfile> = {}): ServerProfile {
  return {
    id: 's1',
    name: 'Old',
    role: 'old',
    privilege: 'root',
    host: 'old.example.com',
    port: 22,
    user: 'root',
    auth: [{ kind: 'agent' }],
    jumps: [],
    ...over,
  }
}

describe('what the form asks for', () => {
  it('is nothing while an end is missing, a server path is relative, or the limit is no number', () => {
    const draft = newCopyDraft()
    expect(requestOf(draft)).toBeNull()
    draft.target.localPath = ' /data/copy '
    draft.source.serverId = 's1'
    draft.source.serverPath = 'backup'
    expect(requestOf(draft)).toBeNull()
    draft.source.serverPath = '/'
    expect(requestOf(draft)).toBeNull()
    draft.source.serverPath = '/opt/zextras/backup/zextras'
    expect(requestOf(draft)).toEqual(request)
    draft.limit = 'fast'
    expect(requestOf(draft)).toBeNull()
    draft.limit = '2,5'
    draft.delete = true
    expect(requestOf(draft)).toEqual({ ...request, limit: 2_500_000, delete: true })
  })

  it('takes a limit in MB/s with point or comma, and refuses zero and less', () => {
    expect(limitOf(' ')).toBeNull()
    expect(limitOf('10')).toBe(10_000_000)
    expect(limitOf('0.02')).toBe(20_000)
    for (const wrong of ['0', '-1', 'x', '1 2', 'Infinity']) expect(limitOf(wrong), wrong).toBeUndefined()
  })

  it('is the same work whatever its speed, and another one with other ends, accounts or removals', () => {
    const target = { kind: 'local' as const, path: '/data/copy/' }
    expect(sameWork(request, { ...request, target, limit: 5, dryRun: true })).toBe(true)
    expect(sameWork(request, { ...request, delete: true })).toBe(false)
    expect(sameWork(request, { ...request, accounts: ['a@b'] })).toBe(false)
    expect(sameWork(request, { ...request, target: { kind: 'local', path: '/other' } })).toBe(false)
  })
})

describe('the command line that does the same', () => {
  const line = (asked: CopyRequest, one: ServerProfile | null = profile()): string | null =>
    commandLine(asked, () => one)

  it('names the one key file, the port where it is unusual, and the rate in short', () => {
    const one = profile({ port: 2222, auth: [{ kind: 'key', file: '/home/me/key' }] })
    expect(line({ ...request, limit: 10_000_000, first: ['a@b.c', 'd@e.f'], delete: true }, one)).toBe(
      'lifeboat copy --identity /home/me/key --first a@b.c,d@e.f --bwlimit 10M --delete ssh://root@old.example.com:2222/opt/zextras/backup/zextras /data/copy',
    )
    expect(line({ ...request, limit: 20_000 })).toContain('--bwlimit 20k')
    expect(line({ ...request, limit: 1234 })).toContain('--bwlimit 1234')
    const two = profile({
      auth: [
        { kind: 'key', file: '/a' },
        { kind: 'key', file: '/b' },
      ],
    })
    expect(line(request, two)).not.toContain('--identity')
  })

  it('makes every path an argument, nothing else', () => {
    const odd = '/data/it\'s $(rm -rf ~) "x"\n'
    expect(line({ ...request, target: { kind: 'local', path: odd } })).toContain(
      ` '/data/it'\\''s $(rm -rf ~) "x"\n'`,
    )
    expect(quoted('')).toBe("''")
    expect(quoted('a b')).toBe("'a b'")
    const source = { kind: 'server' as const, serverId: 's1', path: '/old backup/50%/ü?#' }
    expect(line({ ...request, source }, profile({ host: '2001:db8::1' }))).toContain(
      "'ssh://root@[2001:db8::1]/old%20backup/50%25/%C3%BC%3F%23' ",
    )
  })

  it('is none for a server that is gone, and says where it knows less than the app', () => {
    expect(line(request, null)).toBeNull()
    const { host, user, auth } = profile()
    const jumping = profile({ jumps: [{ host, port: 2200, user, auth }], privilege: 'sudo-password' })
    expect(line(request, jumping)).toContain('--jump root@old.example.com:2200 --privilege sudo-password ')
    const both = { ...request, target: { kind: 'server' as const, serverId: 's2', path: '/x' } }
    expect(needsJumps(both, (id) => (id === 's1' ? jumping : profile()))).toBe(true)
    expect(needsJumps(both, () => jumping)).toBe(false)
    const keyed = (file: string): ServerProfile => profile({ auth: [{ kind: 'key', file }] })
    expect(needsAgent(both, keyed)).toBe(true)
    expect(needsAgent(both, () => keyed('/same'))).toBe(false)
    expect(needsAgent(request, keyed)).toBe(false)
  })
})

describe('what is looked at before a copy', () => {
  it('stands with its evidence and what to do, what needs somebody first', () => {
    const findings: CopyFinding[] = [
      { id: 'apart', state: 'ok', what: { en: 'Different places.', it: '' }, evidence: 'inode', next: null },
      {
        ...{ id: 'space', state: 'failed', what: { en: 'Too little room.', it: '' } },
        ...{ evidence: '2 GB / 1 GB', next: { en: 'Choose another disk.', it: '' } },
      },
    ]
    const given = result({ planned: { files: 3, bytes: 9 }, findings })
    const plan = { taskId: 'p', request: { ...request, dryRun: true }, state: null, result: given }
    const shown = mountInApp(CopyPlan, {
      plan: { ...plan, task: task({ id: 'p', state: 'done', endedAt: 1 }) },
    })
    expect(shown.findAll('li.finding').map((line) => line.text())).toEqual([
      expect.stringMatching(/Too little room\..*2 GB \/ 1 GB.*Choose another disk\./s),
      expect.stringMatching(/Different places\..*inode/s),
    ])
  })
})

describe('a direct copy', () => {
  it('is asked for between two servers only, with the address of the new one where it is another', () => {
    const draft = newCopyDraft()
    Object.assign(draft.source, { kind: 'server', serverId: 's1', serverPath: '/a' })
    Object.assign(draft.target, { kind: 'server', serverId: 's2', serverPath: '/b', localPath: '/c' })
    expect(requestOf(draft)?.direct).toBeUndefined()
    draft.direct = true
    expect(requestOf(draft)?.direct).toEqual({})
    draft.directTo = '10.0.0.2:2222'
    const asked = requestOf(draft)
    expect(asked?.direct).toEqual({ host: '10.0.0.2', port: 2222 })
    expect(asked && commandLine(asked, () => profile())).toContain('--direct-to 10.0.0.2:2222 ssh://')
    for (const wrong of ['-oProxyCommand=x', 'a b', 'host:0', 'u@h']) {
      draft.directTo = wrong
      expect(requestOf(draft), wrong).toBeNull()
    }
    draft.target.kind = 'local'
    expect(requestOf(draft)?.direct).toBeUndefined()
  })
})

describe('the copies', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    for (const mock of Object.values(copy)) mock.mockReset()
    copy.tasks.mockResolvedValue([])
    copy.result.mockResolvedValue(null)
  })

  function fill(store: ReturnType<typeof useCopy>): void {
    store.draft.source.serverId = 's1'
    store.draft.source.serverPath = '/opt/zextras/backup/zextras'
    store.draft.target.localPath = '/data/copy'
  }

  it('show a plan only for what the form asks, and no more once it was carried out', async () => {
    const plan = { taskId: 'p', request: { ...request, dryRun: true } }
    copy.tasks.mockResolvedValue([plan])
    copy.result.mockResolvedValue(result({ planned: { files: 3, bytes: 9 } }))
    const store = useCopy()
    useTasks().onTasks([task({ id: 'p', state: 'done', endedAt: 1 })])
    await flushPromises()
    expect(store.plan).toBeNull()
    fill(store)
    await flushPromises()
    expect(store.plan?.result?.planned).toEqual({ files: 3, bytes: 9 })
    expect(store.runs).toEqual([])

    copy.tasks.mockResolvedValue([{ taskId: 'c', request }, plan])
    useTasks().onTasks([task({ id: 'c' }), task({ id: 'p', state: 'done', endedAt: 1 })])
    await flushPromises()
    expect(store.plan).toBeNull()
    expect(store.runs.map(({ taskId }) => taskId)).toEqual(['c'])
    expect(store.underWay).toBe(true)
    store.draft.target.localPath = '/elsewhere'
    expect(store.underWay).toBe(false)
  })

  it('stay with their result until they are dismissed', async () => {
    copy.tasks.mockResolvedValue([{ taskId: 'c', request }])
    copy.result.mockResolvedValue(result())
    const store = useCopy()
    useTasks().onTasks([task({ id: 'c', state: 'done', endedAt: 1 })])
    await flushPromises()
    expect(store.runs[0]?.result?.verified).toBe(8)
    useTasks().onTasks([task({ id: 'c', state: 'done', endedAt: 1, dismissed: true })])
    await flushPromises()
    expect(store.runs).toEqual([])
  })

  it('start what the form asks, as a comparison or for real', async () => {
    copy.start.mockResolvedValue({ taskId: 'c' })
    const store = useCopy()
    await store.start(false)
    expect(copy.start).not.toHaveBeenCalled()
    fill(store)
    await store.start(true)
    expect(copy.start).toHaveBeenLastCalledWith({ ...request, dryRun: true })
    await store.start(false)
    expect(copy.start).toHaveBeenLastCalledWith(request)
  })
})

describe('the result of a copy', () => {
  const run = (over: Partial<CopyTaskResult>) => {
    const given = result(over)
    const props = {
      run: {
        taskId: 'c',
        request,
        task: task({ id: 'c', state: 'done', endedAt: 1 }),
        state: null,
        result: given,
      },
      result: given,
    }
    return mountInApp(CopyOutcome, props)
  }

  it('says whole only when nothing is missing', () => {
    expect(run({}).text()).toContain('Everything is there and verified.')
    const files = Array.from({ length: 12 }, (_, at) => ({ path: `items/aa/${String(at)}`, reason: 'EIO' }))
    const broken = run({ missing: files, missingTotal: 15 })
    expect(broken.text()).toContain('15 files are missing at the target.')
    expect(broken.text()).not.toContain('Everything is there')
    expect(broken.findAll('li')).toHaveLength(10)
    expect(broken.text()).toContain('Show 2 more')
  })

  it('tells damage at the source apart from a failed copy', () => {
    const damaged = run({ damaged: [{ path: 'items/aa/x', reason: 'cut off' }], damagedTotal: 1 })
    expect(damaged.text()).toContain('1 file is damaged at the source itself')
    expect(damaged.text()).toContain('cut off')
  })
})
