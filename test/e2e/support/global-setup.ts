import { spawn, type ChildProcess } from 'node:child_process'
import { ensureBuilt } from '../../../src-main/hosts/build.ts'
import { electronRuntime, which } from './programs.ts'

let display: ChildProcess | null = null

/** Builds what is driven, and gives the desktop window a display of its own where there is none. */
export async function setup(): Promise<void> {
  await ensureBuilt(electronRuntime() ? 'desktop' : 'page')
  if (process.platform === 'linux' && electronRuntime() && which('Xvfb')) {
    process.env['LIFEBOAT_TEST_DISPLAY'] = await startXvfb()
  } else if (process.env['DISPLAY']) {
    process.env['LIFEBOAT_TEST_DISPLAY'] = process.env['DISPLAY']
  }
}

export function teardown(): void {
  display?.kill('SIGTERM')
}

/** Starts Xvfb on a free number, which it tells on descriptor 3. */
async function startXvfb(): Promise<string> {
  const args = ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-dpi', '96']
  const child = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  display = child
  const told = child.stdio[3]
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error('Xvfb does not start')))
    told?.once('data', (chunk: Buffer) => resolve(`:${chunk.toString('utf8').trim()}`))
  })
}
