import { execPath } from 'node:process'
import type { DrillUser } from './access.ts'
import type { ServerPaths } from './paths.ts'

/** Environment of a login on a simulated server: nothing of the person's own. */
export function loginEnvironment(paths: ServerPaths, socket: string, user: DrillUser): NodeJS.ProcessEnv {
  return {
    PATH: `${paths.bin}:/usr/local/bin:/usr/bin:/bin`,
    HOME: user === 'zextras' ? paths.zextras : `${paths.root}/home/${user}`,
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    LIFEBOAT_DRILL: paths.name,
    LIFEBOAT_DRILL_USER: user,
    LIFEBOAT_DRILL_ROOT: paths.root,
    LIFEBOAT_DRILL_SOCKET: socket,
    LIFEBOAT_DRILL_NODE: execPath,
    // The desktop's own program runs JavaScript too, when it is told so.
    ELECTRON_RUN_AS_NODE: '1',
  }
}
