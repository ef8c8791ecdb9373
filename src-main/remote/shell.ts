import type { Readable, Writable } from 'node:stream'

/** What a command on a server ended with. */
export interface CommandResult {
  /** Exit code; null when a signal ended it or the connection went away. */
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
  /** Wall time, ms. */
  milliseconds: number
}

/** As whom a command runs: who logged in, the administrator, or the owner of Carbonio and its Backup Path. */
export type RunAs = 'login' | 'root' | 'zextras'

export interface RunOptions {
  /** Default: `login`. */
  as?: RunAs
  /** Written to the command's standard input, which is then closed. */
  input?: string | Buffer
  /** The command is given up after this long, ms; default 60,000. 0: never. */
  timeout?: number
  /** stdout and stderr are cut there, bytes each; default 16 MiB. */
  maxOutput?: number
  signal?: AbortSignal
}

/** A running command whose streams the caller reads and writes. */
export interface RunningCommand {
  stdin: Writable
  stdout: Readable
  stderr: Readable
  /** Settles when the command ended and its output was read; rejects when the connection went away. */
  ended: Promise<{ code: number | null; signal: string | null }>
  /** Ends the command on the server too, as far as its sshd allows. */
  kill(): void
}

/** A place where commands run: a server over SSH, or this machine. Arguments are arguments, never shell text. */
export interface RemoteShell {
  /** `user@host:port`, as messages name it. */
  readonly host: string
  /**
   * Runs one program with its arguments.
   * @throws ConnectionError when it cannot be run or the connection is lost; an exit code other than 0 is no error here
   */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>
  /** Starts one program and leaves its streams to the caller. */
  start(argv: readonly string[], options?: Pick<RunOptions, 'as' | 'signal'>): Promise<RunningCommand>
}
