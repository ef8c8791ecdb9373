import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CarbonioError } from '../../../../../src-main/remote/carbonio/errors.ts'
import { OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { parseRestoreReport } from '../../../../../src-main/remote/carbonio/parse-restore-report.ts'
import type { Answer } from '../../../../../src-main/remote/carbonio/types.ts'
import { ALL, fixture, fixtureNames, INPUTS, scripted } from './support.ts'

/** Programs that say nothing when they worked. */
const SILENT: ReadonlySet<string> = new Set(['deleteMapFiles', 'zmlocalconfigSet'])

async function outcome(
  key: keyof typeof OPERATIONS,
  output: string,
): Promise<Answer<unknown> | CarbonioError> {
  const [, operation] = ALL.find(([name]) => name === key)!
  try {
    return await operation.run(scripted(output), INPUTS[key]())
  } catch (error) {
    if (error instanceof CarbonioError) return error
    throw error
  }
}

const isUnderstood = (result: Answer<unknown> | CarbonioError): boolean =>
  !(result instanceof CarbonioError) && result.understood

const NONSENSE: [string, string][] = [
  ['nothing', ''],
  ['blanks', ' \n\t\n  '],
  [
    'binary',
    Buffer.from([0, 1, 2, 0xff, 0xfe, 0x1b, 0x5b, 0x80, 10, 0, 0x7f]).toString('latin1').repeat(500),
  ],
  ['half JSON', '{"response":{"x":{"response":{"operationList":[{"id":"1","ok":true},{"id":'],
  [
    'half JSON that begins with ok',
    '{"ok": true, "response": {"operationId": "30ed9eb9-eb28-4ca6-b65e-9940654b8699",',
  ],
  ['half JSON with a whole object inside', '{"response": {"a": 1}, "inner": {"ok": true}'],
  [
    'two different replies',
    '{"ok":true,"response":{"services":{}}}\n{"ok":true,"response":{"services":{"a":{"running":true}}}}',
  ],
  ['null', 'null'],
  ['a list', '[1,2,3]'],
  ['an empty object', '{}'],
  ['an object of another program', '{"name":"npm","version":"1"}'],
  ['HTML', '<html><body><h1>502 Bad Gateway</h1></body></html>'],
  ['a translation', fixture('localised.txt')],
  ['a stack', 'java.lang.NullPointerException\n\tat com.example.Main.main(Main.java:1)\n'],
  ['prototype names', '{"response":{"__proto__":{"running":true},"constructor":1}}'],
]

describe('outputs that are none', () => {
  it.each(NONSENSE)('%s is never taken for an answer', async (_name, output) => {
    for (const [key] of ALL) {
      if (SILENT.has(key) && output.trim() === '') continue
      const result = await outcome(key, output)
      expect(isUnderstood(result), `${key}: ${JSON.stringify(result)}`).toBe(false)
    }
  })

  it('knows an operation whose input it tries', () => {
    expect(Object.keys(INPUTS).sort()).toEqual(Object.keys(OPERATIONS).sort())
  })

  it('shows the output raw, without control characters', async () => {
    const answer = await outcome(
      'getServices',
      'abc \u001b[31mred\u001b[0m \u0000\u0007 \u001b]0;title\u0007end',
    )
    expect(answer).toMatchObject({ understood: false, raw: 'abc red \u2400\u2407 end' })
  })
})

describe('secrets', () => {
  it.each([
    '{"a":{"apiToken":{"x":{"y":"hunter2"}}}}',
    '{"a":{"message":"m","apiToken":"hunter2"}}',
    '{"values":[{"attribute":"xPassword","value":"hunter2"}]}',
    '{"token":"hunter2 torn',
    '{"secretKey":["a","hunter2',
    '{"secretKey":{"a":"hunter2',
    'password:  hunter2',
    's3Secret____hunter2',
    'access key      hunter2',
    'values\n  attribute    xPassword\n  value        hunter2',
    'zimbra_ldap_password = hunter2',
    'ssh://anna:hunter2@old.example.org',
  ])('of %j do not leave', async (output) => {
    for (const text of [output, `WARN {}\n${output}`, `${output}\u001b[0m`]) {
      const result = await outcome('getServices', text)
      const message = result instanceof Error ? result.message : ''
      expect(`${JSON.stringify(result)} ${message}`).not.toContain('hunter2')
    }
  })

  it('leave what is no secret', async () => {
    const output = '{"values":[{"attribute":"ZxBackup_DestPath","value":"/keep"},{"compass":"north"}]}'
    expect(await outcome('getServices', output)).toMatchObject({ raw: output })
  })
})

describe('noise around a reply', () => {
  const json = fixture('get-services.json.txt')
  it.each([
    ['colours', `\u001b[1;32m${fixture('get-services.txt')}\u001b[0m`],
    ['colours in JSON', `\u001b[33m${json}\u001b[0m`],
    ['a byte order mark', `\ufeff${json}`],
    ['carriage returns', fixture('get-services.txt').replaceAll('\n', '\r\n')],
    ['log lines in front', `[main] WARN {} Picked up _JAVA_OPTIONS: {-Xmx}\n${json}`],
    ['log lines behind', `${json}\nGoodbye {world}\n`],
  ])('%s do not matter', async (_name, output) => {
    expect(isUnderstood(await outcome('getServices', output))).toBe(true)
  })
})

describe('long outputs', () => {
  const MB = 1024 * 1024
  it.each([
    ['lines', 'word  value\n'.repeat(900_000)],
    ['brackets', '{'.repeat(10 * MB)],
    ['deep lists', `{"response":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`],
    ['blanks', ' '.repeat(10 * MB)],
    ['one word', 'a'.repeat(10 * MB)],
    ['dots', 'a.'.repeat(5 * MB)],
    ['quotes', '"'.repeat(10 * MB)],
    ['newlines', '\n'.repeat(10 * MB)],
    ['escapes', '\u001b[0'.repeat(3 * MB)],
    ['ever deeper lines', Array.from({ length: 4000 }, (_, index) => `${' '.repeat(index)}x`).join('\n')],
  ])('10 MB of %s end soon', { timeout: 60_000 }, async (_name, output) => {
    const begin = Date.now()
    for (const key of ['getServices', 'legalHoldGet', 'doItemSearch'] as const) {
      expect(isUnderstood(await outcome(key, output)), key).toBe(false)
    }
    expect(Date.now() - begin).toBeLessThan(40_000)
  })

  it('reads a large true answer', async () => {
    const head = fixture('get-services.txt')
    const more = Array.from(
      { length: 20_000 },
      (_, n) => `            service-${n}\n                running      true\n`,
    )
    const answer = await outcome('getServices', `${head}${more.join('')}`)
    expect(isUnderstood(answer)).toBe(true)
    expect((answer as { raw: string }).raw.length).toBeLessThan(300_000)
  })

  it('does not read an output that was cut', async () => {
    const line = '            service\n                running      true\n'
    const cut = `        services\n${line.repeat(Math.ceil((64 * MB) / line.length))}`.slice(0, 64 * MB)
    expect(await outcome('getServices', cut)).toMatchObject({ understood: false, why: /cut/ })
  })
})

describe('mutated outputs', () => {
  const outputs = fixtureNames().map(fixture)
  it('never throw anything but a CarbonioError', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ALL.map(([key]) => key)),
        fc.constantFrom(...outputs),
        fc.nat(),
        fc.nat(200),
        fc.oneof(fc.string(), fc.constantFrom('{', '}', '"', '\n', '  ', '[]', 'null', '-1e999')),
        async (key, output, at, length, junk) => {
          const place = at % (output.length + 1)
          const mutated = output.slice(0, place) + junk + output.slice(place + length)
          await outcome(key, mutated)
          parseRestoreReport(mutated)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('a JSON reply that is torn anywhere is not understood', async () => {
    for (const name of ['get-all-operations.json.txt', 'get-services.json.txt', 'config-dump.json.txt']) {
      const whole = fixture(name).trimEnd()
      for (let length = 0; length < whole.length; length += 3) {
        for (const key of ['getAllOperations', 'getServices', 'configDump'] as const) {
          const result = await outcome(key, whole.slice(0, length))
          expect(isUnderstood(result), `${key} ${name} ${length}`).toBe(false)
        }
      }
    }
  })
})
