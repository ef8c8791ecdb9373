import { gzipSync } from 'node:zlib'
import { parseAccountInfo } from '../../../src-main/backup/account-info.ts'
import { must, shown, type Area } from '../area.ts'
import { mutateBytes } from '../mutate-bytes.ts'

const ID = '11111111-2222-4333-8444-555555555555'
const SECRET = 'c2VjcmV0LXNhbHQtYW5kLWhhc2g'
const attributes = {
  zimbraMailDeliveryAddress: 'anna.rossi@example.com',
  displayName: 'Anna Rossi',
  zimbraMailAlias: ['a.rossi@example.com', 'anna@example.org'],
  zimbraAccountStatus: 'active',
  zimbraCOSId: 'e00428a1-0c00-11d9-836a-000d93afea2a',
  userPassword: `{SSHA512}${SECRET}`,
  zimbraPrefMailForwardingAddress: 'boss@example.net',
  zimbraAuthTokens: [`123|${SECRET}`],
  zimbraPrefMailSignature: 'Anna Rossi\n{"a": 1}',
}
const ORIGINALS: readonly Buffer[] = [
  JSON.stringify(attributes),
  JSON.stringify({ id: ID, name: 'anna.rossi@example.com', attrs: attributes }),
  JSON.stringify(
    { account: { attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })) } },
    null,
    2,
  ),
  JSON.stringify(JSON.stringify(attributes)),
  Object.entries(attributes)
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join('\n'),
  `dn: uid=anna,ou=people\nmail: anna.rossi@example.com\ndisplayName:: QW5uYSBSb3NzaQ==\nuserPassword:: ${SECRET}\n`,
].map((text) => Buffer.from(text))

export const ACCOUNT_INFO: Area = {
  name: 'account_info',
  prepare() {
    return (random) => {
      let bytes = mutateBytes(random.pick(ORIGINALS), random, ORIGINALS)
      if (random.chance(0.1)) bytes = mutateBytes(gzipSync(bytes, { level: 1 }), random, ORIGINALS)
      const { info, condition, detail } = parseAccountInfo(bytes, ID)
      const said = (what: string) => (): string => `${what}: ${JSON.stringify(info)} of ${shown(bytes)}`
      must(['ok', 'empty', 'broken'].includes(condition), said(condition))
      must((condition === 'ok') === (detail === ''), said('a condition without its reason'))
      must(info.id === ID, said('id'))
      must(
        Array.isArray(info.aliases) && info.aliases.every((alias) => alias.length <= 1000),
        said('aliases'),
      )
      for (const value of [info.name, info.displayName, info.cos, info.status]) {
        must(value === null || (value !== '' && value.length <= 1000), said('a value'))
      }
    }
  },
}
