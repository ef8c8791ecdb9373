/** Invented spellings of item metadata: the same lives of items, written down in many ways. All synthetic. */

export interface TrueState {
  start: number
  end: number | null
  type: string
  code: number
  deleted: boolean
  folder: number
  digest: string | null
  subject: string | null
  name: string | null
  sender: string | null
  recipients: string | null
  flags: number
  date: number
  size: number
}

export interface TrueItem {
  id: number
  states: TrueState[]
}

const CODES: Record<string, number> = { folder: 1, tag: 3, message: 5, contact: 6, appointment: 11 }
export const SECOND = 1000
export const DAY = 86_400_000
const T0 = Date.UTC(2025, 2, 3, 9, 15, 0)

/** A small generator of numbers that is the same in every run. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

export function digestFor(number: number, seed = 0): string {
  const random = randomOf(number * 7919 + seed + 1)
  const bytes = Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256)))
  return bytes.toString('base64').replaceAll('/', ',')
}

const WORDS =
  'quarterly invoice meeting garden report Lieferung riunione budget lunch draft contract photo ticket update server holiday'.split(
    ' ',
  )
const PEOPLE = [
  'anna',
  'bruno',
  'carla',
  'dieter',
  'eva',
  'farid',
  'giulia',
  'hans',
  'ines',
  'jonas',
  'kim',
  'luca',
]

/** Items of one account: folders, messages that move and are deleted, contacts, appointments. */
export function makeItems(seed: number, count = 60): TrueItem[] {
  const random = randomOf(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const owner = `${pick(PEOPLE)}@example.com`
  const items: TrueItem[] = []
  const folders = [2, 5, 6]
  for (let index = 0; index < count; index++) {
    const id = 257 + index
    const type =
      index < 6 ? 'folder' : random() < 0.75 ? 'message' : random() < 0.6 ? 'contact' : 'appointment'
    const born = T0 + Math.floor((random() * 200 * DAY) / SECOND) * SECOND
    const states: TrueState[] = []
    const moves = type === 'message' ? Math.floor(random() * 4) : random() < 0.2 ? 1 : 0
    const words = Array.from({ length: 3 + Math.floor(random() * 4) }, () => pick(WORDS))
    let folder = type === 'folder' ? 1 : type === 'contact' ? 7 : type === 'appointment' ? 10 : pick(folders)
    let at = born
    let flags = type === 'message' && random() < 0.5 ? 512 : 0
    const base = {
      type,
      code: CODES[type] as number,
      digest: type === 'message' ? digestFor(id, seed) : null,
      subject: type === 'message' ? `${words.join(' ')} ${String(index)}` : null,
      name:
        type === 'folder'
          ? `${pick(WORDS)}-${String(index)}`
          : type === 'contact'
            ? `${pick(PEOPLE)} ${pick(PEOPLE)}`
            : null,
      sender:
        type === 'message'
          ? `${pick(PEOPLE)}.${String(Math.floor(random() * 90))}@partner.example.org`
          : null,
      recipients: type === 'message' ? owner : null,
      date: born - Math.floor(random() * 5000) * SECOND - SECOND,
      size: 800 + Math.floor(random() * 90_000),
    }
    for (let move = 0; move <= moves; move++) {
      if (move > 0) {
        if (flags === 512) flags = 0
        else folder = pick(folders)
      }
      const next = at + SECOND * (60 + Math.floor(random() * 900_000))
      const isLast = move === moves
      states.push({ ...base, start: at, end: isLast ? null : next, deleted: false, folder, flags })
      at = next
    }
    if (type === 'message' && random() < 0.25) {
      const last = states.at(-1) as TrueState
      last.end = at
      states.push({ ...base, start: at, end: null, deleted: true, folder: 3, flags })
    }
    if (type === 'folder') folders.push(id)
    items.push({ id, states })
  }
  return items
}

export type Spelling = (item: TrueItem) => unknown

export const iso = (ms: number): string => new Date(ms).toISOString()
const two = (value: number): string => String(value).padStart(2, '0')
/** The vendor's `dd/MM/yyyy HH:mm:ss`, in UTC. */
export function dayFirst(ms: number): string {
  const at = new Date(ms)
  return `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${String(at.getUTCFullYear())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}
export const bencode = (fields: Record<string, string>): string =>
  `d${Object.entries(fields)
    .map(([key, value]) => `${String(key.length)}:${key}${String(value.length)}:${value}`)
    .join('')}e`
const LONG_MAX = 2 ** 63

/** Spellings whose names a reader may know; values in every unit and form. */
export const NAMED_SPELLINGS: Record<string, Spelling> = {
  'camel case, milliseconds': (item) =>
    item.states.map((s) => ({
      startDate: s.start,
      endDate: s.end,
      itemType: s.type,
      deleted: s.deleted,
      folderId: s.folder,
      blobDigest: s.digest,
      subject: s.subject,
      name: s.name,
      sender: s.sender,
      recipients: s.recipients,
      flags: s.flags,
      date: s.date,
      size: s.size,
      id: item.id,
    })),
  'snake case, seconds, numbers': (item) =>
    item.states.map((s) => ({
      start_time: s.start / 1000,
      end_time: s.end === null ? -1 : s.end / 1000,
      item_type: s.code,
      is_deleted: s.deleted ? 1 : 0,
      folder_id: s.folder,
      blob_digest: s.digest,
      subject: s.subject,
      folder_name: s.type === 'folder' ? s.name : undefined,
      item_id: item.id,
      msg_size: s.size,
      msg_date: s.date / 1000,
      sender: s.sender,
    })),
  'short keys of the mailbox': (item) =>
    item.states.map((s) => ({
      st: s.start,
      en: s.end ?? 0,
      tp: s.code,
      del: s.deleted,
      fid: s.folder,
      dgst: s.digest,
      sbj: s.subject,
      nm: s.name,
      sz: s.size,
      dt: Math.floor(s.date / 1000),
      fg: s.flags,
      id: item.id,
      pid: -item.id,
    })),
  'kebab case, ISO, upper-case types': (item) =>
    item.states.map((s) => ({
      'valid-from': iso(s.start),
      'valid-to': s.end === null ? '' : iso(s.end),
      'object-type': s.type.toUpperCase(),
      'deleted-flag': String(s.deleted),
      'parent-folder': String(s.folder),
      'content-hash': s.digest,
      subject: s.subject,
      title: s.name,
    })),
  'prefixed keys': (item) =>
    item.states.map((s) => ({
      zx_start: s.start,
      zx_end: s.end,
      zx_type: s.type,
      zx_deleted: s.deleted,
      zx_folder: s.folder,
      zx_digest: s.digest,
      zx_subject: s.subject,
      zx_name: s.name,
    })),
  'nested objects': (item) =>
    item.states.map((s) => ({
      validity: { from: dayFirst(s.start), until: s.end === null ? null : dayFirst(s.end) },
      item: {
        type: { id: s.code, name: s.type },
        folder: { id: s.folder, name: 'x' },
        deleted: s.deleted,
        name: s.name,
      },
      blob: s.digest === null ? null : { digest: s.digest, size: s.size, volume: 1 },
      mail: { subject: s.subject, from: s.sender },
    })),
  'states in a wrapper, outer type': (item) => ({
    id: item.id,
    type: item.states[0]?.type,
    version: 7,
    states: item.states.map((s) => ({
      start: s.start,
      end: s.end ?? LONG_MAX,
      state: s.deleted ? 'DELETED' : 'ACTIVE',
      folder: s.folder,
      blobPath: s.digest === null ? null : `items/${s.digest.slice(0, 2)}/${s.digest}`,
      subject: s.subject,
      name: s.name,
    })),
  }),
  'deletion time, digest in a list': (item) =>
    item.states.map((s) => ({
      begin: s.start / 1000,
      finish: s.end === null ? null : s.end / 1000,
      kind: s.type,
      deletedAt: s.deleted ? s.start : null,
      parentId: s.folder,
      digests: s.digest === null ? [] : [s.digest],
      subject: s.subject,
      displayName: s.name,
    })),
  'bencoded details, operation names': (item) =>
    item.states.map((s, index) => ({
      timestamp: s.start,
      until: s.end,
      operation: s.deleted ? 'DELETE' : index === 0 ? 'CREATE' : 'UPDATE',
      type: s.code,
      parent_id: s.folder,
      blob_digest: s.digest,
      name: s.name,
      metadata: bencode({
        ...(s.subject === null ? {} : { subject: s.subject }),
        ...(s.sender === null ? {} : { s: s.sender }),
        v: '10',
      }),
    })),
  'Italian words': (item) =>
    item.states.map((s) => ({
      inizio: dayFirst(s.start),
      fine: s.end === null ? null : dayFirst(s.end),
      tipo: s.type,
      cancellato: s.deleted,
      cartella: s.folder,
      impronta: s.digest,
      oggetto: s.subject,
      nome: s.name,
      mittente: s.sender,
    })),
  'German words, text numbers': (item) =>
    item.states.map((s) => ({
      gültigVon: String(s.start),
      gültigBis: s.end === null ? null : String(s.end),
      typ: String(s.code),
      gelöscht: s.deleted ? 'ja' : 'nein',
      ordner: String(s.folder),
      prüfsumme: s.digest,
      betreff: s.subject,
      bezeichnung: s.name,
    })),
  'map of states by number': (item) => ({
    itemStates: Object.fromEntries(
      item.states.map((s, index) => [
        String(index),
        {
          from: s.start,
          to: s.end,
          type: s.type,
          trashed: s.deleted,
          folderId: s.folder,
          digest: s.digest,
          subject: s.subject,
          name: s.name,
        },
      ]),
    ),
  }),
  'newest first, path of the folder nested': (item) => ({
    data: {
      history: [...item.states].reverse().map((s) => ({
        start: { $date: iso(s.start) },
        end: s.end === null ? null : { $date: iso(s.end) },
        type: `TYPE_${s.type.toUpperCase()}`,
        removed: s.deleted,
        location: { folderId: s.folder },
        blob: { ref: `blob:${s.digest ?? ''}` },
        subject: s.subject,
        label: s.name,
      })),
    },
  }),
  'base64 with slashes': (item) =>
    item.states.map((s) => ({
      start: s.start,
      end: s.end,
      type: s.code,
      deleted: s.deleted ? 1 : 0,
      l: s.folder,
      sha256: s.digest?.replaceAll(',', '/') ?? null,
      su: s.subject,
      name: s.name,
    })),
}

/** Spellings whose names say nothing: only structure is left. */
export const NAMELESS_SPELLINGS: Record<string, Spelling> = {
  'k1 to k12': (item) =>
    item.states.map((s) => ({
      k1: s.start,
      k2: s.end,
      k3: s.code,
      k4: s.deleted,
      k5: s.folder,
      k6: s.digest,
      k7: s.subject,
      k8: s.name,
      k9: s.sender,
      k10: s.recipients,
      k11: s.size,
      k12: item.id,
    })),
  'odd words, seconds': (item) =>
    item.states.map((s) => ({
      qa: s.start / 1000,
      qb: s.end === null ? 0 : s.end / 1000,
      qc: s.type.toUpperCase(),
      qd: s.deleted ? 1 : 0,
      qe: s.folder,
      qf: { qg: s.digest },
      qh: s.subject ?? s.name,
    })),
  'states as lists': (item) =>
    item.states.map((s) => [
      s.start,
      s.end,
      s.code,
      s.deleted,
      s.folder,
      s.digest,
      s.subject ?? s.name,
      s.date,
    ]),
}
