import { afterEach, describe, expect, it, vi } from 'vitest'
import { cosBackupWarning } from '../../../../../src-main/remote/carbonio/cos-warning.ts'
import { OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { scripted } from './support.ts'

const HOST = 'root@new.example.org'

afterEach(() => void vi.useRealTimers())

describe.each(['doEnableDisableCos', 'setCosBackup'] as const)('%s', (key) => {
  const operation = OPERATIONS[key]
  const refused = expect.objectContaining({
    kind: 'refused',
    why: expect.stringMatching(/treat all its accounts as deleted.*purged/s) as string,
  }) as Error

  it('is not run, and not shown, without the warning', async () => {
    const shell = scripted('ok')
    await expect(operation.run(shell, { cos: 'default', enabled: false })).rejects.toEqual(refused)
    await expect(operation.run(shell, { cos: 'default', enabled: false, confirmed: 'yes' })).rejects.toEqual(
      refused,
    )
    expect(() => operation.argv({ cos: 'default', enabled: false })).toThrow(/without its warning/)
    expect(() => operation.commandLine({ cos: 'default', enabled: false })).toThrow(/without its warning/)
    expect(shell.ran).toEqual([])
  })

  it('is run once for each warning', async () => {
    const shell = scripted('ok')
    const { warning, confirmed } = cosBackupWarning('default', HOST, 30)
    expect(warning).toContain('30 days')
    const input = { cos: 'default', enabled: false, confirmed }
    expect(operation.commandLine(input)).toContain('default')
    expect(await operation.run(shell, input)).toMatchObject({ understood: true })
    await expect(operation.run(shell, input)).rejects.toEqual(refused)
    expect(shell.ran).toHaveLength(1)
  })

  it('is not run with the warning of another COS, another server or an hour ago', async () => {
    const shell = scripted('ok')
    const other = cosBackupWarning('externals', HOST)
    const elsewhere = cosBackupWarning('default', 'root@old.example.org')
    vi.useFakeTimers({ now: Date.now() - 3_600_000 })
    const old = cosBackupWarning('default', HOST)
    vi.useRealTimers()
    for (const { confirmed } of [other, elsewhere, old]) {
      await expect(operation.run(shell, { cos: 'default', enabled: false, confirmed })).rejects.toEqual(
        refused,
      )
    }
    expect(shell.ran).toEqual([])
  })

  it('switches on without asking', async () => {
    expect(await operation.run(scripted('ok'), { cos: 'default', enabled: true })).toMatchObject({
      understood: true,
    })
  })
})

describe('ways around the warning', () => {
  it.each(['backupEnabled', 'BACKUPENABLED'])('config set refuses %s', async (attribute) => {
    const shell = scripted('ok')
    const input = { target: { scope: 'cos', name: 'default' } as const, attribute, value: 'false' }
    await expect(OPERATIONS.configSet.run(shell, input)).rejects.toMatchObject({ kind: 'refused' })
    expect(shell.ran).toEqual([])
  })
})

describe('the only copy', () => {
  const fixes = [
    { fixBackup: true },
    { fixDoubleGzip: 'fix' },
    { fixBackup: true, fixDoubleGzip: 'fix' },
  ] as const

  it.each(fixes)('is not changed by doCoherencyCheck with %j', async (fix) => {
    const shell = scripted('ok')
    const input = { backupPath: '/mnt/old', onlyCopy: true, ...fix }
    await expect(OPERATIONS.doCoherencyCheck.run(shell, input)).rejects.toMatchObject({
      kind: 'refused',
      next: expect.stringContaining('Copy the Backup Path first') as string,
    })
    expect(() => OPERATIONS.doCoherencyCheck.argv(input)).toThrow(/only copy/)
    expect(shell.ran).toEqual([])
    expect(OPERATIONS.doCoherencyCheck.argv({ ...input, onlyCopy: false })).toContain('/mnt/old')
  })

  it('is checked', () => {
    const argv = OPERATIONS.doCoherencyCheck.argv({
      backupPath: '/mnt/old',
      onlyCopy: true,
      fixBackup: false,
      fixDoubleGzip: 'check',
    })
    expect(argv.slice(-4)).toEqual(['fixBackup', 'false', 'fixDoubleGzip', 'check'])
  })

  it('must be said to be one or not', () => {
    // @ts-expect-error there is no default
    expect(() => OPERATIONS.doCoherencyCheck.argv({ backupPath: '/mnt/old' })).toThrow(/onlyCopy/)
    // @ts-expect-error there is no default
    expect(() => OPERATIONS.deleteMapFiles.argv({ backupPath: '/mnt/old', files: ['map_1'] })).toThrow(
      /onlyCopy/,
    )
  })

  it('keeps its map files', async () => {
    const shell = scripted('')
    const input = { backupPath: '/mnt/old/', files: ['map_544d94c6-aaef-4736-8964-56a667f1fe12'] }
    await expect(OPERATIONS.deleteMapFiles.run(shell, { ...input, onlyCopy: true })).rejects.toMatchObject({
      kind: 'refused',
    })
    expect(shell.ran).toEqual([])
    await OPERATIONS.deleteMapFiles.run(shell, { ...input, onlyCopy: false })
    expect(shell.ran).toEqual([['rm', '--', `/mnt/old/${input.files[0]!}`]])
  })
})
