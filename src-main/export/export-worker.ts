/** The thread an export runs in: reading, hashing and writing are synchronous and would stop everything else. */
import { parentPort, workerData } from 'node:worker_threads'
import { openCatalog } from '../catalog/catalog.ts'
import { describeError } from '../engine/errors.ts'
import { exportSource } from './catalog-source.ts'
import { runExport } from './exporter.ts'
import { COMMAND, type ExportWorkerInput, type FromExportWorker } from './export-run.ts'
import type { ExportControl, ExportProgress } from './request.ts'

/** Progress is told at most this often, ms. */
const TELL_MS = 150

const { request, shared } = workerData as ExportWorkerInput
const command = new Int32Array(shared)

function tell(message: FromExportWorker): void {
  parentPort?.postMessage(message)
}

function makeControl(): ExportControl {
  let told = 0
  return {
    shouldStop() {
      // Woken by whoever changes the word.
      while (Atomics.load(command, 0) === COMMAND.pause) Atomics.wait(command, 0, COMMAND.pause)
      return Atomics.load(command, 0) === COMMAND.stop
    },
    progress(progress: ExportProgress) {
      const now = Date.now()
      if (now - told < TELL_MS && progress.done !== progress.total) return
      told = now
      tell({ kind: 'progress', progress })
    },
  }
}

async function work(): Promise<void> {
  const db = openCatalog(request.catalogFile, { readonly: true })
  try {
    const zone = request.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
    const outcome = await runExport(request, exportSource(db, request.parts, zone), makeControl())
    tell({ kind: 'done', outcome })
  } finally {
    db.close()
  }
}

work().catch((error: unknown) => tell({ kind: 'failed', error: describeError(error) }))
