import { commandLine } from '../../remote/quote.ts'

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/
/** Settings of Carbonio's own modules; the others are attributes of the directory. */
const MODULES = /^(?:Zx|backup|team|mobile|drive|powerstore)[A-Z_]/

/** What stands before attribute and value in the directory's own tool, by the type of the entry. */
const DIRECTORY: Readonly<Record<string, (id: string) => string[]>> = {
  server: (id) => ['ms', id],
  global: () => ['mcf'],
  cos: (id) => ['mc', id],
  domain: (id) => ['md', id],
  account: (id) => ['ma', id],
  distributionlist: (id) => ['mdl', id],
}

/**
 * The command with which a technician sets a value on the new server; it is shown to be copied and never run by Lifeboat.
 * @param key `type/id/key`; @param server name of the new server
 * @returns null where no command is known, or the value is a secret that is not shown
 */
export function setCommand(key: string, value: string, server: string): string | null {
  const [type = '', id = '', ...rest] = key.split('/')
  const attribute = rest.join('/')
  if (value === '***' || value.includes('\0') || !NAME.test(attribute)) return null
  const entry = type.toLowerCase()
  if (entry === 'localconfig') return commandLine(['zmlocalconfig', '-e', `${attribute}=${value}`])
  const name = id === '(this server)' ? server : id
  // The backup of a COS decides about deletion: it is switched in a place of its own, with its warning.
  if (attribute.toLowerCase() === 'backupenabled') return null
  if (MODULES.test(attribute) && ['server', 'global', 'cos', 'domain', 'account'].includes(entry)) {
    const target = entry === 'global' ? ['global'] : [entry, name]
    return commandLine(['carbonio', 'config', 'set', ...target, attribute, value])
  }
  const words = Object.hasOwn(DIRECTORY, entry) ? DIRECTORY[entry]!(name) : null
  return words === null ? null : commandLine(['zmprov', ...words, attribute, value])
}
