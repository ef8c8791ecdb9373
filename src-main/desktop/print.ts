import { BrowserWindow, session } from 'electron'

/** Each document has a session of its own, which keeps nothing. */
let printed = 0

/**
 * A page of ours as a PDF (A4). It is shown to nobody, runs no script and reaches nothing: its session knows this one page.
 * @throws what Chromium says when it cannot print
 */
export async function printPdf(html: string): Promise<Buffer> {
  const own = session.fromPartition(`print-${++printed}`)
  own.protocol.handle('app', () => {
    return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  })
  own.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: url !== 'app://report/' })
  })
  const window = new BrowserWindow({
    show: false,
    webPreferences: { session: own, sandbox: true, contextIsolation: true, javascript: false },
  })
  try {
    await window.loadURL('app://report/')
    return await window.webContents.printToPDF({ pageSize: 'A4', printBackground: true })
  } finally {
    window.destroy()
    own.protocol.unhandle('app')
  }
}
