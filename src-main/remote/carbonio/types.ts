import type { TreeLine } from './text-tree.ts'

/** What an operation does to the server: nothing, something, or ends something that runs. */
export type Effect = 'reads' | 'changes' | 'stops'

/** Settings of one run that are not parameters of the operation. */
export interface RunSettings {
  /**
   * `--host`: name or address of the node to run on, or `all_servers`; by default the one that was logged in to.
   * Replies of several nodes are understood for the queue and for what is only done (services, settings).
   */
  host?: string
  /** Default `json`. `text` for releases that do not know `--json`. */
  format?: 'json' | 'text'
  /** `--sync`: waits for the end of the operation; exit codes 1 to 4 then mean failed, stopped, removed, interrupted. */
  sync?: boolean
  /** IANA time zone of the server, for times printed as wall clock; without it such a time stays text. */
  zone?: string
  /** ms; 0 is for ever. */
  timeout?: number
  signal?: AbortSignal
  /** Path of the program where it is neither in the PATH nor in `/opt/zextras/bin`. */
  program?: string
}

/** What one node answered. */
export interface ReplyPart {
  /** Name of the node where the reply names one. */
  host: string | null
  /** What the reply says of itself; null where it says nothing (text). */
  ok: boolean | null
  /** JSON below `response`, or the printed tree as an object. */
  payload: unknown
}

/** What came back, brought into one form whether it was JSON or text. */
export interface Reply {
  format: 'json' | 'text'
  parts: readonly ReplyPart[]
  /** The whole output without colours. */
  text: string
  /** The printed lines by their indentation; empty for JSON. */
  tree: readonly TreeLine[]
  /** As in RunSettings; null when not known. */
  zone: string | null
}

/** An output that was read: `value` is checked against the operation's schema. */
export interface Understood<T> {
  understood: true
  value: T
  format: 'json' | 'text'
  /** The output as a person may see it: no colours, no secrets, at most 256 Ki characters. */
  raw: string
  /** The command as it was run, without secrets. */
  command: string
  milliseconds: number
}

/** An output that could not be read: it is shown as it is and nothing is concluded from it. */
export interface NotUnderstood {
  understood: false
  /** Why, in one sentence. */
  why: string
  raw: string
  command: string
  milliseconds: number
}

export type Answer<T> = Understood<T> | NotUnderstood
