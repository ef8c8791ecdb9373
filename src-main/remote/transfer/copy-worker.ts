/** A thread that judges and writes files of a copy. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Job } from './batch.ts'
import { BatchWork, type WorkPlace } from './batch-work.ts'
import { listLocal } from './list-local.ts'
import { buffersOf, packListing, type PackedListing } from './listing-packed.ts'
import { digestsIn } from './account-digests.ts'

const { name } = workerData as { name: string }
let work = new BatchWork({ source: null, target: null, staging: null, owner: null, umask: 0, name })

function answer(job: Job): unknown {
  switch (job.kind) {
    case 'bytes':
      return work.bytes(job)
    case 'read':
      return work.read(job)
    case 'staged':
      return work.staged(job)
    case 'judge':
      return work.judge(job)
    case 'doubt':
      return work.doubt(job)
    case 'list':
      return packListing(listLocal(job.root, (path) => job.ignore.includes(path), job.part))
    case 'digests':
      return digestsIn(job.root, job.paths)
  }
}

/** What goes back without being copied. */
function movable(job: Job, value: unknown): ArrayBuffer[] {
  if (job.kind === 'list') return buffersOf(value as PackedListing)
  return 'buffer' in job ? [job.buffer] : []
}

type Message = { id: number; job: Job } | { place: Omit<WorkPlace, 'name'> }

parentPort?.on('message', (message: Message) => {
  if ('place' in message) {
    work = new BatchWork({ ...message.place, name })
    return
  }
  const { id, job } = message
  try {
    const value = answer(job)
    parentPort?.postMessage({ id, value }, movable(job, value))
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException
    parentPort?.postMessage({ id, error: { code, path: path?.toString(), message } })
  }
})
