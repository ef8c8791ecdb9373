import { bencode, dayFirst, digestFor, iso } from './spellings.ts'
import type { Spelling } from './spellings.ts'

const hex = (seed: number): string => (Math.imul(seed, 2654435761) >>> 0).toString(16).padStart(8, '0')
const uuidFor = (seed: number): string =>
  `${hex(seed)}-1111-4222-8333-${hex(seed + 1)}${hex(seed + 2).slice(0, 4)}`

/** More of both kinds, with columns beside that could be mistaken. */
export const CROWDED_SPELLINGS: Record<string, Spelling> = {
  'rows of the mailbox': (item) =>
    item.states.map((s, index) => ({
      mailbox_id: 7,
      id: item.id,
      type: s.code,
      parent_id: s.type === 'message' ? -item.id : null,
      folder_id: s.folder,
      index_id: item.id,
      imap_id: item.id,
      date: s.date / 1000,
      size: s.size,
      blob_digest: s.digest,
      unread: s.flags === 512 ? 1 : 0,
      flags: 0,
      tags: 0,
      subject: s.subject,
      name: s.name,
      metadata: bencode({ f: 'fragment of text here', s: s.sender ?? '', v: '10' }),
      mod_metadata: 1000 + index * 3,
      change_date: s.start / 1000,
      mod_content: 900 + index,
      start_date: s.start,
      end_date: s.end,
      deleted: s.deleted,
      transaction: uuidFor(item.id + index),
    })),
  'nameless with counters, ids and colours': (item) =>
    item.states.map((s, index) => ({
      a1: uuidFor(item.id),
      a2: item.id,
      a3: s.code,
      a4: s.folder,
      a5: 1000 + item.id,
      a6: s.size,
      a7: 40_000 + item.id * 10 + index,
      a8: (item.id * 7) % 9,
      a9: s.start,
      b1: s.end,
      b2: s.date,
      b3: s.deleted,
      b4: s.flags === 512,
      b5: s.digest,
      b6: s.subject,
      b7: s.name,
      b8: s.sender,
      b9: s.recipients,
    })),
  'nameless, nested, day first, in a wrapper': (item) => ({
    v: 3,
    u: uuidFor(item.id),
    w: item.states.map((s) => ({
      p: { p1: dayFirst(s.start), p2: s.end === null ? null : dayFirst(s.end) },
      q: { q1: s.type, q2: s.folder, q3: s.deleted ? 1 : 0 },
      r: s.digest === null ? {} : { r1: s.digest, r2: s.size },
      x: { x1: s.subject ?? s.name, x2: s.sender },
    })),
  }),
  'validity as a pair': (item) =>
    item.states.map((s) => ({
      validity: [s.start, s.end],
      type: s.type,
      deleted: s.deleted,
      folder: { id: s.folder, path: '/x' },
      digest: s.digest,
      subject: s.subject,
      name: s.name,
    })),
  'flags say deleted': (item) =>
    item.states.map((s) => ({
      start: s.start,
      end: s.end,
      type: s.code,
      flags: [...(s.deleted ? ['DELETED'] : []), ...(s.flags === 512 ? ['UNREAD'] : [])],
      folderId: s.folder,
      blob: s.digest,
      subject: s.subject,
      name: s.name,
    })),
  'alive instead of deleted': (item) =>
    item.states.map((s) => ({
      from: iso(s.start),
      to: s.end === null ? null : iso(s.end),
      type: s.type,
      alive: !s.deleted,
      parent: s.folder,
      digest: s.digest,
      subject: s.subject,
      name: s.name,
    })),
  'attribute prefixes and suffixes': (item) =>
    item.states.map((s) => ({
      '@type': s.type,
      '@start': s.start,
      '@end': s.end,
      '@deleted': s.deleted,
      '@folder': s.folder,
      '@digest': s.digest,
      '@subject': s.subject,
      '@name': s.name,
    })),
  'run together with item in front': (item) =>
    item.states.map((s) => ({
      itemstartdate: s.start,
      itemenddate: s.end,
      itemtype: s.code,
      itemdeleted: s.deleted,
      itemfolderid: s.folder,
      itemblobdigest: s.digest,
      itemsubject: s.subject,
      itemname: s.name,
    })),
  'everything one deeper': (item) =>
    item.states.map((s, index) => ({
      transaction: { id: 100 + index, date: s.start },
      state: {
        startDate: s.start,
        endDate: s.end,
        itemType: s.type,
        isDeleted: s.deleted,
        metadata: { folderId: s.folder, subject: s.subject, name: s.name },
        blobs: [{ digest: s.digest, volumeId: 1 }],
      },
    })),
  'two digests, one of the metadata': (item) =>
    item.states.map((s) => ({
      metadataDigest: digestFor(s.start / 1000 + item.id, 77),
      start: s.start,
      end: s.end,
      type: s.code,
      deleted: s.deleted,
      folder: s.folder,
      blobDigest: s.digest,
      subject: s.subject,
      name: s.name,
    })),
  'Zextras style': (item) =>
    item.states.map((s) => ({
      m_startDate: s.start,
      m_endDate: s.end ?? -1,
      m_itemType: s.type.toUpperCase(),
      m_isDeleted: s.deleted,
      m_parentId: s.folder,
      m_blobDigest: s.digest ?? '',
      m_metadata: { subject: s.subject, name: s.name, sender: s.sender },
    })),
  'French words': (item) =>
    item.states.map((s) => ({
      debut: s.start / 1000,
      fin: s.end === null ? null : s.end / 1000,
      genre: s.type,
      supprimé: s.deleted,
      dossier: s.folder,
      empreinte: s.digest,
      objet: s.subject,
      nom: s.name,
      expediteur: s.sender,
    })),
}
