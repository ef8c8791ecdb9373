/**
 * The one place where text becomes part of a remote shell command. Everything that runs on a server is built as a
 * list of arguments and quoted here; no other file concatenates shell text.
 */

/** Arguments made of these alone mean themselves to every POSIX shell (`=` and `~` only when not leading). */
const PLAIN = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=~-]*$/

/**
 * Quotes one argument for a POSIX `sh`, whatever it holds: blanks, quotes, `$(…)`, newlines, any Unicode.
 * @throws when it holds a NUL, which no argument of any program can carry.
 */
export function quote(argument: string): string {
  if (argument.includes('\0')) throw new Error('An argument for a remote command holds a NUL character.')
  if (PLAIN.test(argument)) return argument
  return `'${argument.replaceAll("'", `'\\''`)}'`
}

/** A command line for `sh -c` from a program and its arguments. */
export function commandLine(argv: readonly string[]): string {
  if (argv.length === 0) throw new Error('A remote command needs a program.')
  return argv.map(quote).join(' ')
}
