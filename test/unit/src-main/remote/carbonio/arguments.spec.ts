import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carbonioDate } from '../../../../../src-main/remote/carbonio/arguments.ts'
import { OPERATION_LIST, OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { RESTORE_PARAMETERS } from '../../../../../src-main/remote/carbonio/restore-parameters.ts'
import { commandLine } from '../../../../../src-main/remote/quote.ts'

/** What a real `sh` hands to the program. */
function throughShell(argv: readonly string[]): string[] {
  const line = commandLine(['printf', '%s\\0', ...argv])
  const run = spawnSync('sh', ['-c', line], {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: process.env['PATH'] },
  })
  expect(run.stderr).toBe('')
  return run.stdout.split('\0').slice(0, -1)
}

const parts = [
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
]
const nasty = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary-ascii' }),
    fc.array(fc.constantFrom(...parts), { maxLength: 10 }).map((words) => words.join('')),
  )
  .map((text) => `x${text.replaceAll('\0', '')}`)
const noComma = nasty.map((text) => text.replaceAll(',', ''))

describe('every value stays one argument through a real sh', () => {
  it('in doExternalRestore', () => {
    fc.assert(
      fc.property(
        nasty,
        fc.array(noComma, { minLength: 1, maxLength: 3 }),
        nasty,
        fc.boolean(),
        (path, accounts, archive, deleted) => {
          const argv = OPERATIONS.doExternalRestore.argv({
            sourcePath: `/${path}`,
            accounts,
            filterDeleted: deleted,
            concurrentAccounts: 5,
            blobsArchive: archive,
          })
          expect(argv).toEqual([
            'carbonio',
            '--json',
            'backup',
            'doExternalRestore',
            `/${path}`,
            'accounts',
            accounts.join(','),
            'filter_deleted',
            String(deleted),
            'concurrent_accounts',
            '5',
            'blobs_archive',
            archive,
          ])
          expect(throughShell(argv)).toEqual(argv)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('in operations of accounts, items, COS and settings', () => {
    fc.assert(
      fc.property(nasty, nasty, (account, other) => {
        const built = [
          OPERATIONS.getItem.argv({ account, item: other, date: 'all', backupPath: `/mnt/${other}` }),
          OPERATIONS.doItemSearch.argv({ account, searchString: other }),
          OPERATIONS.doRestoreOnNewAccount.argv({
            source: account,
            destination: other,
            date: '28/09/2026 10:15:10',
          }),
          OPERATIONS.doEnableDisableCos.argv({ cos: account, enabled: true }),
          OPERATIONS.setCosBackup.argv({ cos: account, enabled: true }),
          OPERATIONS.configSet.argv({
            target: { scope: 'domain', name: account },
            attribute: 'x',
            value: other,
            syntax: 'old',
          }),
          OPERATIONS.zmlocalconfigSet.argv({ key: 'k', value: other }),
          OPERATIONS.deleteMapFiles.argv({
            backupPath: `/${account}`.replaceAll('..', ''),
            files: ['map_a'],
            onlyCopy: false,
          }),
        ]
        expect(throughShell(built.flat())).toEqual(built.flat())
      }),
      { numRuns: 150 },
    )
  })

  it('also when the line is shown to a technician and typed by hand', () => {
    const input = { account: `o'brien $(id)\n@example.org`, item: '"7"' }
    const line = OPERATIONS.getItem.commandLine(input, { format: 'text' })
    const run = spawnSync('sh', ['-c', line.replace(/^carbonio/, `printf '%s\\0'`)], { encoding: 'utf8' })
    expect(run.stdout.split('\0').slice(0, -1)).toEqual(['backup', 'getItem', input.account, input.item])
  })
})

describe('what is refused before anything is built', () => {
  it.each([
    ['an empty path', () => OPERATIONS.doExternalRestore.argv({ sourcePath: '' })],
    ['a relative path', () => OPERATIONS.doExternalRestore.argv({ sourcePath: 'mnt/old' })],
    ['a NUL', () => OPERATIONS.getItem.argv({ account: 'a\0b', item: '1' })],
    ['an option as a name', () => OPERATIONS.getItem.argv({ account: '--host', item: '1' })],
    [
      'a comma within a list',
      () => OPERATIONS.doExternalRestore.argv({ sourcePath: '/old', accounts: ['a,b@example.org'] }),
    ],
    ['an empty list', () => OPERATIONS.doExternalRestore.argv({ sourcePath: '/old', accounts: [] })],
    ['no address', () => OPERATIONS.doSmartScan.argv({ notifications: ['admin'] })],
    ['an id that is none', () => OPERATIONS.doStopOperation.argv({ operation: 'all' })],
    [
      'a day that is none',
      () => OPERATIONS.doUndelete.argv({ account: 'a', start: '31/02/2026 10:00:00', end: 'last' }),
    ],
    [
      'an American date',
      () => OPERATIONS.doUndelete.argv({ account: 'a', start: '12/31/2026 10:00:00', end: 'last' }),
    ],
    ['a host with shell text', () => OPERATIONS.getServices.argv({}, { host: 'a;reboot' })],
    [
      'a map file elsewhere',
      () => OPERATIONS.deleteMapFiles.argv({ backupPath: '/old', files: ['../accounts'], onlyCopy: false }),
    ],
    [
      'a path upwards',
      () => OPERATIONS.deleteMapFiles.argv({ backupPath: '/old/../..', files: ['map_1'], onlyCopy: false }),
    ],
  ])('%s', (_name, build) => {
    expect(build).toThrow(expect.objectContaining({ name: 'CarbonioError', kind: 'bad-input', host: null }))
  })
})

describe('options and syntaxes', () => {
  it('puts global options in front of the module', () => {
    expect(OPERATIONS.doSmartScan.argv({}, { host: 'all_servers', sync: true, format: 'text' })).toEqual([
      'carbonio',
      '--sync',
      '--host',
      'all_servers',
      'backup',
      'doSmartScan',
      'start',
    ])
  })

  it('knows both syntaxes of config', () => {
    const target = { scope: 'server', name: 'new.example.org' } as const
    const set = { target, attribute: 'ZxBackup_RealTimeScanner', value: 'FALSE' }
    expect(OPERATIONS.configSet.argv(set).slice(2)).toEqual([
      'config',
      'set',
      'server',
      'new.example.org',
      'ZxBackup_RealTimeScanner',
      'FALSE',
    ])
    expect(OPERATIONS.configSet.argv({ ...set, syntax: 'old' }).slice(2)).toEqual([
      'config',
      'server',
      'set',
      'new.example.org',
      'attribute',
      'ZxBackup_RealTimeScanner',
      'value',
      'FALSE',
    ])
    expect(
      OPERATIONS.configGet.argv({ target: { scope: 'global' }, attribute: 'x', syntax: 'old' }).slice(2),
    ).toEqual(['config', 'global', 'get', 'attribute', 'x'])
  })

  it('always says whether blobs are only counted', () => {
    expect(OPERATIONS.doRestoreBlobs.argv({ volume: '1' }).slice(-2)).toEqual(['dryrun', 'true'])
  })

  it('never shows a secret in a command', () => {
    const target = { scope: 'global' } as const
    for (const syntax of ['new', 'old'] as const) {
      const line = OPERATIONS.configSet.commandLine({
        target,
        attribute: 's3AccessPassword',
        value: 'hunter2',
        syntax,
      })
      expect(line).not.toContain('hunter2')
    }
    expect(
      OPERATIONS.zmlocalconfigSet.commandLine({ key: 'zimbra_ldap_password', value: 'hunter2' }),
    ).not.toContain('hunter2')
  })

  it('writes instants as the server’s wall clock', () => {
    expect(carbonioDate(Date.UTC(2026, 6, 1, 22, 5, 9), 'Europe/Rome')).toBe('02/07/2026 00:05:09')
    expect(carbonioDate(Date.UTC(2026, 0, 1, 0, 0, 0), 'UTC')).toBe('01/01/2026 00:00:00')
  })
})

describe('descriptions', () => {
  it('every parameter of the External Restore is in the form, with its name', () => {
    const shape = Object.keys(OPERATIONS.doExternalRestore.input.shape)
    expect(RESTORE_PARAMETERS.map(({ field }) => field).sort()).toEqual([...shape].sort())
    for (const { field, argument, kind } of RESTORE_PARAMETERS) {
      const value = {
        path: '/x',
        accounts: ['a'],
        domains: ['a'],
        addresses: ['a@b'],
        'yes-no': true,
        number: 3,
        text: 'x',
      }[kind]
      const argv = OPERATIONS.doExternalRestore.argv({ sourcePath: '/old', [field]: value })
      expect(argument === null ? argv.at(-1) : argv.at(-2), field).toBe(argument ?? '/x')
    }
  })

  it('every operation is listed once with its effect and risk; ids are unique', () => {
    expect(OPERATION_LIST).toHaveLength(Object.keys(OPERATIONS).length)
    expect(new Set(OPERATION_LIST.map(({ name }) => name)).size).toBe(OPERATION_LIST.length)
    for (const { name, effect, risk } of OPERATION_LIST) {
      expect(risk.length, name).toBeGreaterThan(10)
      if (/^(?:get|legalHold get|config (?:get|dump))/.test(name)) expect(effect, name).toBe('reads')
      if (name.startsWith('doStop')) expect(effect, name).toBe('stops')
    }
  })
})
