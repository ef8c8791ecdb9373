import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/**
 * A real write error in the middle of a message: a process that may not make files larger than 64 KiB gets a short write and then
 * EFBIG, as a full disk gives a short write and then ENOSPC.
 */
const SCRIPT = `
import { openEmlTreeTarget } from '${resolve('src-main/mail/formats/eml-tree.ts')}'
import { openMboxTarget } from '${resolve('src-main/mail/formats/mbox.ts')}'
import { openMaildirTarget } from '${resolve('src-main/mail/formats/maildir.ts')}'
import { openZipTarget } from '${resolve('src-main/mail/formats/zip.ts')}'
import { randomBytes } from 'node:crypto'
const [, , root, format] = process.argv
const open = { eml: openEmlTreeTarget, mbox: openMboxTarget, maildir: openMaildirTarget, zip: openZipTarget }[format]
const target = open(root)
const entry = (n) => ({ dir: ['a'], name: n + ' [1].eml', date: 1e12, flags: '', sha256: null })
const outcome = []
for (const [n, bytes] of [['small', 20000], ['large', 300000], ['after', 20000]]) {
  try {
    outcome.push((await target.write(entry(n), Buffer.from(randomBytes(bytes).toString('latin1')))).outcome)
  } catch (error) {
    outcome.push(error.name + ' ' + error.kind)
  }
}
try { await target.close(); outcome.push('closed') } catch (error) { outcome.push(error.name + ' ' + error.kind) }
console.log(JSON.stringify(outcome))
`

describe.skipIf(process.platform === 'win32')('a disk that takes no more in the middle of a message', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lifeboat-full-'))
  })
  afterEach(() => {
    rmSync(root, { recursive: true, force: true })
  })

  it.each(['eml', 'maildir', 'mbox', 'zip'])(
    '%s: a typed error, no half message under a final name',
    (format) => {
      const script = join(root, 'script.ts')
      const out = join(root, 'out')
      writeFileSync(script, SCRIPT)
      const run = spawnSync(
        'bash',
        ['-c', 'ulimit -f 64; exec "$@"', '-', process.execPath, script, out, format],
        {
          encoding: 'utf8',
        },
      )
      expect(run.stderr).not.toMatch(/^\w*Error/m)
      const outcome = JSON.parse(run.stdout) as string[]
      expect(outcome[0]).toBe('written')
      expect(outcome[1]).toBe('MailTargetError full')
      const files = readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((file) => !file.isDirectory())
        .map((file) => file.name)
      expect(files.filter((name) => name.includes('large') || name.includes('.part'))).toEqual([])
      // what fitted before and after is whole
      expect(outcome.slice(2)).toEqual(['written', 'closed'])
      expect(files.length).toBe(format === 'eml' || format === 'maildir' ? 2 : 1)
    },
  )
})
