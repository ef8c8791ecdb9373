import { describe, expect, it } from 'vitest'
import { mailFrame } from '../../../../src-main/mail/frame.ts'
import { attachmentBytes, previewMessage } from '../../../../src-main/mail/preview.ts'

const crlf = (...lines: string[]) => Buffer.from(lines.join('\r\n'))
const PNG = 'iVBORw0KGgo='
const message = crlf(
  'From: =?utf-8?q?Anna_R=C3=B6ssi?= <anna@example.com>', 'To: Team: b@example.com, "C, D" <c@example.com>;', 'Cc: d@example.com',
  'Subject: =?utf-8?b?R3LDtsOfZQ==?=', 'Date: Fri, 20 Nov 2026 03:01:00 +0000', 'Content-Type: multipart/mixed; boundary=b', '',
  '--b', 'Content-Type: multipart/related; boundary=r', '',
  '--r', 'Content-Type: text/html; charset=utf-8', '', '<p>Größe<img src="cid:logo@x"><img src="http://spy/1.gif"></p>',
  '--r', 'Content-Type: image/png; name="logo.png"', 'Content-ID: <logo@x>', 'Content-Transfer-Encoding: base64', '', PNG, '--r--',
  '--b', 'Content-Type: application/pdf', 'Content-Disposition: attachment; filename="../../etc/Größe\u202e.pdf"', 'Content-Transfer-Encoding: base64', '', Buffer.from('%PDF').toString('base64'),
  '--b--', '',
) // prettier-ignore

describe('previewMessage', () => {
  it('takes a message apart', async () => {
    const preview = await previewMessage(message)
    expect(preview).toMatchObject({
      subject: 'Größe',
      from: 'Anna Rössi <anna@example.com>',
      to: 'Team: b@example.com, C, D <c@example.com>;',
      cc: 'd@example.com',
      date: Date.UTC(2026, 10, 20, 3, 1),
      text: 'Größe',
      textCut: false,
      attachments: [
        { index: 0, name: 'logo.png', type: 'image/png', inline: true, contentId: 'logo@x', size: 8 },
        { index: 1, name: 'Größe.pdf', type: 'application/pdf', inline: false, contentId: null, size: 4 },
      ],
    })
    expect(preview.headers[3]).toEqual({ name: 'Subject', value: 'Größe' })
  })

  it('gives the bytes of an attachment by its index', async () => {
    expect((await attachmentBytes(message, 1))?.bytes.toString()).toBe('%PDF')
    expect(await attachmentBytes(message, 2)).toBeNull()
    expect(await attachmentBytes(message, -1)).toBeNull()
  })

  it('offers uuencoded files and takes them out of the text', async () => {
    const old = crlf('Subject: x', '', 'before', 'begin 644 cat.txt', '#0V%T', '`', 'end', 'after', '')
    const preview = await previewMessage(old)
    expect(preview.attachments.map(({ name, size }) => [name, size])).toEqual([['cat.txt', 3]])
    expect(preview.text).not.toContain('#0V%T')
    expect((await attachmentBytes(old, 0))?.bytes.toString()).toBe('Cat')
  })

  it('reads over mbox lines and old line ends as the index does', async () => {
    expect((await previewMessage(Buffer.from('From x\nSubject: here\n\nbody'))).subject).toBe('here')
    expect((await previewMessage(Buffer.from('Subject: here\r\rbody'))).text.trim()).toBe('body')
  })

  it('shows what it can of a message the library refuses', async () => {
    const deep = `Subject: deep\n${Array.from({ length: 500 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`).join('')}Content-Type: text/plain\n\nbottom`
    const preview = await previewMessage(Buffer.from(deep))
    expect(preview.subject).toBe('deep')
    expect(preview.textCut).toBe(true)
    const headers = `Subject: many\n${'X: y\n'.repeat(600_000)}\nbody`
    expect((await previewMessage(Buffer.from(headers))).subject).toBe('many')
  })

  it('never rejects', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from([0, 1, 2, 255]),
      Buffer.from('%PDF'),
      Buffer.from('Content-Type: \n\n'),
    ]) {
      expect((await previewMessage(bytes)).attachments).toEqual([])
    }
  })

  it('cuts very long text and says so', async () => {
    const preview = await previewMessage(Buffer.from(`Subject: x\n\n${'word '.repeat(300_000)}`))
    expect(preview.text.length).toBe(1_000_000)
    expect(preview.textCut).toBe(true)
  })
})

describe('mailFrame', () => {
  it('inlines the message’s images, blocks and counts the others', async () => {
    const { html, remoteBlocked } = await mailFrame(await previewMessage(message), message)
    expect(html).toContain(`src="data:image/png;base64,${PNG}"`)
    expect(html).not.toMatch(/src="http/)
    expect(remoteBlocked).toBe(1)
    expect(html).toContain("default-src 'none'")
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<body'))
  })

  it('is an empty page for a message without HTML', async () => {
    const plain = crlf('Subject: x', '', 'text')
    const { html, remoteBlocked } = await mailFrame(await previewMessage(plain), plain)
    expect(html).toContain('<body>')
    expect(remoteBlocked).toBe(0)
  })

  it('does not inline what is not an image, nor the same large image a thousand times', async () => {
    const big = Buffer.alloc(6_000_000).toString('base64')
    const bomb = crlf(
      'Content-Type: multipart/related; boundary=r', '', '--r', 'Content-Type: text/html', '',
      `${'<img src="cid:a">'.repeat(1000)}<img src="cid:h">`, '--r', 'Content-Type: image/png', 'Content-ID: <a>', 'Content-Transfer-Encoding: base64', '', big,
      '--r', 'Content-Type: text/html', 'Content-ID: <h>', 'Content-Disposition: attachment', '', '<script>alert(1)</script>', '--r--',
    ) // prettier-ignore
    const { html } = await mailFrame(await previewMessage(bomb), bomb)
    expect(html.length).toBeLessThan(60_000_000)
    expect(html).not.toContain('data:text/html')
    expect(html).not.toContain('alert(1)')
  })
})
