import { describe, expect, it } from 'vitest'
import { toExpectedError } from '../../../../../src-main/engine/errors.ts'
import { CarbonioError, type CarbonioErrorKind } from '../../../../../src-main/remote/carbonio/errors.ts'
import { OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { cosSyntax, readSetting } from '../../../../../src-main/remote/carbonio/server-syntax.ts'
import { ConnectionError } from '../../../../../src-main/remote/connection-errors.ts'
import type { CommandResult } from '../../../../../src-main/remote/shell.ts'
import { fixture, scripted } from './support.ts'

async function failure(result: Partial<CommandResult> | string, settings = {}): Promise<CarbonioError> {
  const error: unknown = await OPERATIONS.doExternalRestore
    .run(scripted(result), { sourcePath: '/mnt/old' }, settings)
    .then(
      (answer) => answer,
      (reason: unknown) => reason,
    )
  if (!(error instanceof CarbonioError)) throw new Error(`no CarbonioError: ${JSON.stringify(error)}`)
  return error
}

describe('failures by their words and exit codes', () => {
  it.each<[string, CarbonioErrorKind, Partial<CommandResult>]>([
    ['a shell without the command', 'no-such-command', { code: 127, stderr: 'sh: 1: carbonio: not found' }],
    ['the same in German', 'no-such-command', { code: 127, stderr: 'sh: carbonio: Befehl nicht gefunden.' }],
    ['sudo without the command', 'no-such-command', { code: 1, stderr: 'sudo: carbonio: command not found' }],
    ['not zextras', 'not-zextras', { code: 1, stderr: 'Error: must be run as zextras user' }],
    ['not executable', 'not-zextras', { code: 126, stderr: 'sh: 1: carbonio: Permission denied' }],
    ['no mailbox service', 'service-not-running', { code: 1, stderr: fixture('error-not-running.txt') }],
    [
      'no mailbox service, but 0',
      'service-not-running',
      { code: 0, stdout: fixture('error-not-running.txt') },
    ],
    ['an unknown command', 'unknown-operation', { code: 1, stdout: fixture('error-unknown-command.txt') }],
    [
      'an unknown command, but 0',
      'unknown-operation',
      { code: 0, stdout: fixture('error-unknown-command.txt') },
    ],
    ['an invalid action', 'unknown-operation', { code: 1, stdout: 'Invalid action doExternalRestore' }],
    ['the help page', 'bad-arguments', { code: 0, stdout: fixture('error-help-page.txt') }],
    ['an unknown parameter', 'bad-arguments', { code: 1, stdout: 'Unknown parameter: blobs_archive' }],
    ['no licence', 'licence', { code: 0, stdout: fixture('error-licence.json.txt') }],
    ['no licence in words', 'licence', { code: 1, stdout: 'The license for Backup is expired.' }],
    ['no such account', 'not-found', { code: 0, stdout: fixture('error-no-account.txt') }],
    ['an error of one node', 'not-found', { code: 0, stdout: fixture('error-in-node.json.txt') }],
    ['a backup that was never begun', 'backup-not-ready', { code: 1, stdout: 'Backup is not initialized' }],
    ['a second one', 'already-running', { code: 1, stdout: 'Operation already running' }],
    ['a full disk', 'disk', { code: 1, stderr: 'write: No space left on device' }],
    ['words that nobody knows', 'failed', { code: 1, stdout: 'Kaputt.' }],
    ['nothing at all', 'failed', { code: 1 }],
  ])('%s', async (_name, kind, result) => {
    const error = await failure(result)
    expect(error.kind).toBe(kind)
    expect(error).toMatchObject({
      host: 'root@new.example.org',
      exitCode: result.code,
      operation: 'doExternalRestore',
    })
    expect(error.command).toMatch(/carbonio --json backup doExternalRestore \/mnt\/old$/)
    for (const text of [error.why, error.next]) expect(text.length).toBeGreaterThan(20)
    expect(toExpectedError(error)).toMatchObject({ message: error.message, why: error.why, next: error.next })
  })

  it.each<[number, CarbonioErrorKind]>([
    [1, 'failed'],
    [2, 'stopped'],
    [3, 'removed'],
    [4, 'interrupted'],
  ])('--sync: exit code %i means %s', async (code, kind) => {
    expect((await failure({ code }, { sync: true })).kind).toBe(kind)
    expect((await failure({ code })).kind).toBe('failed')
  })

  it('gives the server’s own words and no secret', async () => {
    const error = await failure({
      code: 1,
      stdout: '{"ok":false,"error":{"message":"Boom at ssh://a:hunter2@b","apiToken":"hunter3"}}',
    })
    expect(error.why).toContain('Boom')
    expect(`${JSON.stringify(error)} ${error.message}`).not.toMatch(/hunter/)
  })

  it('does not end in a failure when only the words look like one', async () => {
    const shell = scripted(
      '{"ok":true,"response":{"operationId":"30ed9eb9-eb28-4ca6-b65e-9940654b8601","note":"license expired? no"}}',
    )
    expect(await OPERATIONS.doSmartScan.run(shell, {})).toMatchObject({ understood: true })
  })
})

describe('what is not known', () => {
  const lost = new ConnectionError('session', { user: 'root', host: 'new', port: 22 }, 'lost', {
    why: 'w',
    next: 'n',
  })
  const unreachable = new ConnectionError('reach', { user: 'root', host: 'new', port: 22 }, 'gone', {
    why: 'w',
    next: 'n',
  })

  it('whether a restore began when the connection went away', async () => {
    const run = OPERATIONS.doExternalRestore.run(scripted(lost), { sourcePath: '/mnt/old' })
    await expect(run).rejects.toMatchObject({
      kind: 'unknown-outcome',
      next: expect.stringContaining('queue') as string,
      cause: lost,
    })
    const killed = OPERATIONS.doExternalRestore.run(scripted({ code: null, signal: 'KILL' }), {
      sourcePath: '/mnt/old',
    })
    await expect(killed).rejects.toMatchObject({ kind: 'unknown-outcome' })
  })

  it('but it did not begin when the server was never reached, and reading changes nothing', async () => {
    await expect(
      OPERATIONS.doExternalRestore.run(scripted(unreachable), { sourcePath: '/mnt/old' }),
    ).rejects.toBe(unreachable)
    await expect(OPERATIONS.getServices.run(scripted(lost), {})).rejects.toBe(lost)
  })
})

describe('a command that is not where it is looked for', () => {
  it('is taken from /opt/zextras/bin', async () => {
    const shell = scripted({ code: 127 }, fixture('get-services.txt'))
    expect(await OPERATIONS.getServices.run(shell, {})).toMatchObject({ understood: true })
    expect(shell.ran.map(([program]) => program)).toEqual(['carbonio', '/opt/zextras/bin/carbonio'])
    expect(shell.options.every((options) => options?.as === 'zextras')).toBe(true)
  })

  it('is asked without --json where that is not known, but only to read', async () => {
    const refusal = { code: 1, stderr: 'Unknown option: --json' }
    const reading = scripted(refusal, fixture('get-services.txt'))
    expect(await OPERATIONS.getServices.run(reading, {})).toMatchObject({ understood: true, format: 'text' })
    const changing = scripted(refusal, 'ok')
    await expect(OPERATIONS.doSmartScan.run(changing, {})).rejects.toMatchObject({ kind: 'bad-arguments' })
    expect(changing.ran).toHaveLength(1)
  })
})

describe('which syntax a server knows', () => {
  const unknown = { code: 1, stdout: fixture('error-unknown-command.txt') }

  it('of config', async () => {
    const target = { scope: 'server', name: 'new.example.org' } as const
    const input = { target, attribute: 'ZxBackup_DestPath' }
    expect(await readSetting(scripted(fixture('config-get.txt')), input)).toMatchObject({ syntax: 'new' })
    const older = scripted(unknown, fixture('config-get.txt'))
    expect(await readSetting(older, input)).toMatchObject({ syntax: 'old', answer: { understood: true } })
    expect(await readSetting(scripted('?'), input)).toMatchObject({
      syntax: null,
      answer: { understood: false },
    })
    await expect(readSetting(scripted(unknown), input)).rejects.toMatchObject({ kind: 'unknown-operation' })
  })

  it('of the backup of a COS', async () => {
    expect(await cosSyntax(scripted(fixture('config-get-cos.json.txt')), 'default')).toMatchObject({
      syntax: 'new',
      enabled: true,
    })
    const older = scripted(unknown, fixture('get-cos-backup-status.txt'))
    expect(await cosSyntax(older, 'EXTERNALS')).toMatchObject({ syntax: 'old', enabled: false })
    const neither = await cosSyntax(scripted(unknown), 'default')
    expect(neither).toMatchObject({ syntax: null, enabled: null })
    const absent = await cosSyntax(scripted(unknown, fixture('get-cos-backup-status.txt')), 'nobody')
    expect(absent).toMatchObject({
      syntax: 'old',
      enabled: null,
      why: expect.stringContaining('no COS') as string,
    })
  })
})
