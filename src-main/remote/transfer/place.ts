import { ExpectedError } from '../../engine/errors.ts'

/** Where a copy comes from or goes to, as a person writes it. */
export type PlaceText =
  { kind: 'local'; path: string } | { kind: 'ssh'; user: string; host: string; port: number; path: string }

/**
 * Understands `ssh://user@host:port/path` (percent-decoded) or a local path.
 * @throws ExpectedError BAD_QUERY for an address that cannot be understood
 */
export function parsePlace(text: string): PlaceText {
  if (!/^ssh:\/\//i.test(text)) {
    // `host:/path` is what scp and rsync take: it must not become a folder of that name.
    if (/^[\w.-]+@[\w.-]+:/.test(text)) throw wrong(text, 'It looks like an address of scp.')
    return { kind: 'local', path: text }
  }
  const match = /^ssh:\/\/(?:([^@/]*)@)?(\[[0-9a-f:.%]+\]|[^:/@]+)(?::(\d+))?(\/.*)?$/is.exec(text)
  if (!match) throw wrong(text, 'It has no host.')
  const [, login = '', host = '', port, path = ''] = match
  if (login.includes(':'))
    throw wrong(text.replace(/:[^@:]*@/, ':…@'), 'A password does not belong into an address.')
  const user = decoded(login, text)
  if (user === '') throw wrong(text, 'It names no user.')
  const decodedPath = decoded(path, text)
  if (decodedPath === '' || decodedPath === '/') throw wrong(text, 'It names no folder.')
  if (`${user}${decodedPath}`.includes('\0')) throw wrong(text, 'It holds a NUL character.')
  const number = port === undefined ? 22 : Number(port)
  if (number < 1 || number > 65535) throw wrong(text, `${port ?? ''} is no port.`)
  return { kind: 'ssh', user, host: host.replace(/^\[|\]$/g, ''), port: number, path: trimmed(decodedPath) }
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '') || '/'
}

function decoded(part: string, whole: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw wrong(whole, 'Its percent signs cannot be understood (a percent sign itself is written %25).')
  }
}

function wrong(text: string, why: string): ExpectedError {
  return new ExpectedError('BAD_QUERY', `${text} cannot be understood as a place`, {
    why,
    next: 'Write a local path, or ssh://user@host:port/path with odd characters percent-encoded.',
  })
}
