import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ExpectedError } from '../engine/errors.ts'

/** @throws ExpectedError NOT_FOUND when the folder that a file is to be written into is not there */
export function assertFolder(file: string): void {
  const folder = dirname(file)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  throw new ExpectedError('NOT_FOUND', `There is no folder ${folder}`, {
    why: 'The file was to be written into it.',
    next: 'Make it, or choose another one.',
  })
}
