import { ConnectionError } from './connection-errors.ts'
import type { Hop, ServerProfile } from './profile.ts'
import { hopName } from './profile.ts'
import type { RunAs } from './shell.ts'
import type { ElevationFailure } from './start-command.ts'

type Login = Hop & Pick<ServerProfile, 'privilege'>

/** This login cannot become that user, whatever is tried. */
export function cannotElevate(login: Login, as: RunAs): ConnectionError {
  return new ConnectionError('privilege', login, `${hopName(login)} cannot run commands as ${as}`, {
    why: `The profile says that this login is ${login.privilege === 'root' ? 'root' : 'zextras'} already and knows no way to another user.`,
    next: 'Choose sudo or su in the profile, or log in as root.',
  })
}

/** What sudo, su and PAM say, and what it means. */
const WORDS: readonly [RegExp, string, string][] = [
  [
    /a (?:terminal|password) is required|no tty present|askpass/i,
    'sudo wants a password there.',
    'Choose “sudo with password” in the profile.',
  ],
  [
    /not in the sudoers|not allowed to (?:execute|run)|may not run sudo/i,
    'The sudo rules of the server do not allow it to this user.',
    'Log in as a user who may, or choose “su -” with the password of root.',
  ],
  [
    /must have a tty|must be run from a terminal/i,
    'The server allows it only from a terminal (requiretty).',
    'Take requiretty off for this user (visudo), or log in as root.',
  ],
  [
    /user .*does not exist|unknown user|no passwd entry/i,
    'There is no such user on this server.',
    'Without the user zextras there is no Carbonio here: check that it is the right server.',
  ],
  [
    /not found|no such file/i,
    'The program for it is not installed there.',
    'Choose another way to become root in the profile, or log in as root.',
  ],
  [
    /account (?:has expired|is (?:not available|expired))|expired/i,
    'The account or its password has expired.',
    'Log in on the console and renew it.',
  ],
  [
    /read-only file system|no space left/i,
    'The server can no longer write to its own disk.',
    'Log in as root directly: that writes less.',
  ],
]

/** The typed error for a command that did not become who it was to become. */
export function fromElevation(failure: ElevationFailure, login: Login, as: RunAs): ConnectionError {
  const way = login.privilege === 'su' ? 'su' : login.privilege.startsWith('sudo') ? 'sudo' : 'su - zextras'
  const what = `${hopName(login)} could not become ${as} by ${way}`
  switch (failure.kind) {
    case 'wrong-password':
      return new ConnectionError('privilege', login, what, {
        why: 'The password was refused.',
        next: way === 'su' ? 'Type the password of root again.' : 'Type the password of this user again.',
      })
    case 'no-password':
      return new ConnectionError('privilege', login, what, {
        why: 'A password is needed and none was given.',
        next: 'Start it again and type the password.',
      })
    case 'silent':
      return new ConnectionError('privilege', login, what, {
        why: `${way} fell silent${failure.said ? ` after “${brief(failure.said)}”` : ''}: the server may be overloaded, or its directory service does not answer.`,
        next: 'Try again; or log in as root directly.',
      })
    case 'refused': {
      const known = WORDS.find(([pattern]) => pattern.test(failure.said))
      const words = failure.said ? ` It said: “${brief(failure.said)}”` : ''
      return new ConnectionError('privilege', login, what, {
        why: `${known?.[1] ?? `It ended with code ${String(failure.code)}.`}${words}`,
        next: known?.[2] ?? 'Try it by hand on the server.',
      })
    }
  }
}

function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
