import type { Work } from './task-signals.ts'

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
      step: 'Step of the recovery',
    },
    state: { done: 'done', partial: 'not everything is there', failed: 'failed' },
    found: 'done, damage found',
    waits: 'waits for you',
  },
  it: {
    kind: {
      index: 'Lettura del backup',
      export: 'Esportazione',
      sample: 'Scrittura dell’esempio',
      check: 'Verifica',
      heal: 'Copia riparata',
      copy: 'Copia',
      step: 'Passo del ripristino',
    },
    state: { done: 'completata', partial: 'non c’è tutto', failed: 'non riuscita' },
    found: 'completata, trovati danni',
    waits: 'richiede attenzione',
  },
} as const

/** What the settings say, else the system's language as Electron names it (`it-IT`), else English. */
export function languageOf(setting: 'system' | 'en' | 'it' | undefined, locale: string): 'en' | 'it' {
  if (setting === 'en' || setting === 'it') return setting
  return locale.toLowerCase().startsWith('it') ? 'it' : 'en'
}

/** `Export: done`, and below it what the task was about and why it failed. */
export function noteOf(task: Work, language: 'en' | 'it'): { title: string; body: string } {
  const words = WORDS[language]
  const halves: Partial<Record<Work['kind'], string>> = { check: words.found, step: words.waits }
  const half = halves[task.kind]
  const state =
    task.state === 'partial' && half
      ? half
      : words.state[task.state === 'done' || task.state === 'partial' ? task.state : 'failed']
  const body = [task.title, task.error?.message].filter(Boolean).join('\n')
  const kinds: Partial<Record<string, string>> = words.kind
  return { title: `${kinds[task.kind] ?? 'Lifeboat'}: ${state}`, body }
}
