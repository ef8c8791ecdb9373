import type { Task } from '../contract/tasks.ts'

/** The few words that the system shows for us, while the page and its dictionaries are not in sight. */
const WORDS = {
  en: {
    kind: {
      index: 'Reading the backup',
      export: 'Export',
      sample: 'Writing the sample',
      check: 'Check',
      heal: 'Repaired copy',
      copy: 'Copy',
    },
    state: { done: 'done', partial: 'not everything is there', failed: 'failed' },
    found: 'done, damage found',
  },
  it: {
    kind: {
      index: 'Lettura del backup',
      export: 'Esportazione',
      sample: 'Scrittura dell’esempio',
      check: 'Verifica',
      heal: 'Copia riparata',
      copy: 'Copia',
    },
    state: { done: 'completata', partial: 'non c’è tutto', failed: 'non riuscita' },
    found: 'completata, trovati danni',
  },
} as const

/** What the settings say, else the system's language as Electron names it (`it-IT`), else English. */
export function languageOf(setting: 'system' | 'en' | 'it' | undefined, locale: string): 'en' | 'it' {
  if (setting === 'en' || setting === 'it') return setting
  return locale.toLowerCase().startsWith('it') ? 'it' : 'en'
}

/** `Export: done`, and below it what the task was about and why it failed. */
export function noteOf(task: Task, language: 'en' | 'it'): { title: string; body: string } {
  const words = WORDS[language]
  const state =
    task.kind === 'check' && task.state === 'partial'
      ? words.found
      : words.state[task.state === 'done' || task.state === 'partial' ? task.state : 'failed']
  const body = [task.title, task.error?.message].filter(Boolean).join('\n')
  const kinds: Partial<Record<string, string>> = words.kind
  return { title: `${kinds[task.kind] ?? 'Lifeboat'}: ${state}`, body }
}
