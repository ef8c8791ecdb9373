/**
 * Takes secrets out of whatever is written to a log or shown in an error: values under telling keys, passwords in
 * URLs and command lines, password hashes, private keys. Digests, addresses and paths stay: they are what a log is for.
 */

const MASK = '***'
const SECRET_KEY =
  /^(?:.*[_-])?(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|auth(?:orization)?|cookie|credentials?|zimbraPassword|userPassword|otp|totp)(?:[_-].*)?$/i
const SECRET_CAMEL =
  /(?:Password|Passphrase|Passwd|Secret|Token|ApiKey|PrivateKey|AccessKey|Cookie|Credential)s?$/

const RULES: readonly [RegExp, string][] = [
  [
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
    `[private key ${MASK}]`,
  ],
  [/\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2[^}]{0,64}|ARGON2[^}]{0,64})\}[^\s"',;]+/gi, `[password hash ${MASK}]`],
  [/\$(?:1|2[abxy]?|5|6|y|argon2(?:id?|d))\$[./A-Za-z0-9$,=+-]{8,}/g, `[password hash ${MASK}]`],
  // bounded, or a long text of letters and dots would take minutes
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,256}):[^\s/@]+@/gi, `$1:${MASK}@`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${MASK}`],
  [/\b(set-cookie|cookie|authorization)(\s*:\s*)[^\r\n]+/gi, `$1$2${MASK}`],
  [
    /((?:^|[\s"'?&;,{(_-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)["']?\s*[=:]\s*)(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'&;,})]+)/gi,
    `$1${MASK}`,
  ],
  [/(\s--?(?:pass(?:word|wd|phrase)?|pwd|secret|token)\s+)(?:"[^"]*"|'[^']*'|\S+)/gi, `$1${MASK}`],
]

/** Redacts one text. */
export function redactText(text: string): string {
  let result = text
  for (const [pattern, replacement] of RULES) result = result.replace(pattern, replacement)
  return result
}

/** True when a key of this name holds a secret. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key) || SECRET_CAMEL.test(key)
}

/**
 * A copy of `value` without secrets that is safe to stringify: cycles, depth over 8 and long lists are cut, errors
 * become name, message and stack, binary data its length.
 */
export function redact(value: unknown): unknown {
  return copy(value, 0, new Set())
}

function copy(value: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return '[circular]'
  if (depth >= 8) return '[deep]'
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Date) return value
  seen.add(value)
  try {
    if (value instanceof Error) return copyError(value, depth, seen)
    if (Array.isArray(value)) {
      const list = value.slice(0, 100).map((entry) => copy(entry, depth + 1, seen))
      return value.length > 100 ? [...list, `[${value.length - 100} more]`] : list
    }
    const result: Record<string, unknown> = {}
    const entries = value instanceof Map ? [...value] : Object.entries(value)
    for (const [key, entry] of entries) {
      const name = String(key)
      const secret = isSecretKey(name) && entry !== null && entry !== undefined && typeof entry !== 'boolean'
      result[redactText(name)] = secret ? MASK : copy(entry, depth + 1, seen)
    }
    return result
  } finally {
    seen.delete(value)
  }
}

function copyError(error: Error, depth: number, seen: Set<object>): Record<string, unknown> {
  const result: Record<string, unknown> = { name: error.name, message: redactText(error.message) }
  if (error.stack) result['stack'] = redactText(error.stack)
  for (const [key, entry] of Object.entries(error)) {
    if (!(key in result)) result[key] = isSecretKey(key) ? MASK : copy(entry, depth + 1, seen)
  }
  if (error.cause !== undefined) result['cause'] = copy(error.cause, depth + 1, seen)
  return result
}
