import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  fingerprint,
  judgeHostKey,
  keyTypeOf,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../../src-main/remote/known-hosts.ts'

let folder: string
const keys: Record<string, Buffer> = {}

function makeKey(name: string, type: string): void {
  const file = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file])
  keys[name] = Buffer.from(readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '', 'base64')
}

function key(name: string): Buffer {
  const found = keys[name]
  if (!found) throw new Error(`no key ${name}`)
  return found
}

function entry(hosts: string, name: string, marker = ''): string {
  return `${marker}${hosts} ${keyTypeOf(key(name)) ?? ''} ${key(name).toString('base64')} comment\n`
}

function judge(text: string, host: string, port: number, name: string): string {
  return judgeHostKey(parseKnownHosts(text), host, port, key(name)).verdict
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-known-hosts-'))
  makeKey('one', 'ed25519')
  makeKey('two', 'ed25519')
  makeKey('rsa', 'rsa')
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('known hosts', () => {
  it('knows, refuses and asks', () => {
    const text = entry('mail.example.com,10.0.0.1', 'one')
    expect(judge(text, 'mail.example.com', 22, 'one')).toBe('known')
    expect(judge(text, 'MAIL.example.com', 22, 'one')).toBe('known')
    expect(judge(text, '10.0.0.1', 22, 'one')).toBe('known')
    expect(judge(text, 'mail.example.com', 22, 'two')).toBe('changed')
    expect(judge(text, 'mail.example.com', 2222, 'one')).toBe('unknown')
    expect(judge(text, 'other.example.com', 22, 'one')).toBe('unknown')
  })

  it('says unknown, not changed, for another type of key, and tells the types to ask for', () => {
    const text = entry('mail.example.com', 'one')
    expect(judgeHostKey(parseKnownHosts(text), 'mail.example.com', 22, key('rsa'))).toEqual({
      verdict: 'unknown',
      otherTypes: ['ssh-ed25519'],
    })
    expect(knownKeyTypes(parseKnownHosts(text), 'mail.example.com', 22)).toEqual(['ssh-ed25519'])
  })

  it('follows patterns, negation and ports', () => {
    const text = entry('*.example.com,!old.example.com,[*.example.com]:2222', 'one')
    expect(judge(text, 'new.example.com', 22, 'one')).toBe('known')
    expect(judge(text, 'old.example.com', 22, 'one')).toBe('unknown')
    expect(judge(text, 'new.example.com', 2222, 'one')).toBe('known')
    expect(judge(text, 'example.com', 22, 'one')).toBe('unknown')
  })

  it('never accepts a revoked key, nor takes a certificate authority for a host key', () => {
    expect(judge(entry('*', 'one', '@revoked ') + entry('a', 'one'), 'a', 22, 'one')).toBe('revoked')
    expect(judge(entry('*', 'one', '@cert-authority '), 'a', 22, 'one')).toBe('unknown')
  })

  it('passes over what it cannot read', () => {
    const text = `# comment\n\nhalf\nmail ssh-rsa !!!!\n${entry('mail', 'one')}`
    expect(parseKnownHosts(text)).toHaveLength(1)
    expect(judge(text, 'mail', 22, 'one')).toBe('known')
  })

  it('reads what ssh-keygen hashed, and ssh-keygen finds what it wrote', () => {
    const file = join(folder, 'known_hosts')
    writeFileSync(file, entry('mail.example.com', 'one') + entry('[mail.example.com]:2200', 'two'))
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    const hashed = readFileSync(file, 'utf8')
    expect(hashed).not.toContain('mail.example.com')
    expect(judge(hashed, 'mail.example.com', 22, 'one')).toBe('known')
    expect(judge(hashed, 'mail.example.com', 2200, 'two')).toBe('known')
    expect(judge(hashed, 'mail.example.com', 2200, 'one')).toBe('changed')

    writeFileSync(
      file,
      knownHostLine('[::1]', 2200, key('rsa')) + knownHostLine('mail.example.com', 2200, key('one')),
    )
    const found = execFileSync('ssh-keygen', ['-F', '[mail.example.com]:2200', '-f', file], {
      encoding: 'utf8',
    })
    expect(found).toContain(key('one').toString('base64'))
  })

  it('prints fingerprints as ssh-keygen does', () => {
    const printed = execFileSync('ssh-keygen', ['-lf', join(folder, 'one.pub')], { encoding: 'utf8' })
    expect(printed).toContain(fingerprint(key('one')))
  })
})
