/** The coordinator's thread: the only one that writes the catalog. Started by `startIngest`. */
import { parentPort, workerData } from 'node:worker_threads'
import { Coordinator } from './coordinator.ts'
import { toWire } from './protocol.ts'
import type { FromCoordinator, IngestOptions } from './protocol.ts'

async function main(): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('the coordinator is a worker thread')
  const { options, shared } = workerData as { options: IngestOptions; shared: Int32Array }
  const post = (message: FromCoordinator): void => {
    port.postMessage(message)
  }
  try {
    const coordinator = new Coordinator(options, shared, post)
    post({ kind: 'done', result: await coordinator.run() })
  } catch (error) {
    post({ kind: 'failed', error: toWire(error) })
  }
}

void main()
