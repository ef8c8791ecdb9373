import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  ConnectionState,
  ConnectionTest,
  Question,
  QuestionAnswer,
  RememberedSecret,
  SecretStorage,
  ServerDraft,
  ServerProfile,
} from '../../src-main/contract/servers.ts'
import type { ServerReport } from '../../src-main/contract/server-report.ts'
import { client, subscribe } from '../client.ts'
import { isAbort, toShownError, type ShownError } from '../format/shown-error.ts'

/** A *Test connection* of a server: its steps as far as they are known. */
export interface TestRun {
  test: ConnectionTest | null
  running: boolean
  /** Why the test itself could not be made; failures of its steps are in them. */
  error: ShownError | null
  startedAt: number
}
/** What is known of a server: the last report, or the one that is coming in. */
export interface Look {
  report: ServerReport | null
  running: boolean
  error: ShownError | null
}

const NO_LOOK: Look = { report: null, running: false, error: null }

/** The servers of a recovery: profiles, connections, what was seen of them, and what waits for a person. */
export const useServers = defineStore('servers', () => {
  /** By name; null until they are known. */
  const list = shallowRef<ServerProfile[] | null>(null)
  const error = shallowRef<ShownError | null>(null)
  const chosenId = ref<string | null>(null)
  const questions = shallowRef<Question[]>([])
  const states = shallowRef<ReadonlyMap<string, ConnectionState>>(new Map())
  const tests = shallowRef<ReadonlyMap<string, TestRun>>(new Map())
  const looks = shallowRef<ReadonlyMap<string, Look>>(new Map())
  const storage = shallowRef<SecretStorage | null>(null)
  const remembered = shallowRef<RememberedSecret[]>([])
  const stops = new Map<string, AbortController>()

  const chosen = computed(
    () => list.value?.find(({ id }) => id === chosenId.value) ?? list.value?.[0] ?? null,
  )
  /** The question to show: the one that waits longest. */
  const question = computed(() => questions.value[0] ?? null)

  function watch(signal: AbortSignal): void {
    const { questions: asked, connections } = client.servers
    subscribe(
      (inner) => asked(undefined, { signal: inner }),
      (open) => (questions.value = open),
      { signal },
    )
    subscribe(
      (inner) => connections(undefined, { signal: inner }),
      (open) => (states.value = new Map(open.map((state) => [state.serverId, state]))),
      { signal },
    )
  }

  async function load(): Promise<void> {
    try {
      list.value = await client.servers.list()
      error.value = null
    } catch (thrown) {
      error.value = toShownError(thrown)
    }
  }

  const byId = (id: string): ServerProfile | null => list.value?.find((one) => one.id === id) ?? null

  /** Saves a profile and chooses it. What was seen under the old address is not shown under the new one. */
  async function save(draft: ServerDraft): Promise<ServerProfile> {
    const saved = await client.servers.save(draft)
    stop(saved.id)
    tests.value = without(tests.value, saved.id)
    chosenId.value = saved.id
    await load()
    return saved
  }

  async function remove(id: string): Promise<void> {
    await client.servers.remove({ id })
    stop(id)
    tests.value = without(tests.value, id)
    looks.value = without(looks.value, id)
    if (chosenId.value === id) chosenId.value = null
    await Promise.all([load(), loadSecrets()])
  }

  async function answer(id: string, given: QuestionAnswer): Promise<void> {
    await client.servers.answer({ id, answer: given })
    // what comes next may already be on its way; the answered one must not be shown until then
    questions.value = questions.value.filter((open) => open.id !== id)
  }

  async function loadSecrets(): Promise<void> {
    const [where, kept] = await Promise.all([client.servers.secretStorage(), client.servers.remembered()])
    storage.value = where
    remembered.value = kept
  }

  /** Forgets the secrets of a server and its jump hosts. */
  async function forget(id: string): Promise<void> {
    await client.servers.forgetSecrets({ id })
    await loadSecrets()
  }

  /** Forgets the secrets of all servers and closes their connections. */
  async function forgetAll(): Promise<void> {
    await client.servers.forgetSecrets({})
    await loadSecrets()
  }

  async function insist(allow: boolean): Promise<void> {
    storage.value = await client.servers.insistOnWeakKeychain({ insist: allow })
  }

  /** Tries a saved server step by step; goes on while another page is open. */
  async function test(profile: ServerProfile): Promise<void> {
    const { id } = profile
    const stopper = begin(`test ${id}`)
    let run: TestRun = { test: null, running: true, error: null, startedAt: Date.now() }
    const tell = (change: Partial<TestRun>): void => {
      if (stops.get(`test ${id}`) !== stopper) return
      run = { ...run, ...change }
      tests.value = new Map(tests.value).set(id, run)
    }
    tell({})
    try {
      const steps = await client.servers.testConnection(profile, { signal: stopper.signal })
      for await (const state of steps) tell({ test: state })
    } catch (thrown) {
      if (!isAbort(thrown)) tell({ error: toShownError(thrown) })
    }
    tell({ running: false })
    loadSecrets().catch(() => undefined)
  }

  /** The last report, unless one is there already. */
  async function loadReport(id: string): Promise<void> {
    if (looks.value.get(id)?.report) return
    const report = await client.servers.lastReport({ id })
    if (report && !looks.value.get(id)?.running) setLook(id, { report })
  }

  /** Looks at a server anew; an earlier report stays until facts come in. */
  async function probe(id: string): Promise<void> {
    const stopper = begin(`look ${id}`)
    const tell = (change: Partial<Look>): void => {
      if (stops.get(`look ${id}`) === stopper) setLook(id, change)
    }
    tell({ running: true, error: null })
    try {
      const reports = await client.servers.probe({ id }, { signal: stopper.signal })
      for await (const report of reports) tell({ report })
    } catch (thrown) {
      if (!isAbort(thrown)) tell({ error: toShownError(thrown) })
    }
    tell({ running: false })
  }

  function setLook(id: string, change: Partial<Look>): void {
    looks.value = new Map(looks.value).set(id, { ...(looks.value.get(id) ?? NO_LOOK), ...change })
  }

  function begin(key: string): AbortController {
    stops.get(key)?.abort()
    const stopper = new AbortController()
    stops.set(key, stopper)
    return stopper
  }

  /** Gives up a test and a look of a server. */
  function stop(id: string): void {
    for (const key of [`test ${id}`, `look ${id}`]) {
      stops.get(key)?.abort()
      stops.delete(key)
    }
    const test = tests.value.get(id)
    if (test) tests.value = new Map(tests.value).set(id, { ...test, running: false })
    if (looks.value.has(id)) setLook(id, { running: false })
  }

  const connect = (id: string): Promise<void> => client.servers.connect({ id })
  const disconnect = (id: string): Promise<void> => client.servers.disconnect({ id })

  return {
    list,
    error,
    chosenId,
    chosen,
    questions,
    question,
    states,
    tests,
    looks,
    storage,
    remembered,
    watch,
    load,
    byId,
    save,
    remove,
    answer,
    loadSecrets,
    forget,
    forgetAll,
    insist,
    test,
    loadReport,
    probe,
    stop,
    connect,
    disconnect,
  }
})

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
