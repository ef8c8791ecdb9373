import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Drill } from '../../../../../src-main/drill/drill.ts'
import { parseFault } from '../../../../../src-main/drill/faults.ts'
import { words } from '../../../../../src-main/recovery/cases/words.ts'
import {
  HERE,
  outboundBlocked,
  outerStopped,
  portsClosed,
  queueHeld,
} from '../../../../../src-main/recovery/isolation/checks.ts'
import {
  changeFirewall,
  pendingId,
  restoreFirewall,
} from '../../../../../src-main/recovery/isolation/guarded-change.ts'
import { holdQueue } from '../../../../../src-main/recovery/isolation/mail-queue.ts'
import { CLIENT_PORTS, MAIL_OUT_PORTS } from '../../../../../src-main/recovery/isolation/ports.ts'
import { switchOuter } from '../../../../../src-main/recovery/isolation/services.ts'
import { openDrill } from '../../drill/support.ts'
import { drillContext, verdicts } from '../support/drill-context.ts'

const WHAT = words('Ports closed', 'Porte chiuse')
const STEP = {
  checks: [
    portsClosed('new', { guard: true }),
    outerStopped('new'),
    outboundBlocked('new'),
    queueHeld('new'),
  ],
}
const REQUEST = { name: 'isolation' as const, closeIn: CLIENT_PORTS, closeOut: MAIL_OUT_PORTS }

describe.skipIf(process.platform !== 'linux')('isolation, proved', () => {
  let drill: Drill
  const firewall = (): unknown =>
    (JSON.parse(readFileSync(join(drill.folder, 'new/state/server.json'), 'utf8')) as { firewall?: unknown })
      .firewall ?? {}
  const timers = (): unknown[] =>
    (JSON.parse(readFileSync(join(drill.folder, 'new/state/server.json'), 'utf8')) as { timers?: unknown[] })
      .timers ?? []

  beforeAll(async () => {
    drill = await openDrill(['snapshot', 'not-isolated'])
    await sleep(300)
  }, 60_000)

  it('a clone in the network of the users is red in every respect', async () => {
    const context = await drillContext(drill)
    expect(await verdicts(STEP, context)).toEqual({
      'ports-closed-new': 'red',
      'outer-stopped': 'red',
      'outbound-blocked': 'red',
      'queue-held': 'red',
    })
    const { evidence } = await STEP.checks[0]!.run(context)
    // these guards stand in steps that change nothing: they name the one that mends
    for (const one of STEP.checks)
      expect((await one.run(context)).next?.en).toMatch(/^Open the step “Isolate the clone”/)
    expect((await queueHeld('new', HERE).run(context)).next?.it).toMatch(/^Eseguire questo passo/)
    for (const port of [5222, 6071, 7071]) expect(evidence.en).toContain(String(port))
  })

  it('a rule that would lock out is taken back at once, and no timer is left', async () => {
    // What greets in place of the SSH port falls silent with the first rule that closes something.
    const door = createServer((socket) => socket.on('error', () => undefined).write('SSH-2.0-Door\r\n'))
    await new Promise<void>((done) => door.listen(0, '127.0.0.1', done))
    const context = await drillContext(drill, {
      addresses: { new: { host: '127.0.0.1', port: (door.address() as AddressInfo).port } },
      before: ({ argv }) => {
        if (argv.join(' ').includes('reject')) door.close()
      },
    })
    await expect(changeFirewall(context, 'new', REQUEST, WHAT)).rejects.toThrow(/taken back/)
    expect(firewall()).toEqual({})
    expect(timers()).toEqual([])
    expect(context.pendingDrafts.size).toBe(0)
  })

  it('what fails half-way is taken back', async () => {
    let rules = 0
    const context = await drillContext(drill, {
      before: ({ argv }) => {
        if (argv.includes('rule') && ++rules === 3) throw new Error('the cable came out')
      },
    })
    await expect(changeFirewall(context, 'new', REQUEST, WHAT)).rejects.toThrow('the cable came out')
    expect(firewall()).toEqual({})
    expect(timers()).toEqual([])
    expect(context.pendingDrafts.size).toBe(0)
  })

  it('the timer is on the server before the first rule, and it alone takes everything back', async () => {
    const context = await drillContext(drill, {
      before: ({ argv }) => {
        // From here on the laptop is gone: neither the taking back nor the calling off of the timer gets through.
        if (argv[0] === 'systemctl' || argv.includes('delete') || argv[0] === '/bin/sh') {
          if (context.pendingDrafts.size > 0) throw new Error('the laptop is gone')
        }
      },
    })
    await expect(changeFirewall(context, 'new', REQUEST, WHAT)).rejects.toThrow('the laptop is gone')
    expect(context.pendingDrafts.get(pendingId('new', 'isolation'))?.timerAt).toBeGreaterThan(Date.now())
    expect(timers()).toMatchObject([
      { user: 'root', argv: ['/bin/sh', '-c', 'nft delete table inet lifeboat_isolation'] },
    ])
    const order = context.ran.map(({ argv }) => argv.join(' '))
    expect(order.findIndex((line) => line.startsWith('systemd-run'))).toBeLessThan(
      order.findIndex((line) => line.includes('add table')),
    )
    expect(firewall()).not.toEqual({})
    // Time passes: the same command, with nobody there.
    const { argv } = timers()[0] as { argv: string[] }
    const later = await drillContext(drill)
    expect(await later.command('new', argv, { as: 'root' })).toMatchObject({ code: 0 })
    expect(firewall()).toEqual({})
  })

  it('after the step every check is green, and the SSH port answers a new login', async () => {
    const context = await drillContext(drill)
    await switchOuter(context, 'new', 'systemd', 'stop')
    // MTA and proxy alone are not enough: the mailbox service listens too.
    expect(await verdicts(STEP, context)).toMatchObject({
      'ports-closed-new': 'red',
      'outer-stopped': 'ok',
      'outbound-blocked': 'red',
    })
    const { plan } = await changeFirewall(context, 'new', REQUEST, WHAT)
    await holdQueue(context, 'new')
    expect(await verdicts(STEP, context)).toEqual({
      'ports-closed-new': 'ok',
      'outer-stopped': 'ok',
      'outbound-blocked': 'ok',
      'queue-held': 'ok',
    })
    expect(context.pendingDrafts.get(pendingId('new', 'isolation'))).toMatchObject({
      timerAt: null,
      undoAs: 'root',
    })
    expect((await drillContext(drill)).hasServer('new')).toBe(true)
    await restoreFirewall(context, 'new', plan)
    expect(firewall()).toEqual({})
  })

  it('what cannot be told is unknown, never green', async () => {
    const context = await drillContext(drill, {
      before: ({ argv }) => {
        if (argv.includes('postqueue') || argv.some((word) => word.includes('command -v "$tool"')))
          throw new Error('no answer')
      },
    })
    expect(await verdicts(STEP, context)).toMatchObject({
      'outbound-blocked': 'unknown',
      'queue-held': 'unknown',
    })
    drill.setFaults(parseFault('snapshot'))
    const jumped = await drillContext(drill, { addresses: { new: { host: drill.new.host, port: 1 } } })
    await sleep(300)
    expect(await verdicts({ checks: [portsClosed('new', { guard: true })] }, jumped)).toEqual({
      'ports-closed-new': 'unknown',
    })
  })
})
