import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { infoFlags, openMaildirTarget } from '../../../../../src-main/mail/formats/maildir.ts'
import { openMboxTarget } from '../../../../../src-main/mail/formats/mbox.ts'
import { readMbox } from '../../../../../src-main/mail/formats/mbox-quoting.ts'
import { checkZip } from '../../../../../src-main/mail/formats/zip-check.ts'
import { openZipTarget } from '../../../../../src-main/mail/formats/zip.ts'
import { entry, sha, text, TargetFolder } from './target-folder.ts'

const base = new TargetFolder()
beforeEach(() => {
  base.make()
})
afterEach(() => {
  base.remove()
})

describe('mbox', () => {
  it('collects each folder into one file that gives every message back', async () => {
    const messages = [
      text('one'),
      Buffer.from('no final newline\nFrom x'),
      Buffer.alloc(0),
      text('>From quoted'),
    ]
    const target = openMboxTarget(base.root)
    for (const [n, message] of messages.entries()) await target.write(entry({ name: `${n}` }), message)
    const streamed = Buffer.from(`From the start\n${'x'.repeat(2_000_000)}\n>From y`)
    await target.write(
      entry({ dir: ['anna@example.com', 'Inbox', 'Sub'] }),
      (fd) => void writeSync(fd, streamed),
    )
    expect(base.tree().some((file) => file.endsWith('.mbox'))).toBe(false)
    const { files } = await target.close()
    expect(files.map(({ path, messages: count, outcome }) => [path, count, outcome])).toEqual([
      ['anna@example.com/Inbox.mbox', 4, 'written'],
      ['anna@example.com/Inbox/Sub.mbox', 1, 'written'],
    ])
    expect(readMbox(readFileSync(join(base.root, 'anna@example.com/Inbox.mbox')))).toEqual(messages)
    expect(
      readMbox(readFileSync(join(base.root, 'anna@example.com/Inbox/Sub.mbox')))[0]?.equals(streamed),
    ).toBe(true)
  })

  it('a second run finds the same file there; other messages get their own', async () => {
    const run = async (body: string) => {
      const target = openMboxTarget(base.root)
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
    const target = openMboxTarget(base.root)
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 150; n++) await target.write(entry({ dir: ['a', `f${n}`] }), text(`${round} ${n}`))
    }
    const { files } = await target.close()
    expect(files.length).toBe(150)
    expect(files.every((file) => file.messages === 2)).toBe(true)
    expect(readMbox(readFileSync(join(base.root, 'a/f77.mbox')))).toEqual([text('0 77'), text('1 77')])
  })

  it('a folder named like an mbox file does not stand in its way', async () => {
    const target = openMboxTarget(base.root)
    await target.write(entry({ dir: ['a', 'Inbox'] }), text('1'))
    await target.write(entry({ dir: ['a', 'Inbox.mbox', 'deep'] }), text('2'))
    expect((await target.close()).files.length).toBe(2)
  })
})

describe('Maildir', () => {
  it('makes every folder a Maildir, flags in the name, and knows messages again whatever their flags', async () => {
    const message = text('x')
    const target = openMaildirTarget(base.root, { separator: ':' })
    const result = await target.write(entry({ flags: 'rfu' }), message)
    expect(result.path).toMatch(
      /^anna@example\.com\/Inbox\/cur\/1795143660\.[0-9a-f]{20}_[0-9a-f]{8}\.lifeboat,S=\d+:2,FR$/,
    )
    for (const inner of ['cur', 'new', 'tmp'])
      expect(existsSync(join(base.root, 'anna@example.com/Inbox', inner))).toBe(true)
    await target.close()
    const again = openMaildirTarget(base.root, { separator: ':' })
    expect((await again.has(entry({ sha256: sha(message), flags: '' })))?.path).toBe(result.path)
    expect((await again.write(entry({ flags: 's' }), message)).outcome).toBe('already')
    expect(base.tree()).toEqual([result.path])
  })

  it('keeps two items with the same bytes apart', async () => {
    const target = openMaildirTarget(base.root)
    await target.write(entry({ name: 'a [1].eml' }), text('same'))
    expect((await target.write(entry({ name: 'a [2].eml' }), text('same'))).outcome).toBe('written')
  })

  it('leaves a damaged file of its own name alone and writes the whole message beside it', async () => {
    const target = openMaildirTarget(base.root)
    const first = await target.write(entry(), text('whole'))
    writeFileSync(join(base.root, first.path), '')
    const again = openMaildirTarget(base.root)
    const second = await again.write(entry(), text('whole'))
    expect(second.outcome).toBe('written')
    expect(readFileSync(join(base.root, second.path))).toEqual(text('whole'))
    expect((await openMaildirTarget(base.root).write(entry(), text('whole'))).outcome).toBe('already')
  })

  it('does not take a mailbox folder called cur for its own', async () => {
    const target = openMaildirTarget(base.root)
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
    const target = openZipTarget(base.root, 'all.zip')
    const stored = randomBytes(5000)
    await target.write(entry({ name: 'Größe 発送 [1].eml' }), text('one'))
    await target.write(entry({ name: 'r [2].eml' }), stored)
    await target.write(entry({ name: 'r [2].eml' }), text('same name'))
    await target.write(entry({ name: 'empty [3].eml' }), Buffer.alloc(0))
    const big = Buffer.alloc(40_000_000, 'abcdefghij')
    await target.write(entry({ name: 'big [4].eml', sha256: sha(big) }), (fd) => void writeSync(fd, big))
    expect(base.tree().filter((file) => file.endsWith('.zip'))).toEqual([])
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
    expect(await checkZip(join(base.root, 'all.zip'), (e) => seen.push([e.name, e.bytes]))).toBe(5)
    expect(seen.map(([name]) => name)).toEqual([
      'anna@example.com/Inbox/Größe 発送 [1].eml',
      'anna@example.com/Inbox/r [2].eml',
      'anna@example.com/Inbox/r [2] (2).eml',
      'anna@example.com/Inbox/empty [3].eml',
      'anna@example.com/Inbox/big [4].eml',
    ])
    expect(base.tree()).toEqual(['all.zip'])
  })

  it('a second run finds the same file there', async () => {
    const run = async () => {
      const target = openZipTarget(base.root)
      await target.write(entry(), text('x'))
      return (await target.close()).files[0]?.outcome
    }
    expect([await run(), await run()]).toEqual(['written', 'already'])
    expect(base.tree()).toEqual(['export.zip'])
  })

  it('the check finds a changed byte anywhere in a message', async () => {
    const target = openZipTarget(base.root)
    await target.write(entry(), randomBytes(1000))
    await target.close()
    const path = join(base.root, 'export.zip')
    const bytes = readFileSync(path)
    bytes[500] = bytes[500]! ^ 1
    writeFileSync(path, bytes)
    await expect(checkZip(path)).rejects.toThrow(/CRC/)
    writeFileSync(path, bytes.subarray(0, bytes.length - 30))
    await expect(checkZip(path)).rejects.toThrow()
  })
})
