import { ExpectedError } from '../../engine/errors.ts'
import { commandLine } from '../../remote/quote.ts'

/** Packet filters that a plan can be made for, in the order in which they are preferred. */
export const FIREWALLS = ['nft', 'firewalld', 'ufw', 'iptables'] as const
export type Firewall = (typeof FIREWALLS)[number]

export interface FirewallRequest {
  /** What the change is for; part of the names it has on the server. */
  name: 'isolation' | 'fence'
  /** Ports that are closed for connections to the server. */
  closeIn: readonly number[]
  /** Ports that are closed for connections from the server. */
  closeOut: readonly number[]
  /** Ports of SSH by which Lifeboat and the technician are logged in: they stay open. */
  ssh: readonly number[]
  /** ip6tables is there too. */
  ipv6?: boolean
}

/** Commands that close ports, and those that undo exactly that. */
export interface FirewallPlan {
  firewall: Firewall
  apply: string[][]
  undo: string[][]
  /** Shows what is in force; its output holds `shows` afterwards. */
  show: string[]
  shows: string
  /** Ports that were asked for but stay open, because SSH is on them. */
  leftOpen: number[]
}

/**
 * A plan that touches nothing but its own rules: an own nft table, an own chain of iptables, or single rules of ufw and
 * firewalld that live until the next reload. It never closes a port of SSH.
 * @throws ExpectedError REFUSED without a known SSH port, or when nothing is left to close
 */
export function firewallPlan(firewall: Firewall, request: FirewallRequest): FirewallPlan {
  const { ssh } = request
  if (ssh.length === 0 || !ssh.every(isPort)) {
    throw new ExpectedError('REFUSED', 'No firewall change was planned', {
      why: 'The port of SSH is not known: a rule could lock everybody out.',
      next: 'Log in again, then look at the step once more.',
    })
  }
  const closeIn = ports(request.closeIn, ssh)
  const closeOut = ports(request.closeOut, [])
  const leftOpen = request.closeIn.filter((port) => ssh.includes(port))
  if (closeIn.length + closeOut.length === 0) {
    throw new ExpectedError('REFUSED', 'No firewall change was planned', {
      why: 'No port is left to close.',
      next: 'Name at least one port that is not that of SSH.',
    })
  }
  const made = MAKERS[firewall]({ ...request, closeIn, closeOut })
  assertKeepsSsh(made.apply, ssh)
  return { firewall, leftOpen, ...made }
}

type Made = Omit<FirewallPlan, 'firewall' | 'leftOpen'>

const MAKERS: Readonly<Record<Firewall, (request: FirewallRequest) => Made>> = {
  nft: nftPlan,
  firewalld: firewalldPlan,
  ufw: ufwPlan,
  iptables: iptablesPlan,
}

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536

function ports(wanted: readonly number[], without: readonly number[]): number[] {
  return [...new Set(wanted)].filter((port) => isPort(port) && !without.includes(port)).sort((a, b) => a - b)
}

/** A drop in a base chain of an own table is final, whatever the tables of others accept (nft(8)). */
function nftPlan({ name, closeIn, closeOut, ssh }: FirewallRequest): Made {
  const table = `lifeboat_${name}`
  const of = (chain: string, hook: string, closed: readonly number[], first: string[][]): string[][] =>
    closed.length === 0
      ? []
      : [
          [
            'nft',
            'add',
            'chain',
            'inet',
            table,
            chain,
            `{ type filter hook ${hook} priority -150; policy accept; }`,
          ],
          ...first,
          [
            'nft',
            'add',
            'rule',
            'inet',
            table,
            chain,
            `tcp dport { ${closed.join(', ')} } reject with tcp reset`,
          ],
        ]
  const loopback = (chain: string, which: string): string[] => [
    'nft',
    'add',
    'rule',
    'inet',
    table,
    chain,
    `${which} "lo" accept`,
  ]
  return {
    apply: [
      ['nft', 'add', 'table', 'inet', table],
      ...of('in', 'input', closeIn, [
        ['nft', 'add', 'rule', 'inet', table, 'in', `tcp dport { ${ssh.join(', ')} } accept`],
        loopback('in', 'iifname'),
      ]),
      ...of('out', 'output', closeOut, [loopback('out', 'oifname')]),
    ],
    undo: [['nft', 'delete', 'table', 'inet', table]],
    show: ['nft', 'list', 'table', 'inet', table],
    shows: 'reject',
  }
}

/** multiport takes fifteen ports (iptables-extensions(8)). */
const CHUNK = 15
function chunks(list: readonly number[]): string[] {
  return Array.from({ length: Math.ceil(list.length / CHUNK) }, (_, n) =>
    list.slice(n * CHUNK, (n + 1) * CHUNK).join(','),
  )
}

function iptablesPlan({ name, closeIn, closeOut, ipv6 }: FirewallRequest): Made {
  const apply: string[][] = []
  const undo: string[][] = []
  const sides = [
    { chain: `LIFEBOAT_${name.toUpperCase()}_IN`, hook: 'INPUT', loopback: '-i', closed: closeIn },
    { chain: `LIFEBOAT_${name.toUpperCase()}_OUT`, hook: 'OUTPUT', loopback: '-o', closed: closeOut },
  ].filter(({ closed }) => closed.length > 0)
  for (const program of ipv6 === true ? ['iptables', 'ip6tables'] : ['iptables']) {
    for (const { chain, hook, loopback, closed } of sides) {
      apply.push([program, '-N', chain], [program, '-A', chain, loopback, 'lo', '-j', 'RETURN'])
      for (const list of chunks(closed))
        apply.push([
          program,
          '-A',
          chain,
          '-p',
          'tcp',
          '-m',
          'multiport',
          '--dports',
          list,
          '-j',
          'REJECT',
          '--reject-with',
          'tcp-reset',
        ])
      // Last: until then nothing passes through the chain.
      apply.push([program, '-I', hook, '1', '-j', chain])
      undo.push([program, '-D', hook, '-j', chain], [program, '-F', chain], [program, '-X', chain])
    }
  }
  const chain = sides[0]?.chain ?? ''
  return { apply, undo, show: ['iptables', '-S', chain], shows: 'REJECT' }
}

function ufwPlan({ closeIn, closeOut }: FirewallRequest): Made {
  const rule = (side: 'in' | 'out', list: string): string[] =>
    `reject ${side} proto tcp from any to any port ${list}`.split(' ')
  const rules = [
    ...chunks(closeIn).map((list) => rule('in', list)),
    ...chunks(closeOut).map((list) => rule('out', list)),
  ]
  return {
    // Before all rules that allow; those of the loopback device stand before these.
    apply: rules.map((rule) => ['ufw', 'prepend', ...rule]),
    undo: rules.map((rule) => ['ufw', '--force', 'delete', ...rule]),
    show: ['ufw', 'status'],
    shows: 'REJECT',
  }
}

/** Direct rules of the running firewall only: nothing is written with `--permanent`. */
function firewalldPlan({ closeIn, closeOut, ipv6 }: FirewallRequest): Made {
  const rules: string[][] = []
  for (const family of ipv6 === true ? ['ipv4', 'ipv6'] : ['ipv4']) {
    const rule = (chain: string, loopback: string, list: string): string[] => [
      ...[
        family,
        'filter',
        chain,
        '0',
        '!',
        loopback,
        'lo',
        '-p',
        'tcp',
        '-m',
        'multiport',
        '--dports',
        list,
      ],
      ...['-j', 'REJECT', '--reject-with', 'tcp-reset'],
    ]
    rules.push(...chunks(closeIn).map((list) => rule('INPUT', '-i', list)))
    rules.push(...chunks(closeOut).map((list) => rule('OUTPUT', '-o', list)))
  }
  return {
    apply: rules.map((rule) => ['firewall-cmd', '--direct', '--add-rule', ...rule]),
    undo: rules.map((rule) => ['firewall-cmd', '--direct', '--remove-rule', ...rule]),
    show: ['firewall-cmd', '--direct', '--get-all-rules'],
    shows: 'REJECT',
  }
}

/** The last look at a plan, whatever made it: no rule that closes something names a port of SSH. */
function assertKeepsSsh(apply: readonly string[][], ssh: readonly number[]): void {
  for (const command of apply) {
    const line = command.join(' ')
    // What leaves for port 465 elsewhere is no concern of an SSH server that listens on 465 here.
    if (!/\b(?:reject|drop|deny)\b/i.test(line) || /\bOUTPUT\b|_OUT\b|\bout\b/.test(line)) continue
    const lists = [...line.matchAll(/(?:\bdport \{|--dports |\bport )([\d, ]+)/g)].map(
      ([, list = '']) => list,
    )
    const named = lists.join(',').split(',').map(Number)
    if (named.some((number) => ssh.includes(number))) {
      throw new ExpectedError('REFUSED', 'The firewall change was refused', {
        why: `A rule would close the port of SSH: ${line}`,
        next: 'This is a fault in Lifeboat. Close the ports by hand and report it.',
      })
    }
  }
}

/** Commands one after the other as one argument for `sh -c`; that one fails does not keep the next from running. */
export function scriptOf(commands: readonly (readonly string[])[]): string {
  return commands.map((command) => commandLine(command)).join('\n')
}
