import type { Case } from './case.ts'
import type { CaseStore } from './store.ts'

export async function exportCase(
  of: Case,
  file: string,
): Promise<{ file: string; bytes: number; sha256: string }> {
  throw new Error(`not there yet: ${of.id} ${file}`)
}

export async function importCase(store: CaseStore, file: string): Promise<string> {
  throw new Error(`not there yet: ${store.folder} ${file}`)
}
