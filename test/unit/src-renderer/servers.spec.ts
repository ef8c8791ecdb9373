import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConnectionTest, Question, ServerDraft, TestStep } from '../../../src-main/contract/servers.ts'
import type { ServerReport } from '../../../src-main/contract/server-report.ts'

const servers = {
  list: vi.fn(),
  save: vi.fn(),
  remove: vi.fn(),
  answer: vi.fn(),
  secretStorage: vi.fn(),
  remembered: vi.fn(),
  insistOnWeakKeychain: vi.fn(),
  testConnection: vi.fn(),
  probe: vi.fn(),
  lastReport: vi.fn(),
}
vi.mock('../../../src-renderer/client.ts', () => ({
  client: { servers },
  subscribe: () => undefined,
  isDesktop: false,
}))

const { useServers } = await import('../../../src-renderer/stores/servers.ts')
const { canSave, hopProblems, moved, newDraft, tidy, usualPrivilege } =
  await import('../../../src-renderer/pages/servers/draft.ts')
const { factGroups, nearlyFull, reportText } = await import('../../../src-renderer/pages/servers/facts.ts')
const { hopName } = await import('../../../src-renderer/format/hop.ts')
const HostKeyQuestion = (await import('../../../src-renderer/components/questions/host-key-question.vue'))
  .default
const AnswersQuestion = (await import('../../../src-renderer/components/questions/answers-question.vue'))
  .default
const SecretQuestion = (await import('../../../src-renderer/components/questions/secret-question.vue'))
  .default
const TestSteps = (await import('../../../src-renderer/pages/servers/test-steps.vue')).default
const { mountInApp } = await import('./components/support.ts')

beforeEach(() => {
  setActivePinia(createPinia())
  for (const mock of Object.values(servers)) mock.mockReset()
  servers.list.mockResolvedValue([])
  servers.remembered.mockResolvedValue([])
})

const asked = { id: 'q1', serverId: 's1', serverName: 'Old', hop: 'root@old', askedAt: 0 }

describe('the form of a server', () => {
  const draft = (over: Partial<ServerDraft> = {}): ServerDraft => ({ ...newDraft(), host: 'mail', ...over })

  it('refuses what could be taken for an option or is not whole', () => {
    expect(hopProblems(draft())).toEqual([])
    expect(hopProblems(draft({ host: '-oProxyCommand=x' }))).toEqual(['host'])
    expect(hopProblems(draft({ host: 'a b', port: 70_000, user: '', auth: [] }))).toEqual([
      'host',
      'port',
      'user',
      'auth',
    ])
    expect(hopProblems(draft({ auth: [{ kind: 'key', file: 'id_rsa' }] }))).toEqual(['key'])
    expect(hopProblems(draft({ auth: [{ kind: 'key', file: 'C:\\keys\\id' }] }))).toEqual([])
    expect(canSave(draft({ jumps: [{ ...draft(), host: '' }] }))).toBe(false)
  })

  it('is saved trimmed, with the home folder written out and a name', () => {
    const saved = tidy(draft({ host: ' mail ', auth: [{ kind: 'key', file: ' ~/.ssh/id ' }] }), '/home/me')
    expect(saved).toMatchObject({
      name: 'mail',
      host: 'mail',
      auth: [{ kind: 'key', file: '/home/me/.ssh/id' }],
    })
    expect(saved).not.toHaveProperty('id')
    expect(tidy(draft({ id: 's1' }), '/').id).toBe('s1')
  })

  it('guesses how a user becomes root, and moves ways of login without losing one', () => {
    expect(['root', 'zextras', 'admin'].map(usualPrivilege)).toEqual(['root', 'zextras', 'sudo-password'])
    expect(moved([1, 2, 3], 2, -1)).toEqual([1, 3, 2])
    expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3])
    expect(moved([1, 2, 3], 2, 1)).toEqual([1, 2, 3])
  })

  it('names a hop as the engine does', () => {
    expect(hopName({ user: 'root', host: 'mail', port: 22 })).toBe('root@mail')
    expect(hopName({ user: 'root', host: '::1', port: 2222 })).toBe('root@[::1]:2222')
  })
})

describe('questions', () => {
  const hostKey: Question = {
    ...asked,
    kind: 'host-key',
    host: 'old',
    port: 22,
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:abc',
    otherTypes: ['ssh-rsa'],
    compareWith: 'ssh-keygen -lf x',
  }
  const password: Question = { ...asked, kind: 'password', use: 'login', wrong: true }
  const storage = (keychain: 'available' | 'weak' | 'none', insisted = false) =>
    servers.secretStorage.mockResolvedValue({ keychain, backend: null, warning: null, insisted })

  it('a host key is accepted only after it was compared, and refused at once', async () => {
    const wrapper = mountInApp(HostKeyQuestion, { question: hostKey, busy: false })
    const accept = wrapper.findAll('button').find((one) => one.text() === 'Accept the host key')
    expect(accept?.attributes('disabled')).toBeDefined()
    expect(wrapper.text()).toContain('SHA256:abc')
    expect(wrapper.text()).toContain('Known: ssh-rsa.')
    await wrapper.find('input[type="checkbox"]').setValue(true)
    await accept?.trigger('click')
    expect(wrapper.emitted('answer')).toEqual([[{ kind: 'host-key', accept: true }]])
    await wrapper
      .findAll('button')
      .find((one) => one.text() === 'Do not connect')
      ?.trigger('click')
    expect(wrapper.emitted('answer')?.[1]).toEqual([{ kind: 'host-key', accept: false }])
  })

  it('a password says that the one before was wrong, and leaves the field when it is sent', async () => {
    storage('none')
    const wrapper = mountInApp(SecretQuestion, { question: password, busy: false })
    await flushPromises()
    expect(wrapper.text()).toContain('The password before was refused.')
    expect(wrapper.text()).not.toContain('In the system’s keychain')
    const field = wrapper.find<HTMLInputElement>('input[type="password"]')
    await field.setValue('sesame')
    await wrapper.find('form').trigger('submit')
    expect(wrapper.emitted('answer')).toEqual([[{ kind: 'secret', secret: 'sesame', remember: 'session' }]])
    expect(field.element.value).toBe('')
  })

  it('a keyboard-interactive login is asked in the server’s words; what is secret is not seen, and nothing stays', async () => {
    const prompts = [
      { prompt: 'Password: ', echo: false },
      { prompt: '<b>Code</b> from your phone: ', echo: true },
    ]
    const wrapper = mountInApp(AnswersQuestion, {
      question: { ...asked, kind: 'answers', prompts },
      busy: false,
    })
    expect(wrapper.text()).toContain('<b>Code</b> from your phone:')
    const fields = wrapper.findAll<HTMLInputElement>('input')
    expect(fields.map((field) => field.attributes('type'))).toEqual(['password', 'text'])
    await fields[0]?.setValue('sesame')
    await fields[1]?.setValue('123456')
    await wrapper.find('form').trigger('submit')
    expect(wrapper.emitted('answer')).toEqual([[{ kind: 'answers', answers: ['sesame', '123456'] }]])
    expect(fields.map(({ element }) => element.value)).toEqual(['', ''])
  })

  it('the weak keychain is warned of and used only when the person insists', async () => {
    storage('weak')
    servers.insistOnWeakKeychain.mockResolvedValue({
      keychain: 'weak',
      backend: 'basic_text',
      warning: '',
      insisted: true,
    })
    const wrapper = mountInApp(SecretQuestion, { question: password, busy: false })
    await flushPromises()
    const choice = wrapper.find('input[value="keychain"]')
    expect(choice.attributes('disabled')).toBeDefined()
    expect(wrapper.text()).toContain('basic_text')
    await wrapper.find('input[type="checkbox"]').setValue(true)
    await flushPromises()
    expect(servers.insistOnWeakKeychain).toHaveBeenCalledWith({ insist: true })
    expect(wrapper.find('input[value="keychain"]').attributes('disabled')).toBeUndefined()
  })

  it('an answered question goes at once, one that was not taken stays', async () => {
    const store = useServers()
    store.questions = [hostKey, password]
    servers.answer.mockRejectedValueOnce(new Error('gone'))
    await expect(store.answer('q1', { kind: 'cancel' })).rejects.toThrow('gone')
    expect(store.question).toEqual(hostKey)
    servers.answer.mockResolvedValue(undefined)
    store.questions = [hostKey, { ...password, id: 'q2' }]
    await store.answer('q1', { kind: 'cancel' })
    expect(store.question?.id).toBe('q2')
  })
})

describe('the test of a connection', () => {
  const step = (over: Partial<TestStep>): TestStep => ({
    step: 'reach',
    hop: 'root@old',
    state: 'ok',
    detail: '',
    why: '',
    next: '',
    tried: [],
    milliseconds: null,
    ...over,
  })
  const shown = (test: ConnectionTest, running = false) =>
    mountInApp(TestSteps, { run: { test, running, error: null, startedAt: 0 } })

  it('says cause, what to try and which ways were tried at the step that failed', () => {
    const failed = step({
      step: 'login',
      state: 'failed',
      detail: 'refused',
      why: 'Wrong key.',
      next: 'Try another.',
      tried: ['agent', 'key /k'],
    })
    const text = shown({ steps: [step({}), failed], done: true, ok: false }).text()
    for (const words of ['It failed at: Log in', 'refused', 'Wrong key.', 'Try another.', 'key /k'])
      expect(text).toContain(words)
  })

  it('never calls a test that was stopped a success', () => {
    const steps = [step({}), step({ step: 'login', state: 'waiting' })]
    expect(shown({ steps, done: false, ok: false }, true).text()).toContain('Testing the connection')
    expect(shown({ steps, done: false, ok: false }).text()).toContain('The test was stopped')
    expect(shown({ steps: [step({ state: 'warning' })], done: true, ok: true }).text()).toContain(
      'It works, but',
    )
  })

  it('parts jump hosts from the server', () => {
    const steps = [step({ hop: 'me@gate' }), step({})]
    const wrapper = shown({ steps, done: true, ok: true })
    expect(wrapper.findAll('h4').map((head) => head.text())).toEqual(['Jump host me@gate', 'Server root@old'])
  })

  it('goes into the store step by step and keeps the last state', async () => {
    servers.secretStorage.mockResolvedValue(null)
    servers.testConnection.mockResolvedValue(
      (async function* () {
        await Promise.resolve()
        yield { steps: [step({ state: 'running' })], done: false, ok: false }
        yield { steps: [step({})], done: true, ok: true }
      })(),
    )
    const store = useServers()
    await store.test({ ...newDraft(), id: 's1', host: 'old' })
    expect(store.tests.get('s1')).toMatchObject({
      running: false,
      error: null,
      test: { done: true, ok: true },
    })
  })
})

describe('what is known of a server', () => {
  const unknown = { known: false as const, because: 'it was not asked yet' }
  const volume = {
    mount: '/',
    device: '/dev/sda',
    type: 'ext4',
    size: 100,
    used: 10,
    free: 90,
    inodes: 100,
    inodesFree: 50,
    readOnly: false,
  }
  const report = (over: Partial<ServerReport> = {}): ServerReport => {
    const all = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, unknown]))
    return {
      server: 'root@old',
      takenAt: 0,
      seconds: 1,
      done: false,
      system: all(['hostname', 'os', 'kernel', 'login', 'timeDifference', 'zone', 'uptimeSeconds', 'load']),
      carbonio: all(['zextras', 'version', 'packages', 'serviceManager', 'components']),
      storage: { ...all(['blockDevices', 'places']), volumes: { known: true, value: [volume] } },
      backup: all([
        'path',
        'pathFrom',
        'size',
        'owner',
        'caseSensitive',
        'readOnly',
        'free',
        'realTimeScanner',
        'smartScan',
        'retention',
        'operations',
        'licence',
      ]),
      ...over,
    } as ServerReport
  }
  const words = {
    t: (key: string, named: Record<string, unknown> = {}) =>
      [key, ...Object.values(named).map(String)].join(' '),
    count: String,
    counted: (key: string, n: number) => `${key} ${String(n)}`,
    bytes: (n: number) => `${String(n)} B`,
    duration: (seconds: number) => `${String(seconds)} s`,
    dateTime: String,
  }
  const rowsOf = (one: ServerReport) => factGroups(one, words).flatMap(({ rows }) => rows)

  it('waits for facts that were not asked yet, and calls them unknown when the look is over', () => {
    expect(rowsOf(report()).every(({ waiting }) => waiting)).toBe(true)
    expect(rowsOf(report({ done: true })).some(({ waiting }) => waiting)).toBe(false)
  })

  it('says the same reason once and then that it is the same', () => {
    const rows = factGroups(report({ done: true }), words)[0]?.rows ?? []
    expect(rows.map(({ same }) => same)).toEqual([false, ...rows.slice(1).map(() => true)])
  })

  it('marks a clock that is apart, and a path zextras may not write to', () => {
    const one = report()
    one.system.timeDifference = { known: true, value: { milliseconds: -90_000, uncertainty: 3 } }
    one.backup.owner = {
      known: true,
      value: { user: 'root', group: 'root', mode: '700', zextrasMayWrite: false },
    }
    const rows = rowsOf(one)
    const values = (key: string) => rows.find((row) => row.key === key)?.values
    expect(values('time')).toEqual([{ text: 'facts.timeBehind 90 s 3', mark: 'attention' }])
    expect(values('owner')?.[1]).toEqual({ text: 'facts.mayNotWrite', mark: 'attention' })
  })

  it('keeps the moment an operation began, for what stands behind it', () => {
    const one = report()
    const operation = { id: '7', name: 'DoSmartScan', state: 'Running', startedAt: 1_700_000_000_000 }
    one.backup.operations = { known: true, value: [operation, { ...operation, startedAt: null }] }
    expect(rowsOf(one).find(({ key }) => key === 'operations')?.values).toEqual([
      { text: 'DoSmartScan · Running · 1700000000000 · 7', at: 1_700_000_000_000 },
      { text: 'DoSmartScan · Running · 7' },
    ])
  })

  it('knows a volume that is nearly full by space or inodes, and one that hangs', () => {
    expect(nearlyFull(volume)).toBe(false)
    expect(nearlyFull({ ...volume, free: 4 })).toBe(true)
    expect(nearlyFull({ ...volume, inodesFree: 1 })).toBe(true)
    expect(nearlyFull({ ...volume, free: 0, hangs: true })).toBe(false)
  })

  it('can be copied whole, with what could not be told', () => {
    const one = report({ done: true })
    one.system.hostname = { known: true, value: 'mail.example.com' }
    const text = reportText(one, factGroups(one, words), words)
    expect(text).toContain('facts.hostname: mail.example.com')
    expect(text).toContain('facts.unknown it was not asked yet')
    expect(text).toContain('/ · /dev/sda · ext4')
  })
})
