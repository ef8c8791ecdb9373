import { parentPort, workerData } from 'node:worker_threads'
import { BlobReader } from '../backup/blob.ts'
import { sampleDialect } from '../backup/dialect-sample.ts'
import { blobPath, itemFolders, readBlobFolder } from '../backup/scan.ts'
import type { BlobFile } from '../backup/scan.ts'
import { BatchBuilder } from './batch.ts'
import type { Batch, CheckAnswer, CheckJob, CheckWorkerData } from './check-protocol.ts'
import type { RawProblem } from './check-types.ts'
import { GuardedSource } from './guarded-source.ts'
import { HealCopy } from './heal-copy.ts'
import { HealWork } from './heal-work.ts'
import { Namer } from './naming.ts'
import { Pulse } from './pulse.ts'
import { ofScan, readBlobs, readBlobsAgain, verifyBlob } from './read-blobs.ts'
import { readAccounts, readItems, readItemsAgain, type ItemParts } from './read-items.ts'
import type { ToReader } from './worker-pool.ts'

/** One reading thread of a check or heal: reads what it is told to. */

const { layout, zone, accounts, copyTo, name, pulse: shared, timeoutMs } = workerData as CheckWorkerData
const pulse = new Pulse(shared)
const source = new GuardedSource(layout.root, pulse)
const reader = new BlobReader()
const parts: ItemParts = {
  source,
  layout,
  reader,
  copy: copyTo === null ? null : new HealCopy(copyTo, name, source),
  hungDetail: `reading it did not end within ${String(timeoutMs / 1000)} s, twice: the disk is failing there`,
  accounts,
  zone,
}
const copying = parts.copy
const heal = copying === null ? null : new HealWork(parts, copying, pulse, post)
let namer: Namer | null = null

function post(answer: CheckAnswer, transfer: ArrayBuffer[] = []): void {
  // Before it is sent: the leader may look at once.
  pulse.rest()
  parentPort?.postMessage(answer, transfer)
}

function postBatch(batch: Batch, transfer: ArrayBuffer[]): void {
  post(batch, transfer)
}

function list(folders: readonly string[]): void {
  const blobs: BlobFile[] = []
  const problems: RawProblem[] = []
  for (const folder of folders) {
    const found = readBlobFolder(source, layout, folder)
    blobs.push(...found.found)
    problems.push(...ofScan(found.problems))
  }
  post({ kind: 'listed', blobs, problems, last: true })
}

function again(job: CheckJob & { kind: 'again' }): void {
  const out = new BatchBuilder(job.later.of, postBatch)
  if (job.later.of === 'blobs') readBlobsAgain(parts, job.later, out)
  else readItemsAgain(parts, job.spelling, job.later, out)
  out.flush(true)
}

function work(job: CheckJob): void {
  switch (job.kind) {
    case 'learn': {
      const sampled = accounts.map((folder) => ({ folder, dirs: () => itemFolders(source, folder).found }))
      const { dialect, trustIds } = sampleDialect(source, sampled, zone, (digest) => blobPath(layout, digest))
      post({ kind: 'learned', spelling: { dialect, trustIds }, last: true })
      return
    }
    case 'accounts':
      post(readAccounts(parts, job.accounts))
      return
    case 'metadata': {
      const out = new BatchBuilder('metadata', postBatch)
      for (const share of job.folders) readItems(parts, job.spelling, share, out)
      out.flush(true)
      return
    }
    case 'blobs': {
      const out = new BatchBuilder('blobs', postBatch)
      for (const share of job.folders) readBlobs(parts, share, out)
      out.flush(true)
      return
    }
    case 'list':
      list(job.folders)
      return
    case 'files': {
      const out = new BatchBuilder('blobs', postBatch)
      for (const blob of job.files) verifyBlob(parts, blob, '', out, null, true)
      out.flush(true)
      return
    }
    case 'again':
      again(job)
      return
    case 'rest':
    case 'heal-metadata':
    case 'heal-blobs':
      heal?.work(job)
      return
    case 'name': {
      namer ??= new Namer(parts, reader, job)
      const by = namer
      post({ kind: 'named', named: job.tasks.map((task) => by.name(task, job)), last: true })
      return
    }
  }
}

parentPort?.on('message', ({ job, hung }: ToReader<CheckJob>) => {
  for (const path of hung) source.hung.add(path)
  if (job.kind === 'again' && !job.givenUp) source.hung.delete(job.later.path ?? job.later.folder)
  work(job)
})
