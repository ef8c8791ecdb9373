import { beforeEach, describe, expect, it } from 'vitest'
import type { Task } from '../../../../src-main/contract/tasks.ts'
import { TaskSignals } from '../../../../src-main/desktop/task-signals.ts'
import { stepWork } from '../../../../src-main/desktop/step-signals.ts'
import { languageOf, noteOf } from '../../../../src-main/desktop/task-words.ts'

function task(patch: Partial<Task> = {}): Task {
  return {
    id: 'a',
    kind: 'export',
    title: 'Exporting 3 messages to /mnt/usb',
    state: 'running',
    startedAt: 1000,
    endedAt: null,
    done: 0,
    total: 100,
    unit: 'messages',
    bytes: null,
    rate: null,
    byteRate: null,
    secondsLeft: null,
    problems: 0,
    error: null,
    dismissed: false,
    canStop: true,
    canPause: false,
    canResume: false,
    ...patch,
  }
}

const over = (state: Task['state'], ms: number, patch: Partial<Task> = {}): Task =>
  task({ state, endedAt: 1000 + ms, canStop: false, ...patch })

describe('signals of tasks', () => {
  let heard: string[]
  let watched: boolean
  let signals: TaskSignals

  beforeEach(() => {
    heard = []
    watched = false
    signals = new TaskSignals({
      progress: (share, paused) => heard.push(`progress ${String(share)}${paused ? ' paused' : ''}`),
      stayAwake: (wanted) => heard.push(wanted ? 'awake' : 'may sleep'),
      tell: ({ id, state }) => heard.push(`${id} ${state}`),
      isWatched: () => watched,
    })
  })

  it('shows nothing where nothing runs', () => {
    signals.update([])
    signals.update([over('done', 99_000), task({ id: 'other process', canStop: false })])
    expect(heard).toEqual(['progress none'])
  })

  it('keeps awake while a task runs, not while all are paused, and says each thing once', () => {
    signals.update([task({ done: 10 })])
    signals.update([task({ done: 10 })])
    signals.update([task({ done: 50 }), task({ id: 'b', total: 10, done: 10 })])
    signals.update([task({ done: 50, state: 'paused' })])
    signals.update([task({ done: 60 })])
    signals.update([])
    expect(heard).toEqual([
      'progress 0.1',
      'awake',
      'progress 0.75',
      'progress 0.5 paused',
      'may sleep',
      'progress 0.6',
      'awake',
      'progress none',
      'may sleep',
    ])
  })

  it('does not pretend to know the end of one without a total', () => {
    signals.update([task({ done: 50 }), task({ id: 'b', total: null })])
    expect(heard[0]).toBe('progress null')
    signals.update([task({ done: 500, total: 100 })])
    expect(heard.at(-1)).toBe('progress 1')
  })

  it('tells what ended unseen: the long, and whatever went wrong', () => {
    const running = ['long', 'short', 'bad', 'broken', 'stopped'].map((id) => task({ id }))
    signals.update(running)
    heard.length = 0
    const ended = [
      over('done', 2000, { id: 'long' }),
      over('done', 1999, { id: 'short' }),
      over('partial', 10, { id: 'bad' }),
      over('failed', 10, { id: 'broken' }),
      over('stopped', 9000, { id: 'stopped' }),
      over('done', 9000, { id: 'of earlier days' }),
    ]
    signals.update(ended)
    signals.update(ended)
    expect(heard).toEqual(['progress none', 'may sleep', 'long done', 'bad partial', 'broken failed'])
  })

  it('tells nothing to somebody who looks', () => {
    signals.update([task()])
    watched = true
    signals.update([over('failed', 9000)])
    expect(heard).not.toContain('a failed')
  })

  it('lets the laptop sleep at the end, whatever ran', () => {
    signals.update([task()])
    heard.length = 0
    signals.end()
    signals.end()
    expect(heard).toEqual(['progress none', 'may sleep'])
  })
})

describe('steps of a recovery', () => {
  const stepOf = (state: 'doing' | 'done' | 'failed' | 'waiting', here = true) =>
    stepWork(
      [
        {
          id: 'c1',
          name: 'outage',
          steps: [
            {
              id: 'restore',
              title: { en: 'External Restore', it: 'External Restore' },
              state,
              reason: state === 'failed' ? { en: 'No space left', it: 'Spazio esaurito' } : null,
              startedAt: 1000,
              endedAt: state === 'doing' ? null : 5000,
              progress:
                state === 'doing'
                  ? {
                      phase: { en: '', it: '' },
                      done: 1,
                      total: 4,
                      unit: 'accounts',
                      rate: null,
                      secondsLeft: null,
                      detail: null,
                    }
                  : null,
              here,
            },
          ],
        },
      ],
      'it',
    )

  it('keep awake, show how far they are, and tell when they end, fail or wait', () => {
    for (const end of ['done', 'failed', 'waiting'] as const) {
      const heard: string[] = []
      const signals = new TaskSignals({
        progress: (share) => heard.push(String(share)),
        stayAwake: (wanted) => heard.push(wanted ? 'awake' : 'may sleep'),
        tell: (work) => heard.push(noteOf(work, 'it').title),
        isWatched: () => false,
      })
      signals.update(stepOf('doing'))
      signals.update(stepOf(end))
      const how = { done: 'completata', failed: 'non riuscita', waiting: 'richiede attenzione' }[end]
      expect(heard).toEqual(['0.25', 'awake', 'none', 'may sleep', `Passo del ripristino: ${how}`])
    }
    expect(noteOf(stepOf('failed')[0]!, 'it').body).toBe('External Restore, outage\nSpazio esaurito')
  })

  it('that another process does are none of ours', () => {
    expect(stepOf('doing', false)[0]?.canStop).toBe(false)
  })
})

describe('words of a note', () => {
  it('name the task, how it ended and why', () => {
    const error = { message: 'The disk is full', why: '', next: '' }
    expect(noteOf(over('failed', 1, { error }), 'en')).toEqual({
      title: 'Export: failed',
      body: 'Exporting 3 messages to /mnt/usb\nThe disk is full',
    })
    expect(noteOf(over('partial', 1, { kind: 'check' }), 'it').title).toBe(
      'Verifica: completata, trovati danni',
    )
    expect(noteOf(over('done', 1, { kind: 'unheard of' as Task['kind'] }), 'en').title).toBe('Lifeboat: done')
  })

  it('are in the language of the settings, else of the system', () => {
    expect(languageOf('it', 'en-GB')).toBe('it')
    expect(languageOf('en', 'it-IT')).toBe('en')
    expect(languageOf('system', 'it-IT')).toBe('it')
    expect(languageOf(undefined, 'de-DE')).toBe('en')
  })
})
