import { writeSampleGently } from '../backup/writer/index.ts'

export interface RunSampleOptions {
  accounts?: number
  items?: number
  seed?: number
  damage?: boolean
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal
}

/** What `lifeboat sample OUT --json` prints. */
export interface RunSampleResult {
  path: string
  synthetic: true
  seed: number
  accounts: { id: string; name: string; items: number; messages: number; deleted: number }[]
  items: number
  states: number
  messages: number
  blobs: number
  bytes: number
  unclaimed: number
  damages: { kind: string; path: string; digest: string | null; recoverable: boolean; detail: string }[]
  seconds: number
}

/**
 * Writes the synthetic sample backup into `out`.
 * @throws SampleTargetError (with `why` and `next`) when `out` is not empty and no earlier sample.
 */
export async function runSample(out: string, options: RunSampleOptions = {}): Promise<RunSampleResult> {
  const began = performance.now()
  const manifest = await writeSampleGently(out, options)
  return {
    path: manifest.path,
    synthetic: true,
    seed: manifest.seed,
    accounts: manifest.accounts.map(({ id, name, items, messages, deleted }) => ({
      id,
      name,
      items,
      messages,
      deleted,
    })),
    items: manifest.items.length,
    states: manifest.states,
    messages: manifest.messages,
    blobs: manifest.blobs,
    bytes: manifest.bytes,
    unclaimed: manifest.unclaimed.length,
    damages: manifest.damages,
    seconds: Math.round(performance.now() - began) / 1000,
  }
}
