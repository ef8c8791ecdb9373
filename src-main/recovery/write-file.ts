import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { writeFully } from '../backup/blob-read.ts'

/** Writes a whole file under a temporary name, brings it to the disk, and gives it its name: a crash leaves all of it or nothing. */
export function writeWholeFile(file: string, content: Buffer): void {
  const part = `${file}.${randomBytes(4).toString('hex')}.part`
  const fd = openSync(part, 'wx', 0o600)
  try {
    writeFully(fd, content)
    fsyncSync(fd)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
  renameSync(part, file)
}
