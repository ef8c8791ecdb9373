import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { View } from '../../src-main/contract/mail.ts'
import { isAbort, toShownError, type ShownError } from '../format/shown-error.ts'

/** What the export dialog is asked to take out. */
export interface ExportRequest {
  view: View
  /** Rows of the view; null = all of it. */
  keys: string[] | null
  /** What it is, in words: a folder's name, a query, … */
  what: string
  /** How many, as far as known already. */
  count: number | null
}

interface FolderQuestion {
  title: string
  action: string
  /** Marks Backup Paths in the list. */
  backupPaths: boolean
  start: string | null
  answer(path: string | null): void
}

/** The dialogs that belong to no single screen. */
export const useDialogs = defineStore('dialogs', () => {
  const error = shallowRef<ShownError | null>(null)
  const exporting = shallowRef<ExportRequest | null>(null)
  const folder = shallowRef<FolderQuestion | null>(null)
  const shortcuts = ref(false)
  const palette = ref(false)
  const help = ref(false)
  const pathZone = ref(false)
  /** Short confirmation at the bottom, read out to screen readers; nothing important is said only here. */
  const note = ref('')

  /** Shows an error in the one dialog. Calls that were given up on purpose are none. */
  function fail(thrown: unknown): void {
    if (!isAbort(thrown)) error.value = toShownError(thrown)
  }

  function chooseFolder(question: Omit<FolderQuestion, 'answer'>): Promise<string | null> {
    folder.value?.answer(null)
    return new Promise((resolve) => {
      folder.value = {
        ...question,
        answer: (path) => {
          folder.value = null
          resolve(path)
        },
      }
    })
  }

  return { error, exporting, folder, shortcuts, palette, help, pathZone, note, fail, chooseFolder }
})
