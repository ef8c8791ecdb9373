import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanHtml } from '../../../../src-main/mail/html-clean.ts'

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
const clean = (html: string) => cleanHtml(html, (id) => (id === 'logo@x' ? PIXEL : null))

/** What must never come out, whatever went in. */
function expectHarmless(html: string, css: string): void {
  // attribute values are escaped, so `<` and `>` in the output are markup
  for (const tag of html.match(/<[^>]*>/g) ?? []) {
    expect(tag).toMatch(/^<\/?[a-z][a-z0-9]*(?: [a-z-]+="[^"<>]*")*>$/)
    expect(tag).not.toMatch(
      /^<\/?(?:script|style|iframe|frame|object|embed|applet|form|input|button|textarea|select|meta|base|link|svg|math|video|audio|source|title|template|noscript|plaintext|xmp)\b/,
    )
    // values are taken out in order, so that one that looks like an attribute is none
    for (const [, name, value] of tag.matchAll(/ ([a-z-]+)="([^"]*)"/g)) {
      expect(name).not.toMatch(
        /^(?:on|href|srcset|action|formaction|background|xlink|ping|poster|data$|manifest|target)/,
      )
      if (name === 'src') expect(value).toMatch(/^data:image\/(?!svg)/)
      if (name === 'style') {
        expect(value).not.toMatch(/url\((?!(?:&quot;|')data:image)|@import|image-set\(|expression\(/i)
      }
    }
  }
  expect(html.replace(/<[^>]*>/g, '')).not.toContain('<')
  expect(css).not.toMatch(/<|@import|url\((?!"data:image)|image-set\(|expression\(/i)
}

describe('hostile HTML', () => {
  it.each<[string, string, number]>([
    ['script', '<script src="http://x/a.js">alert(1)</script><script>alert(1)</script>', 1],
    ['event handlers', '<p onclick="alert(1)" OnLoad=alert(1)>x</p><img src=x onerror=alert(1)>', 1],
    [
      'forms',
      '<form action="http://x"><input type=image src="http://x/i.png"><button>send</button></form>',
      1,
    ],
    ['meta refresh', '<meta http-equiv="refresh" content="0; url=http://x/">', 1],
    ['base', '<base href="http://x/"><img src="a.png">', 1],
    ['svg', '<svg><image href="http://x/a.png"/><script>alert(1)</script></svg><svg onload=alert(1)>', 1],
    ['math', '<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>', 0],
    [
      'style sheets',
      '<link rel=stylesheet href="http://x/a.css"><style>@import "http://x/b.css"; p{background:url(http://x/c.png)}</style>',
      3,
    ],
    [
      'escaped CSS',
      '<style>p{background:\\75 rl(http://x/)} @\\69mport "http://y"; a{b:u\\72l("http://z")}</style>',
      3,
    ],
    [
      'commented CSS',
      '<style>p{background:ur/**/l(http://x/)} @im/**/port "x"; b{background:url/**/(http://x)}</style>',
      3,
    ],
    ['image-set', '<p style="background-image:-webkit-image-set(\'http://x/a.png\' 1x)">', 1],
    ['style end inside CSS', '<style>p{content:"</style><img src=http://x/a onerror=alert(1)>"}</style>', 1],
    [
      'srcset',
      '<img srcset="http://x/a.png 1x"><picture><source srcset="http://x/b.png"><img src="cid:logo@x"></picture>',
      2,
    ],
    [
      'background attributes',
      '<body background="http://x/1"><table background="http://x/2"><tr><td background=//x/3>',
      3,
    ],
    [
      'iframes',
      '<iframe src="http://x/"></iframe><iframe srcdoc="<script>alert(1)</script>"></iframe><object data="http://x"></object><embed src=//x>',
      4,
    ],
    [
      'media',
      '<video poster="http://x/p.png"><source src="http://x/v.mp4"></video><audio src="http://x/a.mp3"></audio>',
      3,
    ],
    [
      'protocol-relative and relative images',
      '<img src="//x/a.png"><img src="/a.png"><img src="a.png"><img src="file:///etc/passwd">',
      4,
    ],
    [
      'cid tricks',
      '<img src="cid:other@x"><img src="CID:logo@x"><a href="cid:logo@x">x</a><p style="background:url(cid:nothing)">',
      0,
    ],
    [
      'data tricks',
      '<img src="data:text/html,<script>alert(1)</script>"><img src="data:image/svg+xml,<svg onload=alert(1)>"><a href="data:text/html,x">x</a>',
      0,
    ],
    ['nested quotes', `<a title='"><script>alert(1)</script>' href="javascript:alert(1)">x</a>`, 0],
    ['half tags', '<<script>alert(1)</script><img src="x" <p onclick=x', 1],
    ['conditional comments', '<!--[if mso]><v:image src="http://x/a.png"/><![endif]-->', 0],
    [
      'noscript and templates',
      '<noscript><img src="http://x/1"></noscript><template><img src="http://x/2"></template>',
      1,
    ],
    ['fonts', '<style>@font-face{font-family:x;src:url("http://x/f.woff2")}</style>', 1],
    ['NUL bytes', '<scr\0ipt>alert(1)</scr\0ipt><p sty\0le="x" title="a\0b">', 0],
  ])('%s', (_, html, atLeast) => {
    const result = clean(html)
    expectHarmless(result.html, result.css)
    expect(result.html + result.css).not.toContain('alert(1)</script>')
    expect(result.remoteBlocked).toBeGreaterThanOrEqual(atLeast)
    if (atLeast === 0) expect(result.remoteBlocked).toBeLessThanOrEqual(1)
  })

  it('anything at all comes out harmless', () => {
    const pieces = fc.constantFrom(
      '<', '>', '"', "'", '=', '/', ' ', '<!--', '-->', '<script', '</script>', '<style>', '</style>', '<img src=', '<a href=', 'http://x', 'javascript:', 'cid:logo@x', 'url(', ')', '@import ', '\\75 ', '/*', '*/', '<svg>', '<table>', '</table>', '<p style="', 'onerror=alert(1)', '&lt;', '&#60;', '&quot;', '\0', '<title>', '<textarea>', '<body background=', '<![CDATA[', '<math>', '<plaintext>', '<noscript>', 'text',
    ) // prettier-ignore
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 5, arbitrary: pieces }, fc.string({ maxLength: 5 })), { maxLength: 40 }),
        (parts) => {
          const result = clean(parts.join(''))
          expectHarmless(result.html, result.css)
        },
      ),
      { numRuns: 5000 },
    )
  })

  it('cleaning the cleaned changes nothing that matters', () => {
    const once = clean('<div style="color:red"><img src="cid:logo@x"><a href="http://x">link</a>5 < 6</div>')
    expectHarmless(clean(once.html).html, '')
    expect(clean(once.html).remoteBlocked).toBe(0)
  })
})

describe('ordinary HTML', () => {
  it('keeps what mail is made of', () => {
    const html =
      '<table width="600" cellpadding="0" bgcolor="#fff"><tr><td align="center" style="color:#333;font:12px Arial"><b>Gr&ouml;&szlig;e</b><br></td></tr></table>'
    expect(clean(html).html).toBe(html)
    expect(clean(html).remoteBlocked).toBe(0)
  })

  it('shows links without leading anywhere, their target as title', () => {
    expect(clean('<a href="https://bank.example/?a=1&amp;b=2" title="trust me">Your bank</a>').html).toBe(
      '<a data-link="1" title="https://bank.example/?a=1&amp;b=2">Your bank</a>',
    )
  })

  it('inlines images of the message, also in styles', () => {
    expect(clean('<img src="cid:logo@x" alt="Logo">').html).toContain(`src="${PIXEL}"`)
    expect(clean('<td style="background:url(cid:logo@x)">').html).toContain(`url(&quot;${PIXEL}&quot;)`)
  })

  it('keeps style sheets and the colours of the body', () => {
    const result = clean('<style>p > b { color: red }</style><body bgcolor="#eee" text="blue"><p>x')
    expect(result.css).toContain('p > b { color: red }')
    expect(result.bodyStyle).toBe('color:blue;background-color:#eee;')
  })

  it('counts blocked images one by one and marks them', () => {
    const result = clean('<img src="http://x/1.png"><img src="https://x/2.png" alt="two">')
    expect(result.remoteBlocked).toBe(2)
    expect(result.html).toContain('data-blocked="1" title="http://x/1.png"')
  })
})

describe('size', () => {
  const size = 10_000_000
  it.each<[string, string]>([
    ['nested tables', '<table><tr><td background="http://x/">'],
    ['nested tags', '<b>'],
    ['unclosed attributes', '<p a="'],
    ['mixed quotes', `<p a="'>`],
    ['unclosed svg', '<svg>'],
    ['unclosed style', '<style>@import url("'],
    ['lone <', '<'],
    ['comments', '<!--'],
    ['paragraphs with styles', '<p style="color:red;background:url(http://x/y.png)">hello</p>'],
    ['ampersands in an attribute', '&'],
  ])('10 MB of %s take under a second of processor time', (_, unit) => {
    const html = unit === '&' ? `<p title="${'&'.repeat(size)}">` : unit.repeat(Math.ceil(size / unit.length))
    clean(html.slice(0, 100_000))
    const before = process.cpuUsage()
    const result = clean(html)
    const used = process.cpuUsage(before)
    // a margin for machines that are busy with other tests
    expect((used.user + used.system) / 1000).toBeLessThan(2500)
    expect(result.html.length).toBeLessThan(45_000_000)
  })

  it('does not build tables a thousand deep, and says when it cut', () => {
    const deep = clean('<table><tr><td>'.repeat(1000) + 'inside' + '</td></tr></table>'.repeat(1000))
    expect(deep.html.match(/<table>/g)?.length).toBe(60)
    expect(deep.html.match(/<\/table>/g)?.length).toBe(60)
    expect(deep.html).toContain('inside')
    expect(clean('<p>x'.repeat(300_000)).cut).toBe(true)
    expect(clean('<p>x').cut).toBe(false)
  })
})
