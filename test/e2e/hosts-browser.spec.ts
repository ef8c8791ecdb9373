import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer, type RunningServer } from '../../src-main/serve.ts'
import { temporaryFolder } from '../support/index.ts'
import { ask, cookieOf, UPGRADE } from './support/http.ts'

describe('the door of the browser host', () => {
  let server: RunningServer
  let port: number
  let cookie: string

  beforeAll(async () => {
    server = await startServer({ dataFolder: temporaryFolder('host') })
    port = server.port
    const target = new URL(server.url)
    const answer = await ask(port, target.pathname + target.search)
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/')
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^lifeboat_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    cookie = cookieOf(answer)
  })
  afterAll(() => server.close())

  it('lets a token in once, then never again', async () => {
    const target = new URL(server.url)
    const again = await ask(port, target.pathname + target.search)
    expect(again.status).toBe(401)
    expect(again.headers['set-cookie']).toBeUndefined()
    const wrong = await ask(port, `/?token=${'a'.repeat(43)}`)
    expect(wrong.status).toBe(401)
  })

  it.each([
    '/',
    '/index.html',
    '/session',
    '/rpc',
    '/assets/x.js',
    '/attachment/a/i1/0',
    '/mail-frame/a/i1',
    '/message/a/i1.eml',
  ])('answers 401 to %s without the cookie', async (path) => {
    expect((await ask(port, path)).status).toBe(401)
    expect((await ask(port, path, { cookie: 'lifeboat_1=x; other=y' })).status).toBe(401)
    expect((await ask(port, path, { cookie: `${cookie}x` })).status).toBe(401)
  })

  it.each([
    ['a foreign host', { host: 'evil.example' }],
    ['a foreign host with our port', { host: 'evil.example:1' }],
    ['a host that only begins like ours', { host: '127.0.0.1.evil.example' }],
    ['an address that is not the loopback', { host: '192.168.1.2' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an origin of another port', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed origin', { origin: 'null' }],
    [
      'a page of another site',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ],
    [
      'a page of another port',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
  ])('answers 403 to %s, cookie or not', async (_name, headers) => {
    for (const path of ['/', '/session', '/message/a/i1.eml']) {
      expect((await ask(port, path, headers)).status).toBe(403)
      expect((await ask(port, path, { ...headers, cookie })).status).toBe(403)
    }
  })

  it('uses up no token for a foreign host', async () => {
    const other = await startServer({ dataFolder: temporaryFolder('host') })
    try {
      const { pathname, search } = new URL(other.url)
      expect((await ask(other.port, pathname + search, { host: 'evil.example' })).status).toBe(403)
      expect((await ask(other.port, pathname + search, {}, 'HEAD')).status).toBe(401)
      expect((await ask(other.port, pathname + search)).status).toBe(303)
    } finally {
      await other.close()
    }
  })

  it('opens the socket to our own page only', async () => {
    const origin = `http://127.0.0.1:${port}`
    expect((await ask(port, '/rpc', { ...UPGRADE, origin, cookie })).status).toBe(101)
    expect((await ask(port, '/rpc', { ...UPGRADE, origin })).status).toBe(401)
    expect((await ask(port, '/rpc', { ...UPGRADE, cookie })).status).toBe(403)
    expect((await ask(port, '/rpc', { ...UPGRADE, cookie, origin: 'https://evil.example' })).status).toBe(403)
    expect((await ask(port, '/rpc', { ...UPGRADE, cookie, origin: 'http://127.0.0.1:1' })).status).toBe(403)
    const rebound = { ...UPGRADE, cookie, host: 'evil.example', origin: 'http://evil.example' }
    expect((await ask(port, '/rpc', rebound)).status).toBe(403)
    expect((await ask(port, '/other', { ...UPGRADE, origin, cookie })).status).toBe(404)
  })

  it('serves the page with a strict policy and a fresh nonce', async () => {
    const [one, two] = [await ask(port, '/', { cookie }), await ask(port, '/', { cookie })]
    expect(one.status).toBe(200)
    const policy = String(one.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-src 'self'")
    expect(policy).not.toContain('unsafe')
    const nonce = /style-src 'self' 'nonce-([\w-]+)'/.exec(policy)?.[1]
    expect(nonce).toMatch(/^[\w-]{22}$/)
    expect(one.body).toContain(`nonce="${String(nonce)}"`)
    expect(one.body).not.toContain('__CSP_NONCE__')
    expect(two.headers['content-security-policy']).not.toBe(policy)
    expect(one.headers['cache-control']).toBe('no-store')
    expect(one.headers['x-frame-options']).toBe('DENY')
  })

  it('sends the headers that keep browsers honest, and none that invites others', async () => {
    for (const path of ['/', '/session', '/nothing']) {
      const { headers } = await ask(port, path, { cookie, origin: `http://127.0.0.1:${port}` })
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['cross-origin-opener-policy']).toBe('same-origin')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('does not answer %s', async (method) => {
    expect((await ask(port, '/', { cookie }, method)).status).toBe(405)
  })

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/assets/../../main/electron.js',
    '//etc/passwd',
    '/.vite',
    '/index.html/',
  ])('gives nothing but the page: %s', async (path) => {
    expect([400, 404]).toContain((await ask(port, path, { cookie })).status)
  })

  it('says in words that a port is taken', async () => {
    const second = startServer({ port, dataFolder: temporaryFolder('host') })
    await expect(second).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining(String(port)) as string,
    })
  })

  it('passes the path to open into the page, and nowhere else', async () => {
    const other = await startServer({ dataFolder: temporaryFolder('host'), path: '/mnt/a b&c' })
    try {
      const { pathname, search } = new URL(other.url)
      const answer = await ask(other.port, pathname + search)
      expect(answer.headers.location).toBe('/#/open?path=%2Fmnt%2Fa+b%26c')
    } finally {
      await other.close()
    }
  })
})
