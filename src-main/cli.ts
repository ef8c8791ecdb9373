/** `lifeboat …`: the command line. Runs from the sources by Node 24 and from the bundle, also inside Electron as Node. */
import { argv, stderr, stdout } from 'node:process'
import { runProgram } from './cli/program.ts'

/** `lifeboat … | head` closes our output early: that is no error of ours. */
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

await runProgram(argv.slice(2))
