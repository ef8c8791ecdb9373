import type { Advice } from '../../engine/errors.ts'
import { commandLine } from '../quote.ts'
import { redactText } from '../../engine/redact.ts'
import { isSecretName, shownOutput } from './clean-output.ts'

/** What went wrong with a command of Carbonio. */
export type CarbonioErrorKind =
  /** Lifeboat refused before anything was run. */
  | 'refused'
  /** A parameter cannot be meant like this; nothing was run. */
  | 'bad-input'
  | 'no-such-command'
  | 'not-zextras'
  | 'service-not-running'
  | 'backup-not-ready'
  | 'unknown-operation'
  | 'bad-arguments'
  | 'licence'
  | 'not-found'
  | 'already-running'
  | 'disk'
  /** It ended without success for a reason only its output tells. */
  | 'failed'
  /** `--sync`: somebody stopped it, took it out of the queue, or the server interrupted it. */
  | 'stopped'
  | 'removed'
  | 'interrupted'
  /** The connection went away or time was up: it may have begun or not. */
  | 'unknown-outcome'

/** A command of Carbonio that did not succeed. Holds no secret. */
export class CarbonioError extends Error {
  readonly kind: CarbonioErrorKind
  /** Name of the operation, such as `doExternalRestore`. */
  readonly operation: string
  /** `user@host:port` of the connection; null when nothing was run. */
  readonly host: string | null
  /** As a technician would type it, secrets replaced; null when nothing was run. */
  readonly command: string | null
  readonly exitCode: number | null
  /** What it printed, secrets replaced, shortened. */
  readonly output: string
  readonly why: string
  readonly next: string

  constructor(
    kind: CarbonioErrorKind,
    operation: string,
    message: string,
    advice: Advice,
    run?: { host: string; argv: readonly string[]; exitCode: number | null; output: string; cause?: unknown },
  ) {
    super(message, run?.cause === undefined ? undefined : { cause: run.cause })
    this.name = 'CarbonioError'
    this.kind = kind
    this.operation = operation
    this.host = run?.host ?? null
    this.command = run === undefined ? null : redactedCommand(run.argv)
    this.exitCode = run?.exitCode ?? null
    this.output = run === undefined ? '' : shownOutput(run.output)
    this.why = advice.why
    this.next = advice.next
  }
}

/** The command as a technician would type it; values behind names of secrets are replaced. */
export function redactedCommand(argv: readonly string[]): string {
  const shown = argv.map((argument, index) => {
    const before = argv[index - 1]
    // `config server set H attribute NAME value SECRET`: the name stands two places before
    const named = before === 'value' ? argv[index - 2] : before
    return named !== undefined && isSecretName(named) ? '***' : redactText(argument)
  })
  return commandLine(shown)
}

interface Pattern {
  kind: CarbonioErrorKind
  pattern: RegExp
}

/**
 * In this order. The wordings of the vendor are mostly not published: these are the documented ones (`Can't find the
 * backup folder for the account`, the help page after a wrong syntax) and what programs of this kind print.
 */
const PATTERNS: readonly Pattern[] = [
  {
    kind: 'no-such-command',
    pattern:
      /\b(?:carbonio|zmlocalconfig|zxsuite)\W{0,3}:? (?:command )?not found|(?:carbonio|zmlocalconfig)\W{0,3}: no such file/i,
  },
  {
    kind: 'not-zextras',
    pattern:
      /(?:must|should|can only|only) (?:be )?run (?:only )?(?:as|by) (?:the )?(?:user )?\W?zextras|not (?:running|logged in) as \W?zextras|user \W?zextras\W? does not exist|unknown user:? \W?zextras|permission denied|cannot (?:read|open) .{0,80}localconfig/i,
  },
  {
    kind: 'disk',
    pattern: /no space left on device|disk quota exceeded|read-only file system|input\/output error/i,
  },
  {
    kind: 'licence',
    pattern:
      /(?:no|missing|invalid|expired|without a?) (?:valid )?(?:carbonio )?(?:licen[cs]e|subscription)|(?:licen[cs]e|subscription)\b.{0,60}\b(?:missing|expired|invalid|not (?:valid|found|active|activated|present|include)|required|needed)|not licen[cs]ed|unlicen[cs]ed/i,
  },
  {
    kind: 'unknown-operation',
    pattern:
      /(?:unknown|invalid|unrecogni[sz]ed|no such|unsupported) (?:command|action|operation|module|sub-?command)(?! id)|(?:command|action|module) \S{0,80} ?(?:not found|unknown|not recogni[sz]ed|does not exist)|unable to find (?:the )?(?:command|action|module)/i,
  },
  {
    kind: 'backup-not-ready',
    pattern:
      /backup (?:path |module |service )?(?:is |has )?(?:not|never) (?:been )?(?:initiali[sz]ed|running|started|enabled|configured)|module \S{0,40} ?(?:is )?(?:not (?:running|started|enabled)|stopped|disabled)|backup (?:module|service) is (?:stopped|disabled)/i,
  },
  {
    kind: 'service-not-running',
    pattern:
      /connection refused|connect(?:ion)? timed out|(?:unable|failed|impossible|cannot) to? ?(?:contact|connect|reach)|no route to host|service unavailable|extension (?:http )?handler not found|(?:mailboxd?|appserver|mailstore|server) (?:is |seems )?(?:not running|down|stopped|unreachable)|\bHTTP\b.{0,12}\b(?:404|502|503|504)\b/i,
  },
  {
    kind: 'bad-arguments',
    pattern:
      /(?:unknown|invalid|illegal|unexpected|wrong|bad|malformed|unparseable) (?:param|option|argument|attribute|value|date|uuid|path|syntax)|(?:missing|too few|not enough|too many) (?:mandatory |required )?(?:param|argument|option|value)|\(M\) ?(?:==|--) ?mandatory parameter|^[ \t]*(?:syntax|usage)[ \t]*:/im,
  },
  {
    kind: 'already-running',
    pattern: /already (?:running|in progress|queued|started|scheduled)/i,
  },
  {
    kind: 'not-found',
    pattern:
      /can(?:no|')t find|could not find|unable to find|not found|no such (?:account|item|domain|cos|server|file|directory|volume)|does(?: not|n't) exist|account\.NO_SUCH/i,
  },
]

const ADVICE: Readonly<
  Record<Exclude<CarbonioErrorKind, 'refused' | 'bad-input' | 'unknown-outcome'>, Advice>
> = {
  'no-such-command': {
    why: 'The server has no such program in the PATH of its user, nor in /opt/zextras/bin.',
    next: 'Check that this is the node with the Mailstore & Provisioning component and that Carbonio is installed (ls /opt/zextras/bin).',
  },
  'not-zextras': {
    why: 'Commands of Carbonio must run as user zextras, and this one did not or was denied something.',
    next: 'Check how this profile becomes zextras (Test connection), and that zextras may read and write the path that is named.',
  },
  'service-not-running': {
    why: 'The command reached no running Carbonio on the server: it talks to the mailbox service.',
    next: 'Start it (carbonio-appserver.target with systemctl, or zmcontrol start on older releases), wait a minute, try again.',
  },
  'backup-not-ready': {
    why: 'The backup module of this server does not run or was never initialised.',
    next: 'Look at getServices and start the service "module"; a new server is initialised by its first SmartScan.',
  },
  'unknown-operation': {
    why: 'This release of Carbonio does not know the operation, or only the Community Edition is installed.',
    next: 'Look at `carbonio help backup` on the server; older and newer releases spell some operations in another way.',
  },
  'bad-arguments': {
    why: 'Carbonio did not accept the parameters; it prints its help page then.',
    next: 'Compare the command with the help page in the output; releases differ in their parameters.',
  },
  licence: {
    why: 'The server has no valid licence for its backup.',
    next: 'Activate one (carbonio core activate-license TOKEN, then carbonio core getLicenseInfo); the mails themselves can be taken out of the Backup Path without it.',
  },
  'not-found': {
    why: 'Carbonio did not find what was named: account, item, path or operation.',
    next: 'Check the spelling and the Backup Path; for deleted accounts use the id instead of the name.',
  },
  'already-running': {
    why: 'The same is already under way on the server.',
    next: 'Look at its queue (getAllOperations) and wait, or stop that operation first.',
  },
  disk: {
    why: 'A disk of the server is full, read-only or failing.',
    next: 'Look at df and at the kernel log of the server before anything else is tried.',
  },
  failed: {
    why: 'Carbonio reported a failure; its own words are in the output.',
    next: 'Read the output, and the log /opt/zextras/log/mailbox.log on the server.',
  },
  stopped: {
    why: 'Somebody or something stopped the operation before its end.',
    next: 'Look at its notification; what was restored until then stays. Start it again to go on.',
  },
  removed: {
    why: 'The operation was taken out of the queue before it began.',
    next: 'Start it again when the queue is as it should be.',
  },
  interrupted: {
    why: 'The operation was interrupted: the mailbox service was probably restarted.',
    next: 'Check that Carbonio runs, then start it again; what was restored until then stays.',
  },
}

const MESSAGES: Readonly<Record<keyof typeof ADVICE, (operation: string, host: string) => string>> = {
  'no-such-command': (_operation, host) => `The command of Carbonio was not found on ${host}`,
  'not-zextras': (operation, host) => `${operation} had no right to run on ${host}`,
  'service-not-running': (_operation, host) => `Carbonio does not run on ${host}`,
  'backup-not-ready': (_operation, host) => `The backup of Carbonio is not ready on ${host}`,
  'unknown-operation': (operation, host) => `${host} does not know ${operation}`,
  'bad-arguments': (operation, host) => `${host} did not accept the parameters of ${operation}`,
  licence: (_operation, host) => `The backup of Carbonio has no valid licence on ${host}`,
  'not-found': (operation, host) => `${operation} did not find what it was asked for on ${host}`,
  'already-running': (operation, host) => `${operation} was refused by ${host}: it is already under way`,
  disk: (operation, host) => `${operation} failed on ${host} because of a disk`,
  failed: (operation, host) => `${operation} failed on ${host}`,
  stopped: (operation, host) => `${operation} was stopped on ${host}`,
  removed: (operation, host) => `${operation} was taken out of the queue of ${host}`,
  interrupted: (operation, host) => `${operation} was interrupted on ${host}`,
}

/** Failures are told by the beginning or the end of an output; what lies between may be mail. */
const LOOKED_AT = 8192

/** The kind of failure that an output speaks of; null when it speaks of none that is known. */
export function failureIn(output: string): keyof typeof ADVICE | null {
  const text =
    output.length > 2 * LOOKED_AT ? `${output.slice(0, LOOKED_AT)}\n${output.slice(-LOOKED_AT)}` : output
  for (const { kind, pattern } of PATTERNS) if (pattern.test(text)) return kind as keyof typeof ADVICE
  return null
}

/** `--sync`: exit codes 1 failed, 2 stopped, 3 removed, 4 interrupted (FORMAT.md). Without it codes are not documented. */
function kindOfCode(code: number | null, sync: boolean): keyof typeof ADVICE | null {
  if (code === 127) return 'no-such-command'
  if (code === 126) return 'not-zextras'
  if (!sync) return null
  return code === 2 ? 'stopped' : code === 3 ? 'removed' : code === 4 ? 'interrupted' : null
}

/**
 * The error for a command that ended without success.
 * @param said what the reply itself gives as the reason, when it is JSON; else the whole output is looked at
 */
export function failureOf(
  operation: string,
  run: { host: string; argv: readonly string[]; exitCode: number | null; output: string; sync: boolean },
  said: string | null,
): CarbonioError {
  const kind = kindOfCode(run.exitCode, run.sync) ?? failureIn(said ?? run.output) ?? 'failed'
  const advice = ADVICE[kind]
  const reason = said === null ? '' : ` It said: ${shownOutput(said).slice(0, 500)}`
  return new CarbonioError(
    kind,
    operation,
    MESSAGES[kind](operation, run.host),
    { why: `${advice.why}${reason}`, next: advice.next },
    run,
  )
}
