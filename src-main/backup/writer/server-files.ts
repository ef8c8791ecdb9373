import { gzipSync } from 'node:zlib'
import { SAMPLE_END, SAMPLE_START } from './life.ts'
import type { StaffMember } from './people.ts'
import { DOMAIN } from './people.ts'
import type { PathWriter } from './store.ts'

const DAY = 86_400_000

/** A tar archive (ustar) of plain files; what `server/` holds on a real node, in small. */
export function tarArchive(files: readonly { name: string; content: string }[], time: number): Buffer {
  const blocks: Buffer[] = []
  for (const file of files) {
    const content = Buffer.from(file.content)
    const header = Buffer.alloc(512)
    const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
    header.write(file.name, 0, 100, 'utf8')
    header.write(octal(0o644, 8), 100)
    header.write(octal(0, 8), 108)
    header.write(octal(0, 8), 116)
    header.write(octal(content.length, 12), 124)
    header.write(octal(Math.floor(time / 1000), 12), 136)
    header.write('        0', 148)
    header.write('ustar\x0000', 257, 'latin1')
    header.write('zextras', 265)
    header.write('zextras', 297)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    blocks.push(header, content, Buffer.alloc((512 - (content.length % 512)) % 512))
  }
  blocks.push(Buffer.alloc(1024))
  return Buffer.concat(blocks)
}

/** The name of a customisations archive: `customizations_28_12_22#04_01_14.tar.gz` (dd_MM_yy#HH_mm_ss). */
export function customizationsName(time: number): string {
  const date = new Date(time)
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = [date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCFullYear() % 100].map(two).join('_')
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join('_')
  return `customizations_${day}#${clock}.tar.gz`
}

/** `server/`, the map file of an earlier import and `backupstat`. */
export function writeServerFiles(writer: PathWriter, staff: readonly StaffMember[], serverId: string): void {
  for (let day = 3; day >= 1; day--) {
    const time =
      Math.floor(SAMPLE_END / DAY) * DAY - (day - 1) * DAY + 4 * 3_600_000 + 61_000 + day * 7000 - DAY
    const files = [
      {
        name: 'opt/zextras/conf/localconfig.xml',
        content:
          '<?xml version="1.0" encoding="UTF-8"?>\n<localconfig>\n  <key name="zimbra_lmtp_validate_messages"><value>true</value></key>\n</localconfig>\n',
      },
      {
        name: 'opt/zextras/postfix/conf/main.cf',
        content: `# synthetic sample\nmyhostname = ${DOMAIN}\nmessage_size_limit = 52428800\n`,
      },
    ]
    writer.write(`server/${customizationsName(time)}`, gzipSync(tarArchive(files, time)), time)
  }
  // After an import the map file holds pairs of old and new account ids.
  const pairs = staff.slice(0, 3).map((member) => {
    const id = Buffer.from(member.id.replace(/-/g, ''), 'hex')
    return Buffer.concat([Buffer.from(id).reverse(), id])
  })
  writer.write(
    `map_${serverId}`,
    Buffer.concat([Buffer.from([0, 0, 0, pairs.length]), ...pairs]),
    SAMPLE_START,
  )
}

/** `account_info` and `account_stat` of one account. The password hash is there to be ignored by every reader. */
export function writeAccountFiles(writer: PathWriter, member: StaffMember, items: number): void {
  const info = {
    id: member.id,
    name: member.address,
    type: 'account',
    attributes: {
      zimbraId: member.id,
      mail: [member.address, ...member.aliases],
      zimbraMailAlias: member.aliases,
      displayName: member.name,
      zimbraAccountStatus: member.status,
      zimbraCOSName: member.cos,
      zimbraMailHost: DOMAIN,
      zimbraPrefLocale: member.language,
      userPassword: '{SSHA512}c3ludGhldGljLXNhbXBsZS1ub3QtYS1yZWFsLXBhc3N3b3JkLWhhc2g=',
      description: 'Synthetic sample written by Lifeboat; nobody of this name exists',
    },
    signatures: [{ name: 'default', content: `-- \n${member.name}\n${DOMAIN}` }],
    preferences: { zimbraPrefMailItemsPerPage: 50, zimbraPrefGroupMailBy: 'conversation' },
  }
  writer.write(`accounts/${member.id}/account_info`, `${JSON.stringify(info)}\n`, SAMPLE_START)
  const stat = { items, lastScan: SAMPLE_END, lastOperation: 'SmartScan' }
  writer.write(`accounts/${member.id}/account_stat`, `${JSON.stringify(stat)}\n`, SAMPLE_END)
}
