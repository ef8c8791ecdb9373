import { redactText } from '../../engine/redact.ts'

/** Most that a person is shown of one output, characters: the beginning and the end. */
const SHOWN = 256 * 1024
const SHOWN_END = 32 * 1024

const ESC = '\u001b'
/** Colours, cursor movements, window titles. Written as text because a control character in a regex is easily lost. */
const TERMINAL = new RegExp(
  [
    `${ESC}\\[[0-?]*[ -/]*[@-~]`,
    `${ESC}\\][^\u0007${ESC}]*(?:\u0007|${ESC}\\\\)`,
    `${ESC}[()][0-9A-B]`,
    `${ESC}[=>78c@-Z\\\\^_]`,
  ].join('|'),
  'g',
)

/** Output without terminal codes, byte order mark and carriage returns; every line ends with `\n` alone. */
export function cleanOutput(output: string): string {
  let text = output.startsWith('\ufeff') ? output.slice(1) : output
  if (text.includes(ESC)) text = text.replaceAll(TERMINAL, '')
  if (text.includes('\r')) text = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  return text
}

/** Other control characters as visible pictures: an output is never allowed to act on a terminal or a log. */
function visible(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters that are meant
  return text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, (character) =>
    character === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + character.charCodeAt(0)),
  )
}

/** What a person, a log or an error may see of an output: no terminal codes, no secrets, not endless. */
export function shownOutput(output: string): string {
  let text = output
  if (text.length > SHOWN) {
    const cut = text.length - SHOWN
    text = `${text.slice(0, SHOWN - SHOWN_END)}\n[… ${cut} characters left out …]\n${text.slice(-SHOWN_END)}`
  }
  return redactText(visible(cleanOutput(text)))
}
