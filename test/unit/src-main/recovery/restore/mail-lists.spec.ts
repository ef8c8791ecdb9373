import { describe, expect, it } from 'vitest'
import {
  lackingParts,
  listsInSettings,
  parseLists,
} from '../../../../../src-main/recovery/restore/mail-lists.ts'

const DUMP = `# distributionList Sales@example.com memberCount=2
mail: sales@example.com
mail: vendite@example.com
objectClass: zimbraDistributionList
zimbraMailAlias: sales@example.com
zimbraMailAlias: vendite@example.com
zimbraMailForwardingAddress: anna@example.com
zimbraMailForwardingAddress: Bert@example.com
description: who sells

members
Bert@example.com
anna@example.com

# distributionList empty@example.com memberCount=0
mail: empty@example.com

members
`

describe('what `zmprov gadl -v` prints', () => {
  it('is read with aliases and members, in lower case', () => {
    expect(parseLists(DUMP)).toEqual([
      {
        name: 'sales@example.com',
        aliases: ['vendite@example.com'],
        members: ['bert@example.com', 'anna@example.com'],
      },
      { name: 'empty@example.com', aliases: [], members: [] },
    ])
    expect(parseLists(DUMP.replaceAll('\n', '\r\n'))).toHaveLength(2)
  })

  it('of older releases, without a part for members, by the attribute', () => {
    const older = DUMP.slice(0, DUMP.indexOf('\nmembers')).replace('description: who sells\n', '')
    expect(parseLists(older)).toMatchObject([{ members: ['anna@example.com', 'bert@example.com'] }])
  })

  it('a description of several lines cannot add members or begin a list', () => {
    const text = `# distributionList a@x.example memberCount=1
description: see below

members
the board and its guests
# distributionList b of somebody
zimbraMailForwardingAddress: boss@x.example

members
boss@x.example
`
    expect(parseLists(text)).toEqual([{ name: 'a@x.example', aliases: [], members: ['boss@x.example'] }])
  })

  it('is nothing where it is nothing of the kind', () => {
    for (const text of ['', 'ERROR: account.NO_SUCH_DOMAIN (no such domain: -v)', 'members\na@b.example'])
      expect(parseLists(text)).toEqual([])
  })

  it('of thousands of lists is read in a moment', () => {
    const one = (n: number): string =>
      `# distributionList l${String(n)}@x.example memberCount=50\nmail: l${String(n)}@x.example\n\nmembers\n${Array.from({ length: 50 }, (_, m) => `u${String(m)}@x.example`).join('\n')}\n`
    const lists = parseLists(Array.from({ length: 5000 }, (_, n) => one(n)).join('\n'))
    expect(lists).toHaveLength(5000)
    expect(lists.at(-1)?.members).toHaveLength(50)
  })
})

describe('lists in saved settings', () => {
  it('are told with what the settings hold, whatever they are called there', () => {
    const values = new Map([
      ['distributionlist/A@x.example/zimbraMailAlias', 'a@x.example, other@x.example'],
      ['distribution-list/b@x.example/members', '["U@x.example","v@x.example"]'],
      ['dl/c@x.example/zimbraMailStatus', 'enabled'],
      ['domain/x.example/zimbraMailAlias', 'no@x.example'],
    ])
    expect(listsInSettings(values)).toEqual([
      { name: 'a@x.example', aliases: ['other@x.example'], members: null },
      { name: 'b@x.example', aliases: null, members: ['u@x.example', 'v@x.example'] },
      { name: 'c@x.example', aliases: null, members: null },
    ])
  })
})

describe('what a list lacks', () => {
  const list = (name: string, aliases: string[] | null, members: string[] | null) => ({
    name,
    aliases,
    members,
  })
  const there = new Map([
    ['a', list('a', [], ['u'])],
    ['b', list('b', null, null)],
  ])

  it('is named; more members than before are no harm, and what is not told is not lacking', () => {
    const wanted = [list('a', ['x'], ['u', 'v']), list('b', ['x'], ['u']), list('gone', ['x'], ['u'])]
    expect(lackingParts(wanted, there)).toEqual([{ name: 'a', aliases: ['x'], members: ['v'] }])
    expect(lackingParts([list('a', null, null)], there)).toEqual([])
    expect(lackingParts([list('a', [], [])], there)).toEqual([])
  })
})
