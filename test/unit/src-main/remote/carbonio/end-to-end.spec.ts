import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isRestoreRunning } from '../../../../../src-main/remote/carbonio/is-restore-running.ts'
import { watchOperation } from '../../../../../src-main/remote/carbonio/monitor.ts'
import { OPERATIONS } from '../../../../../src-main/remote/carbonio/operations.ts'
import { temporaryFolder } from '../../../../support/index.ts'
import { fixture, shShell, valueOf } from './support.ts'

const RESTORE = '0f1c9a52-6a7e-4a53-8d0c-2b8a3f0c7d10'

/** A `carbonio` that is a shell script: it notes its arguments and answers with what lies in its folder. */
const SCRIPT = `#!/bin/sh
: > args
for argument in "$@"; do printf '%s\\0' "$argument" >> args; done
json=
[ "$1" = --json ] && { json=.json; shift; }
if [ -f fail ]; then cat fail >&2; exit 1; fi
case "$2" in
  monitor) cat monitor; exec sleep "$(cat linger 2>/dev/null || echo 0)" ;;
  *) cat "$2$json" 2>/dev/null || { echo "Unknown command: $1 $2"; exit 1; } ;;
esac
`

function server(answers: Record<string, string>) {
  const folder = temporaryFolder('carbonio')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'carbonio'), SCRIPT)
  chmodSync(join(bin, 'carbonio'), 0o755)
  for (const [name, text] of Object.entries(answers)) writeFileSync(join(folder, name), text)
  return {
    shell: shShell(`${bin}:/usr/bin:/bin`, folder),
    args: () => readFileSync(join(folder, 'args'), 'utf8').split('\0').slice(0, -1),
    folder,
  }
}

describe('through a real sh and a carbonio that is a script', () => {
  it('starts a restore of a path that nobody should call so, and finds it in the queue', async () => {
    const path = `/mnt/old backup/it's "here" $(touch pwned) \`touch pwned\`\n; touch pwned #*é日本`
    const { shell, args, folder } = server({
      'doExternalRestore.json': fixture('queued.json.txt'),
      'getAllOperations.json': fixture('get-all-operations.json.txt'),
    })
    const answer = await OPERATIONS.doExternalRestore.run(shell, {
      sourcePath: path,
      accounts: ["o'brien@example.org"],
    })
    expect(valueOf(answer)).toMatchObject({ operationId: RESTORE, operationHost: 'new.example.org' })
    expect(args()).toEqual(['--json', 'backup', 'doExternalRestore', path, 'accounts', "o'brien@example.org"])
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
    expect(await isRestoreRunning(shell, RESTORE)).toMatchObject({ standing: 'queued' })
  })

  it('tells an operation that is not known, one that fails, and a server without Carbonio apart', async () => {
    const { shell, folder } = server({})
    await expect(OPERATIONS.getServices.run(shell, {})).rejects.toMatchObject({
      kind: 'unknown-operation',
      exitCode: 1,
      output: expect.stringContaining('Unknown command: backup getServices') as string,
    })
    writeFileSync(join(folder, 'fail'), fixture('error-not-running.txt'))
    await expect(OPERATIONS.getServices.run(shell, {})).rejects.toMatchObject({ kind: 'service-not-running' })
    const bare = shShell('/usr/bin:/bin', folder)
    await expect(OPERATIONS.getServices.run(bare, {})).rejects.toMatchObject({
      kind: 'no-such-command',
      exitCode: 127,
    })
  })

  it('reads text where the release answers with text', async () => {
    const { shell, args } = server({ 'getItem.json': fixture('get-item.txt') })
    const answer = await OPERATIONS.getItem.run(shell, {
      account: 'anna@example.org',
      item: '24700',
      date: 'all',
    })
    expect(valueOf(answer).states).toHaveLength(3)
    expect(answer).toMatchObject({
      format: 'text',
      command: 'carbonio --json backup getItem anna@example.org 24700 date all',
    })
    expect(args()).toHaveLength(7)
  })

  it('follows an operation to its end', async () => {
    const { shell, args } = server({ monitor: fixture('monitor.txt') })
    const events = []
    for await (const event of watchOperation(shell, RESTORE)) events.push(event)
    expect(events.map(({ kind }) => kind)).toEqual(['progress', 'progress', 'notifications'])
    expect(args()).toEqual(['backup', 'monitor', RESTORE])
  })

  it('breaks off the output of an operation that goes on', async () => {
    const { shell } = server({ monitor: fixture('monitor.txt'), linger: '60' })
    const begin = Date.now()
    for await (const event of watchOperation(shell, RESTORE)) {
      expect(event.kind).toBe('progress')
      break
    }
    expect(Date.now() - begin).toBeLessThan(20_000)
  })

  it('says when the monitor itself fails', async () => {
    const { shell } = server({ fail: 'no such operation' })
    const follow = async () => {
      for await (const _event of watchOperation(shell, RESTORE)) expect.unreachable()
    }
    await expect(follow()).rejects.toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('no such operation') as string,
    })
  })
})
