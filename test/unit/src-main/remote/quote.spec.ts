import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandLine, quote } from '../../../../src-main/remote/quote.ts'

/** What a real `sh` makes of the command line: the arguments that a program would get. */
function throughShell(args: readonly string[]): string[] {
  const line = commandLine(['printf', '%s\\0', ...args])
  const run = spawnSync('sh', ['-c', line], {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: process.env['PATH'] },
  })
  expect(run.stderr).toBe('')
  return run.stdout.split('\0').slice(0, -1)
}

const nasty = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary-ascii' }),
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        '$(touch /tmp/x)',
        '`id`',
        '\n',
        '\\',
        ' ',
        '*',
        '~',
        '#',
        '!',
        '&',
        ';',
        '|',
        '=',
        '-',
        'é',
        '日本',
        '\t',
        '{a,b}',
        '\r',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
)

describe('quoting for remote shells', () => {
  it('hands every argument unchanged through a real sh', () => {
    fc.assert(
      fc.property(
        fc.array(
          nasty.map((text) => text.replaceAll('\0', '')),
          { minLength: 1, maxLength: 6 },
        ),
        (args) => {
          expect(throughShell(args)).toEqual(args)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('survives a second shell, as `su -c` and `ssh` need', () => {
    fc.assert(
      fc.property(
        nasty.map((text) => text.replaceAll('\0', '')),
        (text) => {
          const inner = commandLine(['printf', '%s\\0', text])
          const run = spawnSync('sh', ['-c', commandLine(['sh', '-c', inner])], { encoding: 'utf8' })
          expect(run.stdout).toBe(`${text}\0`)
        },
      ),
      { numRuns: 150 },
    )
  })

  it.each(['=x', '~root', '-rf'])(
    'does not let a leading character of %j mean something to the shell',
    (text) => {
      expect(throughShell([text])).toEqual([text])
    },
  )

  it('refuses what no argument can carry', () => {
    expect(() => quote('a\0b')).toThrow(/NUL/)
    expect(() => commandLine([])).toThrow(/program/)
  })
})
