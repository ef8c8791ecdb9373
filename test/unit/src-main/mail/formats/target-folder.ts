import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MailEntry } from '../../../../../src-main/mail/formats/target.ts'

/** An empty folder for each test, and entries to put into targets there. */
export class TargetFolder {
  root = ''

  make(): void {
    this.root = mkdtempSync(join(tmpdir(), 'lifeboat-formats-'))
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  /** All files below the root, hidden ones too. */
  tree(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((file) => !file.isDirectory())
      .map((file) => join(file.parentPath, file.name).slice(this.root.length + 1))
      .sort()
  }
}

export const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
export const text = (body: string) =>
  Buffer.from(`Subject: x\r\nFrom: a@example.com\r\n\r\n${body}\r\nFrom here on\r\n`)

export function entry(over: Partial<MailEntry> = {}): MailEntry {
  return {
    dir: ['anna@example.com', 'Inbox'],
    name: '2026-11-20 0301 Hello [257].eml',
    date: Date.UTC(2026, 10, 20, 3, 1),
    flags: '',
    sha256: null,
    ...over,
  }
}
