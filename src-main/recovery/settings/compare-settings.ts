import { setCommand } from './set-command.ts'

export type Standing = 'equal' | 'changed' | 'only-old' | 'only-new'

/** One setting of old and new server side by side. */
export interface SettingRow {
  /** `type/id/key`; for the server's own settings the id is `(this server)`. */
  key: string
  old: string | null
  new: string | null
  standing: Standing
  /** Sets the old value on the new server; null where there is nothing to set or no command is known. */
  command: string | null
  /** Belongs to the machine (a name, an id, a path, an address): it usually must not be carried over. */
  ofTheMachine: boolean
}

export interface Side {
  values: ReadonlyMap<string, string>
  /** Name under which Carbonio knows this server. */
  name: string
}

/** Stands for the id of the server itself in a key. */
export const SELF = '(this server)'
const MACHINE =
  /(?:path|host(?:name)?|address|bind|interface|serverid|server_id|uuid|\bid|url|port|license|token)$/i

/** `server/mail-old…/key` and `server/mail-new…/key` are the same setting of two machines. */
function placed({ values, name }: Side): Map<string, { value: string; id: string }> {
  const found = new Map<string, { value: string; id: string }>()
  for (const [key, value] of values) {
    const [type = '', id = '', ...rest] = key.split('/')
    const own = id.toLowerCase() === name.toLowerCase() && rest.length > 0
    found.set(own ? [type, SELF, ...rest].join('/') : key, { value, id })
  }
  return found
}

/** All settings of both, in the order of their keys. */
export function compareSettings(old: Side, fresh: Side): SettingRow[] {
  const [before, now] = [placed(old), placed(fresh)]
  const keys = [...new Set([...before.keys(), ...now.keys()])].sort()
  return keys.map((key) => {
    const [was, is] = [before.get(key) ?? null, now.get(key) ?? null]
    const standing: Standing =
      was === null ? 'only-new' : is === null ? 'only-old' : was.value === is.value ? 'equal' : 'changed'
    const wanted = standing === 'changed' || standing === 'only-old'
    return {
      key,
      old: was?.value ?? null,
      new: is?.value ?? null,
      standing,
      command: wanted && was !== null ? setCommand(key, was.value, fresh.name) : null,
      ofTheMachine: MACHINE.test(key.slice(key.lastIndexOf('/') + 1)),
    }
  })
}

export interface RowFilter {
  /** Words that key or a value must hold, in any case. */
  search: string
  standings: readonly Standing[]
}

export function filterRows(rows: readonly SettingRow[], { search, standings }: RowFilter): SettingRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    if (standings.length > 0 && !standings.includes(row.standing)) return false
    const text = `${row.key} ${row.old ?? ''} ${row.new ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export function countRows(rows: readonly { standing: Standing }[]): Record<Standing, number> {
  const counts: Record<Standing, number> = { equal: 0, changed: 0, 'only-old': 0, 'only-new': 0 }
  for (const { standing } of rows) counts[standing]++
  return counts
}
