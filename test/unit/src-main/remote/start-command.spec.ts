import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { collect } from '../../../../src-main/remote/run-command.ts'
import { awaitStart, type CommandStreams } from '../../../../src-main/remote/start-command.ts'

const HOST = { user: 'root', host: 'mail.example.com', port: 22 }
const COMMAND = { marker: '[started ', asks: null, prompt: null }

interface Pretended extends CommandStreams {
  stdout: Readable
  stderr: Readable
  end(): void
  lose(error: Error): void
}

/** As a channel of ssh2: nothing is told of its end but `end`. */
function output(): Readable {
  return new Readable({ read: () => undefined, emitClose: false, autoDestroy: false })
}

function pretended(): Pretended {
  let end = (): void => undefined
  const ended = new Promise<{ code: number; signal: null }>((resolve) => {
    end = () => resolve({ code: 0, signal: null })
  })
  let lose = (_error: Error): void => undefined
  const lost = new Promise<Error>((resolve) => {
    lose = resolve
  })
  return {
    stdin: new PassThrough(),
    stdout: output(),
    stderr: output(),
    ended,
    lost,
    kill: () => undefined,
    end: () => end(),
    lose: (error) => lose(error),
  }
}

describe('the start of a command', () => {
  it('is given up when the connection goes while one of two streams has told of it', async () => {
    const streams = pretended()
    const started = awaitStart(streams, COMMAND, () => Promise.resolve(null))
    streams.stdout.push('[started 42]')
    const startedAt = Date.now()
    // What is not read to its end never closes: `ended` says nothing then.
    streams.lose(new Error('the wire is cut'))
    await expect(started).rejects.toThrow('the wire is cut')
    expect(Date.now() - startedAt).toBeLessThan(2000)
  })

  it('waits for no stream that had ended by then', async () => {
    const streams = pretended()
    streams.stdout.push('[started 42]done')
    for (const text of ['[started 42]', null]) streams.stderr.push(text)
    streams.stdout.push(null)
    expect(await awaitStart(streams, COMMAND, () => Promise.resolve(null))).toBe(42)
    streams.end()
    expect(streams.stderr.readableEnded).toBe(true)
    const result = await collect(streams, { program: 'true', host: HOST }, {}, Date.now())
    expect(result).toMatchObject({ code: 0, stdout: 'done' })
    expect(result.milliseconds).toBeLessThan(1000)
  })
})
