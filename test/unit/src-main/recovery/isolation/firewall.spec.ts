import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIREWALLS, firewallPlan, scriptOf } from '../../../../../src-main/recovery/isolation/firewall.ts'
import { CLIENT_PORTS, MAIL_OUT_PORTS } from '../../../../../src-main/recovery/isolation/ports.ts'

const lines = (commands: readonly string[][]): string[] => commands.map((command) => command.join(' '))
const closing = (commands: readonly string[][]): string[] =>
  lines(commands).filter((line) => /reject|drop|deny/i.test(line))

describe('a firewall plan', () => {
  it('is refused without a known SSH port, and with nothing to close', () => {
    for (const firewall of FIREWALLS) {
      const request = { name: 'isolation' as const, closeIn: [25], closeOut: [] }
      expect(() => firewallPlan(firewall, { ...request, ssh: [] })).toThrow(/No firewall change was planned/)
      expect(() => firewallPlan(firewall, { ...request, ssh: [Number.NaN] })).toThrow(/No firewall change/)
      expect(() => firewallPlan(firewall, { ...request, closeIn: [22], ssh: [22] })).toThrow(
        /No firewall change/,
      )
    }
  })

  it.each(FIREWALLS)('%s: never closes a port of SSH, whichever that is', (firewall) => {
    const ports = fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(
        ports,
        fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 3 }),
        (wanted, ssh) => {
          const plan = firewallPlan(firewall, {
            name: 'isolation',
            closeIn: [...wanted, ...ssh, 65_000],
            closeOut: [25],
            ssh: [...ssh].filter((port) => port !== 65_000 && port !== 25).concat(22),
          })
          const closed = closing(plan.apply)
            .filter((line) => !/\bOUTPUT\b|_OUT\b|\bout\b/.test(line))
            .flatMap((line) => (line.match(/\b\d+\b/g) ?? []).map(Number))
          expect(closed).not.toContain(22)
          for (const port of ssh) if (port !== 65_000 && port !== 25) expect(closed).not.toContain(port)
        },
      ),
    )
  })

  it.each(FIREWALLS)(
    '%s: closes all client ports and the ways out, and undoes every single rule',
    (firewall) => {
      const plan = firewallPlan(firewall, {
        name: 'isolation',
        closeIn: CLIENT_PORTS,
        closeOut: MAIL_OUT_PORTS,
        ssh: [22],
        ipv6: true,
      })
      const text = closing(plan.apply).join(' ')
      for (const port of CLIENT_PORTS) expect(text).toMatch(new RegExp(`\\b${String(port)}\\b`))
      expect(plan.leftOpen).toEqual([])
      const undone = lines(plan.undo)
      switch (firewall) {
        case 'nft':
          expect(undone).toEqual(['nft delete table inet lifeboat_isolation'])
          // nothing outside the own table is named
          for (const line of lines(plan.apply))
            expect(line).toMatch(/^nft add (?:table|chain|rule) inet lifeboat_isolation\b/)
          expect(lines(plan.apply)[2]).toBe('nft add rule inet lifeboat_isolation in tcp dport { 22 } accept')
          break
        case 'iptables':
          for (const program of ['iptables', 'ip6tables'])
            for (const chain of ['LIFEBOAT_ISOLATION_IN', 'LIFEBOAT_ISOLATION_OUT'])
              expect(undone).toContain(`${program} -X ${chain}`)
          expect(undone).toHaveLength(12)
          break
        case 'ufw':
          expect(undone).toEqual(
            lines(plan.apply).map((line) => line.replace('ufw prepend', 'ufw --force delete')),
          )
          break
        default:
          expect(undone).toEqual(lines(plan.apply).map((line) => line.replace('--add-rule', '--remove-rule')))
          expect(lines(plan.apply).join(' ')).not.toContain('--permanent')
      }
    },
  )

  it('says which ports stay open because SSH is on them', () => {
    const plan = firewallPlan('nft', { name: 'fence', closeIn: CLIENT_PORTS, closeOut: [], ssh: [443, 22] })
    expect(plan.leftOpen).toEqual([443])
    expect(closing(plan.apply).join(' ')).not.toMatch(/\b443\b/)
  })

  it('goes over as one argument, in which nothing is taken for shell text', () => {
    expect(
      scriptOf([
        ['a', "b'c; rm"],
        ['d', '$e'],
      ]),
    ).toBe("a 'b'\\''c; rm'\nd '$e'")
  })
})
