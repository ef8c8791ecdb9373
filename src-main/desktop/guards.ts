import { app, dialog, session, shell, type WebContents } from 'electron'
import { isOwnUrl } from './app-protocol.ts'

/** What the page may do beyond drawing: copy text to the clipboard. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** Shuts every door that a page has by default and Lifeboat has no use for. Call before the first window. */
export function guardEverything(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(ALLOWED_PERMISSIONS.has(permission))
  })
  session.defaultSession.setPermissionCheckHandler((_contents, permission) =>
    ALLOWED_PERMISSIONS.has(permission),
  )
  session.defaultSession.setDevicePermissionHandler(() => false)
  // the app itself has nothing to fetch: whatever asks for the network is mail that phones home
  session.defaultSession.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !/^(?:app|data|blob|devtools|chrome-extension):/.test(details.url) })
  })
  app.on('web-contents-created', (_event, contents) => guardContents(contents))
}

function guardContents(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    void askToOpen(url)
    return { action: 'deny' }
  })
}

/** Opens a https address outside, when the person agrees. Everything else is not even asked. */
async function askToOpen(address: string): Promise<void> {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return
  }
  if (url.protocol !== 'https:' || url.username || url.password) return
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `Open ${url.host} in your browser?`,
    detail: `${url.href.slice(0, 500)}\n\nThe address leaves Lifeboat: whoever runs that site learns that it was opened.`,
    buttons: ['Cancel', 'Open'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  if (response === 1) await shell.openExternal(url.href)
}
