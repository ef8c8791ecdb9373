import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { writeSample } from '../../src-main/backup/writer/index.ts'

const HTML = `From: =?utf-8?Q?J=C3=B6rg?= <joerg@example.com>\r\nTo: "Anna, R" <anna@example.com>, undisclosed:;\r
Subject: =?utf-8?B?QW5nZWJvdA==?=\r\nDate: Fri, 20 Nov 2026 03:01:00 +0000\r\nMIME-Version: 1.0\r
Content-Type: multipart/related; boundary="r1"\r\n\r\n--r1\r\nContent-Type: text/html; charset="utf-8"\r
Content-Transfer-Encoding: quoted-printable\r\n\r\n<html><head><style>body{background:url("http://x.example/a")}@import 'http://x.example/b';</style>\r
<base href=3D"http://x.example/"></head><body onload=3Dalert(1) style=3D"color:red"><script>alert(1)</script>\r
<img src=3D"cid:pic@x" onerror=3Dalert(1)><img src=3Dhttp://x.example/p.gif><a href=3D"javascript:alert(1)">a</a>\r
<form action=3Dhttp://x.example><input></form><svg><script>1</script><a xlink:href=3D"javascript:1"/></svg>\r
<iframe srcdoc=3D"&lt;script&gt;1&lt;/script&gt;"></iframe><meta http-equiv=3Drefresh content=3D"0;url=3Dhttp://x.example">\r
<math><mtext><table><mglyph><style><img src=3Dx onerror=3Dalert(1)></style></mglyph></table></mtext></math>\r
<p>Gr=C3=BC=C3=9Fe &amp; mehr</p></body></html>\r\n--r1\r\nContent-Type: image/png; name*0*=3Dutf-8''p%C3%A4; name*1=3D"x.png"\r
Content-ID: <pic@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--r1--\r\n`

const NESTED = `From: a@example.com\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r
\r\n--b\r\nContent-Type: text/plain; charset=iso-2022-jp; format=flowed\r\n\r\n\x1b$B%F%9%H\x1b(B\r\n--b--\r\n--a\r
Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: text/calendar; charset=utf-16\r\n\r\nBEGIN:VCALENDAR\r
BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--a\r\nContent-Type: text/vcard\r\n\r\nBEGIN:VCARD\r\nFN:Anna\r\nEND:VCARD\r
--a\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="=?utf-8?Q?a=2Etxt?="\r
Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a.txt\r\n#86)C\r\n\`\r\nend\r\n--a--\r\n`

let messages: Buffer[] | null = null

/** Some hundred messages of every kind the sample writer knows, and two by hand with what mail programs are attacked with. */
export function plainMessages(): Buffer[] {
  if (messages !== null) return messages
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-fuzz-'))
  try {
    writeSample(folder, { accounts: 3, items: 220, seed: 5, damage: false })
    const found: Buffer[] = []
    const files = readdirSync(join(folder, 'items'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
    for (const file of files) {
      const message = gunzipSync(readFileSync(file))
      if (message.length < 60_000) found.push(message)
    }
    messages = [...found, Buffer.from(HTML), Buffer.from(HTML), Buffer.from(NESTED, 'latin1')]
    return messages
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
