import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { RunningServer } from '../../../src-main/serve.ts'

const root = join(import.meta.dirname, '../../..')

/** Lifeboat in the browser host as a process of its own, which can be killed as a laptop loses its power. */
export interface KillableServer extends RunningServer {
  /** SIGKILL: nothing is finished, nothing is put back. */
  kill(): Promise<void>
}

/** `lifeboat serve` over a data folder. */
export async function startKillable(dataFolder: string): Promise<KillableServer> {
  const args = [join(root, 'src-main/cli.ts'), 'serve', '--no-open', '--json', '--data', dataFolder]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const { url, port } = await told(child)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await gone
  }
  return { url, port, close: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

/** What it prints when it is ready. */
async function told(child: ChildProcess): Promise<{ url: string; port: number }> {
  let out = ''
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString('utf8')))
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8')
      try {
        resolve(JSON.parse(out) as { url: string; port: number })
      } catch {
        // more of it comes
      }
    })
    child.once('exit', (code) =>
      reject(new Error(`lifeboat serve ended with ${String(code)}: ${complaints}`)),
    )
  })
}
