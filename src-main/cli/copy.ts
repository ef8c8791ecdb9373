import { parsePlace } from '../remote/transfer/place.ts'
import type { CopyFinding } from '../contract/copy.ts'
import { sshPlace } from '../remote/transfer/ssh-place.ts'
import { startCopy } from '../remote/transfer/start-copy.ts'
import type { CopyOutcome, CopyPlace, CopyProgress, DirectWay, ListedFile } from '../remote/transfer/types.ts'
import { asMeant, printJson, type CommandContext } from './command.ts'
import { EXIT, StoppedError } from './exit.ts'
import { loginWith, profileFor, type LoginOptions } from './ssh-login.ts'
import type { Terminal } from './terminal.ts'
import { count, counted, duration, plain, size } from './text.ts'

export interface CopyCommandOptions extends LoginOptions {
  accounts?: string[]
  first?: string[]
  bwlimit?: number
  jobs?: number
  delete?: boolean
  dryRun?: boolean
  direct?: boolean
  /** How the old server reaches the new one. */
  directTo?: DirectWay
}

/** `lifeboat copy SOURCE TARGET`: brings a Backup Path where it is needed, every blob proved by its digest. */
export async function copyCommand(
  { terminal, signal, data }: CommandContext,
  source: string,
  target: string,
  options: CopyCommandOptions,
): Promise<number> {
  const place = (text: string): CopyPlace => placeOf(text, options, data)
  const line = terminal.progress('Copying')
  const { accounts, first, jobs, delete: remove, dryRun } = options
  const isDirect = options.direct === true || options.directTo !== undefined
  const handle = startCopy({
    ...(accounts ? { accounts } : {}),
    ...(first ? { first } : {}),
    ...(jobs === undefined ? {} : { jobs }),
    ...(remove === undefined ? {} : { delete: remove }),
    ...(dryRun === undefined ? {} : { dryRun }),
    ...(isDirect ? { direct: options.directTo ?? {} } : {}),
    source: place(source),
    target: place(target),
    limit: options.bwlimit ?? null,
  })
  const stop = (): void => handle.stop()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  let waiting: string | null = null
  const timer = setInterval(() => {
    const progress = handle.progress()
    if (progress.waiting !== null && progress.waiting !== waiting)
      terminal.note(`${progress.waiting}; connecting again …`)
    waiting = progress.waiting
    const { done, total, secondsLeft } = progress
    if (total !== null) line.update({ done, total, unit: 'files', secondsLeft, label: labelOf(progress) })
  }, 250)
  try {
    const outcome = await handle.done
    line.end()
    if (outcome.stopped) throw new StoppedError()
    print(terminal, outcome)
    return outcome.result.missing.length + outcome.result.damaged.length > 0 ? EXIT.failures : EXIT.done
  } finally {
    clearInterval(timer)
    line.end()
    signal.removeEventListener('abort', stop)
  }
}

function placeOf(text: string, options: CopyCommandOptions, data: string | undefined): CopyPlace {
  const place = parsePlace(text)
  if (place.kind === 'local') return { kind: 'local', path: asMeant(place.path) }
  const { path, ...hop } = place
  const profile = profileFor(hop, options)
  return sshPlace(profile, path, {
    ...loginWith(options, data),
    // Named by a person: the files are then read and written as root, who may give them to zextras.
    ...(options.privilege === undefined || options.privilege === 'zextras' ? {} : { as: 'root' }),
  })
}

const PHASES: Readonly<Record<CopyProgress['phase'], string>> = {
  connecting: 'Connecting',
  listing: 'Listing',
  metadata: 'Copying metadata',
  first: 'Copying the first accounts',
  blobs: 'Copying blobs',
  again: 'Reading once more',
  checking: 'Comparing',
  removing: 'Removing',
  done: 'Copied',
}

function labelOf({ phase, rate }: CopyProgress): string {
  return `${PHASES[phase]}${rate === null ? '' : ` ${size(rate)}/s`}`
}

function print(terminal: Terminal, { result, notes }: CopyOutcome): void {
  for (const note of notes.notes) terminal.note(`Note: ${note}`)
  if (terminal.json) {
    for (const finding of notes.findings) if (finding.state !== 'ok') terminal.note(findingLine(finding))
    printJson(terminal, result)
    if (notes.planned)
      terminal.note(`Would copy ${counted(notes.planned.files, 'file')} (${size(notes.planned.bytes)}).`)
    return
  }
  const { files, bytes, alreadyThere, verified, missing, damaged, seconds } = result
  const lines = notes.planned
    ? [
        `Would copy ${counted(notes.planned.files, 'file')} (${size(notes.planned.bytes)}); ${count(alreadyThere)} of ${count(files)} are there already. Nothing was written.`,
      ]
    : [
        `${counted(verified, 'file')} copied and verified (${size(bytes)} in ${duration(seconds)}), ${count(alreadyThere)} of ${count(files)} were there already`,
      ]
  if (notes.findings.length > 0) lines.push('', 'Looked at before:', ...notes.findings.flatMap(findingLines))
  if (notes.removed > 0) lines.push(`${counted(notes.removed, 'file')} removed that the source no longer has`)
  if (notes.extra > 0)
    lines.push(
      `${counted(notes.extra, 'file or folder', 'files and folders')} at the target that the source has not; --delete removes them`,
    )
  lines.push(
    ...listLines('damaged at the source, copied as they are', damaged),
    ...listLines('missing', missing),
  )
  terminal.out(`${lines.join('\n')}\n`)
}

const MARKS: Readonly<Record<CopyFinding['state'], string>> = {
  ok: '✓',
  attention: '!',
  failed: '✗',
  unknown: '?',
}

function findingLine({ state, what, evidence }: CopyFinding): string {
  return `${MARKS[state]} ${what.en} (${plain(evidence)})`
}

function findingLines(finding: CopyFinding): string[] {
  return [`  ${findingLine(finding)}`, ...(finding.next === null ? [] : [`    ${finding.next.en}`])]
}

const SHOWN = 20

function listLines(what: string, files: readonly ListedFile[]): string[] {
  if (files.length === 0) return []
  const lines = files.slice(0, SHOWN).map(({ path, reason }) => `  ! ${plain(path)}: ${plain(reason)}`)
  if (files.length > SHOWN) lines.push(`  … and ${count(files.length - SHOWN)} more; --json lists them all`)
  return [`${counted(files.length, 'file')} ${what}:`, ...lines]
}
