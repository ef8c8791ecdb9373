import { beforeAll, describe, expect, it } from 'vitest'
import type { FieldValue } from '../../../../../src-main/contract/recovery.ts'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { fenceOld, oldIsFenced } from '../../../../../src-main/recovery/procedures/vm-snapshot/fence-old.ts'
import { isolate, isolationProved } from '../../../../../src-main/recovery/procedures/vm-snapshot/isolate.ts'
import { mountPath } from '../../../../../src-main/recovery/procedures/vm-snapshot/mount-path.ts'
import { vmSnapshot } from '../../../../../src-main/recovery/procedures/vm-snapshot/index.ts'
import {
  backupNotInSnapshot,
  comparedWithSnapshot,
} from '../../../../../src-main/recovery/procedures/vm-snapshot/snapshot-date.ts'
import { letUsersIn } from '../../../../../src-main/recovery/procedures/vm-snapshot/let-users-in.ts'
import type { Step } from '../../../../../src-main/recovery/types.ts'
import { openDrill } from '../../drill/support.ts'
import { drillContext, verdicts, type DrillContext } from '../support/drill-context.ts'

const DAY = 86_400_000

describe('the snapshot and the Backup Path', () => {
  const taken = Date.UTC(2026, 10, 1)
  it('is red unless the backup goes on after it', () => {
    expect(comparedWithSnapshot(taken + 3 * DAY, taken, 'x').verdict).toBe('ok')
    expect(comparedWithSnapshot(taken, taken, 'x').verdict).toBe('red')
    expect(comparedWithSnapshot(taken + 30_000, taken, 'x').verdict).toBe('red')
    expect(comparedWithSnapshot(taken - DAY, taken, 'x').verdict).toBe('red')
    expect(comparedWithSnapshot(null, taken, 'x').verdict).toBe('unknown')
    expect(comparedWithSnapshot(taken, null, 'x').verdict).toBe('unknown')
  })

  it('stands in the way of everything else', () => {
    expect(vmSnapshot.steps[0]).toBe(backupNotInSnapshot)
    const order = vmSnapshot.steps.map(({ id }) => id)
    for (const [first, then] of [
      ['isolate', 'isolation-proved'],
      ['isolation-proved', 'start-carbonio'],
      ['isolation-proved', 'restore'],
      ['scanner-off', 'restore'],
      ['mount-path', 'restore'],
      ['fence-old', 'let-users-in'],
      ['clone-queue', 'let-users-in'],
      ['let-users-in', 'scanner-on'],
    ] as const)
      expect(order.indexOf(first), `${first} before ${then}`).toBeLessThan(order.indexOf(then))
    expect(new Set(order).size).toBe(order.length)
    expect(letUsersIn.checks.filter(({ guard }) => guard).map(({ id }) => id)).toEqual([
      'old-fenced',
      'queue-held',
    ])
  })
})

describe.skipIf(process.platform !== 'linux')('steps on a clone', () => {
  let drill: Drill
  beforeAll(async () => {
    drill = await openDrill(['snapshot-with-backup=200'])
  }, 60_000)
  const at = async (
    context: DrillContext,
    step: Step,
    fields: Record<string, FieldValue>,
  ): Promise<DrillContext> => {
    Object.defineProperty(context, 'step', { value: step.id, configurable: true })
    Object.defineProperty(context, 'fieldsOf', {
      value: () => ({ taken: new Date(drill.facts.snapshot!).toISOString() }),
      configurable: true,
    })
    await context.of(step)
    context.set(fields)
    return context
  }

  it('nothing is proved by ordering it: the fact is set by the proof alone, and taken away by a new try', async () => {
    const context = await at(await drillContext(drill), isolate, {})
    context.setFact('isolation.proved', true)
    await isolate.run!(context)
    expect(context.fact('isolation.proved')).toBeNull()
    await at(context, isolationProved, {})
    expect(Object.values(await verdicts(isolationProved, context))).toEqual(['ok', 'ok', 'ok', 'ok'])
    await isolationProved.run!(context)
    expect(context.fact('isolation.proved')).toBe(true)
  }, 60_000)

  it('the path of the clone itself is refused; a rolled back disk is mounted, seen and refused; fstab is not touched', async () => {
    const context = await drillContext(drill)
    await at(context, mountPath, { how: 'already', path: drill.new.backup })
    expect(await verdicts(mountPath, context)).toMatchObject({ 'another-path': 'red' })
    await at(context, mountPath, { device: '/dev/vdd1', below: 'zextras', mountPoint: '/mnt/one' })
    expect(await verdicts(mountPath, context)).toMatchObject({ 'another-path': 'ok' })
    await mountPath.run!(context)
    expect(await verdicts({ checks: mountPath.proofs! }, context)).toEqual({ newer: 'red' })
    await at(context, mountPath, { device: '/dev/vde1', below: 'zextras', mountPoint: '/mnt/two' })
    await mountPath.run!(context)
    // and once more, as after a crash
    await mountPath.run!(context)
    expect(context.fact('restore.path')).toBe('/mnt/two/zextras')
    expect(await verdicts({ checks: mountPath.proofs! }, context)).toEqual({ newer: 'ok' })
    const mounts = context.ran.filter(({ argv }) => argv[0] === 'mount').map(({ argv }) => argv.join(' '))
    expect(mounts).toEqual([
      'mount -o ro,noexec,nosuid,nodev,noload /dev/vdd1 /mnt/one',
      'mount -o ro,noexec,nosuid,nodev,noload /dev/vde1 /mnt/two',
    ])
    expect(context.ran.some(({ argv }) => argv[0] === 'blockdev' && argv[1] === '--setro')).toBe(true)
    expect(
      context.ran
        .filter(({ argv }) => argv.includes('/etc/fstab'))
        .every(({ argv }) => argv.includes('grep')),
    ).toBe(true)
    await at(context, mountPath, { device: '/dev/nothing', below: '', mountPoint: '/mnt/three' })
    await expect(mountPath.run!(context)).rejects.toThrow(/findmnt .*three/)
  }, 60_000)

  it('an only copy is not mounted without an overlay', async () => {
    const context = await drillContext(drill)
    Object.defineProperty(context, 'source', {
      value: { onlyCopy: true, place: { kind: 'local', path: '/x' } },
    })
    await at(context, mountPath, { device: '/dev/vde1' })
    expect(context.fields['overlay']).toBe(true)
    expect(await verdicts(mountPath, context)).toMatchObject({ 'only-copy': 'ok' })
    await at(context, mountPath, { device: '/dev/vde1', overlay: false })
    expect(await verdicts(mountPath, context)).toMatchObject({ 'only-copy': 'red' })
  })

  it('the old server is seen to answer, and to answer no more', async () => {
    const context = await at(await drillContext(drill), fenceOld, { how: 'ports' })
    expect((await oldIsFenced.run(context)).verdict).toBe('red')
    await fenceOld.run!(context)
    const { verdict, evidence } = await oldIsFenced.run(context)
    expect(verdict).toBe('ok')
    expect(evidence.en).toMatch(/SSH port \d+ answers/)
    // it stays so: nobody is told to put it back
    expect(context.pendingDrafts.size).toBe(0)
  }, 60_000)
})
