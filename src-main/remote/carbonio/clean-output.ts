import { isSecretKey, redactText } from '../../engine/redact.ts'
import { endOfObject } from './json-reply.ts'

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

const MASK = '***'

/** True when a key of an output names a secret: `s3AccessPassword`, `access key`, `secretKey` of a bucket. */
export function isSecretName(key: string): boolean {
  return /(?:secret|token)[_ -]?key/i.test(key) || isSecretKey(key.trim().replaceAll(' ', '_'))
}

const JSON_KEY = /"([^"\\]{1,100})"\s*:\s*/g
const JSON_STRING = /"((?:[^"\\]|\\.)*)"/y
/** A string that is not closed goes to the end of its line. */
const JSON_SCALAR = /"(?:[^"\\\n]|\\.)*"?|[^\s,}\]"{[]+/y

/** Index behind the JSON value at `from`; of a torn object or list the end of the text. */
function endOfValue(text: string, from: number): number {
  if (text[from] === '{' || text[from] === '[') {
    const end = endOfObject(text, from)
    return end < 0 ? text.length : end
  }
  JSON_SCALAR.lastIndex = from
  return JSON_SCALAR.test(text) ? JSON_SCALAR.lastIndex : from
}

/** JSON with the values of secrets replaced, also where it is torn or stands in text. */
function maskJson(text: string): string {
  let masked = ''
  let copied = 0
  // `{"attribute": NAME, "value": …}`, as config prints settings
  let secretAttribute = false
  JSON_KEY.lastIndex = 0
  for (let match = JSON_KEY.exec(text); match !== null; match = JSON_KEY.exec(text)) {
    const key = match[1]!
    const from = JSON_KEY.lastIndex
    if (isSecretName(key) || (key === 'value' && secretAttribute)) {
      const end = endOfValue(text, from)
      masked += `${text.slice(copied, from)}"${MASK}"`
      copied = end
      JSON_KEY.lastIndex = end
    } else if (key === 'attribute') {
      JSON_STRING.lastIndex = from
      secretAttribute = isSecretName(JSON_STRING.exec(text)?.[1] ?? '')
    }
  }
  return masked + text.slice(copied)
}

const LINE_PAIR =
  /^([ \t]*)([A-Za-z][\w.-]{0,100}?(?: [\w.-]{1,40}){0,3})([ \t]{2,}|\t|_{3,}|[ \t]*[=:][ \t]*)(\S.*)$/

/**
 * Values of secrets in the forms of this command: JSON, padded lines, and the two lines `attribute NAME`, `value …`.
 * The general redaction knows passwords in prose and command lines, not settings by their names.
 */
function maskValues(text: string): string {
  const json = maskJson(text)
  let secretAttribute = false
  return json
    .split('\n')
    .map((line) => {
      const [, blanks = '', key = '', between = '', value = ''] = LINE_PAIR.exec(line) ?? []
      const secret = isSecretName(key) || (secretAttribute && key === 'value')
      if (key !== '') secretAttribute = key === 'attribute' && isSecretName(value.trim())
      return secret && key !== '' ? `${blanks}${key}${between}${MASK}` : line
    })
    .join('\n')
}

/** What a person, a log or an error may see of an output: no terminal codes, no secrets, not endless. */
export function shownOutput(output: string): string {
  let text = output
  if (text.length > SHOWN) {
    const cut = text.length - SHOWN
    text = `${text.slice(0, SHOWN - SHOWN_END)}\n[… ${cut} characters left out …]\n${text.slice(-SHOWN_END)}`
  }
  return redactText(maskValues(visible(cleanOutput(text))))
}
