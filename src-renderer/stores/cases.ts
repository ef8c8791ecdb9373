import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CaseSummary, Pending, ProcedureId, ProcedureInfo } from '../../src-main/contract/recovery.ts'
import { client, subscribe } from '../client.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'

/** All cases, and what is still to be put back on servers, of whatever case. */
export const useCases = defineStore('cases', () => {
  /** Newest change first; null until they are known. */
  const list = shallowRef<CaseSummary[] | null>(null)
  const error = shallowRef<ShownError | null>(null)
  /** In the order they are offered; empty until they are known. */
  const procedures = shallowRef<ProcedureInfo[]>([])
  const pendings = shallowRef<Pending[]>([])
  /** Ids of what is being put back just now. */
  const puttingBack = ref<ReadonlySet<string>>(new Set())
  /** Why something could not be put back, by its id; stays until it is tried again. */
  const notPutBack = shallowRef<ReadonlyMap<string, ShownError>>(new Map())

  const inOrder = computed(() => [...(list.value ?? [])].sort((a, b) => b.changedAt - a.changedAt))
  const open = computed(() => inOrder.value.filter(({ closed }) => !closed))
  const closed = computed(() => inOrder.value.filter((one) => one.closed))

  function watch(signal: AbortSignal): void {
    subscribe(
      (inner) => client.recovery.pendings(undefined, { signal: inner }),
      (found) => {
        pendings.value = found
        const left = new Set(found.map(({ id }) => id))
        notPutBack.value = new Map([...notPutBack.value].filter(([id]) => left.has(id)))
      },
      { signal },
    )
  }

  async function load(): Promise<void> {
    try {
      const [found, known] = await Promise.all([client.recovery.list(), client.recovery.procedures()])
      list.value = found
      procedures.value = known
      error.value = null
    } catch (thrown) {
      error.value = toShownError(thrown)
    }
  }

  /** What the procedures are called, for a page that does not need the cases. */
  async function loadProcedures(): Promise<void> {
    if (procedures.value.length === 0) procedures.value = await client.recovery.procedures()
  }

  async function create(name: string, procedure: ProcedureId | null): Promise<CaseSummary> {
    const made = await client.recovery.create({ name, ...(procedure ? { procedure } : {}) })
    await load()
    return made
  }

  async function importFile(file: string): Promise<CaseSummary> {
    const read = await client.recovery.importCase({ file })
    await load()
    return read
  }

  async function close(caseId: string, isClosed: boolean): Promise<void> {
    await client.recovery.close({ caseId, closed: isClosed })
    await load()
  }

  /** Puts back what was changed for a while. A failure stays beside it: it is never only a passing note. */
  async function putBack({ caseId, id }: Pending): Promise<void> {
    if (puttingBack.value.has(id)) return
    puttingBack.value = new Set(puttingBack.value).add(id)
    const errors = new Map(notPutBack.value)
    errors.delete(id)
    notPutBack.value = errors
    try {
      await client.recovery.putBack({ caseId, id })
    } catch (thrown) {
      notPutBack.value = new Map(notPutBack.value).set(id, toShownError(thrown))
    } finally {
      const rest = new Set(puttingBack.value)
      rest.delete(id)
      puttingBack.value = rest
    }
  }

  return {
    list,
    error,
    procedures,
    pendings,
    puttingBack,
    notPutBack,
    open,
    closed,
    watch,
    load,
    loadProcedures,
    create,
    importFile,
    close,
    putBack,
  }
})
