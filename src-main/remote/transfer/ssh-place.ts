import type { ConnectOptions } from '../connection.ts'
import type { KnownHostLine } from '../known-hosts.ts'
import type { SecretSource } from '../login.ts'
import type { ServerProfile } from '../profile.ts'
import { hopName } from '../profile.ts'
import type { Session } from '../session.ts'
import { openShell } from '../ssh-shell.ts'
import type { CopyPlace } from './types.ts'

/** A place on a server that is connected to for this copy alone; without a person to ask, an unknown host key refuses. */
export function sshPlace(
  profile: ServerProfile,
  path: string,
  given: {
    knownHosts: () => readonly KnownHostLine[]
    secrets: SecretSource
    /** Left out: nobody can be asked. */
    acceptHostKey?: ConnectOptions['acceptHostKey']
    as?: 'login' | 'root'
  },
): CopyPlace {
  return {
    kind: 'server',
    name: hopName(profile),
    path,
    ...(given.as === undefined ? {} : { as: given.as }),
    hop: profile,
    withKey: async (agent, signal) => {
      const { connect } = await import('../connection.ts')
      return connect({ acceptHostKey: refuse, ...given, profile, signal, agent })
    },
    open: async (signal) => {
      const { connect } = await import('../connection.ts')
      const connection = await connect({ acceptHostKey: refuse, ...given, profile, signal })
      return {
        shell: openShell(connection, profile, given.secrets),
        lost: connection.lost,
        hostKey: connection.hostKey,
        close: () => connection.close(),
      }
    },
  }
}

const refuse = (): Promise<boolean> => Promise.resolve(false)

/** A place on a server of the app: over its shared connection, with the privilege of its profile. */
export function profilePlace(session: Session, path: string, as: 'login' | 'root' | 'zextras'): CopyPlace {
  return {
    kind: 'server',
    name: hopName(session.profile),
    path,
    as,
    hop: session.profile,
    withKey: (key, signal) => session.another(key, signal),
    open: async (signal) => {
      const connection = await session.connection(signal)
      // The connection is everybody's: it is not closed here.
      return {
        shell: session.shell,
        lost: connection.lost,
        hostKey: connection.hostKey,
        close: () => undefined,
      }
    },
  }
}
