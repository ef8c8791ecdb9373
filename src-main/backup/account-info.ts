import { walkLeaves, PathTree } from './leaves.ts'
import { salvageObjects } from './json-salvage.ts'
import { isSecretKey, plain, wordsOf } from './roles.ts'
import { decodeText } from './text.ts'
import type { AccountInfo } from './types.ts'

/**
 * `account_info` holds all metadata of an account: address, password hash, signature, preferences (FORMAT.md). Its
 * spelling is not public: JSON of any shape, or lines `key: value` as LDAP writes them, gzip or not. Only the few
 * fields of `AccountInfo` leave this module; password material never does.
 */
export interface ParsedAccountInfo {
  info: AccountInfo
  condition: 'ok' | 'empty' | 'broken'
  /** What is wrong, one sentence; empty when nothing is. */
  detail: string
}

type Field = 'name' | 'aliases' | 'displayName' | 'cos' | 'status'

/** Names of each field, best first; letters and digits only. */
const NAMES: Record<Field, string> = {
  name:
    'zimbramaildeliveryaddress accountname accountaddress accountemail primaryemail primaryaddress mainaddress mainemail defaultaddress emailaddress mailaddress mail email accountmail ' +
    'address addr account login username user userprincipalname uid name nome indirizzo indirizzoemail posta adresse mailadresse hauptadresse kontoname konto benutzer adressemail courriel correo cuenta direccion n m a',
  aliases:
    'zimbramailalias aliases alias mailalias mailaliases emailalias aliasaddresses accountaliases alternateaddresses proxyaddresses alternativeaddresses aliasnames aliaslist weitereadressen indirizzialternativi als',
  displayName:
    'displayname fullname realname cn commonname personname anzeigename nomecompleto nomevisualizzato vollername nomcomplet nombrecompleto zimbraprefromdisplay givenname dn disp title',
  cos: 'zimbracosname cosname cos zimbracosid cosid classofservice serviceclass profile cosidorname',
  status:
    'zimbraaccountstatus accountstatus status state stato zustand statut estado kontostatus zimbramailstatus st',
}
const SCORES = new Map<string, { field: Field; score: number }[]>()
for (const field of Object.keys(NAMES) as Field[]) {
  const names = NAMES[field].split(' ')
  names.forEach((name, index) => {
    SCORES.set(name, [...(SCORES.get(name) ?? []), { field, score: 1 - (0.6 * index) / names.length }])
  })
}

const ADDRESS_RE = /^[^\s@<>"(),;:\\/]{1,64}@[^\s@<>"(),;:\\/]{1,255}$/
const STATUS_RE =
  /^(?:active|locked|lockout|closed|maintenance|pending|enabled|disabled|attivo|bloccato|chiuso|aktiv|gesperrt|geschlossen|deleted|suspended)$/i
/** Addresses under such keys belong to something else: forwarding, signatures, identities, folders shared, other people. */
const FOREIGN_RE =
  /forward|reply|signature|identit|from|share|grant|member|owner|manager|bcc|sender|recipient|catchall|calendar|recovery|notification|external|pop3|imap|datasource|contact|trusted|whitelist|blacklist|allowed|blocked|creator|modifier|admin/
const HASH_RE = /^\{[A-Za-z0-9-]{2,12}\}|^\$(?:1|2[aby]|5|6|y|argon2\w*)\$/

interface Offer {
  text: string
  score: number
  order: number
}

class Collector {
  readonly #offers: Record<Field, Offer[]> = { name: [], aliases: [], displayName: [], cos: [], status: [] }
  #order = 0
  /** All addresses outside foreign keys, in order. */
  readonly #addresses: string[] = []

  add(segments: readonly string[], value: string): void {
    const text = value.trim()
    if (text === '' || text.length > 1000 || HASH_RE.test(text) || segments.some(isSecretKey)) return
    // `{"name": "mail", "value": "…"}` lists come here with the name as last segment already.
    const names = segments.filter(
      (segment) => !/^(?:\[\]|#\d+|\^|\$json|\$benc|values?|_?content|text|\$)$/i.test(segment),
    )
    const last = names.at(-1) ?? ''
    const own = plain(last)
    const isAddress = ADDRESS_RE.test(text)
    const foreign = names.some(
      (segment) => FOREIGN_RE.test(plain(segment)) && plain(segment) !== 'zimbraprefromdisplay',
    )
    if (isAddress && !foreign && this.#addresses.length < 500) this.#addresses.push(text.toLowerCase())
    const depth = names.length > 3 ? 0.15 : names.length > 1 ? 0.05 : 0
    for (const { field, score } of scoresOf(names, own)) {
      if (foreign && field !== 'displayName') continue
      const wantsAddress = field === 'name' || field === 'aliases'
      if (wantsAddress !== isAddress) continue
      if (field === 'status' && !STATUS_RE.test(text)) continue
      if (field === 'displayName' && isAddress) continue
      this.#offers[field].push({ text, score: score - depth, order: this.#order++ })
    }
  }

  #best(field: Field): string | null {
    const sorted = [...this.#offers[field]].sort((a, b) => b.score - a.score || a.order - b.order)
    return sorted[0]?.text ?? null
  }

  info(id: string): AccountInfo {
    const aliases = new Set(this.#offers.aliases.map(({ text }) => text.toLowerCase()))
    // `mail` of LDAP holds aliases too; the delivery address goes first by its score.
    const names = [...this.#offers.name].sort(
      (a, b) =>
        b.score - a.score ||
        Number(aliases.has(a.text.toLowerCase())) - Number(aliases.has(b.text.toLowerCase())) ||
        a.order - b.order,
    )
    const name =
      names[0]?.text.toLowerCase() ?? this.#addresses.find((address) => !aliases.has(address)) ?? null
    // Every further address under a name like `mail` reaches the account too.
    const mailValues = names.filter(({ score }) => score > 0.5).map(({ text }) => text.toLowerCase())
    for (const value of mailValues) aliases.add(value)
    if (name !== null) aliases.delete(name)
    return {
      id,
      name,
      displayName: this.#best('displayName'),
      aliases: [...aliases].slice(0, 200),
      cos: this.#best('cos'),
      status: this.#best('status')?.toLowerCase() ?? null,
    }
  }
}

function scoresOf(names: readonly string[], own: string): { field: Field; score: number }[] {
  const direct = SCORES.get(own)
  const above = plain(names.at(-2) ?? '')
  const pair = SCORES.get(above + own)
  const found = [...(pair ?? []), ...(direct ?? [])]
  if (/^(?:name|id|address|email|mail)$/.test(own)) {
    // `cos.name`, `aliases[].address`: the thing above tells what it is.
    const parent = SCORES.get(above)
    if (parent?.some(({ field }) => field === 'cos' || field === 'aliases') === true) {
      return parent.map(({ field, score }) => ({ field, score: score * (own === 'id' ? 0.85 : 0.9) }))
    }
  }
  if (found.length > 0) return found
  const words = new Set(wordsOf(names.at(-1) ?? ''))
  const loose: { field: Field; score: number }[] = []
  if (words.has('alias') || words.has('aliases')) return [{ field: 'aliases', score: 0.4 }]
  if (words.has('display') || words.has('fullname')) loose.push({ field: 'displayName', score: 0.35 })
  if (words.has('mail') || words.has('email') || words.has('address') || words.has('account'))
    loose.push({ field: 'name', score: 0.3 })
  if (words.has('cos')) loose.push({ field: 'cos', score: 0.35 })
  if (words.has('status')) loose.push({ field: 'status', score: 0.35 })
  return loose
}

/** Attribute lists `[{"name": "mail", "value": "…"}]` and pairs `["mail", "…"]` as a map. */
function attributePair(value: unknown): [string, unknown] | null {
  if (Array.isArray(value)) {
    const list = value as unknown[]
    const [key, inner] = list
    return list.length === 2 && typeof key === 'string' && /^[A-Za-z][\w.;-]{1,63}$/.test(key)
      ? [key, inner]
      : null
  }
  if (typeof value !== 'object' || value === null) return null
  const record = value as Record<string, unknown>
  const keys = Object.keys(record)
  if (keys.length < 2 || keys.length > 5) return null
  const nameKey = keys.find((key) => /^(?:n|name|key|attr|attribute|attributename|id|k)$/i.test(key))
  const valueKey = keys.find((key) => /^(?:values?|_?content|v|text|val|data)$/i.test(key))
  const name = nameKey === undefined ? undefined : record[nameKey]
  return typeof name === 'string' &&
    valueKey !== undefined &&
    !name.includes('@') &&
    /^[A-Za-z][\w.;-]{0,63}$/.test(name)
    ? [name, record[valueKey]]
    : null
}

const MAX_NODES = 200_000

function collect(root: unknown, into: Collector): boolean {
  const tree = new PathTree<string[]>()
  let nodes = 0
  let complete = true
  const stack: { value: unknown; path: string[] }[] = [{ value: root, path: [] }]
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    if (++nodes > MAX_NODES) return false
    const { value, path } = item
    if (path.length > 24) {
      complete = false
      continue
    }
    const pair = attributePair(value)
    if (pair !== null) {
      stack.push({ value: pair[1], path: [...path, pair[0]] })
      continue
    }
    if (Array.isArray(value)) {
      for (let index = Math.min(value.length, MAX_NODES) - 1; index >= 0; index--)
        stack.push({ value: (value as unknown[])[index], path })
    } else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).slice(0, MAX_NODES)
      for (const [key, inner] of entries.reverse()) {
        // Maps keyed by address: `{"aliases": {"info@…": {}}}`.
        if (ADDRESS_RE.test(key)) into.add(path, key)
        stack.push({ value: inner, path: [...path, key] })
      }
    } else if (typeof value === 'string') {
      if (/^\s*[[{]/.test(value)) {
        // JSON inside a string.
        walkLeaves(value, tree.state, (node, leaf) => {
          if (typeof leaf === 'string' && leaf !== value) into.add([...path, ...node.segments()], leaf)
        })
      } else into.add(path, value)
    }
  }
  return complete
}

/** LDIF and property lines: `mail: a@b`, `mail:: base64`, `mail=a@b`; a line that begins with a blank goes on. */
function collectLines(text: string, into: Collector): boolean {
  let found = false
  const lines = text.replace(/\r?\n /g, '').split(/\r?\n|\0/)
  for (const line of lines.slice(0, MAX_NODES)) {
    const match = /^\s*"?([A-Za-z][\w.;-]{0,80})"?\s*(::|[:=])\s*(.*?)\s*,?$/.exec(line)
    const key = match?.[1]
    let value = match?.[3]
    if (key === undefined || value === undefined || value === '') continue
    found = true
    if (match?.[2] === '::') value = Buffer.from(value, 'base64').toString('utf8')
    into.add([key], value.replace(/^"(.*)"$/, '$1'))
  }
  return found
}

/**
 * Reads `account_info` of the account with directory name `id`. Never throws; what could not be read is null, and a
 * damaged file still gives the fields before and behind the damage.
 */
export function parseAccountInfo(bytes: Buffer, id: string): ParsedAccountInfo {
  const into = new Collector()
  const result = (condition: ParsedAccountInfo['condition'], detail: string): ParsedAccountInfo => ({
    info: into.info(id),
    condition,
    detail,
  })
  if (bytes.length === 0) return result('empty', 'The file has no bytes.')
  try {
    const { text, damage } = decodeText(bytes.subarray(0, 16 * 1024 * 1024))
    if (text.trim() === '')
      return damage === null
        ? result('empty', 'The file holds only blanks.')
        : result('broken', `The file is damaged: ${damage}.`)
    const broken = (why: string): ParsedAccountInfo =>
      result('broken', `The file is damaged: ${damage ?? why}.`)
    if (/^\s*[[{"]/.test(text)) {
      let value: unknown
      try {
        value = JSON.parse(text)
        if (typeof value === 'string') value = JSON.parse(value)
      } catch {
        const { objects, torn, whole } = salvageObjects(text)
        collect(objects, into)
        if (torn !== null) collect(torn, into)
        if (!whole) collectPairs(text, into)
        return whole && damage === null ? result('ok', '') : broken('its JSON is broken or breaks off')
      }
      const complete = collect(value, into)
      return complete && damage === null
        ? result('ok', '')
        : broken('it is nested too deep or holds too many values')
    }
    const found = collectLines(text, into)
    return found && damage === null ? result('ok', '') : broken('it is neither JSON nor lines of attributes')
  } catch (error) {
    return result('broken', `Not readable: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

/** Pairs `"key": "value"` and `"key": ["value"` of a damaged JSON. */
function collectPairs(text: string, into: Collector): void {
  let count = 0
  for (const match of text.matchAll(/"([A-Za-z][\w.-]{0,80})"\s*:\s*\[?\s*"((?:[^"\\\n]|\\.){1,400})"/g)) {
    if (++count > 20_000) return
    into.add([match[1] ?? ''], match[2] ?? '')
  }
}
