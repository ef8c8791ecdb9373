import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const HANG = join(import.meta.dirname, 'hang-reads.py')

/** Whether reads can be made to hang here: only root can, with python3 and fanotify. */
export const canHang = process.getuid?.() === 0 && spawnSync('python3', [HANG], { input: '' }).status === 0
if (!canHang) console.warn('SKIPPED: reads can be made to hang only by root, with python3 and fanotify')

/** Runs `work` while every read of these files hangs, as on a dying disk. */
export async function hanging<T>(files: readonly string[], work: () => Promise<T>): Promise<T> {
  const holder: ChildProcess = spawn('python3', [HANG, ...files], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((done) => holder.once('exit', done))
  try {
    await new Promise((ready, fail) => holder.stdout?.once('data', ready) && holder.once('exit', fail))
    return await work()
  } finally {
    holder.stdin?.end()
    await ended
  }
}
