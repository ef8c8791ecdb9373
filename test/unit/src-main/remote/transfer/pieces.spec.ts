import { describe, expect, it } from 'vitest'
import { Flow } from '../../../../../src-main/remote/transfer/flow.ts'
import { Batcher, bytesOf, type Wanted } from '../../../../../src-main/remote/transfer/work.ts'

const KB = 1024
const SIZE = 2 * KB

function work(index: number): Wanted {
  const entry = { path: `items/aa/${String(index)}`, size: SIZE, mtime: 0, mode: 0o600 }
  return { entry, digest: null, sha256: null, tries: 0 }
}

/** Files of 2 KB, until the source is held back; the jobs that they came in, none of which is done. */
function jobsUntilHeld(flow: Flow): number[] {
  const jobs: number[] = []
  const batcher = new Batcher(
    256 * KB,
    [],
    () => flow.piece,
    (job) => {
      jobs.push(job.entries.length)
      flow.hold(bytesOf(job))
    },
  )
  for (let index = 0; flow.wait() === null && index < 100_000; index++) {
    batcher.begin(SIZE)
    batcher.add(Buffer.alloc(SIZE))
    batcher.end(work(index))
  }
  return jobs
}

describe('files of a copy that are in hand', () => {
  it.each([1, 12_500, 1_000_000])(
    'give each of two threads one and another one, at %d bytes a ms',
    (rate) => {
      const flow = new Flow(2048 * KB, 2, null)
      flow.measured(rate)
      expect(jobsUntilHeld(flow).length).toBeGreaterThanOrEqual(4)
    },
  )

  it('are few on a slow line, however large a job may be: they are lost when the program dies', () => {
    const flow = new Flow(2048 * KB, 2, null)
    flow.measured(1)
    const files = jobsUntilHeld(flow).reduce((a, b) => a + b)
    expect(files * SIZE).toBeLessThanOrEqual(64 * KB + 16 * KB)
  })
})
