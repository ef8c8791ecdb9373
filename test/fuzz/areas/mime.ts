import { extractForIndex } from '../../../src-main/mail/index-walker.ts'
import { mailFrame } from '../../../src-main/mail/frame.ts'
import { previewMessage } from '../../../src-main/mail/preview.ts'
import { must, shown, type Area } from '../area.ts'
import { mutateBytes } from '../mutate-bytes.ts'
import { plainMessages } from '../originals.ts'

const RUNS = /^(?:script|iframe|object|embed|form|base|link|applet|frame|svg|math|meta|template)$/i
const LOADS = /^(?:src|background|poster|srcset|data|href|action|xlink:href|formaction|ping)$/i
const TAG = /<([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi
const ATTRIBUTE = /([^\s=>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))/g

/** What in a frame could run, load or lead away; its policy is the first wall, this the second. */
function liveParts(body: string): string[] {
  const live: string[] = []
  for (const [tag, name = '', attributes = ''] of body.matchAll(TAG)) {
    if (RUNS.test(name)) live.push(tag)
    for (const [attribute, key = '', double, single, bare] of attributes.matchAll(ATTRIBUTE)) {
      const value = (double ?? single ?? bare ?? '').trim()
      if (/^on[a-z]/i.test(key)) live.push(attribute)
      if (LOADS.test(key) && value !== '' && !/^(?:data:image\/|#)/i.test(value)) live.push(attribute)
    }
  }
  return live
}

export const MIME: Area = {
  name: 'mime',
  prepare() {
    const messages = plainMessages()
    return async (random) => {
      // The messages made by hand are the dangerous ones: they come often.
      const original = random.chance(0.3) ? messages.at(-1 - random.int(3))! : random.pick(messages)
      const bytes = mutateBytes(original, random, messages)
      const kept = Buffer.from(bytes)
      const mail = extractForIndex(bytes)
      const said = (what: string) => (): string => `${what} of ${shown(kept)}`
      must(Buffer.byteLength(mail.text) <= 64 * 1024 + 8, said('text for the index too long'))
      must(mail.date === null || Number.isFinite(mail.date), said('date'))
      must(
        [mail.subject, mail.from, mail.to].every((t) => typeof t === 'string'),
        said('fields'),
      )
      must(mail.attachments.length <= 200, said('attachments'))
      const preview = await previewMessage(bytes)
      must(preview.date === null || Number.isFinite(preview.date), said('date of the preview'))
      must(preview.text.length <= 1.1e6, said('text of the preview'))
      const frame = await mailFrame(preview, bytes)
      const body = frame.html.slice(frame.html.indexOf('<body'))
      const live = liveParts(body)
      must(live.length === 0, said(`${live.join(' ')} in the frame`))
      must(bytes.equals(kept), said('the message was changed'))
    }
  },
}
