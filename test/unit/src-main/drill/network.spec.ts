import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../src-main/drill/drill.ts'
import { parseFault } from '../../../../src-main/drill/faults.ts'
import type { RemoteShell } from '../../../../src-main/remote/shell.ts'
import { login, openDrill } from './support.ts'

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: 2000 })
    const end = (open: boolean) => (): void => {
      socket.destroy()
      done(open)
    }
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
  })
}

describe.skipIf(process.platform !== 'linux')('the network of a clone', () => {
  let drill: Drill
  let root: RemoteShell
  beforeAll(async () => {
    drill = await openDrill(['snapshot'])
    root = await login(drill, drill.new, { user: 'root', privilege: 'root' })
  }, 60_000)
  const asRoot = async (...argv: string[]) => root.run(argv)

  it('keeps every drill on addresses of its own', () => {
    expect(drill.new.host).toMatch(/^127\./)
    expect(drill.new.host).not.toBe(drill.old.host)
  })

  it('reaches nobody and nobody reaches it, while the old server answers', async () => {
    expect(await isOpen(drill.new.host, 7071)).toBe(false)
    expect(await isOpen(drill.old.host, 7071)).toBe(true)
    expect(await asRoot('nc', '-z', '-w', '2', 'mx.elsewhere.example', '25')).toMatchObject({ code: 1 })
    expect(await asRoot('nc', '-z', '-w', '2', '127.0.0.1', String(drill.new.port))).toMatchObject({
      code: 0,
    })
  })

  it('in the network of the users it answers and sends, until its ports are closed', async () => {
    drill.setFaults(['snapshot', 'not-isolated'].flatMap(parseFault))
    await sleep(300)
    expect(await isOpen(drill.new.host, 5222)).toBe(true)
    expect(await asRoot('nc', '-z', '-w', '2', 'mx.elsewhere.example', '25')).toMatchObject({ code: 0 })
    await asRoot('systemctl', 'stop', 'carbonio-proxy.target')
    expect(await isOpen(drill.new.host, 5222)).toBe(false)
    expect(await isOpen(drill.new.host, 7071)).toBe(true)
    await asRoot('nft', 'add', 'table', 'inet', 'one')
    await asRoot('nft', 'add', 'chain', 'inet', 'one', 'in', '{ type filter hook input priority 0; }')
    await asRoot('nft', 'add', 'rule', 'inet', 'one', 'in', 'tcp dport { 7071, 8080 } reject with tcp reset')
    expect(await isOpen(drill.new.host, 7071)).toBe(false)
    await asRoot('nft', 'delete', 'table', 'inet', 'one')
    expect(await isOpen(drill.new.host, 7071)).toBe(true)
    expect(await asRoot('nft', 'delete', 'table', 'inet', 'one')).toMatchObject({ code: 1 })
  })

  it('its queue is that of the snapshot; postsuper holds it', async () => {
    const before = await asRoot('postqueue', '-p')
    expect(before.stdout).toMatch(/^-- \d+ Kbytes in 3 Requests\.$/m)
    expect((await asRoot('postsuper', '-h', 'ALL')).stderr).toContain('Placed on hold: 3 messages')
    expect((await asRoot('postqueue', '-p')).stdout.match(/^\w+! /gm)).toHaveLength(3)
  })
})
