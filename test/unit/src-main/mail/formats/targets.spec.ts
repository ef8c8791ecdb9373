import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmlTreeTarget } from '../../../../../src-main/mail/formats/eml-tree.ts'
import { infoFlags, openMaildirTarget } from '../../../../../src-main/mail/formats/maildir.ts'
import { openMboxTarget } from '../../../../../src-main/mail/formats/mbox.ts'
import { readMbox } from '../../../../../src-main/mail/formats/mbox-quoting.ts'
import {
  partName,
  publish,
  reserveAndRename,
  writePart,
} from '../../../../../src-main/mail/formats/part-file.ts'
import { MailTargetError } from '../../../../../src-main/mail/formats/target.ts'
import type { MailEntry, MailTarget } from '../../../../../src-main/mail/formats/target.ts'
import { checkZip } from '../../../../../src-main/mail/formats/zip-check.ts'
import { openZipTarget } from '../../../../../src-main/mail/formats/zip.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lifeboat-formats-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const text = (body: string) =>
  Buffer.from(`Subject: x\r\nFrom: a@example.com\r\n\r\n${body}\r\nFrom here on\r\n`)

function entry(over: Partial<MailEntry> = {}): MailEntry {
  return {
    dir: ['anna@example.com', 'Inbox'],
    name: '2026-11-20 0301 Hello [257].eml',
    date: Date.UTC(2026, 10, 20, 3, 1),
    flags: '',
    sha256: null,
    ...over,
  }
}

/** All files below the root, hidden ones too. */
function tree(): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((file) => !file.isDirectory())
    .map((file) => join(file.parentPath, file.name).slice(root.length + 1))
    .sort()
}

const TARGETS: [string, () => MailTarget][] = [
  ['eml', () => openEmlTreeTarget(root)],
  ['mbox', () => openMboxTarget(root)],
  ['maildir', () => openMaildirTarget(root)],
  ['zip', () => openZipTarget(root)],
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
    for (const file of tree()) expect(readFileSync(join(root, file)).includes('bad')).toBe(false)
    expect(tree().filter((file) => file.includes('.part'))).toEqual([])
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
    const all = Buffer.concat(tree().map((file) => readFileSync(join(root, file))))
    expect(all.includes('half of a mess')).toBe(false)
    expect(tree().filter((file) => file.includes('.part'))).toEqual([])
  })

  it('abort removes what is temporary', async () => {
    const target = open()
    await target.write(entry(), text('one'))
    await target.abort()
    expect(tree().filter((file) => file.includes('.part'))).toEqual([])
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
    expect(tree()).toEqual([])
  })

  it('clears what a killed export left, and nothing else', async () => {
    const folder = join(root, 'anna@example.com', 'Inbox')
    mkdirSync(folder, { recursive: true })
    const names = ['.lifeboat-999999999-1-abc.part', '.lifeboat-999999999-1-abc.part.txt', 'mine.part']
    for (const place of [folder, root]) for (const name of names) writeFileSync(join(place, name), 'x')
    const target = open()
    await target.write(entry(), text('one'))
    await target.write(entry({ dir: ['anna@example.com', 'Inbox', 'Sub'] }), text('two'))
    await target.write(entry({ dir: [], name: 'top [1].eml' }), text('three'))
    await target.close()
    const left = tree()
    expect(left.filter((file) => file.endsWith('mine.part')).length).toBe(2)
    expect(left.filter((file) => file.endsWith('.part.txt')).length).toBe(2)
  })
})

describe('eml tree', () => {
  it('writes the exact bytes, hashes them, and knows them again', async () => {
    const message = text('hello')
    const target = openEmlTreeTarget(root)
    const first = await target.write(entry(), message)
    expect(first).toEqual({
      outcome: 'written',
      path: 'anna@example.com/Inbox/2026-11-20 0301 Hello [257].eml',
      bytes: message.length,
      sha256: sha(message),
    })
    expect(readFileSync(join(root, first.path))).toEqual(message)
    const again = openEmlTreeTarget(root)
    expect(await again.has(entry({ sha256: sha(message) }))).toEqual({ ...first, outcome: 'already' })
    expect((await again.write(entry(), message)).outcome).toBe('already')
    expect(tree()).toEqual([first.path])
  })

  it('never replaces a file: other bytes get a number, and are known under it', async () => {
    const target = openEmlTreeTarget(root)
    await target.write(entry(), text('one'))
    const second = await target.write(entry(), text('two'))
    expect(second.path).toBe('anna@example.com/Inbox/2026-11-20 0301 Hello [257] (2).eml')
    expect((await target.write(entry(), text('two'))).outcome).toBe('already')
    expect((await target.write(entry(), text('three'))).path).toContain('(3)')
    expect(await target.has(entry({ sha256: sha(text('two')) }))).toEqual({ ...second, outcome: 'already' })
    expect(await target.has(entry({ sha256: sha(text('four')) }))).toBeNull()
    expect(readFileSync(join(root, 'anna@example.com/Inbox/2026-11-20 0301 Hello [257].eml'))).toEqual(
      text('one'),
    )
  })

  it('takes a folder or a link under the name for a name that is taken, and does not write through the link', async () => {
    const folder = join(root, 'anna@example.com', 'Inbox')
    const outside = join(root, 'outside.txt')
    writeFileSync(outside, 'precious')
    mkdirSync(join(folder, '2026-11-20 0301 Hello [257].eml'), { recursive: true })
    symlinkSync(outside, join(folder, '2026-11-20 0301 Hello [257] (2).eml'))
    const target = openEmlTreeTarget(root)
    expect((await target.write(entry(), text('x'))).path).toContain('(3)')
    expect(readFileSync(outside, 'utf8')).toBe('precious')
  })

  it('cannot be led out of its root by folder or file names', async () => {
    const target = openEmlTreeTarget(join(root, 'in'))
    const result = await target.write(
      entry({ dir: ['..', '../..', '/etc', '.'], name: '../../../x.eml' }),
      text('x'),
    )
    await target.close()
    expect(tree()).toEqual([join('in', result.path)])
    expect(result.path.split('/')).not.toContain('..')
  })

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'names a folder that refuses',
    async () => {
      mkdirSync(join(root, 'anna@example.com'))
      chmodSync(join(root, 'anna@example.com'), 0o500)
      try {
        expect(await kindOf(openEmlTreeTarget(root).write(entry(), text('x')))).toBe('refused')
      } finally {
        chmodSync(join(root, 'anna@example.com'), 0o700)
      }
    },
  )

  it('says so when a file stands where a folder must be', async () => {
    writeFileSync(join(root, 'anna@example.com'), 'a file')
    expect(await kindOf(openEmlTreeTarget(root).write(entry(), text('x')))).not.toBe('no error')
    expect(readFileSync(join(root, 'anna@example.com'), 'utf8')).toBe('a file')
  })

  it('takes messages too large for memory from a stream', async () => {
    const big = randomBytes(3_000_000)
    const source = (fd: number) => {
      for (let at = 0; at < big.length; at += 100_000)
        writeSync(fd, big, at, Math.min(100_000, big.length - at))
    }
    const target = openEmlTreeTarget(root)
    const result = await target.write(entry({ sha256: sha(big) }), source)
    expect(result).toMatchObject({ outcome: 'written', bytes: big.length, sha256: sha(big) })
    expect(readFileSync(join(root, result.path)).equals(big)).toBe(true)
  })

  it('shortens a name that the file system refuses', async () => {
    // 240 bytes are allowed; the number for a taken name must still fit.
    const name = `${'ä'.repeat(110)} [${'9'.repeat(12)}].eml`
    const target = openEmlTreeTarget(root)
    await target.write(entry({ name }), text('1'))
    expect((await target.write(entry({ name }), text('2'))).path).toContain('(2).eml')
  })

  it('makes everything durable in groups without losing any', async () => {
    const target = openEmlTreeTarget(root)
    for (let n = 0; n < 600; n++) await target.write(entry({ name: `m [${n}].eml` }), text(String(n)))
    await target.close()
    expect(tree().length).toBe(600)
  })
})

describe('publishing without hard links', () => {
  it('reserves the name, replaces only its own reservation, and refuses a taken one', async () => {
    const part = await writePart(root, text('new'), null)
    expect(reserveAndRename(part.path, join(root, 'a.eml'))).toBe(true)
    expect(readFileSync(join(root, 'a.eml'))).toEqual(text('new'))
    const second = await writePart(root, text('other'), null)
    expect(reserveAndRename(second.path, join(root, 'a.eml'))).toBe(false)
    expect(readFileSync(join(root, 'a.eml'))).toEqual(text('new'))
    expect(existsSync(second.path)).toBe(true)
  })

  it('takes its reservation back when the rename fails', () => {
    expect(() => reserveAndRename(join(root, partName()), join(root, 'b.eml'))).toThrow()
    expect(existsSync(join(root, 'b.eml'))).toBe(false)
  })

  it('an empty file of that name is someone else’s and stays', async () => {
    writeFileSync(join(root, 'c.eml'), '')
    const part = await writePart(root, text('c'), null)
    expect(publish(part, root, 'c.eml')).toEqual({ name: 'c (2).eml', outcome: 'written' })
    expect(readFileSync(join(root, 'c.eml')).length).toBe(0)
  })
})

describe('mbox', () => {
  it('collects each folder into one file that gives every message back', async () => {
    const messages = [
      text('one'),
      Buffer.from('no final newline\nFrom x'),
      Buffer.alloc(0),
      text('>From quoted'),
    ]
    const target = openMboxTarget(root)
    for (const [n, message] of messages.entries()) await target.write(entry({ name: `${n}` }), message)
    const streamed = Buffer.from(`From the start\n${'x'.repeat(2_000_000)}\n>From y`)
    await target.write(
      entry({ dir: ['anna@example.com', 'Inbox', 'Sub'] }),
      (fd) => void writeSync(fd, streamed),
    )
    expect(tree().some((file) => file.endsWith('.mbox'))).toBe(false)
    const { files } = await target.close()
    expect(files.map(({ path, messages: count, outcome }) => [path, count, outcome])).toEqual([
      ['anna@example.com/Inbox.mbox', 4, 'written'],
      ['anna@example.com/Inbox/Sub.mbox', 1, 'written'],
    ])
    expect(readMbox(readFileSync(join(root, 'anna@example.com/Inbox.mbox')))).toEqual(messages)
    expect(readMbox(readFileSync(join(root, 'anna@example.com/Inbox/Sub.mbox')))[0]?.equals(streamed)).toBe(
      true,
    )
  })

  it('a second run finds the same file there; other messages get their own', async () => {
    const run = async (body: string) => {
      const target = openMboxTarget(root)
      await target.write(entry(), text(body))
      return (await target.close()).files[0]
    }
    expect((await run('one'))?.outcome).toBe('written')
    expect(await run('one')).toMatchObject({ outcome: 'already', path: 'anna@example.com/Inbox.mbox' })
    expect(await run('two')).toMatchObject({
      outcome: 'written',
      path: 'anna@example.com/Inbox (2).mbox',
      planned: 'anna@example.com/Inbox.mbox',
    })
  })

  it('writes to more folders than it keeps open', async () => {
    const target = openMboxTarget(root)
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 150; n++) await target.write(entry({ dir: ['a', `f${n}`] }), text(`${round} ${n}`))
    }
    const { files } = await target.close()
    expect(files.length).toBe(150)
    expect(files.every((file) => file.messages === 2)).toBe(true)
    expect(readMbox(readFileSync(join(root, 'a/f77.mbox')))).toEqual([text('0 77'), text('1 77')])
  })

  it('a folder named like an mbox file does not stand in its way', async () => {
    const target = openMboxTarget(root)
    await target.write(entry({ dir: ['a', 'Inbox'] }), text('1'))
    await target.write(entry({ dir: ['a', 'Inbox.mbox', 'deep'] }), text('2'))
    expect((await target.close()).files.length).toBe(2)
  })
})

describe('Maildir', () => {
  it('makes every folder a Maildir, flags in the name, and knows messages again whatever their flags', async () => {
    const message = text('x')
    const target = openMaildirTarget(root, { separator: ':' })
    const result = await target.write(entry({ flags: 'rfu' }), message)
    expect(result.path).toMatch(
      /^anna@example\.com\/Inbox\/cur\/1795143660\.[0-9a-f]{20}_[0-9a-f]{8}\.lifeboat,S=\d+:2,FR$/,
    )
    for (const inner of ['cur', 'new', 'tmp'])
      expect(existsSync(join(root, 'anna@example.com/Inbox', inner))).toBe(true)
    await target.close()
    const again = openMaildirTarget(root, { separator: ':' })
    expect((await again.has(entry({ sha256: sha(message), flags: '' })))?.path).toBe(result.path)
    expect((await again.write(entry({ flags: 's' }), message)).outcome).toBe('already')
    expect(tree()).toEqual([result.path])
  })

  it('keeps two items with the same bytes apart', async () => {
    const target = openMaildirTarget(root)
    await target.write(entry({ name: 'a [1].eml' }), text('same'))
    expect((await target.write(entry({ name: 'a [2].eml' }), text('same'))).outcome).toBe('written')
  })

  it('leaves a damaged file of its own name alone and writes the whole message beside it', async () => {
    const target = openMaildirTarget(root)
    const first = await target.write(entry(), text('whole'))
    writeFileSync(join(root, first.path), '')
    const again = openMaildirTarget(root)
    const second = await again.write(entry(), text('whole'))
    expect(second.outcome).toBe('written')
    expect(readFileSync(join(root, second.path))).toEqual(text('whole'))
    expect((await openMaildirTarget(root).write(entry(), text('whole'))).outcome).toBe('already')
  })

  it('does not take a mailbox folder called cur for its own', async () => {
    const target = openMaildirTarget(root)
    const result = await target.write(entry({ dir: ['a', 'cur'] }), text('x'))
    expect(result.path.startsWith('a/cur_/cur/')).toBe(true)
  })

  it('spells flags as the Maildir page does', () => {
    expect(infoFlags('')).toBe('S')
    expect(infoFlags('u')).toBe('')
    expect(infoFlags('xwrfd')).toBe('DFPRST')
  })
})

describe('zip', () => {
  it('holds every message, checked after it was written', async () => {
    const target = openZipTarget(root, 'all.zip')
    const stored = randomBytes(5000)
    await target.write(entry({ name: 'Größe 発送 [1].eml' }), text('one'))
    await target.write(entry({ name: 'r [2].eml' }), stored)
    await target.write(entry({ name: 'r [2].eml' }), text('same name'))
    await target.write(entry({ name: 'empty [3].eml' }), Buffer.alloc(0))
    const big = Buffer.alloc(40_000_000, 'abcdefghij')
    await target.write(entry({ name: 'big [4].eml', sha256: sha(big) }), (fd) => void writeSync(fd, big))
    expect(tree().filter((file) => file.endsWith('.zip'))).toEqual([])
    const { files } = await target.close()
    expect(files).toEqual([
      {
        planned: 'all.zip',
        path: 'all.zip',
        outcome: 'written',
        messages: 5,
        bytes: expect.any(Number) as number,
      },
    ])
    const seen: [string, number][] = []
    expect(await checkZip(join(root, 'all.zip'), (e) => seen.push([e.name, e.bytes]))).toBe(5)
    expect(seen.map(([name]) => name)).toEqual([
      'anna@example.com/Inbox/Größe 発送 [1].eml',
      'anna@example.com/Inbox/r [2].eml',
      'anna@example.com/Inbox/r [2] (2).eml',
      'anna@example.com/Inbox/empty [3].eml',
      'anna@example.com/Inbox/big [4].eml',
    ])
    expect(tree()).toEqual(['all.zip'])
  })

  it('a second run finds the same file there', async () => {
    const run = async () => {
      const target = openZipTarget(root)
      await target.write(entry(), text('x'))
      return (await target.close()).files[0]?.outcome
    }
    expect([await run(), await run()]).toEqual(['written', 'already'])
    expect(tree()).toEqual(['export.zip'])
  })

  it('the check finds a changed byte anywhere in a message', async () => {
    const target = openZipTarget(root)
    await target.write(entry(), randomBytes(1000))
    await target.close()
    const path = join(root, 'export.zip')
    const bytes = readFileSync(path)
    bytes[500] = bytes[500]! ^ 1
    writeFileSync(path, bytes)
    await expect(checkZip(path)).rejects.toThrow(/CRC/)
    writeFileSync(path, bytes.subarray(0, bytes.length - 30))
    await expect(checkZip(path)).rejects.toThrow()
  })
})
