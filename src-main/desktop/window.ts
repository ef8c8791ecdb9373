import { fileURLToPath } from 'node:url'
import { app, BrowserWindow, Menu, nativeTheme, type MenuItemConstructorOptions } from 'electron'
import { APP_ORIGIN } from './app-protocol.ts'
import type { WindowState } from './window-state.ts'

/** Colours of an empty page, light and dark, as src-renderer/plugins/vuetify.ts has them: no flash when it appears. */
const BACKGROUND = { light: '#f3f5f7', dark: '#11171b' } as const

/** Makes the one window. It shows itself when the page has been painted. */
export function createWindow(state: WindowState, openPath: string | null): BrowserWindow {
  nativeTheme.themeSource = state.look.theme
  const window = new BrowserWindow({
    width: 1280,
    height: 820,
    ...state.bounds,
    minWidth: 800,
    minHeight: 560,
    show: false,
    autoHideMenuBar: true,
    title: 'Lifeboat',
    backgroundColor: BACKGROUND[nativeTheme.shouldUseDarkColors ? 'dark' : 'light'],
    webPreferences: {
      preload: fileURLToPath(new URL('../../preload/preload.cjs', import.meta.url)),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  })
  if (state.maximized) window.maximize()
  void window.loadURL(pageAddress(openPath))
  return window
}

/** The page's address; with a path it opens that Backup Path (src-renderer/client.ts, onOpenRequest). */
export function pageAddress(openPath: string | null): string {
  if (openPath === null) return `${APP_ORIGIN}/`
  return `${APP_ORIGIN}/#/open?${new URLSearchParams({ path: openPath }).toString()}`
}

/** Only what the keyboard needs: clipboard, zoom, window; the page has its own commands. */
export function setMenu(): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menu()))
}

function menu(): MenuItemConstructorOptions[] {
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
  ]
  if (!app.isPackaged) view.push({ role: 'toggleDevTools' })
  return [...mac, { role: 'editMenu' }, { label: 'View', submenu: view }, { role: 'windowMenu' }]
}
