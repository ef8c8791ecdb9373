import { gzipSync } from 'node:zlib'
import { flagBits, TYPE_NUMBERS, type NamedState } from '../../src-main/backup/writer/spelling.ts'
import type { ItemType } from '../../src-main/backup/types.ts'

/** An item to be spelled. */
export interface SpelledItem {
  id: number
  type: ItemType
}

/** One way the unknown metadata might be written. */
export interface Dialect {
  name: string
  /** Zone of its timestamps when they carry none; the reader has to be told (index has no other way to know). */
  zone: 'any' | 'local'
  /** Whether its keys alone tell a reader what they mean (no statistics needed). */
  readable: boolean
  file(item: SpelledItem, states: readonly NamedState[]): Buffer
}

type Row = Record<string, unknown>

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const seconds = (ms: number): number => Math.floor(ms / 1000)
const iso = (ms: number): string => new Date(ms).toISOString()
const two = (n: number): string => String(n).padStart(2, '0')

/** dd/MM/yyyy HH:mm:ss in the zone of this process. */
function clock(ms: number): string {
  const d = new Date(ms)
  return `${two(d.getDate())}/${two(d.getMonth() + 1)}/${d.getFullYear()} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
}

/** Drops what is null, as most writers of JSON do. */
const present = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

function simple(
  name: string,
  readable: boolean,
  row: (item: SpelledItem, state: NamedState, index: number) => Row,
): Dialect {
  return {
    name,
    zone: 'any',
    readable,
    file: (item, states) => json(states.map((s, i) => present(row(item, s, i)))),
  }
}

const LONG_MAX = '9223372036854775807'

export const DIALECTS: readonly Dialect[] = [
  simple('camel', true, (item, s) => ({
    start: s.start,
    end: s.end,
    type: item.type,
    deleted: s.deleted,
    folderId: s.folder,
    flags: s.flags,
    tags: s.tags,
    blobDigest: s.digest,
    size: s.size,
    name: s.name,
    subject: s.subject,
    sender: s.sender,
    recipients: s.recipients,
    date: s.date,
  })),
  simple('snake', true, (item, s) => ({
    start_time: seconds(s.start),
    end_time: s.end === null ? 0 : seconds(s.end),
    item_id: item.id,
    item_type: TYPE_NUMBERS[item.type] ?? 5,
    is_deleted: s.deleted ? 1 : 0,
    folder_id: s.folder,
    flags: flagBits(s.flags),
    unread: s.flags.includes('u'),
    tag_names: s.tags.join('\0'),
    blob_digest: s.digest,
    blob_size: s.size,
    name: s.name,
    subject: s.subject,
    sender: s.sender,
    recipients: s.recipients,
    date: seconds(s.date),
  })),
  simple('short', true, (item, s) => ({
    st: s.start,
    et: s.end ?? -1,
    id: item.id,
    tp: TYPE_NUMBERS[item.type] ?? 5,
    pid: s.folder,
    fid: item.type === 'folder' ? null : s.folder,
    del: s.deleted,
    dgst: s.digest,
    sz: s.size,
    uc: s.flags.includes('u') ? 1 : 0,
    fg: flagBits(s.flags),
    tg: s.tags,
    sbj: s.subject,
    nm: s.name,
    dt: seconds(s.date),
    meta: `d1:f${Buffer.byteLength(s.sender ?? '')}:${s.sender ?? ''}e`,
    dc: seconds(s.start),
  })),
  {
    name: 'cli',
    zone: 'local',
    readable: true,
    file: (item, states) =>
      json({
        itemStates: states.map((s) =>
          present({
            'start date': clock(s.start),
            'end date': s.end === null ? '-' : clock(s.end),
            type: item.type,
            deleted: String(s.deleted),
            'folder id': String(s.folder),
            'blob path':
              s.digest === null
                ? null
                : `/opt/zextras/backup/zextras/items/${s.digest.slice(0, 2)}/${s.digest}`,
            name: s.name,
            subject: s.subject,
            from: s.sender,
            to: s.recipients,
            date: clock(s.date),
          }),
        ),
      }),
  },
  {
    name: 'nested',
    zone: 'any',
    readable: true,
    file: (item, states) =>
      json({
        version: 3,
        item: {
          id: item.id,
          states: states.map((s) => ({
            validity: { from: iso(s.start), to: s.end === null ? null : iso(s.end) },
            info: {
              kind: item.type.toUpperCase(),
              removed: s.deleted,
              tags: s.tags.map((name) => ({ name })),
            },
            location: { folder: { id: s.folder } },
            content: s.digest === null ? null : { digest: s.digest, length: s.size },
            envelope: present({
              subject: s.subject,
              from: s.sender,
              to: s.recipients,
              name: s.name,
              date: iso(s.date),
            }),
          })),
        },
      }),
  },
  simple('opaque', false, (item, s, i) => ({
    k1: s.start,
    k2: s.end,
    k3: TYPE_NUMBERS[item.type] ?? 5,
    k4: s.deleted,
    k5: s.folder,
    k6: s.digest,
    k7: s.subject ?? s.name,
    k8: s.sender,
    k9: 40_000 + i,
  })),
  simple('german', false, (item, s) => ({
    beginn: iso(s.start),
    ende: s.end === null ? null : iso(s.end),
    art: item.type,
    geloescht: s.deleted,
    ordner: s.folder,
    merkmale: s.flags,
    schlagworte: s.tags,
    pruefsumme: s.digest,
    groesse: s.size,
    bezeichnung: s.name,
    betreff: s.subject,
    absender: s.sender,
    empfaenger: s.recipients,
  })),
  simple('prefixed', true, (item, s, i) => ({
    zx_tx: 7_000_000 + i,
    zx_start: s.start,
    zx_end: s.end ?? Number(LONG_MAX),
    zx_type: item.type,
    zx_deleted: s.deleted,
    zx_folder: s.folder,
    zx_digest: s.digest,
    zx_size: s.size,
    zx_name: s.name,
    zx_subject: s.subject,
    zx_sender: s.sender,
    zx_rcpt: s.recipients,
  })),
  simple('shouting', true, (item, s) => ({
    START_TIMESTAMP: String(seconds(s.start)),
    END_TIMESTAMP: s.end === null ? '' : String(seconds(s.end)),
    ITEM_TYPE: item.type.toUpperCase(),
    DELETED: s.deleted ? 'TRUE' : 'FALSE',
    FOLDER_ID: s.folder,
    FLAGS: s.flags,
    BLOB_DIGEST: s.digest,
    NAME: s.name,
    SUBJECT: s.subject,
    SENDER: s.sender,
  })),
  {
    name: 'lines',
    zone: 'any',
    readable: true,
    file: (item, states) =>
      Buffer.from(
        `\ufeff${states.map((s) => JSON.stringify(present({ from: s.start, until: s.end, type: item.type, deleted: s.deleted, folder: s.folder, digest: s.digest, subject: s.subject, name: s.name }))).join('\n')}\n`,
      ),
  },
  {
    name: 'packed',
    zone: 'any',
    readable: true,
    file: (item, states) =>
      gzipSync(
        Buffer.from(
          JSON.stringify(
            {
              id: item.id,
              data: {
                history: states.map((s) => ({
                  startDate: s.start,
                  endDate: s.end,
                  itemType: TYPE_NUMBERS[item.type] ?? 5,
                  deleted: s.deleted,
                  parentId: s.folder,
                  blob: s.digest === null ? null : { name: s.digest },
                  name: s.name,
                  subject: s.subject,
                })),
              },
            },
            null,
            2,
          ),
        ),
      ),
  },
  // Newest state first, keys in Italian, a second checksum (hexadecimal) beside the digest.
  {
    name: 'italiano',
    zone: 'any',
    readable: false,
    file: (item, states) =>
      json(
        [...states].reverse().map((s) =>
          present({
            inizio: s.start,
            fine: s.end,
            tipo: TYPE_NUMBERS[item.type] ?? 5,
            cancellato: s.deleted,
            cartella: s.folder,
            impronta: s.digest,
            impronta_metadati: String(item.id).padStart(64, '0'),
            oggetto: s.subject,
            nome: s.name,
            mittente: s.sender,
            dimensione: s.size,
          }),
        ),
      ),
  },
  // States under a key of their own: an object instead of an array.
  {
    name: 'keyed',
    zone: 'any',
    readable: true,
    file: (item, states) =>
      json(
        Object.fromEntries(
          states.map((s, i) => [
            `state_${i}`,
            present({
              startTime: iso(s.start),
              endTime: s.end === null ? null : iso(s.end),
              type: item.type,
              deleted: s.deleted,
              folder: s.folder,
              digest: s.digest,
              subject: s.subject,
              name: s.name,
            }),
          ]),
        ),
      ),
  },
  // Wholly opaque and nested, seconds, a deleted mark only on deleted states.
  {
    name: 'opaque-nested',
    zone: 'any',
    readable: false,
    file: (item, states) =>
      json({
        a: 1,
        b: states.map((s) => ({
          c: [seconds(s.start), s.end === null ? 0 : seconds(s.end)],
          d: present({
            e: TYPE_NUMBERS[item.type] ?? 5,
            f: s.folder,
            g: s.digest,
            h: s.subject ?? s.name,
            ...(s.deleted ? { i: true } : {}),
          }),
        })),
      }),
  },
]

/** The dialect of that name. */
export function dialectNamed(name: string): Dialect {
  const found = DIALECTS.find((dialect) => dialect.name === name)
  if (!found) throw new RangeError(`no dialect ${name}; there are ${DIALECTS.map((d) => d.name).join(', ')}`)
  return found
}
