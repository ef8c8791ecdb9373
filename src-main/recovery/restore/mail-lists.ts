/** A distribution list as a directory or saved settings tell it. All addresses lower case. */
export interface MailList {
  name: string
  /** Other addresses of it; null: not told. */
  aliases: string[] | null
  /** Null: not told. */
  members: string[] | null
}

const HEAD = /^# distributionList (\S+) memberCount=(\d{1,9})$/
const ATTRIBUTE = /^(mail|zimbraMailAlias|zimbraMailForwardingAddress): (\S+)$/
const ADDRESS = /^\S+@\S+$/

interface Open {
  name: string
  count: number
  aliases: Set<string>
  /** Members of a list that is no dynamic one are kept in this attribute as well. */
  kept: Set<string>
  members: Set<string> | null
}

/**
 * Reads `zmprov -l gadl -v`: for each list a head with its name and the number of members, attributes, a blank line, the
 * word `members` and one member a line (seen in the public source of the provisioning tool; older releases end with the
 * attributes). A value of several lines cannot pass for members: these are as many addresses as the head says.
 */
export function parseLists(output: string): MailList[] {
  const lists: MailList[] = []
  const lines = output.split('\n').map((line) => line.trimEnd())
  let open: Open | null = null
  const close = (): void => {
    if (open !== null) lists.push(closed(open))
  }
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const head = HEAD.exec(line)
    if (head !== null) {
      close()
      const [, name = '', count = '0'] = head
      open = {
        name: name.toLowerCase(),
        count: Number(count),
        aliases: new Set(),
        kept: new Set(),
        members: null,
      }
      continue
    }
    if (open === null) continue
    if (line === 'members' && lines[at - 1] === '') {
      const members = lines.slice(at + 1, at + 1 + open.count).map((one) => one.trim().toLowerCase())
      if (members.length === open.count && members.every((one) => ADDRESS.test(one))) {
        open.members = new Set(members)
        at += open.count
      }
      continue
    }
    const [, attribute, value = ''] = ATTRIBUTE.exec(line) ?? []
    if (attribute === 'zimbraMailForwardingAddress') open.kept.add(value.toLowerCase())
    else if (attribute !== undefined) open.aliases.add(value.toLowerCase())
  }
  close()
  return lists
}

function closed({ name, count, aliases, kept, members }: Open): MailList {
  // A list has its own name among its addresses.
  aliases.delete(name)
  return { name, aliases: [...aliases], members: [...(members ?? (kept.size === count ? kept : []))] }
}

const ALIASES = /^(?:zimbraMailAlias|alias(?:es)?)$/i
const MEMBERS = /^(?:zimbraMailForwardingAddress|members?)$/i
/** How a release may call them in `type/id/key`; no page names the types. */
const TYPE = /^(?:distribution[-_ ]?lists?|dls?)$/i

/** Lists among saved settings (`type/id/key`), with what these tell of them. */
export function listsInSettings(values: ReadonlyMap<string, string>): MailList[] {
  const lists = new Map<string, MailList>()
  for (const [key, value] of values) {
    const [type = '', id = '', attribute = ''] = key.split('/')
    if (!TYPE.test(type) || !id.includes('@')) continue
    const name = id.toLowerCase()
    const one = lists.get(name) ?? { name, aliases: null, members: null }
    lists.set(name, one)
    if (ALIASES.test(attribute)) one.aliases = addressesIn(value).filter((address) => address !== name)
    if (MEMBERS.test(attribute)) one.members = addressesIn(value)
  }
  return [...lists.values()]
}

/** Several values in one: an array of JSON, or with commas, semicolons or blanks between them. */
const addressesIn = (value: string): string[] => [
  ...new Set(
    value
      .toLowerCase()
      .split(/[\s,;"'[\]]+/)
      .filter((word) => ADDRESS.test(word)),
  ),
]

/** What a list of the backup lacks on the server. */
export interface Lacking {
  name: string
  aliases: string[]
  members: string[]
}

/** Lists that are there but not whole; what either side does not tell is not compared. */
export function lackingParts(wanted: readonly MailList[], there: ReadonlyMap<string, MailList>): Lacking[] {
  return wanted.flatMap(({ name, aliases, members }) => {
    const found = there.get(name)
    if (found === undefined) return []
    const [hasAliases, hasMembers] = [found.aliases, found.members].map((all) => new Set(all))
    const lacking = {
      name,
      aliases: found.aliases === null ? [] : (aliases ?? []).filter((one) => !hasAliases?.has(one)),
      members: found.members === null ? [] : (members ?? []).filter((one) => !hasMembers?.has(one)),
    }
    return lacking.aliases.length + lacking.members.length > 0 ? [lacking] : []
  })
}
