/** The browser host: the same engine and page on 127.0.0.1. Used by `npm start` and `lifeboat serve`. */
import { createEngine } from './api/engine.ts'
import { openInBrowser } from './hosts/browser.ts'
import { startHttpHost } from './hosts/http-server.ts'
import { PageFiles } from './hosts/page.ts'
import { ensureBuilt } from './hosts/build.ts'

export interface ServeOptions {
  /** 0 or left out = any free port. */
  port?: number | undefined
  /** Absolute path; default: the platform's. */
  dataFolder?: string | undefined
  /** Opens the address in the person's browser, where there is a display. */
  open?: boolean | undefined
  /** A Backup Path to open at once. */
  path?: string | undefined
}

export interface RunningServer {
  /** The address to open, with a token that works once. */
  readonly url: string
  readonly port: number
  /** Stops the engine (running tasks can be resumed), closes all connections. */
  close(): Promise<void>
}

/**
 * Starts the browser host; builds the page first when it is not there or older than its sources.
 * @throws ExpectedError REFUSED when the port or the data folder cannot be used
 */
export async function startServer(options: ServeOptions = {}): Promise<RunningServer> {
  await ensureBuilt('page')
  const page = new PageFiles()
  page.keep()
  const engine = createEngine({
    dataFolder: options.dataFolder,
    host: 'browser',
    onSettings: (settings) => page.wear(settings),
  })
  try {
    const host = await startHttpHost(engine, options.port ?? 0, page)
    const url = host.address(options.path)
    // a token of its own: the printed address must work whatever the browser does with this one
    if (options.open) openInBrowser(host.address(options.path))
    return {
      url,
      port: host.port,
      close: async () => {
        await host.close()
        await engine.close()
      },
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}
