import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { ContractClient } from '../../src-main/contract/index.ts'
import { startServer, type RunningServer } from '../../src-main/serve.ts'
import { makePath, temporaryFolder } from '../support/index.ts'
import { chromiumPath } from './support/programs.ts'
import { launchBrowserApp } from './support/app.ts'
import { ask, cookieOf } from './support/http.ts'

async function enter(server: RunningServer): Promise<string> {
  const { pathname, search } = new URL(server.url)
  return cookieOf(await ask(server.port, pathname + search))
}

/** The contract as a page has it, from here: a socket with the page's own headers. */
async function connect(port: number, cookie: string): Promise<{ client: ContractClient; socket: WebSocket }> {
  const host = `127.0.0.1:${port}`
  const socket = new WebSocket(`ws://${host}/rpc`, 'lifeboat', {
    headers: { cookie, origin: `http://${host}` },
  })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const websocket = socket as unknown as globalThis.WebSocket
  return { client: createORPCClient<ContractClient>(new RPCLink({ websocket })), socket }
}

describe('the contract over a socket', () => {
  let server: RunningServer
  let client: ContractClient
  let socket: WebSocket
  let backup: string
  let cookie: string

  beforeAll(async () => {
    backup = makePath({ root: temporaryFolder('backup'), messages: 20 }).root
    server = await startServer({ dataFolder: temporaryFolder('data') })
    cookie = await enter(server)
    ;({ client, socket } = await connect(server.port, cookie))
  })
  afterAll(async () => {
    socket.close()
    await server.close()
  })

  it('carries answers', async () => {
    expect(await client.app.info()).toMatchObject({ host: 'browser', platform: process.platform })
    const folders = await client.app.directory({ path: backup })
    expect(folders.entries.map(({ name }) => name)).toContain('items')
  })

  it('carries errors with code, why and next', async () => {
    await expect(client.backup.open({ path: '/nowhere/at/all' })).rejects.toMatchObject({
      code: 'UNREADABLE',
      defined: true,
      data: { why: expect.any(String) as string, next: expect.any(String) as string },
    })
    await expect(client.app.pickFolder({ title: 'x' })).rejects.toMatchObject({
      code: 'REFUSED',
      defined: true,
    })
  })

  it('refuses what does not fit the contract', async () => {
    const wrong = { path: 1 } as unknown as { path: string }
    await expect(client.app.directory(wrong)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    const more = client as unknown as { app: { shell: (input: unknown) => Promise<unknown> } }
    await expect(more.app.shell({ command: 'id' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('carries streams until they are given up', async () => {
    const { catalogId } = await client.backup.open({ path: backup })
    const seen: boolean[] = []
    for await (const progress of await client.backup.watch({ catalogId })) {
      expect(progress.catalogId).toBe(catalogId)
      seen.push(progress.complete)
      if (progress.complete || progress.error !== null) break
    }
    expect(seen.at(-1)).toBe(true)

    const abort = new AbortController()
    const tasks = await client.tasks.watch(undefined, { signal: abort.signal })
    const first = await tasks.next()
    expect(first.value).toEqual([expect.objectContaining({ kind: 'index', state: 'done' })])
    const second = tasks.next()
    abort.abort()
    await expect(
      Promise.race([second, new Promise((done) => setTimeout(done, 3000, 'late'))]),
    ).rejects.toThrow()
  })

  it('tells every call that the connection broke', async () => {
    const other = await connect(server.port, cookie)
    const tasks = await other.client.tasks.watch()
    await tasks.next()
    const waiting = tasks.next()
    other.socket.terminate()
    await expect(waiting).rejects.toThrow()
    await expect(other.client.app.info()).rejects.toThrow()
  })
})

describe.skipIf(chromiumPath() === null)('the page, when the engine goes (needs Chromium)', () => {
  it('comes back by itself, and says when it cannot', async () => {
    const dataFolder = temporaryFolder('data')
    const app = await launchBrowserApp({ dataFolder })
    const banner = app.page.locator('.connection')
    await app.page.getByRole('heading').first().waitFor()
    const { port } = app.server!

    // the engine is gone: the page says so and keeps trying
    await app.server!.close()
    await banner.getByText('does not answer').waitFor({ timeout: 10_000 })
    await app.screenshot('engine-stopped')

    // another one has its place, with a door of its own
    const next = await startServer({ port, dataFolder })
    await banner.getByText('started anew').waitFor({ timeout: 15_000 })
    await next.close()

    // the browser itself reports what it could not reach
    const expected = /ERR_CONNECTION_REFUSED|WebSocket connection|401 \(Unauthorized\)/
    expect(app.complaints.filter((complaint) => !expected.test(complaint))).toEqual([])
    app.complaints.length = 0
    await app.close()
  })
})
