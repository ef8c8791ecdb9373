import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createDeflateRaw, createInflateRaw } from 'node:zlib'

/** Inflates (or just reads) a range of a file with bounded memory. */
export async function inflateInChunks(
  path: string,
  start: number,
  length: number,
  deflated: boolean,
  take: (chunk: Buffer) => void,
): Promise<void> {
  if (length === 0) return
  const input = createReadStream(path, { start, end: start + length - 1, highWaterMark: 1024 * 1024 })
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) take(chunk)
  }
  await (deflated ? pipeline(input, createInflateRaw(), collect) : pipeline(input, collect))
}

/** Deflates a file with bounded memory; `raw` sees the bytes before, `take` those after. */
export async function deflateFile(
  path: string,
  raw: (chunk: Buffer) => void,
  take: (chunk: Buffer) => void,
): Promise<void> {
  await pipeline(
    createReadStream(path, { highWaterMark: 1024 * 1024 }),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        raw(chunk)
        yield chunk
      }
    },
    createDeflateRaw(),
    async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) take(chunk)
    },
  )
}
