import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Drill } from '../../../../src-main/drill/drill.ts'
import { doExternalRestore } from '../../../../src-main/remote/carbonio/do-external-restore.ts'
import { doStopOperation } from '../../../../src-main/remote/carbonio/do-stop-operation.ts'
import { getAllOperations } from '../../../../src-main/remote/carbonio/get-all-operations.ts'
import { parseRestoreReport } from '../../../../src-main/remote/carbonio/parse-restore-report.ts'
import type { RemoteShell } from '../../../../src-main/remote/shell.ts'
import { bringBackup, login, mailboxDifferences, notification, openDrill, wantedItems } from './support.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** Waits until a restore brought at least so many items. */
async function underWay(shell: RemoteShell, path: string): Promise<void> {
  for (;;) {
    const answer = await getAllOperations.run(shell, {})
    const [first] = answer.understood ? answer.value.operations : []
    const progress = first?.fields['progress']
    if (typeof progress === 'string' && Number(progress.split('/')[0]) > 20) return
    if (answer.understood && !first) throw new Error(`No restore of ${path} in the queue.`)
    await sleep(50)
  }
}

async function untilEnded(drill: Drill): Promise<void> {
  for (let n = 0; n < 600 && !notification(drill.new, 'Operation Ended'); n++) await sleep(50)
}

describe('a drill that is interrupted', () => {
  it('goes on with the restore after it was stopped and started again', async () => {
    const first = await openDrill([], { speed: 120 })
    const path = await bringBackup(first)
    const shell = await login(first, first.new)
    await doExternalRestore.run(shell, { sourcePath: path })
    await underWay(shell, path)
    await first.close()
    const wanted = wantedItems(first.old.backup)
    // An item that is not there yet differs twice: no line in the index, no message.
    const before = mailboxDifferences(first.new, wanted).filter((line) =>
      line.endsWith('is not in the index'),
    ).length
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(wanted.length)
    expect(notification(first.new, 'Operation Ended')).toBe('')

    const second = await openDrill([], { folder: first.folder })
    // The same way in: ports, keys and host keys are those of before.
    expect([second.old.port, second.new.port]).toEqual([first.old.port, first.new.port])
    expect(second.old.knownHosts).toBe(first.old.knownHosts)
    await untilEnded(second)
    expect(mailboxDifferences(second.new, wanted)).toEqual([])
    expect(parseRestoreReport(notification(second.new, 'Operation Ended'))).toMatchObject({
      value: { restored: wanted.length, skipped: 0, unrestored: 0 },
    })
  }, 60_000)

  it('goes on after kill -9 in the middle of a restore', async () => {
    const made = await openDrill([], { items: 200 })
    const path = await bringBackup(made)
    await made.close()
    const args = ['src-main/cli.ts', 'drill', 'up', '--dir', made.folder, '--speed', '80', '--json']
    const child = spawn(join(ROOT, 'node_modules/.bin/node'), args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((done) => child.on('close', done))
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      if (text.includes('\n')) break
    }
    const up = JSON.parse(text) as { simulation: string; new: { port: number }; passwordFile: string }
    expect(up.simulation).toContain('Simulated by Lifeboat')
    expect(text).not.toContain(made.password)
    const shell = await login(made, { ...made.new, port: up.new.port })
    await doExternalRestore.run(shell, { sourcePath: path })
    await underWay(shell, path)
    child.kill('SIGKILL')
    await ended

    const again = await openDrill([], { folder: made.folder })
    const wanted = wantedItems(made.old.backup)
    await untilEnded(again)
    expect(mailboxDifferences(again.new, wanted)).toEqual([])
    expect(parseRestoreReport(notification(again.new, 'Operation Ended'))).toMatchObject({
      value: { restored: wanted.length, skipped: 0, unrestored: 0 },
    })
  }, 60_000)

  it('stops an operation, and takes a waiting one out of the queue', async () => {
    const drill = await openDrill([], { speed: 60 })
    const path = await bringBackup(drill)
    const shell = await login(drill, drill.new)
    const stopped = shell.run(['carbonio', '--sync', 'backup', 'doExternalRestore', path], { timeout: 0 })
    while ((await getAllOperations.run(shell, {})).raw.includes('operationList":[]')) await sleep(20)
    const removed = shell.run(['carbonio', '--sync', 'backup', 'doExternalRestore', path], { timeout: 0 })
    await underWay(shell, path)
    for (;;) {
      const answer = await getAllOperations.run(shell, {})
      const operations = answer.understood ? answer.value.operations : []
      if (operations.length < 2) {
        await sleep(20)
        continue
      }
      expect(operations.map(({ standing }) => standing)).toEqual(['running', 'queued'])
      for (const { id } of operations.toReversed())
        expect(await doStopOperation.run(shell, { operation: id })).toMatchObject({ understood: true })
      break
    }
    expect((await stopped).code).toBe(2)
    expect((await removed).code).toBe(3)
    expect(parseRestoreReport(notification(drill.new, 'Operation Stopped'))).toMatchObject({
      understood: true,
    })
  }, 60_000)

  it('begins anew when asked, and refuses a folder of something else', async () => {
    const first = await openDrill([], { items: 60, accounts: 2 })
    await bringBackup(first, 'left-over')
    await first.close()
    const second = await openDrill([], { folder: first.folder, reset: true, items: 60, accounts: 3 })
    expect(second.facts.accounts).toHaveLength(3)
    const shell = await login(second, second.new)
    expect((await shell.run(['test', '-e', '/mnt/left-over'])).code).toBe(1)
    await expect(openDrill([], { folder: join(second.folder, 'access') })).rejects.toMatchObject({
      code: 'REFUSED',
    })
  }, 60_000)
})
