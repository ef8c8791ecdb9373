import { randomBytes } from 'node:crypto'
import type { Privilege } from './profile.ts'
import { commandLine } from './quote.ts'
import type { RunAs } from './shell.ts'

/** A command with what must happen before it starts. */
export interface ElevatedCommand {
  argv: string[]
  /**
   * Printed on stdout and on stderr right before the command starts, followed by its process id and `]`: what came
   * earlier is not its own. Null: it starts at once.
   */
  marker: string | null
  /** Whose password may be asked for on stderr before; null when none may. */
  asks: 'sudo' | 'su' | null
  /** With `sudo` the prompt is ours; `su` has its own. */
  prompt: string | null
}

/**
 * Starts its arguments after saying the marker (`$0`) and its process id on both streams. What login shells, sudo and
 * su print before, and whether a password was wanted at all, can so be told from the command's own output; and the
 * command can be ended later. Non-login shells lack the folders in which Carbonio and the administrator's tools are.
 */
const START =
  'PATH="$PATH:/opt/zextras/bin:/usr/local/sbin:/usr/sbin:/sbin"; export PATH; printf "%s%s]" "$0" "$$"; printf "%s%s]" "$0" "$$" >&2; exec "$@"'

/**
 * The same for servers that let nobody become another user without a terminal. A terminal has one stream for both kinds
 * of output and no end of input for plain bytes: these come as lines of base64, ended by the terminal's own sign.
 */
const START_ON_TERMINAL =
  'stty -echo -opost; PATH="$PATH:/opt/zextras/bin:/usr/local/sbin:/usr/sbin:/sbin"; export PATH; printf "%s%s]" "$0" "$$"; base64 -d | "$@" 2>&1'

/** Ends a process and its group by the process id, from the kernel's own table: `state ppid group` follow the name. */
const END =
  'read -r line < "/proc/$1/stat" || exit 0; set -- "$1" "$2" ${line##*) }; kill -s "$2" -- "-$5" 2>/dev/null || kill -s "$2" "$1"'

/** The command that ends what was started, to be run by the same user. */
export function endCommand(processId: number, signal: 'TERM' | 'KILL'): string[] {
  return ['sh', '-c', END, 'sh', String(processId), signal]
}

/**
 * The command line by which somebody with this login and privilege runs a program as another user. The password is no
 * part of it: it goes to standard input when asked for.
 * @param terminal it will run on a terminal
 * @returns null when this login can never become that user
 */
export function elevate(
  argv: readonly string[],
  as: RunAs,
  login: { user: string; privilege: Privilege },
  terminal = false,
): ElevatedCommand | null {
  const nonce = randomBytes(9).toString('hex')
  const marker = `[lifeboat ${nonce} `
  const started = ['sh', '-c', terminal ? START_ON_TERMINAL : START, marker, ...argv]
  const own = (whole: string[]): ElevatedCommand => ({ argv: whole, marker, asks: null, prompt: null })
  // Like the manual's `su - zextras`: with the environment of that user's login.
  const asZextras = ['su', '-', 'zextras', '-c', commandLine(started)]
  const isRoot = login.user === 'root' || login.privilege === 'root'
  const isZextras = login.user === 'zextras' || login.privilege === 'zextras'

  if (as === 'login' || (as === 'root' ? isRoot : isZextras)) return own(started)
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
