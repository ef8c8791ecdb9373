import { startServer } from '../serve.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT } from './exit.ts'

export interface ServeCommandOptions {
  port?: number
  open: boolean
}

/** `lifeboat serve [PATH]`: the app as a page on 127.0.0.1, until it is stopped. */
export async function serveCommand(
  { terminal, signal, data }: CommandContext,
  path: string | undefined,
  { port, open }: ServeCommandOptions,
): Promise<number> {
  const server = await startServer({
    port,
    dataFolder: data,
    open,
    path: path === undefined ? undefined : asMeant(path),
  })
  if (terminal.json) printJson(terminal, { url: server.url, port: server.port })
  else terminal.out(`Lifeboat is at ${server.url}\nThis address opens it once; Ctrl-C stops it.\n`)
  await new Promise<void>((stopped) => {
    if (signal.aborted) stopped()
    signal.addEventListener('abort', () => stopped(), { once: true })
  })
  // A task that does not want to end must not keep the terminal.
  setTimeout(() => process.exit(EXIT.stopped), 8000).unref()
  await server.close()
  return EXIT.stopped
}
