import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CarbonioError } from '../../../../../src-main/remote/carbonio/errors.ts'
import { OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { ALL, fixture, INPUTS, scripted } from './support.ts'

/**
 * What holds for each operation alike, so that none is forgotten: a file of its own, text and `--json` read, every other
 * exit code a typed error, and what is not understood shown as it is.
 */
const ROOM = join(import.meta.dirname, '../../../../../src-main/remote/carbonio')

/** An output as text and one with `--json`; null where that program or the vendor has no such form. */
const OUTPUTS: Record<keyof typeof OPERATIONS, readonly [text: string, json: string | null]> = {
  configDump: ['config-dump.txt', 'config-dump.json.txt'],
  configGet: ['config-get.txt', 'config-get-dest-path.json.txt'],
  configSet: ['config-set-ok.txt', 'done.json.txt'],
  deleteMapFiles: ['', null],
  doAccountScan: ['queued.txt', 'queued.json.txt'],
  doCheckShares: ['queued.txt', 'queued.json.txt'],
  doCoherencyCheck: ['queued.txt', 'queued.json.txt'],
  doEnableDisableCos: ['config-set-ok.txt', 'done.json.txt'],
  doExternalRestore: ['queued.txt', 'queued.json.txt'],
  doFixShares: ['queued.txt', 'queued.json.txt'],
  doItemRestore: ['queued.txt', 'queued.json.txt'],
  doItemSearch: ['do-item-search.txt', 'do-item-search.json.txt'],
  doRestartService: ['config-set-ok.txt', 'done.json.txt'],
  doRestoreBlobs: ['queued.txt', 'queued.json.txt'],
  doRestoreOnNewAccount: ['queued.txt', 'queued.json.txt'],
  doSmartScan: ['queued.txt', 'queued.json.txt'],
  doStartService: ['config-set-ok.txt', 'done.json.txt'],
  doStopAllOperations: ['config-set-ok.txt', 'done.json.txt'],
  doStopOperation: ['config-set-ok.txt', 'done.json.txt'],
  doStopService: ['service-stopped.txt', 'done.json.txt'],
  doUndelete: ['queued.txt', 'queued.json.txt'],
  getAccountInfo: ['get-account-info.txt', 'get-account-info.json.txt'],
  getAllOperations: ['get-all-operations.txt', 'get-all-operations.json.txt'],
  getAvailableAccounts: ['get-available-accounts.txt', 'get-available-accounts.json.txt'],
  getAvailableDomains: ['get-available-domains.txt', 'get-available-domains.json.txt'],
  getBackupInfo: ['get-backup-info.txt', 'get-backup-info.json.txt'],
  getCosBackupStatus: ['get-cos-backup-status.txt', 'get-cos-backup-status.json.txt'],
  getItem: ['get-item.txt', 'get-item.json.txt'],
  getMap: ['get-map.txt', 'get-map.json.txt'],
  getServerConfig: ['get-server-config.txt', 'get-server-config.json.txt'],
  getServices: ['get-services.txt', 'get-services.json.txt'],
  legalHoldGet: ['legal-hold-get.txt', 'legal-hold-get.json.txt'],
  // follows an operation in lines of text, also when it is asked for JSON
  monitor: ['monitor.txt', null],
  setCosBackup: ['config-set-ok.txt', 'done.json.txt'],
  zmlocalconfigGet: ['zmlocalconfig-get.txt', null],
  zmlocalconfigSet: ['', null],
}

const output = (name: string): string => (name === '' ? '' : fixture(name))
const isVendors = (key: string): boolean => !/^(?:deleteMapFiles|zmlocalconfig)/.test(key)

describe.each(ALL)('%s', (key, operation) => {
  const [text, json] = OUTPUTS[key]

  it('has a file of its own', () => {
    const file = `${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`
    expect(existsSync(join(ROOM, file)), file).toBe(true)
    const source = readFileSync(join(ROOM, file), 'utf8')
    expect(source.match(/(?:defineOperation|serviceOperation)\(/g)).toHaveLength(1)
    expect(operation.risk.length).toBeGreaterThan(10)
  })

  it('is built for text and for --json, as one argument a word, and is shown so', () => {
    const plain = operation.argv(INPUTS[key](), { format: 'text' })
    const asked = operation.argv(INPUTS[key](), { format: 'json' })
    expect(plain).not.toContain('--json')
    expect(asked.includes('--json')).toBe(isVendors(key))
    expect(asked.filter((word) => word !== '--json')).toEqual(plain)
    expect(operation.commandLine(INPUTS[key]()).length).toBeGreaterThan(5)
  })

  it('reads text', async () => {
    const shell = scripted(output(text))
    const answer = await operation.run(shell, INPUTS[key](), { format: 'text' })
    expect(answer).toMatchObject({ understood: true, format: 'text' })
    expect(shell.options[0]).toMatchObject({ as: 'zextras' })
  })

  it.skipIf(json === null)('reads what it prints with --json', async () => {
    const answer = await operation.run(scripted(output(json ?? '')), INPUTS[key]())
    expect(answer).toMatchObject({ understood: true, format: 'json' })
  })

  it('ends every exit code but 0 in a typed error, even with an answer that would be good', async () => {
    for (const code of [1, 2, 3, 4, 99, 255]) {
      const failed: unknown = await operation
        .run(scripted({ code, stdout: output(text) }), INPUTS[key](), { format: 'text' })
        .catch((error: unknown) => error)
      expect(failed, String(code)).toBeInstanceOf(CarbonioError)
      expect(failed).toMatchObject({ exitCode: code, operation: operation.name })
    }
  })

  it('shows what it does not understand as it is', async () => {
    const raw = 'Wszystko gotowe: 12 / 12'
    expect(await operation.run(scripted(raw), INPUTS[key]())).toMatchObject({ understood: false, raw })
  })
})

describe('the manual’s operations', () => {
  it('are all there', () => {
    const names = new Set<string>(Object.values(OPERATIONS).map(({ name }) => name))
    const wanted =
      'getBackupInfo getAvailableAccounts getAvailableDomains getAccountInfo getItem doItemSearch getServerConfig getMap getServices doStartService doStopService getAllOperations monitor doStopOperation doStopAllOperations doExternalRestore doCoherencyCheck doSmartScan doUndelete doItemRestore doRestoreOnNewAccount doRestoreBlobs doCheckShares doFixShares doEnableDisableCOS getCOSBackupStatus'
    for (const name of wanted.split(' ')) expect(names, name).toContain(name)
    for (const name of [
      'config set cos backupEnabled',
      'legalHold get',
      'config get',
      'config set',
      'config dump',
    ])
      expect(names, name).toContain(name)
    expect([...names].filter((name) => name.startsWith('zmlocalconfig'))).toHaveLength(2)
  })

  it('have no file that is not among them', () => {
    const defining = readdirSync(ROOM).filter((file) =>
      /export const \w+ = (?:defineOperation|serviceOperation)\(/.test(
        readFileSync(join(ROOM, file), 'utf8'),
      ),
    )
    expect(defining).toHaveLength(ALL.length)
  })
})
