import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FieldValue, StepView } from '../../../../../src-main/contract/recovery.ts'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { parseFault } from '../../../../../src-main/drill/faults.ts'
import { newPath } from '../../../../../src-main/recovery/procedures/aftermath/new-path.ts'
import { FACTS } from '../../../../../src-main/recovery/restore/facts.ts'
import type { CheckResult, StepContext } from '../../../../../src-main/recovery/types.ts'
import type { RemoteShell } from '../../../../../src-main/remote/shell.ts'
import { bringBackup, login, openDrill } from '../../drill/support.ts'
import { fakeContext, type DrillContext } from '../support/drill-context.ts'

interface State {
  config: Record<string, string>
  lastScan: number
  operations: { name: string; state: string }[]
}

describe('a new Backup Path and its first SmartScan', () => {
  let drill: Drill
  let shell: RemoteShell
  let old: string
  const state = (): State =>
    JSON.parse(readFileSync(join(drill.folder, 'new/state/server.json'), 'utf8')) as State
  const scans = (): string[] =>
    state()
      .operations.filter(({ name }) => name === 'SmartScan')
      .map((one) => one.state)
  const progress: NonNullable<StepView['progress']>[] = []

  beforeAll(async () => {
    drill = await openDrill([], { accounts: 2, items: 40 })
    shell = await login(drill, drill.new, { user: 'admin', privilege: 'sudo' })
    old = await bringBackup(drill)
  }, 60_000)
  afterEach(() => {
    drill.setFaults([])
    progress.length = 0
  })

  function open(fields: Record<string, FieldValue> = {}, extra: Partial<StepContext> = {}): DrillContext {
    const context = fakeContext({
      shells: { new: shell },
      addresses: { new: drill.new },
      procedure: 'aftermath',
      extra: { step: 'new-path', progress: (one) => void progress.push(one), ...extra },
    })
    context.facts.set(FACTS.path, old)
    context.set({ path: null, ...fields })
    return context
  }
  const look = (id: string, context: StepContext): Promise<CheckResult> =>
    [...newPath.checks, ...newPath.proofs!].find((one) => one.id === id)!.run(context)
  const folder = (name: string): string => {
    const path = join(drill.new.root, 'mnt', name)
    mkdirSync(path, { recursive: true })
    return path
  }
  describe('the path', () => {
    it.each([
      ['itself', () => old, /the old backup itself/],
      ['with a slash behind it', () => `${old}//`, /the old backup itself/],
      ['inside it', () => join(old, 'accounts'), /inside the old backup/],
      ['around it', () => join(drill.new.root, 'mnt'), /around the old backup/],
    ])('is not the old backup: %s', async (_, path, says) => {
      const { verdict, evidence, next } = await look('own-path', open({ path: path() }))
      expect(verdict).toBe('red')
      expect(evidence.en).toMatch(says)
      expect(next?.en).toContain('never go on writing into the old backup')
    })

    it('is not the old backup by another name, nor a copy of it', async () => {
      const link = join(drill.new.root, 'mnt/link')
      symlinkSync(old, link)
      expect((await look('own-path', open({ path: link }))).evidence.en).toMatch(/the old backup itself/)
      rmSync(link)
      const copy = await bringBackup(drill, 'second-copy')
      const seen = await look('own-path', open({ path: copy }))
      expect(seen.verdict).toBe('red')
      expect(seen.evidence.en).toMatch(/holds 2 accounts of the old backup under their old ids/)
      // A clone, or the same server, has the accounts of the old backup in its own.
      const clone = open({ path: copy })
      clone.facts.set('isolation.plan', {})
      expect((await look('own-path', clone)).verdict).toBe('ok')
    }, 60_000)

    it('that is not there, not writable or full of other things is told apart, each with what to do', async () => {
      const gone = await look('path-ready', open({ path: join(drill.new.root, 'mnt/gone') }))
      expect(gone).toMatchObject({
        verdict: 'red',
        next: { en: expect.stringContaining('mkdir -p') as string },
      })
      const other = folder('other')
      writeFileSync(join(other, 'holiday.jpg'), '')
      const full = await look('path-ready', open({ path: other }))
      expect(full.verdict).toBe('red')
      expect(full.evidence.en).toMatch(/not empty and no Backup Path: it holds holiday\.jpg/)
      drill.setFaults(parseFault('new:wrong-owner'))
      const foreign = await look('path-ready', open({ path: folder('foreign') }))
      expect(foreign.verdict).toBe('red')
      expect(foreign.evidence.en).toMatch(/zextras may not read and write .*\(root:root/)
      expect(foreign.next?.en).toContain('chown zextras:zextras')
      drill.setFaults([])
      expect(await look('path-ready', open({ path: folder('foreign') }))).toMatchObject({
        verdict: 'ok',
        evidence: { en: expect.stringContaining('is empty') as string },
      })
    }, 60_000)

    it('on the volume of the mailboxes or of the old backup is named, and one without room', async () => {
      const beside = await look('own-volume', open({ path: folder('beside') }))
      expect(beside.verdict).toBe('attention')
      expect(beside.evidence.en).toMatch(/the same volume as the old backup \(df\)$/)
      const store = join(drill.new.root, 'opt/zextras/newbackup')
      mkdirSync(store)
      const withMail = await look('own-volume', open({ path: store }))
      expect(withMail.evidence.en).toMatch(/the same volume as the mailboxes \(df\)$/)
      // Its own, as it is installed, has a disk of its own.
      expect((await look('own-volume', open())).verdict).toBe('ok')
      const catalog = () => Promise.resolve({ totals: () => ({ bytes: 1e18 }) } as never)
      const small = await look('own-volume', open({}, { catalog }))
      expect(small).toMatchObject({
        verdict: 'attention',
        next: { en: expect.stringMatching(/more room/) as string },
      })
    }, 60_000)

    it('that the server refuses leaves the old one, says its words, and starts nothing', async () => {
      const before = state().config['ZxBackup_DestPath']
      const count = scans().length
      const context = open({ path: '/nowhere/at/all' })
      await expect(newPath.run!(context)).rejects.toMatchObject({
        name: 'CarbonioError',
        why: expect.stringMatching(/No such directory/) as string,
      })
      expect(state().config['ZxBackup_DestPath']).toBe(before)
      expect(scans()).toHaveLength(count)
    }, 60_000)

    it('is set, and the scan makes a Backup Path of it', async () => {
      const path = folder('fresh')
      const context = open({ path })
      const commands = await newPath.commands!(context)
      expect(commands.map(({ command }) => command)).toEqual([
        expect.stringMatching(/config set .*ZxBackup_DestPath .*fresh/),
        expect.stringContaining('doSmartScan start'),
      ])
      await newPath.run!(context)
      expect(state().config['ZxBackup_DestPath']).toBe(path)
      expect(await look('scanned', context)).toMatchObject({ verdict: 'ok' })
      // Left empty, it stays.
      expect((await newPath.commands!(open())).map(({ command }) => command)).toHaveLength(1)
      expect((await look('own-path', open())).evidence.en).toContain(path)
    }, 60_000)
  })

  describe('the SmartScan', () => {
    const fails = async (context: StepContext): Promise<unknown> =>
      newPath.run!(context).then(
        () => 'it went well',
        (error: unknown) => error,
      )

    it('that is refused is failed, and asked for again by the next try', async () => {
      drill.setFaults(parseFault('new:licence'))
      const context = open()
      const count = scans().length
      expect(await fails(context)).toMatchObject({ name: 'CarbonioError', kind: 'licence' })
      expect(scans()).toHaveLength(count)
      drill.setFaults([])
      await newPath.run!(context)
      expect(scans()).toHaveLength(count + 1)
      expect(await look('scanned', context)).toMatchObject({ verdict: 'ok' })
    }, 60_000)

    it('that breaks off is failed with the reason of the server', async () => {
      const path = folder('torn')
      await newPath.run!(open({ path }))
      rmSync(path, { recursive: true })
      const context = open()
      expect(await fails(context)).toMatchObject({
        message: 'The SmartScan did not come to its end: failed',
        why: expect.stringMatching(/^The server says: .*torn/) as string,
        next: expect.stringContaining('in no backup') as string,
      })
      mkdirSync(path)
      await newPath.run!(context)
      expect(await look('scanned', context)).toMatchObject({ verdict: 'ok' })
    }, 60_000)

    it('that the server takes and does not start is no success, whatever was scanned before', async () => {
      const real = open()
      const context = open(
        {},
        {
          carbonio: (role, operation, input, settings) =>
            operation.name === 'doSmartScan'
              ? Promise.resolve({ understood: true, value: { operationId: null } } as never)
              : real.carbonio(role, operation, input, settings),
        },
      )
      expect(await fails(context)).toMatchObject({
        message: 'The SmartScan was not started',
        next: expect.stringContaining('do the step again') as string,
      })
      // A scan of an hour ago is older than what was asked for, by the server's own clock.
      context.facts.set('aftermath.scanned', { at: Date.now(), before: state().lastScan, how: 'unknown' })
      const proof = await look('scanned', context)
      expect(proof.verdict).toBe('red')
      expect(proof.evidence.en).toMatch(/before this one was asked for/)
    }, 60_000)

    it('of which the answer was lost is not begun twice', async () => {
      const real = open()
      let lose = true
      const context = open(
        {},
        {
          carbonio: async (role, operation, input, settings) => {
            const answer = await real.carbonio(role, operation, input, settings)
            if (operation.name !== 'doSmartScan' || !lose) return answer
            lose = false
            throw new Error('the laptop fell asleep')
          },
        },
      )
      const count = scans().length
      expect(await fails(context)).toMatchObject({ message: 'the laptop fell asleep' })
      await newPath.run!(context)
      expect(scans()).toHaveLength(count + 1)
    }, 60_000)

    it('that does not end is shown with its place; a stop ends the watching, and later it is attached to', async () => {
      const busy = await openDrill(['new:busy=600'], { accounts: 1, items: 10 })
      const busyShell = await login(busy, busy.new, { user: 'admin', privilege: 'sudo' })
      const abort = new AbortController()
      const shown: NonNullable<StepView['progress']>[] = []
      const context = fakeContext({
        shells: { new: busyShell },
        addresses: { new: busy.new },
        procedure: 'aftermath',
        extra: {
          signal: abort.signal,
          progress: (one) => {
            shown.push(one)
            abort.abort(new Error('stopped by a person'))
          },
        },
      })
      await expect(newPath.run!(context)).rejects.toThrow('stopped by a person')
      const { id } = context.facts.get('aftermath.scan') as { id: string | null }
      expect(id).not.toBeNull()
      expect(shown[0]).toMatchObject({ phase: { en: 'SmartScan' }, detail: { en: 'Started' } })
      // The day after: it still runs, no second one was begun, and it is said that this is long.
      context.facts.set('aftermath.scan', { at: Date.now() - 7 * 3_600_000, id, before: 0 })
      const later = fakeContext({
        shells: { new: busyShell },
        addresses: { new: busy.new },
        extra: {
          signal: AbortSignal.timeout(3000),
          fact: (name) => context.facts.get(name),
          progress: (one) => void shown.push(one),
        },
      })
      await expect(newPath.run!(later)).rejects.toThrow(/timeout/)
      expect(shown.at(-1)?.detail?.en).toMatch(/^For more than six hours: .*ends the watching only\.$/)
      const { operations } = JSON.parse(
        readFileSync(join(busy.folder, 'new/state/server.json'), 'utf8'),
      ) as State
      expect(operations.filter(({ name }) => name === 'SmartScan')).toHaveLength(1)
    }, 90_000)
  })

  it('a scanner that is off is not said to be set by this step', async () => {
    const { verdict, next } = await look('scanner-on', open())
    expect(verdict).toBe('red')
    expect(next?.en).toMatch(/^This step does not set it\./)
  }, 60_000)
})
