import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  app,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeTheme,
  shell,
  type BrowserWindow,
} from 'electron'
import type { Engine } from '../api/engine.ts'
import { defaultDataFolder } from '../engine/data-folder.ts'
import { describeError } from '../engine/errors.ts'
import { PageFiles, type PageLook } from '../hosts/page.ts'
import { handleAppProtocol, isOwnUrl } from './app-protocol.ts'
import { openRequest, type OpenRequest } from './arguments.ts'
import { guardDownloads } from './downloads.ts'
import { guardEverything } from './guards.ts'
import { createWindow, pageAddress, setMenu } from './window.ts'
import { readLook, readWindowState, saveWindowState } from './window-state.ts'

/** The engine may take this long to stop what runs before the app ends all the same, ms. */
const CLOSE_MS = 5000

/** Starts the desktop app, or hands the request to the one that already runs on the same data folder. */
export function startDesktop(request: OpenRequest): void {
  const dataFolder = request.dataFolder ?? (process.env['LIFEBOAT_DATA'] || defaultDataFolder())
  // Chromium's own files and the lock of the single instance: per data folder, apart from ours
  const userData = join(dataFolder, 'window')
  mkdirSync(userData, { recursive: true, mode: 0o700 })
  app.setPath('userData', userData)
  if (!app.requestSingleInstanceLock({ path: request.path })) {
    app.quit()
    return
  }
  // none instead of Electron's own, which would be made while the first window waits; ours follows when it is painted
  Menu.setApplicationMenu(null)
  // without a graphics device Chromium tries three ways to one and falls back to this all the same, a third of a second later
  if (process.platform === 'linux' && !existsSync('/dev/dri')) app.disableHardwareAcceleration()
  // GTK, which starts after this, fills a new window before Chromium does: light on most desktops
  if (process.platform === 'linux' && readLook().theme === 'dark') process.env['GTK_THEME'] ??= 'Adwaita:dark'
  // the parent (`npm start`) is gone
  process.on('disconnect', () => app.quit())
  // macOS tells of a folder dropped on the icon before the app is ready when that started it
  const early = { ...request }
  const onOpenFile = (event: Electron.Event, path: string): void => {
    event.preventDefault()
    early.path = path
  }
  app.on('open-file', onOpenFile)
  app
    .whenReady()
    .then(() => {
      app.off('open-file', onOpenFile)
      run(early, dataFolder)
    })
    .catch((error: unknown) => fail(error))
}

function run(request: OpenRequest, dataFolder: string): void {
  const state = readWindowState()
  let { look } = state
  guardEverything()

  let painted = (): void => undefined
  const firstPaint = new Promise<void>((resolve) => (painted = resolve))
  let starting: Promise<Engine> | null = null
  const engine = (): Promise<Engine> =>
    (starting ??= firstPaint.then(() => startEngine(window, dataFolder, setLook)))
  const setLook = (next: PageLook): void => {
    look = next
    page.wear(next)
    nativeTheme.themeSource = next.theme
  }

  handleAppProtocol(
    () => page,
    async (url) => (await engine()).file(url),
  )
  const window = createWindow(state, request.path)
  // the files are looked at while the process of the window begins, not before
  const page = new PageFiles()
  page.wear(look)
  page.prepare()
  guardDownloads(window, engine)
  window.once('ready-to-show', () => {
    window.show()
    process.send?.('ready')
  })
  void firstPaint.then(() => {
    setMenu()
    page.keep()
    return Promise.all([engine(), import('./system-signals.ts')])
      .then(([running, { showTasks }]) => showTasks(window, running))
      .catch((error: unknown) => fail(error))
  })
  window.on('close', () => saveWindowState(window, look))
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') window.webContents.reload()
  })
  handOverPorts(window, engine, painted)

  app.on('second-instance', (_event, argv, cwd, data) => {
    const path = (data as { path?: string | null } | null)?.path ?? openRequest(argv, cwd).path
    if (window.isMinimized()) window.restore()
    window.focus()
    if (path) void window.loadURL(pageAddress(path))
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    void window.loadURL(pageAddress(path))
  })
  app.on('window-all-closed', () => app.quit())
  let closed = false
  app.on('will-quit', (event) => {
    if (closed || !starting) return
    event.preventDefault()
    const limit = new Promise((resolve) => setTimeout(resolve, CLOSE_MS))
    const close = starting.then((running) => running.close()).catch(() => undefined)
    void Promise.race([close, limit]).then(() => {
      closed = true
      app.exit()
    })
  })
}

/**
 * The page asks for its port; only our own page in the main frame gets one.
 * @param onAsked it asks when its first screen is painted
 */
function handOverPorts(window: BrowserWindow, engine: () => Promise<Engine>, onAsked: () => void): void {
  ipcMain.on('lifeboat-connect', (event) => {
    const frame = event.senderFrame
    if (!frame || frame !== window.webContents.mainFrame || !isOwnUrl(frame.url)) return
    onAsked()
    void Promise.all([engine(), import('./rpc.ts')])
      .then(([running, { serveContract }]) => {
        const { port1, port2 } = new MessageChannelMain()
        serveContract(port1, running)
        frame.postMessage('lifeboat-port', null, [port2])
      })
      // starting the engine failed: said once where it is started
      .catch(() => undefined)
  })
}

async function startEngine(
  window: BrowserWindow,
  dataFolder: string,
  onLook: (look: PageLook) => void,
): Promise<Engine> {
  const [{ createEngine }, { systemKeychain }] = await Promise.all([
    import('../api/engine.ts'),
    import('./secrets.ts'),
  ])
  return createEngine({
    dataFolder,
    host: 'desktop',
    keychain: systemKeychain(),
    showLogs: (file) => shell.showItemInFolder(file),
    printPdf: async (html) => (await import('./print.ts')).printPdf(html),
    onSettings: onLook,
    pickFolder: async (title) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        title,
        properties: ['openDirectory', 'createDirectory'],
      })
      return canceled ? null : (filePaths[0] ?? null)
    },
  })
}

function fail(error: unknown): void {
  console.error(error)
  const { message, why, next } = describeError(error)
  dialog.showErrorBox(`Lifeboat cannot start: ${message}`, [why, next].filter(Boolean).join('\n\n'))
  app.exit(1)
}
