import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  BackupSource,
  CaseRole,
  CaseView,
  FieldValue,
  JournalLine,
  ProcedureId,
  SourcePlace,
  StepView,
} from '../../src-main/contract/recovery.ts'
import { client, subscribe } from '../client.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'
import { forget, recall, remember } from './memory.ts'

/** Entries of the journal that are asked for at once. */
const PAGE = 500
/** Entries of a long journal that are there at first; earlier ones come on demand. */
const AT_FIRST = 200

/** The case that is open: what it is made of, the step that is shown, its journal. */
export const useRecovery = defineStore('recovery', () => {
  /** The open case; also while another page is shown. */
  const caseId = ref<string | null>(null)
  const view = shallowRef<CaseView | null>(null)
  const error = shallowRef<ShownError | null>(null)
  /** In their order, without a gap. */
  const journal = shallowRef<JournalLine[]>([])
  const journalError = shallowRef<ShownError | null>(null)
  /** Step a person chose to look at; null: the present one is shown, whichever that is. */
  const chosenStep = ref<string | null>(null)
  /** The calls under way: `act`, `look`, `confirm x`, … */
  const busy = ref<ReadonlySet<string>>(new Set())

  let watching: AbortController | null = null
  let reading = false

  const plan = computed(() => view.value?.plan ?? [])
  const present = computed(() => plan.value.find(({ id }) => id === view.value?.present) ?? null)
  /** The step in the middle of the screen: the chosen one, else the present one, else the last. */
  const step = computed<StepView | null>(
    () => plan.value.find(({ id }) => id === chosenStep.value) ?? present.value ?? plan.value.at(-1) ?? null,
  )
  const index = computed(() => plan.value.findIndex(({ id }) => id === step.value?.id))
  /** True when there are entries before the first one that was read. */
  const hasEarlier = computed(() => (journal.value[0]?.n ?? 1) > 1)

  function open(id: string): void {
    if (caseId.value === id && watching && !error.value) return
    leave()
    caseId.value = id
    remember('case', id)
    follow(id)
  }

  function follow(id: string): void {
    watching?.abort()
    const mine = new AbortController()
    watching = mine
    error.value = null
    subscribe((signal) => client.recovery.watch({ caseId: id }, { signal }), onView, {
      signal: mine.signal,
      onError: (thrown) => {
        error.value = toShownError(thrown)
        watching = null
      },
    })
  }

  /** After a reload of the page: the case that was open before. */
  function resume(): void {
    const id = recall('case')
    if (id && caseId.value === null) open(id)
  }

  /** Asks again after a failure. */
  function retry(): void {
    if (caseId.value) follow(caseId.value)
  }

  /** The case is no longer the open one. Nothing of it is changed. */
  function leave(): void {
    watching?.abort()
    watching = null
    caseId.value = null
    view.value = null
    error.value = null
    journal.value = []
    journalError.value = null
    chosenStep.value = null
    forget('case')
  }

  function onView(next: CaseView): void {
    // a step that was chosen while it was the present one is followed again when it is done
    if (chosenStep.value !== null && chosenStep.value === view.value?.present) {
      if (next.present !== chosenStep.value) chosenStep.value = null
    }
    view.value = next
    void readJournal()
  }

  async function readJournal(): Promise<void> {
    const id = caseId.value
    if (reading || id === null) return
    reading = true
    try {
      for (;;) {
        const wanted = view.value?.entries ?? 0
        const last = journal.value.at(-1)?.n ?? Math.max(0, wanted - AT_FIRST)
        if (last >= wanted) break
        const found = await client.recovery.journal({ caseId: id, after: last, limit: PAGE })
        if (caseId.value !== id) return
        const fresh = found.filter(({ n }) => n > (journal.value.at(-1)?.n ?? 0))
        if (fresh.length === 0) break
        journal.value = [...journal.value, ...fresh]
      }
      journalError.value = null
    } catch (thrown) {
      if (caseId.value === id) journalError.value = toShownError(thrown)
    } finally {
      reading = false
      // another case was opened meanwhile
      if (caseId.value !== id && caseId.value !== null) void readJournal()
    }
  }

  async function readEarlier(): Promise<void> {
    const id = caseId.value
    const first = journal.value[0]?.n ?? 1
    if (id === null || first <= 1) return
    const after = Math.max(0, first - 1 - AT_FIRST)
    const found = await client.recovery.journal({ caseId: id, after, limit: first - 1 - after })
    if (caseId.value === id)
      journal.value = [...found.filter(({ n }) => n < (journal.value[0]?.n ?? 1)), ...journal.value]
  }

  /** Runs a call that is named in `busy` while it lasts; a second one of the same name is not made. */
  async function once(name: string, call: (of: { caseId: string }) => Promise<unknown>): Promise<void> {
    const id = caseId.value
    if (id === null || busy.value.has(name)) return
    busy.value = new Set(busy.value).add(name)
    try {
      await call({ caseId: id })
    } finally {
      const rest = new Set(busy.value)
      rest.delete(name)
      busy.value = rest
    }
  }

  const { recovery } = client
  /** @param seen the English words on the button: a second click does not do what comes after them */
  const act = (step: string, seen: string) => once('act', (of) => recovery.act({ ...of, step, seen }))
  const look = (step: string) => once('look', (of) => recovery.look({ ...of, step }))
  const stop = (step: string) => once('stop', (of) => recovery.stop({ ...of, step }))
  /** Ends the restore on the server itself; `stop` ends only what Lifeboat does here. */
  const stopRestore = () => once('stopRestore', (of) => client.unrestored.stopRestore(of))
  const setField = (step: string, field: string, value: FieldValue) =>
    once(`field ${field}`, (of) => recovery.setField({ ...of, step, field, value }))
  const confirm = (step: string, id: string, note: string, files: readonly string[]) =>
    once(`confirm ${id}`, (of) => recovery.confirm({ ...of, step, id, note, files: attached(files) }))
  const override = (step: string, check: string, reason: string) =>
    once(`override ${check}`, (of) => recovery.override({ ...of, step, check, reason }))
  const skip = (step: string, reason: string) => once('skip', (of) => recovery.skip({ ...of, step, reason }))
  const reopen = (step: string, reason: string) =>
    once('reopen', (of) => recovery.reopen({ ...of, step, reason }))

  const rename = (name: string) => once('rename', (of) => recovery.rename({ ...of, name }))
  const setServer = (role: CaseRole, serverId: string | null) =>
    once(`server ${role}`, (of) => recovery.setServer({ ...of, role, serverId }))
  const addSource = (kind: BackupSource['kind'], place: SourcePlace, onlyCopy: boolean) =>
    once('addSource', (of) => recovery.addSource({ ...of, kind, place, onlyCopy }))
  const lookAtSources = () => once('lookAtSources', (of) => recovery.lookAtSources(of))
  const removeSource = (id: string) => once(`source ${id}`, (of) => recovery.removeSource({ ...of, id }))
  const chooseSource = (id: string, reason: string) =>
    once(`source ${id}`, (of) => recovery.chooseSource({ ...of, id, reason }))
  const chooseProcedure = (procedure: ProcedureId) =>
    once('procedure', (of) => recovery.chooseProcedure({ ...of, procedure }))
  const note = (text: string, files: readonly string[]) =>
    once('note', (of) => recovery.note({ ...of, text, files: attached(files) }))

  return {
    caseId,
    view,
    error,
    journal,
    journalError,
    chosenStep,
    busy,
    plan,
    present,
    step,
    index,
    hasEarlier,
    open,
    resume,
    retry,
    leave,
    onView,
    readJournal,
    readEarlier,
    act,
    look,
    stop,
    stopRestore,
    setField,
    confirm,
    override,
    skip,
    reopen,
    rename,
    setServer,
    addSource,
    lookAtSources,
    removeSource,
    chooseSource,
    chooseProcedure,
    note,
  }
})

function attached(files: readonly string[]): { path: string }[] {
  return files.map((path) => ({ path }))
}
