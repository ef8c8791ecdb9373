import { gzipSync } from 'node:zlib'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { AWK, readBlobFacts } from '../../../../../src-main/recovery/unrestored/from-server.ts'
import { openItems, outcomeOf, workItems } from '../../../../../src-main/recovery/unrestored/rows.ts'
import { drillCatalog, type Bench } from '../../../../support/fake-step-context.ts'
import { temporaryFolder } from '../../../../support/temp.ts'
import { run, scene } from '../restore/support.ts'
import { unrestored, validator } from './support.ts'

/** What the server's own gzip and awk print of a file. */
function looked(content: Buffer): { stdout: string; stderr: string } {
  const file = join(mkdtempSync(join(temporaryFolder('blob'), 'b')), 'blob')
  writeFileSync(file, content)
  const script = `LC_ALL=C gzip -cd < "$1" 2>"$3" | LC_ALL=C awk "$2"; cat "$3" >&2`
  const stdout = execFileSync('sh', ['-c', script, 'sh', file, AWK, `${file}.err`], { encoding: 'utf8' })
  return { stdout, stderr: execFileSync('cat', [`${file}.err`], { encoding: 'utf8' }) }
}

describe('a blob that is looked into on the server', () => {
  it('that is cut off or no gzip at all is damaged, in the words of gzip', () => {
    const whole = gzipSync(Buffer.from('Subject: x\n\n' + 'some words\n'.repeat(2000)))
    for (const bytes of [whole.subarray(0, whole.length - 20), Buffer.from('no gzip'), Buffer.alloc(0)]) {
      const { stdout, stderr } = looked(bytes)
      expect(readBlobFacts(stdout, stderr)?.damage).toMatch(/unexpected end|not in gzip/)
    }
  })

  it('tells three headers with their further lines, the size, and the longest line in bytes', () => {
    const message = [
      'Received: from a by b;',
      '\tsubject: not this one',
      'Subject: =?utf-8?Q?Caff=C3=A8?=',
      ' and more',
      'FROM: Anna <anna@example.com>',
      '',
      `Subject: of the body ${'é'.repeat(6000)}`,
      '',
    ].join('\r\n')
    const { stdout, stderr } = looked(gzipSync(Buffer.from(message)))
    const facts = readBlobFacts(stdout, stderr)
    expect(facts?.headers).toBe('Subject: =?utf-8?Q?Caff=C3=A8?=\n and more\nFROM: Anna <anna@example.com>\n')
    expect(facts).toMatchObject({ line: 7, lineBytes: 12_021, damage: null })
  })

  it('is not believed where the answer is another', () => {
    expect(readBlobFacts('', 'awk: not found')).toBeNull()
    expect(readBlobFacts('something else\n', '')).toBeNull()
  })
})

describe('a case without a copy of the Backup Path on this computer', () => {
  let drill: Drill
  let made: Bench
  beforeAll(async () => {
    ;({ drill, made } = await scene(['unrestored=12'], { items: 200 }, { catalog: null }))
    await run(made, 'items-follow')
    made.fields['unrestored'] = { exportFolder: temporaryFolder('exported'), validatorOff: true, timer: 240 }
  }, 120_000)

  it('asks the server, cures what can be cured there, and keeps all the rest on the list', async () => {
    const context = made.context(unrestored)
    await unrestored.run?.(context)
    const rows = workItems(context)
    expect(rows).toHaveLength(12)
    for (const { account, item, cause, subject } of drill.planted) {
      const row = rows.find(
        ({ id, account: of }) => id === item && of.toLowerCase() === account.toLowerCase(),
      )
      expect([item, row?.fromServer, row?.exportable]).toEqual([item, true, false])
      if (cause === 'broken') expect([row?.cause, outcomeOf(context, row!)]).toEqual(['broken', null])
      // what zextras could not read has no subject there
      else
        expect([row?.subject, outcomeOf(context, row!)?.how]).toEqual([
          cause === 'invalid' ? subject : '',
          'restored',
        ])
    }
    expect(openItems(context)).toHaveLength(drill.planted.filter(({ cause }) => cause === 'broken').length)
    expect(await validator(drill)).toBe('zimbra_lmtp_validate_messages = true')
  }, 120_000)

  it('gets folders, states and exports as soon as there is one', async () => {
    const catalog = await drillCatalog(drill, temporaryFolder('later'))
    const context = made.context(unrestored)
    await unrestored.run?.({ ...context, catalog: () => Promise.resolve(catalog) })
    const whole = drill.planted.filter(({ cause, olderState }) => cause === 'broken' && olderState)
    expect(whole.length).toBeGreaterThan(0)
    for (const { item, account } of whole) {
      const row = workItems(context).find(
        ({ id, account: of }) => id === item && of === account.toLowerCase(),
      )
      expect([row?.fromServer, row?.folder === '', outcomeOf(context, row!)?.how]).toEqual([
        false,
        false,
        'exported',
      ])
    }
    catalog.close()
  }, 120_000)
})
