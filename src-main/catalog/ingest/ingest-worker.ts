/** The coordinator's thread: the only one that writes the catalog. Started by `startIngest`. */
import { parentPort, workerData } from 'node:worker_threads'
import { isCorruption, setAside } from '../catalog.ts'
import { Coordinator } from './coordinator.ts'
import { SHARED_READERS, SHARED_STOP, toWire } from './protocol.ts'
import type { FromCoordinator, IngestOptions, IngestResult } from './protocol.ts'

async function main(): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('the coordinator is a worker thread')
  const { options, shared } = workerData as { options: IngestOptions; shared: Int32Array }
  const post = (message: FromCoordinator): void => {
    port.postMessage(message)
  }
  const log = (line: string): void => {
    post({ kind: 'log', line })
  }
  try {
    post({ kind: 'done', result: await runOnce().catch(again) })
  } catch (error) {
    post({ kind: 'failed', error: toWire(error) })
  }

  async function runOnce(): Promise<IngestResult> {
    return new Coordinator(options, shared, post).run()
  }

  /** A catalog whose damage shows only on the way is set aside and built again, once. */
  async function again(error: unknown): Promise<IngestResult> {
    if (!isCorruption(error)) throw error
    setAside(options.catalogFile, error as Error, log)
    Atomics.compareExchange(shared, SHARED_STOP, 2, 0)
    shared.fill(0, SHARED_READERS)
    return runOnce()
  }
}

void main()
