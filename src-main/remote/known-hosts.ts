import { createHash, createHmac, randomBytes } from 'node:crypto'

/**
 * Host keys in OpenSSH's known_hosts format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain and hashed host names,
 * patterns, negation, `[host]:port`, `@revoked` and `@cert-authority`.
 */
export interface KnownHostLine {
  file: string
  /** 1-based line in the file. */
  line: number
  marker: 'none' | 'revoked' | 'cert-authority'
  hosts: string
  keyType: string
  key: Buffer
}

export type HostKeyVerdict =
  | { verdict: 'known'; file: string; line: number }
  /** No line names this host; `otherTypes` tells key types already known of it. */
  | { verdict: 'unknown'; otherTypes: string[] }
  /** A line names this host with another key of the same type. */
  | { verdict: 'changed'; file: string; line: number; expected: string }
  | { verdict: 'revoked'; file: string; line: number }

/** Reads the lines that can be understood; comments, blanks and broken lines are passed over as OpenSSH does. */
export function parseKnownHosts(text: string, file = 'known_hosts'): KnownHostLine[] {
  const lines: KnownHostLine[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const fields = raw.trim().split(/[ \t]+/)
    if (fields[0] === '' || fields[0]?.startsWith('#')) continue
    let marker: KnownHostLine['marker'] = 'none'
    if (fields[0] === '@revoked' || fields[0] === '@cert-authority') {
      marker = fields[0] === '@revoked' ? 'revoked' : 'cert-authority'
      fields.shift()
    }
    const [hosts, keyType, encoded] = fields
    if (hosts === undefined || keyType === undefined || encoded === undefined) continue
    const key = Buffer.from(encoded, 'base64')
    if (keyTypeOf(key) === null) continue
    lines.push({ file, line: index + 1, marker, hosts, keyType, key })
  }
  return lines
}

/** The name under which a host is written: bare on port 22, else `[host]:port`; always lower case. */
export function hostToken(host: string, port: number): string {
  const name = host.toLowerCase()
  return port === 22 ? name : `[${name}]:${String(port)}`
}

/**
 * Judges the key that a server showed.
 * @param key the public key in SSH wire format, as ssh2's hostVerifier hands it over
 */
export function judgeHostKey(
  lines: readonly KnownHostLine[],
  host: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const token = hostToken(host, port)
  const type = keyTypeOf(key)
  const ours = lines.filter((line) => matchesHost(line.hosts, token))
  const revoked = ours.find((line) => line.marker === 'revoked' && line.key.equals(key))
  if (revoked) return { verdict: 'revoked', file: revoked.file, line: revoked.line }
  const plain = ours.filter((line) => line.marker === 'none')
  const same = plain.find((line) => line.key.equals(key))
  if (same) return { verdict: 'known', file: same.file, line: same.line }
  const changed = plain.find((line) => keyTypeOf(line.key) === type)
  if (changed) {
    const { file, line } = changed
    return { verdict: 'changed', file, line, expected: fingerprint(changed.key) }
  }
  return { verdict: 'unknown', otherTypes: knownKeyTypes(lines, host, port) }
}

/** Key types known of a host. A client asks for these first, or a server with several keys would seem unknown. */
export function knownKeyTypes(lines: readonly KnownHostLine[], host: string, port: number): string[] {
  const token = hostToken(host, port)
  const types = lines
    .filter((line) => line.marker === 'none' && matchesHost(line.hosts, token))
    .map((line) => keyTypeOf(line.key) ?? line.keyType)
  return [...new Set(types)]
}

/** A line to append for a key that a person accepted; the host name is hashed, as Debian's OpenSSH does. */
export function knownHostLine(host: string, port: number, key: Buffer): string {
  const salt = randomBytes(20)
  const digest = createHmac('sha1', salt).update(hostToken(host, port)).digest('base64')
  return `|1|${salt.toString('base64')}|${digest} ${keyTypeOf(key) ?? 'unknown'} ${key.toString('base64')}\n`
}

/** `SHA256:…` without padding, as `ssh-keygen -lf` and the login prompt print it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** Type at the start of a public key in wire format (`ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`); null when it is none. */
export function keyTypeOf(key: Buffer): string | null {
  if (key.length < 8) return null
  const length = key.readUInt32BE(0)
  if (length < 3 || length > 64 || key.length < 4 + length) return null
  const type = key.toString('latin1', 4, 4 + length)
  return /^[a-z0-9@.-]+$/.test(type) ? type : null
}

function matchesHost(hosts: string, token: string): boolean {
  if (hosts.startsWith('|1|')) {
    const [, , salt, digest] = hosts.split('|')
    if (salt === undefined || digest === undefined) return false
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(token).digest('base64') === digest
  }
  let matched = false
  for (const raw of hosts.split(',')) {
    const negated = raw.startsWith('!')
    if (!wildcard((negated ? raw.slice(1) : raw).toLowerCase(), token)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

/** OpenSSH's pattern match: `*` any run, `?` one character. Linear in time whatever the pattern. */
function wildcard(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let mark = 0
  while (t < text.length) {
    if (p < pattern.length && (pattern[p] === '?' || (pattern[p] === text[t] && pattern[p] !== '*'))) {
      p++
      t++
    } else if (p < pattern.length && pattern[p] === '*') {
      star = p++
      mark = t
    } else if (star >= 0) {
      p = star + 1
      t = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
