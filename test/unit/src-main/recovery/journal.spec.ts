import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../../../src-main/contract/recovery.ts'
import { canonicalJson, hashOf, type EntryDraft } from '../../../../src-main/recovery/journal/entry.ts'
import { CaseJournal } from '../../../../src-main/recovery/journal/journal.ts'
import { isLocked, tryLock, underLock, unlock } from '../../../../src-main/recovery/journal/lock.ts'
import { temporaryFolder } from '../../../support/temp.ts'

const SCRIPT = join(import.meta.dirname, 'support/run-appending.ts')
const HOLDER = join(import.meta.dirname, 'support/run-holding.ts')
const NODE = join(import.meta.dirname, '../../../../node_modules/.bin/node')

function open(folder: string): CaseJournal {
  return new CaseJournal(folder, () => undefined)
}

/** A journal with five entries, in a folder of its own. */
function five(): { folder: string; file: string; lines: string[] } {
  const folder = temporaryFolder('journal')
  const journal = open(folder)
  for (const n of [1, 2, 3, 4, 5])
    journal.append({ kind: 'record', text: `Entry ${n}`, output: `output ${n}`, data: { n } })
  const file = join(folder, 'journal.jsonl')
  return { folder, file, lines: readFileSync(file, 'utf8').split('\n').slice(0, -1) }
}

function rewrite(file: string, lines: readonly string[]): void {
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
}

/** The line with a change, its hash made right again or not. */
function altered(line: string, change: Partial<JournalEntry>, rehash: boolean): string {
  const entry = { ...(JSON.parse(line) as JournalEntry), ...change }
  return canonicalJson(rehash ? { ...entry, hash: hashOf(entry) } : entry)
}

describe('a journal', () => {
  it('is read as it was written, entry by entry', () => {
    const { folder } = five()
    const seen: string[] = []
    const journal = new CaseJournal(folder, ({ text }) => seen.push(text))
    expect(seen).toEqual(['Entry 1', 'Entry 2', 'Entry 3', 'Entry 4', 'Entry 5'])
    expect(journal.read(1, 2).map(({ n, text }) => [n, text])).toEqual([
      [2, 'Entry 2'],
      [3, 'Entry 3'],
    ])
    expect(journal.read(5, 10)).toEqual([])
    expect(journal.read(4, 1)[0]?.hash).toBe(journal.lastHash)
  })

  it.each([
    [
      'text of an entry',
      3,
      (lines: string[]) => [
        lines[0]!,
        lines[1]!,
        altered(lines[2]!, { text: 'Entry 3 was fine' }, false),
        lines[3]!,
        lines[4]!,
      ],
    ],
    [
      'an entry with its hash made right',
      4,
      (lines: string[]) => [
        lines[0]!,
        lines[1]!,
        altered(lines[2]!, { text: 'x' }, true),
        lines[3]!,
        lines[4]!,
      ],
    ],
    [
      'an exit code',
      2,
      (lines: string[]) => [lines[0]!, altered(lines[1]!, { exitCode: 0 }, false), ...lines.slice(2)],
    ],
    ['the order', 2, (lines: string[]) => [lines[0]!, lines[2]!, lines[1]!, lines[3]!, lines[4]!]],
    [
      'an entry taken out of the middle',
      3,
      (lines: string[]) => [lines[0]!, lines[1]!, lines[3]!, lines[4]!],
    ],
    ['the first entry taken away', 1, (lines: string[]) => lines.slice(1)],
    [
      'an entry that stands twice',
      3,
      (lines: string[]) => [lines[0]!, lines[1]!, lines[1]!, ...lines.slice(2)],
    ],
    ['an empty line', 3, (lines: string[]) => [lines[0]!, lines[1]!, '', ...lines.slice(2)]],
    ['no JSON', 5, (lines: string[]) => [...lines.slice(0, 4), '{"n":5,']],
    ['blanks in a line', 1, (lines: string[]) => [lines[0]!.replace(',', ', '), ...lines.slice(1)]],
    ['a member twice', 1, (lines: string[]) => [lines[0]!.replace('{', '{"text":"y",'), ...lines.slice(1)]],
    [
      'a member that does not belong there',
      1,
      (lines: string[]) => [altered(lines[0]!, { more: 1 } as never, true), ...lines.slice(1)],
    ],
    ['the end cut off', 4, (lines: string[]) => lines.slice(0, 3)],
    ['everything cut off', 1, () => []],
    [
      'an appended entry of its own making',
      6,
      (lines: string[]) => [...lines, altered(lines[4]!, { n: 6 }, true)],
    ],
    ['the whole chain made anew', 5, (lines: string[]) => forged(lines)],
  ])('that was altered is refused: %s', (_what, at, change) => {
    const { folder, file, lines } = five()
    rewrite(file, change(lines))
    expect(() => open(folder)).toThrow(expect.objectContaining({ code: 'REFUSED', at }) as Error)
    // It is refused, and left as it is: evidence.
    expect(readFileSync(file, 'utf8')).toBe(
      change(lines)
        .map((line) => `${line}\n`)
        .join(''),
    )
  })

  it('that is cut while it is open is refused at the next entry', () => {
    const { folder, file, lines } = five()
    const journal = open(folder)
    rewrite(file, lines.slice(0, 2))
    expect(() => journal.append({ kind: 'record', text: 'more' })).toThrow(/broken/)
  })

  it('sets a last line without an end aside and goes on', () => {
    const { folder, file, lines } = five()
    appendFileSync(file, '{"at":17,"before":"abc')
    const journal = open(folder)
    expect(journal.count).toBe(5)
    journal.append({ kind: 'record', text: 'Entry 6' })
    expect(
      open(folder)
        .read(5, 5)
        .map(({ kind, text }) => [kind, text.slice(0, 12)]),
    ).toEqual([
      ['torn-line', 'A line that '],
      ['record', 'Entry 6'],
    ])
    const torn = readdirSync(folder).filter((name) => name.startsWith('torn-'))
    expect(torn.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['{"at":17,"before":"abc'])
    expect(lines).toHaveLength(5)
  })

  it('survives kill -9 while it is appended to, again and again, without losing what was acknowledged', async () => {
    const folder = temporaryFolder('journal-killed')
    let acknowledged = 0
    for (let round = 0; round < 6; round++) {
      const child = spawn(NODE, [SCRIPT, folder, `round ${round}`], { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, 60 + round * 37))
      child.kill('SIGKILL')
      await once(child, 'close')
      acknowledged += Number(said.trim().split('\n').at(-1)?.replace('ready', '0') ?? 0)
      const journal = open(folder)
      const own = journal.read(0, journal.count).filter(({ kind }) => kind === 'record').length
      expect(own).toBeGreaterThanOrEqual(acknowledged)
      acknowledged = own
    }
    expect(acknowledged).toBeGreaterThan(5)
  }, 60_000)

  it('is written by two processes at once without a gap', async () => {
    const folder = temporaryFolder('journal-two')
    const children = ['one', 'two'].map((name) =>
      spawn(NODE, [SCRIPT, folder, name, '60'], { stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    const codes = await Promise.all(
      children.map(async (child) => {
        child.stdout.resume()
        const [code] = (await once(child, 'close')) as [number | null]
        return code
      }),
    )
    expect(codes).toEqual([0, 0])
    const journal = open(folder)
    const texts = journal.read(0, journal.count).map(({ text }) => text)
    expect(texts).toHaveLength(120)
    expect(new Set(texts).size).toBe(120)
  }, 60_000)

  it('is opened whole while others append to it', async () => {
    let opened = 0
    for (let round = 0; round < 12; round++) {
      const folder = temporaryFolder('journal-opened')
      const child = spawn(NODE, [SCRIPT, folder, 'on and on', '60'], { stdio: ['ignore', 'pipe', 'inherit'] })
      const over = once(child, 'close')
      let more = true
      void over.then(() => (more = false))
      await once(child.stdout, 'data')
      child.stdout.resume()
      for (; more; await new Promise((resolve) => setImmediate(resolve)), opened++)
        expect(() => open(folder)).not.toThrow()
      expect(await over).toEqual([0, null])
    }
    expect(opened).toBeGreaterThan(50)
  }, 60_000)

  it('keeps no secret, in no place of an entry', () => {
    const folder = temporaryFolder('journal-secrets')
    const secret = 'S3cret-Word-77'
    const drafts: EntryDraft[] = [
      { kind: 'note', text: `the password: ${secret}` },
      { kind: 'command', text: 'x', command: `mysql --password ${secret} -u root` },
      { kind: 'command', text: 'x', output: `bind_password = ${secret}\nok`, host: 'a@b' },
      {
        kind: 'fact',
        text: 'x',
        data: { name: 'login', value: { userPassword: secret, url: `https://me:${secret}@host/` } },
      },
    ]
    const journal = open(folder)
    for (const draft of drafts) journal.append(draft)
    for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name), 'utf8')).not.toContain(secret)
    }
    expect(open(folder).count).toBe(4)
  })

  it('cuts a long output in the middle and keeps both ends', () => {
    const journal = open(temporaryFolder('journal-long'))
    const { output } = journal.append({
      kind: 'command',
      text: 'x',
      output: `first ${'ü'.repeat(200_000)} last`,
    })
    expect(Buffer.byteLength(output ?? '')).toBeLessThanOrEqual(64 * 1024)
    expect(output).toMatch(/^first .*last\n\[cut: 400011 bytes in all\]$/su)
  })

  it('takes text that no file could hold as it is: half characters, NUL, line ends', () => {
    const folder = temporaryFolder('journal-odd')
    open(folder).append({
      kind: 'note',
      text: 'half \uD83D, nul \0, line\nend \u2028',
      data: { odd: '\uDC00', inf: Infinity },
    })
    expect(open(folder).read(0, 1)[0]?.text).toBe('half \uFFFD, nul \0, line\nend \u2028')
  })
})

describe('a lock', () => {
  it('of a dead process is taken over, of a living one is not', () => {
    const file = join(temporaryFolder('lock'), 'lock')
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 17, started: 'never' }))
    expect(isLocked(file)).toBe(false)
    expect(tryLock(file)).toBe(true)
    expect(tryLock(file)).toBe(false)
    expect(isLocked(file)).toBe(true)
    unlock(file)
    expect(existsSync(file)).toBe(false)
  })

  it('comes to who waits, although another takes it again and again', async () => {
    const file = join(temporaryFolder('lock'), 'lock')
    const child = spawn(NODE, [HOLDER, file, '60'], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(child.stdout, 'data')
      child.stdout.resume()
      const began = Date.now()
      for (let n = 0; n < 20; n++) underLock(file, () => undefined)
      // each time one turn of the other is waited for; without a queue it is luck
      expect(Date.now() - began).toBeLessThan(20 * 60 * 5)
    } finally {
      child.kill('SIGKILL')
    }
  }, 60_000)

  it('is given back when the work fails', () => {
    const file = join(temporaryFolder('lock'), 'lock')
    const work = (): never => {
      throw new Error('no')
    }
    expect(() => underLock(file, work)).toThrow('no')
    expect(underLock(file, () => 1)).toBe(1)
    rmSync(file, { force: true })
  })
})

/** All hashes made right again after the third entry was altered. Only what stands beside the journal tells. */
function forged(lines: readonly string[]): string[] {
  let before = ''
  return lines.map((line, index) => {
    const entry = JSON.parse(line) as JournalEntry
    if (index === 2) entry.text = 'Nothing happened here'
    if (index > 2) entry.before = before
    entry.hash = before = hashOf(entry)
    return canonicalJson(entry)
  })
}
