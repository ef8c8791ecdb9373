import { randomBytes } from 'node:crypto'
import type { Privilege } from './profile.ts'
import { commandLine } from './quote.ts'
import type { RunAs } from './shell.ts'

/** A command with what must happen before it starts. */
export interface ElevatedCommand {
  argv: string[]
  /** Printed on stdout and on stderr right before the command starts: what came earlier is not its own. Null: at once. */
  marker: string | null
  /** Whose password may be asked for on stderr before; null when none may. */
  asks: 'sudo' | 'su' | null
  /** With `sudo` the prompt is ours; `su` has its own. */
  prompt: string | null
}

/**
 * Starts its arguments after saying its name (`$0`, the marker) on both streams. What login shells, sudo and su print
 * before, and whether a password was wanted at all, can so be told from the command's own output. Non-login shells
 * lack the folders in which Carbonio and the tools of the administrator are.
 */
const START =
  'PATH="$PATH:/opt/zextras/bin:/usr/local/sbin:/usr/sbin:/sbin"; export PATH; printf %s "$0"; printf %s "$0" >&2; exec "$@"'

/**
 * The command line by which somebody with this login and privilege runs a program as another user. The password is no
 * part of it: it goes to standard input when asked for.
 * @throws Error-free; returns null when this login can never become that user
 */
export function elevate(
  argv: readonly string[],
  as: RunAs,
  login: { user: string; privilege: Privilege },
): ElevatedCommand | null {
  if (as === 'login') return { argv: [...argv], marker: null, asks: null, prompt: null }
  const nonce = randomBytes(9).toString('hex')
  const marker = `[lifeboat ${nonce}]`
  const started = ['sh', '-c', START, marker, ...argv]
  const own = (whole: string[]): ElevatedCommand => ({ argv: whole, marker, asks: null, prompt: null })
  // Like the manual's `su - zextras`: with the environment of that user's login.
  const asZextras = ['su', '-', 'zextras', '-c', commandLine(started)]
  const isRoot = login.user === 'root' || login.privilege === 'root'
  const isZextras = login.user === 'zextras' || login.privilege === 'zextras'

  if (as === 'root' ? isRoot : isZextras) return own(started)
  if (as === 'zextras' && isRoot) return own(asZextras)
  const user = as === 'root' ? [] : ['-H', '-u', 'zextras']
  switch (login.privilege) {
    case 'sudo':
      return own(['sudo', '-n', ...user, '--', ...started])
    case 'sudo-password': {
      const prompt = `[password ${nonce}]`
      return { argv: ['sudo', '-S', '-p', prompt, ...user, '--', ...started], marker, asks: 'sudo', prompt }
    }
    case 'su':
      return {
        // The prompt in English, or it could not be told from other words.
        argv: ['env', 'LC_ALL=C', 'su', '-', 'root', '-c', commandLine(as === 'root' ? started : asZextras)],
        marker,
        asks: 'su',
        prompt: null,
      }
    default:
      return null
  }
}
