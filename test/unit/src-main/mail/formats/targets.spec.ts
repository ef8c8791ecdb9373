import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmlTreeTarget } from '../../../../../src-main/mail/formats/eml-tree.ts'
import { openMaildirTarget } from '../../../../../src-main/mail/formats/maildir.ts'
import { openMboxTarget } from '../../../../../src-main/mail/formats/mbox.ts'
import {
  partName,
  publish,
  reserveAndRename,
  writePart,
} from '../../../../../src-main/mail/formats/part-file.ts'
import { MailTargetError } from '../../../../../src-main/mail/formats/target.ts'
import type { MailTarget } from '../../../../../src-main/mail/formats/target.ts'
import { openZipTarget } from '../../../../../src-main/mail/formats/zip.ts'
import { entry, sha, text, TargetFolder } from './target-folder.ts'

const base = new TargetFolder()
beforeEach(() => {
  base.make()
})
afterEach(() => {
  base.remove()
})

const TARGETS: [string, () => MailTarget][] = [
  ['eml', () => openEmlTreeTarget(base.root)],
  ['mbox', () => openMboxTarget(base.root)],
  ['maildir', () => openMaildirTarget(base.root)],
  ['zip', () => openZipTarget(base.root)],
]

async function kindOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    expect(error).toBeInstanceOf(MailTargetError)
    return (error as MailTargetError).kind
  }
}

describe.each(TARGETS)('%s: nothing wrong under a final name', (_, open) => {
  it('refuses bytes that are not those of the digest, and leaves nothing of them', async () => {
    const target = open()
    await target.write(entry(), text('good'))
    expect(
      await kindOf(target.write(entry({ name: 'b [2].eml', sha256: sha(text('other')) }), text('bad'))),
    ).toBe('changed')
    await target.write(entry({ name: 'c [3].eml' }), text('good too'))
    await target.close()
    for (const file of base.tree()) expect(readFileSync(join(base.root, file)).includes('bad')).toBe(false)
    expect(base.tree().filter((file) => file.includes('.part'))).toEqual([])
  })

  it('survives a large message whose reading fails in the middle', async () => {
    const target = open()
    await target.write(entry(), text('first'))
    const broken = (fd: number) => {
      writeSync(fd, 'Subject: half\r\n\r\nhalf of a mess')
      throw new Error('the blob ends here')
    }
    expect(await kindOf(target.write(entry({ name: 'b [2].eml' }), broken))).toBe('source')
    await target.write(entry({ name: 'c [3].eml' }), text('third'))
    await target.close()
    const all = Buffer.concat(base.tree().map((file) => readFileSync(join(base.root, file))))
    expect(all.includes('half of a mess')).toBe(false)
    expect(base.tree().filter((file) => file.includes('.part'))).toEqual([])
  })

  it('abort removes what is temporary', async () => {
    const target = open()
    await target.write(entry(), text('one'))
    await target.abort()
    expect(base.tree().filter((file) => file.includes('.part'))).toEqual([])
  })

  it('tells a full disk from other errors', async () => {
    const target = open()
    const full = () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        syscall: 'write',
      })
    }
    expect(await kindOf(target.write(entry(), full))).toBe('full')
    await target.close()
    expect(base.tree()).toEqual([])
  })

  it('clears what a killed export left, and nothing else', async () => {
    const folder = join(base.root, 'anna@example.com', 'Inbox')
    mkdirSync(folder, { recursive: true })
    const names = ['.lifeboat-999999999-1-abc.part', '.lifeboat-999999999-1-abc.part.txt', 'mine.part']
    for (const place of [folder, base.root]) for (const name of names) writeFileSync(join(place, name), 'x')
    const target = open()
    await target.write(entry(), text('one'))
    await target.write(entry({ dir: ['anna@example.com', 'Inbox', 'Sub'] }), text('two'))
    await target.write(entry({ dir: [], name: 'top [1].eml' }), text('three'))
    await target.close()
    const left = base.tree()
    expect(left.filter((file) => file.endsWith('mine.part')).length).toBe(2)
    expect(left.filter((file) => file.endsWith('.part.txt')).length).toBe(2)
  })
})

describe('eml tree', () => {
  it('writes the exact bytes, hashes them, and knows them again', async () => {
    const message = text('hello')
    const target = openEmlTreeTarget(base.root)
    const first = await target.write(entry(), message)
    expect(first).toEqual({
      outcome: 'written',
      path: 'anna@example.com/Inbox/2026-11-20 0301 Hello [257].eml',
      bytes: message.length,
      sha256: sha(message),
    })
    expect(readFileSync(join(base.root, first.path))).toEqual(message)
    const again = openEmlTreeTarget(base.root)
    expect(await again.has(entry({ sha256: sha(message) }))).toEqual({ ...first, outcome: 'already' })
    expect((await again.write(entry(), message)).outcome).toBe('already')
    expect(base.tree()).toEqual([first.path])
  })

  it('never replaces a file: other bytes get a number, and are known under it', async () => {
    const target = openEmlTreeTarget(base.root)
    await target.write(entry(), text('one'))
    const second = await target.write(entry(), text('two'))
    expect(second.path).toBe('anna@example.com/Inbox/2026-11-20 0301 Hello [257] (2).eml')
    expect((await target.write(entry(), text('two'))).outcome).toBe('already')
    expect((await target.write(entry(), text('three'))).path).toContain('(3)')
    expect(await target.has(entry({ sha256: sha(text('two')) }))).toEqual({ ...second, outcome: 'already' })
    expect(await target.has(entry({ sha256: sha(text('four')) }))).toBeNull()
    expect(readFileSync(join(base.root, 'anna@example.com/Inbox/2026-11-20 0301 Hello [257].eml'))).toEqual(
      text('one'),
    )
  })

  it('takes a folder or a link under the name for a name that is taken, and does not write through the link', async () => {
    const folder = join(base.root, 'anna@example.com', 'Inbox')
    const outside = join(base.root, 'outside.txt')
    writeFileSync(outside, 'precious')
    mkdirSync(join(folder, '2026-11-20 0301 Hello [257].eml'), { recursive: true })
    symlinkSync(outside, join(folder, '2026-11-20 0301 Hello [257] (2).eml'))
    const target = openEmlTreeTarget(base.root)
    expect((await target.write(entry(), text('x'))).path).toContain('(3)')
    expect(readFileSync(outside, 'utf8')).toBe('precious')
  })

  it('cannot be led out of its base.root by folder or file names', async () => {
    const target = openEmlTreeTarget(join(base.root, 'in'))
    const result = await target.write(
      entry({ dir: ['..', '../..', '/etc', '.'], name: '../../../x.eml' }),
      text('x'),
    )
    await target.close()
    expect(base.tree()).toEqual([join('in', result.path)])
    expect(result.path.split('/')).not.toContain('..')
  })

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'names a folder that refuses',
    async () => {
      mkdirSync(join(base.root, 'anna@example.com'))
      chmodSync(join(base.root, 'anna@example.com'), 0o500)
      try {
        expect(await kindOf(openEmlTreeTarget(base.root).write(entry(), text('x')))).toBe('refused')
      } finally {
        chmodSync(join(base.root, 'anna@example.com'), 0o700)
      }
    },
  )

  it('gives a folder a number where a file stands in its place', async () => {
    writeFileSync(join(base.root, 'anna@example.com'), 'a file')
    const { path } = await openEmlTreeTarget(base.root).write(entry(), text('x'))
    expect(path).toMatch(/^anna@example\.com \(2\)\//)
    expect(readFileSync(join(base.root, path))).toEqual(text('x'))
    expect(readFileSync(join(base.root, 'anna@example.com'), 'utf8')).toBe('a file')
  })

  it('takes messages too large for memory from a stream', async () => {
    const big = randomBytes(3_000_000)
    const source = (fd: number) => {
      for (let at = 0; at < big.length; at += 100_000)
        writeSync(fd, big, at, Math.min(100_000, big.length - at))
    }
    const target = openEmlTreeTarget(base.root)
    const result = await target.write(entry({ sha256: sha(big) }), source)
    expect(result).toMatchObject({ outcome: 'written', bytes: big.length, sha256: sha(big) })
    expect(readFileSync(join(base.root, result.path)).equals(big)).toBe(true)
  })

  it('shortens a name that the file system refuses', async () => {
    // 240 bytes are allowed; the number for a taken name must still fit.
    const name = `${'ä'.repeat(110)} [${'9'.repeat(12)}].eml`
    const target = openEmlTreeTarget(base.root)
    await target.write(entry({ name }), text('1'))
    expect((await target.write(entry({ name }), text('2'))).path).toContain('(2).eml')
  })

  it('makes everything durable in groups without losing any', async () => {
    const target = openEmlTreeTarget(base.root)
    for (let n = 0; n < 600; n++) await target.write(entry({ name: `m [${n}].eml` }), text(String(n)))
    await target.close()
    expect(base.tree().length).toBe(600)
  })
})

describe('publishing without hard links', () => {
  it('reserves the name, replaces only its own reservation, and refuses a taken one', async () => {
    const part = await writePart(base.root, text('new'), null)
    expect(reserveAndRename(part.path, join(base.root, 'a.eml'))).toBe(true)
    expect(readFileSync(join(base.root, 'a.eml'))).toEqual(text('new'))
    const second = await writePart(base.root, text('other'), null)
    expect(reserveAndRename(second.path, join(base.root, 'a.eml'))).toBe(false)
    expect(readFileSync(join(base.root, 'a.eml'))).toEqual(text('new'))
    expect(existsSync(second.path)).toBe(true)
  })

  it('takes its reservation back when the rename fails', () => {
    expect(() => reserveAndRename(join(base.root, partName()), join(base.root, 'b.eml'))).toThrow()
    expect(existsSync(join(base.root, 'b.eml'))).toBe(false)
  })

  it('an empty file of that name is someone else’s and stays', async () => {
    writeFileSync(join(base.root, 'c.eml'), '')
    const part = await writePart(base.root, text('c'), null)
    expect(publish(part, base.root, 'c.eml')).toEqual({ name: 'c (2).eml', outcome: 'written' })
    expect(readFileSync(join(base.root, 'c.eml')).length).toBe(0)
  })
})
