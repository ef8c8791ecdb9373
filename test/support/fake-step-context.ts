import { join } from 'node:path'
import { catalogFileFor } from '../../src-main/catalog/catalog.ts'
import { startIngest } from '../../src-main/catalog/ingest/ingest.ts'
import type { BackupSource, CaseRole, FieldValue, StepView } from '../../src-main/contract/recovery.ts'
import type { Drill } from '../../src-main/drill/drill.ts'
import { Case } from '../../src-main/recovery/cases/case.ts'
import { openCatalogAccess } from '../../src-main/recovery/catalog-access.ts'
import { makeContext } from '../../src-main/recovery/steps/context.ts'
import type { RecoveryDeps } from '../../src-main/recovery/steps/deps.ts'
import type { CatalogAccess, Step, StepContext } from '../../src-main/recovery/types.ts'
import type { RemoteShell } from '../../src-main/remote/shell.ts'

/** What a step of a test is run with: a real case on the disk, real shells; only the list of servers is made up. */
export interface Bench {
  readonly of: Case
  /** Values of fields by step, above their standards. */
  readonly fields: Record<string, Record<string, FieldValue>>
  readonly progress: NonNullable<StepView['progress']>[]
  /** A context as the runner makes it; each one is like a new start of the step. */
  context(step: Step, signal?: AbortSignal): StepContext & { close(): void }
  /** The laptop was killed: the case is read again from its journal. */
  crash(): Bench
}

export interface BenchOptions {
  folder: string
  shells: Partial<Record<CaseRole, RemoteShell>>
  catalog?: CatalogAccess | null
  source?: Pick<BackupSource, 'place' | 'onlyCopy'>
  procedure?: StepContext['procedure']
  /** The case is there already. */
  of?: Case
  fields?: Bench['fields']
}

export function bench(options: BenchOptions): Bench {
  const { folder, shells, catalog = null, procedure = 'data-recovery' } = options
  const place = join(folder, 'case')
  const of = options.of ?? begin(place, options)
  const fields = options.fields ?? {}
  const progress: Bench['progress'] = []
  const session = (id: string) => {
    const shell = shells[id as CaseRole]
    if (!shell) throw new Error(`No server ${id}.`)
    return { shell, profile: { id, host: '127.0.0.1', port: 22 } }
  }
  const deps = {
    dataFolder: folder,
    servers: { session },
    catalog: () => Promise.resolve(catalog),
  } as unknown as RecoveryDeps
  return {
    of,
    fields,
    progress,
    context: (step, signal = new AbortController().signal) =>
      makeContext({
        deps,
        of,
        procedure,
        step,
        signal,
        patient: true,
        standards: (id) => fields[id] ?? {},
        onProgress: (one) => void progress.push(one),
      }),
    crash: () => bench({ ...options, of: new Case(place), fields }),
  }
}

function begin(place: string, { shells, source, catalog }: BenchOptions): Case {
  const of = Case.create(place, 'A case of a test', '0')
  for (const role of Object.keys(shells) as CaseRole[])
    of.write('server', `Server ${role}`, { role, serverId: role, name: role })
  const local = catalog ? { kind: 'local' as const, path: catalog.path } : null
  const chosen = source ?? (local === null ? null : { place: local, onlyCopy: false })
  if (chosen !== null) {
    of.write('source-added', 'Source', {
      source: {
        id: 'source',
        kind: 'backup-path',
        ...chosen,
        newest: null,
        accounts: null,
        items: null,
        damaged: null,
        lookedAt: null,
        error: null,
      },
    })
  }
  return of
}

/** The catalog of the old server's backup, as on the laptop. */
export async function drillCatalog(drill: Drill, data: string): Promise<CatalogAccess & { close(): void }> {
  const catalogFile = catalogFileFor(data, drill.old.backup)
  await startIngest({ path: drill.old.backup, catalogFile, zone: 'UTC', jobs: 1 }).done
  return openCatalogAccess(drill.old.backup, catalogFile)
}
