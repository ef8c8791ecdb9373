/** What the letters of one language are made of. `{…}` is filled in: name, me, project, n, amount, day, city. */
export interface Texts {
  code: string
  /** Charsets that mail in this language came in, the usual one first. */
  charsets: readonly string[]
  rightToLeft?: boolean
  reply: string
  forward: string
  greetings: readonly string[]
  closings: readonly string[]
  subjects: readonly string[]
  sentences: readonly string[]
  projects: readonly string[]
  cities: readonly string[]
  /** Personal folders, `/` between levels. */
  folders: readonly string[]
  meetings: readonly string[]
  tasks: readonly string[]
  newsletter: { title: string; lead: string; button: string; unsubscribe: string }
  attachmentName: string
  quote: string
}
