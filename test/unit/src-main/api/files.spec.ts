import { describe, expect, it } from 'vitest'
import { contentDisposition, handleFileRequest } from '../../../../src-main/api/files.ts'
import type { LoadedMessage } from '../../../../src-main/api/files.ts'

const message = Buffer.from(
  'Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p>hi\r\n--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename="Größe.html"\r\n\r\n<script>alert(2)</script>\r\n--b--\r\n',
)
const loaded = (over: Partial<LoadedMessage> = {}): LoadedMessage => ({
  message,
  status: 'ok',
  subject: 'Größe',
  date: 0,
  id: 257,
  ...over,
})

const calls: unknown[][] = []
const ask = (path: string, answer: () => LoadedMessage | null = loaded) =>
  handleFileRequest(new URL(path, 'app://lifeboat'), {
    loadMessage: (...args) => {
      calls.push(args)
      return Promise.resolve().then(answer)
    },
  })

describe('file routes', () => {
  it('give a damaged message out under no circumstances', async () => {
    for (const status of ['digest-mismatch', 'truncated', 'corrupt', 'missing', '']) {
      const answer = await ask('/message/c1/i5.eml', () => loaded({ status }))
      expect(answer?.status).toBe(409)
      expect(answer?.body.toString()).not.toContain('Subject')
      expect(answer?.headers['content-type']).toContain('text/plain')
    }
  })

  it('give a verified message byte for byte', async () => {
    const answer = await ask('/message/c1/i5.eml?state=3')
    expect(calls.at(-1)).toEqual(['c1', 'i5', { state: 3 }])
    expect(answer?.body).toEqual(message)
    expect(answer?.headers).toMatchObject({
      'content-type': 'message/rfc822',
      'content-length': String(message.length),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    })
    expect(answer?.headers['content-disposition']).toContain(
      "filename*=UTF-8''1970-01-01%200000%20Gr%C3%B6%C3%9Fe%20%5B257%5D.eml",
    )
  })

  it('give the message as of the time of the view: what is saved is what is seen', async () => {
    await ask('/message/c1/i5.eml?at=1767355200000')
    expect(calls.at(-1)).toEqual(['c1', 'i5', { at: 1_767_355_200_000 }])
    await ask('/attachment/c1/i5/0?at=1767355200000')
    expect(calls.at(-1)).toEqual(['c1', 'i5', { at: 1_767_355_200_000 }])
    expect((await ask('/message/c1/i5.eml?at=soon'))?.status).toBe(400)
  })

  it('serve the frame with the policy that is the wall', async () => {
    const answer = await ask('/mail-frame/c1/u7')
    expect(answer?.status).toBe(200)
    const policy = answer?.headers['content-security-policy'] ?? ''
    for (const rule of [
      'sandbox;',
      "default-src 'none'",
      'img-src data:',
      "style-src 'unsafe-inline'",
      "form-action 'none'",
      "base-uri 'none'",
    ])
      expect(policy).toContain(rule)
    expect(policy).not.toContain('allow-')
    expect(answer?.body.toString()).toContain('<p>hi')
    expect(answer?.body.toString()).not.toContain('alert')
  })

  it('hand attachments out as files, never as pages', async () => {
    const answer = await ask('/attachment/c1/i5/0')
    expect(answer?.body.toString()).toContain('alert(2)')
    expect(answer?.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    })
    expect(answer?.headers['content-disposition']).toMatch(/^attachment; /)
    expect((await ask('/attachment/c1/i5/1'))?.status).toBe(404)
  })

  it.each([
    '/',
    '/mail-frame/c1',
    '/mail-frame/c1/i5/1',
    '/mail-frame/c1/x5',
    '/mail-frame/../i5',
    '/attachment/c1/i5',
    '/message/c1/i5',
    '/message/c1/i5.eml/x',
    '/mail-frame/c1/i5.eml',
    '/mail-frame/c%2f1/i5',
    '/other/c1/i5',
  ])('%s is not theirs', async (path) => {
    expect(await ask(path)).toBeNull()
  })

  it('refuse a state that is no number', async () => {
    for (const state of ['', 'x', '-1', '1e9', '1;2', '9'.repeat(30)])
      expect((await ask(`/message/c1/i5.eml?state=${state}`))?.status).toBe(400)
  })

  it('tell known errors in words and unknown ones not at all', async () => {
    expect((await ask('/message/c1/i5.eml', () => null))?.status).toBe(404)
    const known = await ask('/message/c1/i5.eml', () => {
      throw Object.assign(new Error('No such item.'), {
        code: 'NOT_FOUND',
        why: 'The catalog changed.',
        next: 'Reload.',
      })
    })
    expect(known).toMatchObject({ status: 404, body: 'No such item. The catalog changed. Reload.\n' })
    const unknown = await ask('/mail-frame/c1/i5', () => {
      throw new Error('/home/secret/path')
    })
    expect(unknown?.status).toBe(500)
    expect(unknown?.body.toString()).not.toContain('secret')
  })
})

describe('contentDisposition', () => {
  it.each(['a"b\r\nSet-Cookie: x', 'Größe.pdf', "it's (1)*.txt", '../../x', '', '\u202efdp.exe', '%41.txt'])(
    'is one safe header for %j',
    (name) => {
      const header = contentDisposition(name)
      expect(header).toMatch(
        /^attachment; filename="[\x20-\x21\x23-\x5b\x5d-\x7e]*"; filename\*=UTF-8''[A-Za-z0-9%._~-]+$/,
      )
      expect(decodeURIComponent(header.split("''")[1] ?? '')).not.toMatch(/[/\\\r\n"]/)
    },
  )
})
