import { en } from '../../i18n/en/index.ts'

/** The reason of a failed export as the engine gives it: `blob-missing: it is not there`. */
export interface Reason {
  /** Key of the kind's title, when the reason begins with a kind of problem we have words for. */
  title: string | null
  detail: string
}

/** Takes the kind off the front of a reason, so that it is told in the person's language. */
export function readReason(text: string): Reason {
  const match = /^([a-z-]+): (.*)$/s.exec(text)
  const title = match ? `kind.${match[1] ?? ''}.title` : null
  return title !== null && title in en ? { title, detail: match?.[2] ?? '' } : { title: null, detail: text }
}
