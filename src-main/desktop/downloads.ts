import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { app, dialog, session, type BrowserWindow } from 'electron'
import type { Engine } from '../api/engine.ts'
import { isFileRoute } from '../hosts/page.ts'
import { isOwnUrl } from './app-protocol.ts'

/**
 * The only downloads are our own attachments and messages, and only to a place the person chose. The file is written
 * by us, whole or not at all, and never under an open Backup Path.
 */
export function guardDownloads(window: BrowserWindow, engine: () => Promise<Engine>): void {
  session.defaultSession.on('will-download', (event, item) => {
    event.preventDefault()
    const address = item.getURL()
    const name = item.getFilename()
    if (!isOwnUrl(address) || !isFileRoute(new URL(address))) return
    void save(window, engine, new URL(address), name).catch((error: unknown) => {
      void dialog.showMessageBox(window, {
        type: 'error',
        message: `${name} was not saved`,
        detail: error instanceof Error ? error.message : String(error),
      })
    })
  })
}

async function save(
  window: BrowserWindow,
  engine: () => Promise<Engine>,
  url: URL,
  suggested: string,
): Promise<void> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: join(app.getPath('downloads'), basename(suggested)),
    properties: ['showOverwriteConfirmation', 'createDirectory'],
  })
  if (canceled || !filePath) return
  const running = await engine()
  running.assertMayWrite(dirname(filePath), 'folder')
  const reply = await running.file(url)
  if (reply?.status !== 200)
    throw new Error('The message cannot be read any more: is the disk still connected?')
  await writeWhole(filePath, reply.body)
}

async function writeWhole(file: string, body: Buffer | string): Promise<void> {
  const temporary = join(dirname(file), `.${randomUUID()}.part`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(body)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
