/** The desktop app's entry: what must be said before Electron is ready, then the window. */
import { app, protocol } from 'electron'
import { openRequest } from './desktop/arguments.ts'
import { APP_SCHEME } from './desktop/app-protocol.ts'
import { startDesktop } from './desktop/desktop.ts'

if (app.isPackaged) process.env['LIFEBOAT_PACKAGED'] = '1'
protocol.registerSchemesAsPrivileged([
  { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
])
startDesktop(openRequest(process.argv))
