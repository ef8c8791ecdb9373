/** The desktop app's entry: what must be said before Electron is ready, then the window, or a command of the terminal. */
import { app, protocol } from 'electron'
import { commandArguments, openRequest } from './desktop/arguments.ts'
import { APP_SCHEME } from './desktop/app-protocol.ts'
import { startDesktop } from './desktop/desktop.ts'

if (app.isPackaged) process.env['LIFEBOAT_PACKAGED'] = '1'

const command = commandArguments(process.argv)
if (command === null) {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ])
  startDesktop(openRequest(process.argv))
} else {
  // display, GPU and network are opened only when this module is through: a command is over by then
  process.argv = [process.execPath, 'lifeboat', ...command]
  await import('./cli.ts')
  for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done))
  // Electron's own exit does not look at exitCode
  process.exit(process.exitCode)
}
