import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { app, screen, type BrowserWindow, type Rectangle } from 'electron'
import type { PageLook } from '../hosts/page.ts'

/** Where the window was and how it looked, known before the engine is there. */
export interface WindowState {
  bounds: Rectangle | null
  maximized: boolean
  look: PageLook
}

function stateFile(): string {
  return join(app.getPath('userData'), 'window.json')
}

/** The state as left last time; defaults where the file is missing, broken or of a screen that is gone. */
export function readWindowState(): WindowState {
  const saved = readSaved()
  return { bounds: visibleBounds(saved.bounds), maximized: saved.maximized === true, look: lookOf(saved) }
}

/** Theme and language as left last time; may be asked for before the app is ready. */
export function readLook(): PageLook {
  return lookOf(readSaved())
}

function lookOf({ theme, language }: Saved): PageLook {
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    language: language === 'en' || language === 'it' ? language : 'system',
  }
}

type Saved = Partial<Omit<WindowState, 'look'> & PageLook>

function readSaved(): Saved {
  try {
    const saved: unknown = JSON.parse(readFileSync(stateFile(), 'utf8'))
    return typeof saved === 'object' && saved !== null ? saved : {}
  } catch {
    // first start
    return {}
  }
}

function visibleBounds(bounds: Rectangle | null | undefined): Rectangle | null {
  if (!bounds || ![bounds.x, bounds.y, bounds.width, bounds.height].every(Number.isFinite)) return null
  const { workArea } = screen.getDisplayMatching(bounds)
  const overlapX =
    Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x)
  const overlapY =
    Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y)
  return overlapX >= 100 && overlapY >= 100 ? bounds : null
}

/** Keeps the state for the next start. Losing it is no error. */
export function saveWindowState(window: BrowserWindow, { theme, language }: PageLook): void {
  const state = { bounds: window.getNormalBounds(), maximized: window.isMaximized(), theme, language }
  try {
    const file = stateFile()
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.part`, JSON.stringify(state), { mode: 0o600 })
    renameSync(`${file}.part`, file)
  } catch {
    // a full disk must not keep the app from closing
  }
}
