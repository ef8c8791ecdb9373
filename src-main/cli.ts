/** `lifeboat …`: the command line. Runs from the sources by Node 24 and from the bundle, also inside Electron as Node. */
import * as module from 'node:module'
import { argv, stderr, stdout } from 'node:process'
import { compileCacheFolder } from './engine/compile-cache.ts'

/** `lifeboat … | head` closes our output early: that is no error of ours. */
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

// From the sources, types are stripped and code is compiled once and not at each start: 0.2 s.
const cache = compileCacheFolder(import.meta.url)
if (cache !== null) module.enableCompileCache(cache)
const { runProgram } = await import('./cli/program.ts')
await runProgram(argv.slice(2))
