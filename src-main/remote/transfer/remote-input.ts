import type { Writable } from 'node:stream'
import type { BytePath } from './byte-path.ts'

/**
 * Writes names, each ended by NUL and led by `./` so that none can be taken for an option, as fast as the other side
 * reads them, and closes the input. Errors of the stream show in how the command ends.
 */
export function writeNames(stdin: Writable, paths: readonly BytePath[], lead = './'): void {
  let at = 0
  let broken = false
  stdin.on('error', () => {
    broken = true
  })
  stdin.on('close', () => {
    broken = true
  })
  const write = (): void => {
    while (at < paths.length && !broken) {
      const some = paths.slice(at, at + 500)
      at += some.length
      const text = some.map((path) => `${lead}${path}\0`).join('')
      if (!stdin.write(Buffer.from(text, 'latin1')) && at < paths.length) {
        stdin.once('drain', write)
        return
      }
    }
    if (!broken) stdin.end()
  }
  write()
}
