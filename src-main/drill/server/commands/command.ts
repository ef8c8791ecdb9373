import { mapPaths } from '../../paths.ts'
import { CommandError, type Call, type Json } from '../call.ts'
import type { OperationQueue } from '../queue.ts'
import type { SimServer } from '../server.ts'
import type { SimOperation } from '../state.ts'

export interface CommandContext {
  server: SimServer
  queue: OperationQueue
  call: Call
  /** `--json` was given. */
  json: boolean
  /** Words after the operation's name, paths of the server turned into those of the tree. */
  args: string[]
}

export interface Reply {
  response: Json
  /** Printed instead of the tree when no JSON is wanted. */
  text?: string | undefined
  /** An operation that was queued: `--sync` and `--progress` wait for it. */
  operation?: SimOperation
  /** In JSON always one level deeper, below the name of the host. */
  perHost?: boolean
  /** Everything was printed already. */
  printed?: boolean
}

export type Command = (context: CommandContext) => Reply | Promise<Reply>

/**
 * Positional words first, then `name value` pairs.
 * @throws CommandError for missing ones and for names that the operation does not know
 */
export function readArguments<P extends string>(
  args: readonly string[],
  positional: readonly P[],
  optional: readonly string[] = [],
): Record<P, string> & Record<string, string | undefined> {
  const values: Record<string, string> = {}
  if (args.length < positional.length) {
    const missing = positional[args.length] ?? ''
    throw new CommandError(
      `Missing mandatory parameter: ${missing}\nSyntax: ${[...positional].join(' ')} [attr1 value1 …]`,
      2,
    )
  }
  positional.forEach((name, index) => (values[name] = args[index] ?? ''))
  for (let at = positional.length; at < args.length; at += 2) {
    const name = args[at] ?? ''
    const value = args[at + 1]
    if (!optional.includes(name)) throw new CommandError(`Invalid parameter: ${name}`, 2)
    if (value === undefined) throw new CommandError(`Missing value for parameter: ${name}`, 2)
    values[name] = value
  }
  return values
}

/** Turns the server's own paths into those of the tree. */
export function mapped(server: SimServer, args: readonly string[]): string[] {
  return args.map((one) => mapPaths(one, server.paths.root))
}

/** The parameters that were given, without the others. */
export function given(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}
