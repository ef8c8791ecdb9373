import { app, Notification, powerSaveBlocker, type BrowserWindow } from 'electron'
import type { Engine } from '../api/engine.ts'
import { stepWork } from './step-signals.ts'
import { TaskSignals, type Signals, type Work } from './task-signals.ts'
import { languageOf, noteOf } from './task-words.ts'

/** Shows tasks and steps of recoveries where the system does: taskbar or dock, no sleep while they run, a note when one ends unseen. */
export function showTasks(window: BrowserWindow, engine: Engine): void {
  const stop = new AbortController()
  window.once('closed', () => stop.abort())
  const tasks = new TaskSignals(systemSignals(window, engine))
  const now: { tasks: readonly Work[]; steps: readonly Work[] } = { tasks: [], steps: [] }
  const language = (): 'en' | 'it' => languageOf(engine.settings().language, app.getLocale())
  const followTasks = async (): Promise<void> => {
    for await (const list of engine.tasks.watch(stop.signal)) {
      now.tasks = list
      tasks.update([...now.tasks, ...now.steps])
    }
  }
  const followSteps = async (): Promise<void> => {
    for await (const list of engine.recovery.watchSteps(stop.signal)) {
      now.steps = stepWork(list, language())
      tasks.update([...now.tasks, ...now.steps])
    }
  }
  Promise.all([followTasks(), followSteps()])
    .catch((error: unknown) => engine.log.warn('tasks are not shown to the system', { error }))
    .finally(() => tasks.end())
}

function systemSignals(window: BrowserWindow, engine: Engine): Signals {
  let blocker: number | null = null
  // a note that nobody holds is collected, and its click leads nowhere
  const notes = new Set<Notification>()
  return {
    progress: (share, paused) => {
      if (window.isDestroyed()) return
      if (share === 'none') window.setProgressBar(-1)
      // more than 1 = under way without a known end
      else
        window.setProgressBar(share ?? 2, {
          mode: paused ? 'paused' : share === null ? 'indeterminate' : 'normal',
        })
    },
    stayAwake: (wanted) => {
      if (wanted) blocker ??= powerSaveBlocker.start('prevent-app-suspension')
      else if (blocker !== null) {
        powerSaveBlocker.stop(blocker)
        blocker = null
      }
    },
    tell: (task) => {
      if (!Notification.isSupported()) return
      const note = new Notification(noteOf(task, languageOf(engine.settings().language, app.getLocale())))
      notes.add(note)
      note.once('close', () => notes.delete(note))
      note.once('click', () => {
        notes.delete(note)
        if (window.isDestroyed()) return
        if (window.isMinimized()) window.restore()
        window.show()
        window.focus()
      })
      note.show()
    },
    isWatched: () => !window.isDestroyed() && window.isFocused(),
  }
}
