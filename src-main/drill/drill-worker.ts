import { parentPort, workerData } from 'node:worker_threads'
import { startEngine, type EngineOptions } from './engine.ts'
import type { FaultValues } from './faults.ts'

/** The thread of one simulated server: restores read thousands of blobs, which must not hold up the SSH servers. */
export type ToDrillWorker = { kind: 'faults'; faults: FaultValues } | { kind: 'close' }
export type FromDrillWorker = { kind: 'ready' } | { kind: 'closed' }

const port = parentPort
if (!port) throw new Error('This file is a worker thread.')
const say = (message: FromDrillWorker): void => port.postMessage(message)

const { drill } = workerData as { drill: EngineOptions }
const engine = await startEngine(drill)
port.on('message', (message: ToDrillWorker) => {
  if (message.kind === 'faults') return engine.setFaults(message.faults)
  void engine.close().then(() => {
    say({ kind: 'closed' })
    port.close()
  })
})
say({ kind: 'ready' })
