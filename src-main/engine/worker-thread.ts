import { readFileSync } from 'node:fs'
import * as module from 'node:module'
import { Worker, workerData } from 'node:worker_threads'
import type { WorkerOptions } from 'node:worker_threads'
import { StrippedCache } from './stripped-cache.ts'

/**
 * Starting worker threads, from the sources and from the bundle alike.
 *
 * When Node runs the TypeScript sources, every thread would load its own WebAssembly type stripper and strip the same files again:
 * 0.3 s of a core for each thread, and V8 has been seen to abort the whole process when several threads free such code at
 * once ("Check failed: jit_page.has_value()", nodejs/node#64500). So the types are stripped once, here, and the threads get plain
 * JavaScript.
 */

/** Stripped source by URL. */
type Sources = Map<string, string>

const stripped: Sources = new Map()
const kept = new StrippedCache(import.meta.url)

/** Runs in the new thread before anything else. */
const BOOTSTRAP = `
const { registerHooks } = require('node:module')
const { workerData } = require('node:worker_threads')
const { entry, sources } = workerData.lifeboatThread
registerHooks({
  load(url, context, next) {
    const source = sources.get(url)
    return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true }
  },
})
import(entry)
`

interface ThreadData {
  lifeboatThread?: { entry: string; sources: Sources }
}

const RELATIVE_IMPORT =
  /^\s*(?:import|export)\s(?!type\b)[^'"]*?['"](\.{1,2}\/[^'"]+\.ts)['"]|\bimport\(\s*['"](\.{1,2}\/[^'"]+\.ts)['"]\s*\)/gm

function strip(entry: URL): void {
  const waiting = [entry]
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (stripped.has(url.href)) continue
    const source = readFileSync(url, 'utf8')
    const code = kept.codeOf(source) ?? withoutWarning(() => module.stripTypeScriptTypes(source))
    kept.keep(source, code)
    stripped.set(url.href, code)
    for (const match of code.matchAll(RELATIVE_IMPORT)) {
      waiting.push(new URL(match[1] ?? match[2] ?? '', url))
    }
  }
  kept.save()
}

/** Node calls the function experimental once on stderr; whoever runs the command line need not know. */
function withoutWarning<T>(work: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return work()
  } finally {
    process.emitWarning = emitWarning
  }
}

/**
 * Starts the worker `name`, a file beside the caller (`import.meta.url`): `.ts` when Node runs the sources, `.js` after bundling, when
 * all entries lie in one folder. `workerData` must be an object. `starts`: workers that this one will start itself.
 */
export function startWorker(
  name: string,
  importMetaUrl: string,
  options: WorkerOptions & { workerData: object },
  starts: readonly string[] = [],
): Worker {
  const fromSources = importMetaUrl.replace(/[?#].*$/, '').endsWith('.ts')
  const entry = new URL(`./${name}.${fromSources ? 'ts' : 'js'}`, importMetaUrl)
  if (
    !fromSources ||
    typeof module.registerHooks !== 'function' ||
    typeof module.stripTypeScriptTypes !== 'function'
  ) {
    return new Worker(entry, options)
  }
  // A thread that starts threads passes on what it was given.
  const mine: unknown = workerData
  const given = (mine as ThreadData | null)?.lifeboatThread?.sources
  for (const [url, code] of given ?? []) stripped.set(url, code)
  for (const file of [name, ...starts]) strip(new URL(`./${file}.ts`, importMetaUrl))
  const data: ThreadData = {
    ...(options.workerData as object),
    lifeboatThread: { entry: entry.href, sources: stripped },
  }
  return new Worker(BOOTSTRAP, { ...options, eval: true, workerData: data })
}
