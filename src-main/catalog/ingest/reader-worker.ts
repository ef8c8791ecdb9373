/** A reader thread: lists folders, reads metadata and blobs, sends what it found. Started by the coordinator. */
import { parentPort, workerData } from 'node:worker_threads'
import type { BackupLayout } from '../../backup/layout.ts'
import { parseItemFile } from '../../backup/metadata.ts'
import { localSource } from '../../backup/source.ts'
import { openCatalog } from '../catalog.ts'
import { blobPath } from '../schema.ts'
import { ContentReader } from './blob-reader.ts'
import type { ReadContext } from './blob-reader.ts'
import { ItemReader } from './item-reader.ts'
import { Outbox } from './outbox.ts'
import { SHARED_NEXT, SHARED_STOP, toWire } from './protocol.ts'
import type { FromReader, Job, StepContext, ToReader } from './protocol.ts'

interface ReaderData {
  layout: BackupLayout
  catalogFile: string
  zone: string
  reader: number
  shared: Int32Array
}

function start(): void {
  const port = parentPort
  if (port === null) throw new Error('the reader is a worker thread')
  const { layout, catalogFile, zone, reader, shared } = workerData as ReaderData
  const db = openCatalog(catalogFile, { readonly: true })
  // Each commit of the writer empties the cache anyway, and mapped pages would count as memory once for each reader.
  db.pragma('cache_size = -6000')
  db.pragma('mmap_size = 0')
  const out = new Outbox(port, shared, reader)
  const source = localSource(layout.root)
  const blobExists = (digest: string): boolean => source.stat(blobPath(digest)) !== null
  const items = new ItemReader(db, source, out, blobExists)
  const contents = new ContentReader(db, layout, out)
  const stopped = (): boolean => Atomics.load(shared, SHARED_STOP) !== 0
  const send = (message: FromReader): void => {
    port.postMessage(message)
  }

  function run(job: Job, context: StepContext, read: ReadContext): void {
    switch (job.kind) {
      case 'account':
        items.listAccount(job)
        return
      case 'items': {
        const { learned } = context
        if (learned === null) throw new Error('items are read before the dialect is known')
        const { dialect, trustIds } = learned
        items.read(job, (bytes) => parseItemFile(bytes, { dialect, zone, blobExists }), trustIds, stopped)
        return
      }
      case 'list':
        contents.list(job.dirs, stopped)
        return
      case 'read':
        contents.read(context.todo.subarray(job.from, job.to), read, stopped)
    }
  }

  port.on('message', (message: ToReader) => {
    if (message.kind === 'close') {
      db.close()
      port.close()
      return
    }
    try {
      const { jobs, context } = message
      const read = {
        owners: { accounts: new Map(context.owners.accounts), domains: new Set(context.owners.domains) },
        unnamed: new Set(context.unnamed),
        claimants: context.claimants,
      }
      while (!stopped()) {
        const job = jobs[Atomics.add(shared, SHARED_NEXT, 1)]
        if (job === undefined) break
        run(job, context, read)
        out.jobDone()
      }
      out.send()
      send({ kind: 'step-done', reader })
    } catch (error) {
      send({ kind: 'reader-failed', reader, error: toWire(error) })
    }
  })
}

start()
