/**
 * Which key plays which role. The key spelling of the backup is not public (FORMAT.md): these are the names of the
 * mailbox's own rows, their short forms, and what people in several languages would call such things.
 */
export const ROLES = [
  'start',
  'end',
  'type',
  'deleted',
  'alive',
  'folder',
  'flags',
  'unread',
  'tags',
  'digest',
  'name',
  'subject',
  'sender',
  'recipients',
  'date',
  'size',
  'id',
] as const
export type Role = (typeof ROLES)[number]

/** Best names first; all lower case, letters and digits only. */
const EXACT: Record<Role, string> = {
  start:
    'start starts startdate starttime startts startms startat startdatetime startvalidity validitystart validfrom validsince valid_from stateStart statestartdate ' +
    'begin begindate begintime begins beginat from fromdate fromtime fromts since sincedate effectivefrom effective activefrom ' +
    'inizio datainizio inizialita validoda dal beginn anfang startzeit gueltigab gultigab gueltigvon gultigvon von debut datedebut debutvalidite depuis desde inicio ' +
    'st std sdate stime sd ts1 tstart tsstart t0 tfrom s b strt startinstant validitybegin validstart ' +
    'txdate transactiondate txtime transactiontime txts statedate statetime datachanged timestamp ts time when instant ' +
    'datechanged changedate changed changedat dc modified modifiedat modificationdate lastmodified mtime zeitstempel momento',
  end:
    'end ends enddate endtime endts endms endat enddatetime endvalidity validityend validto validuntil valid_to stateend stateenddate ' +
    'finish finished to todate tots until till untildate expires expiry expiration expirydate effectiveto activeto ' +
    'fine datafine validoa al fino ende endzeit gueltigbis gultigbis bis fin datefin finvalidite jusqua hasta termine ' +
    'en edate etime ed ts2 tend tsend t1 tto e validitystop stop stopdate validend superseded supersededat replacedat',
  type:
    'type itemtype mailitemtype itemtypeid itemtypename objecttype objtype entrytype contenttype kind itemkind class itemclass category typ itemtyp objekttyp ' +
    'tipo tipooggetto tipoelemento art elementart genre tp ty tpe typeid typecode typename t k cls itp mtype it itemtypecode',
  deleted:
    'deleted isdeleted itemdeleted deletedflag flagdeleted wasdeleted markeddeleted deletedmark deletemark del isdel dl dlt rm removed isremoved purged expunged trashed gone erased ' +
    'tombstone deletedat deletedon deletedate deletiondate deletiontime deletiontimestamp deletedtime deletedts deltime delts removedat removaldate deleted_state ' +
    'cancellato eliminato rimosso eliminata datacancellazione geloescht gelscht geloscht geloeschtam loeschdatum entfernt supprime datesuppression efface borrado eliminado borradoen x d',
  alive:
    'alive live exists existing present notdeleted undeleted isalive isactive active attivo vorhanden aktiv actif vivo',
  folder:
    'folderid folder fid parentfolderid parentfolder infolder folderref folderitemid folderkey containerid container ' +
    'parentid parent pid parentitemid parentref fold fld fldr fldid f l cartella idcartella cartellaid ordner ordnerid ordnernr dossier iddossier dossierid carpeta carpetaid idcarpeta ' +
    'folderpath folderpathname pathname location mailfolder mailboxfolder path pf pfid fo elternid elternordner padre parente',
  flags:
    'flags flag flg flgs fg flagbits flagmask flagsmask itemflags mailflags imapflags bandiere indicatori kennzeichen merker drapeaux banderas fl flagstring flagset flagletters',
  unread: 'unread isunread uc unreadcount nonletto ungelesen nonlu noleido unreadflag',
  tags: 'tags tag tagnames tg tgs tn tagnms tagids labels label keywords etichette etichetta schlagworte schlagwoerter etiquetas etiquettes categories tagset taglist',
  digest:
    'digest blobdigest dgst blobdgst bdgst dg bd digestblob blobhash contentdigest contenthash messagedigest maildigest sha256 sha sha384 sha1 hash hashsum checksum chksum blobid blob blobref blobkey blobname blobpath ' +
    'bloblocator locator loc impronta hashdelblob pruefsumme prufsumme empreinte resumen huella h bl fingerprint blobsha sha2 sha256digest storekey',
  name: 'name nm itemname foldername displayname tagname filename fullname fullpath title nome nomecartella ordnername bezeichnung nom nomdossier nombre n label lbl fileas fileasstr caption',
  subject:
    'subject subj sbj sb sub mailsubject msgsubject messagesubject rawsubject title oggetto betreff objet asunto su thema topic headline subjectline subjecttext',
  sender:
    'sender from snd sndr sen fromaddress fromaddr mailfrom senderaddress senderemail fromemail fromheader author originator mittente absender von expediteur de remitente da frm mfrom autore organizer s',
  recipients:
    'recipients to rcpt rcpts recip toaddress toaddresses mailto rcptto recipient recipientlist toheader destinatari destinatario empfaenger empfanger an destinataires destinataire destinatarios a t r tos addressees',
  date:
    'date msgdate maildate messagedate receiveddate received receivedat receivedon datereceived itemdate dt internaldate sentdate sent sentat datesent created createdat creationdate creation createtime ctime ' +
    'data dataricezione dataricevuto datum empfangen empfangsdatum erstellt daterecue fecha recibido rcvd arrivaldate arrival deliverydate delivered d',
  size: 'size sz bytes length len itemsize msgsize messagesize mailsize blobsize contentsize rawsize sizebytes sizeinbytes dimensione groesse grosse taille tamano octets laenge filesize',
  id: 'id itemid mailitemid iid objectid objid uid itemnumber itemnr elementid idelemento idoggetto elementnr mid msgid nr num number msgno i',
}

/** Words inside longer keys (`zxItemStartDate`): looked for among the key's words. */
const WORDS: Record<Role, string> = {
  start: 'start begin from since inizio beginn anfang debut inicio gueltigab validfrom',
  end: 'end until till to expires finish stop ende fine bis fin termine',
  type: 'type kind typ tipo tp art class',
  deleted:
    'deleted deletion delete removed del dlt trashed purged expunged cancellato eliminato geloescht geloscht supprime borrado tombstone',
  alive: 'alive',
  folder: 'folder fid fldr fld parent container cartella ordner dossier carpeta pid padre',
  flags: 'flags flag flg flgs',
  unread: 'unread',
  tags: 'tags tag labels etichette',
  digest: 'digest dgst hash sha256 sha384 sha1 sha checksum blob impronta pruefsumme fingerprint locator',
  name: 'name nm nome nom nombre title',
  subject: 'subject subj sbj oggetto betreff objet asunto',
  sender: 'sender from snd author mittente absender expediteur remitente',
  recipients: 'recipients recipient rcpt rcpts to destinatari empfaenger destinataires destinatarios',
  date: 'date received dt datum data fecha created',
  size: 'size sz bytes length dimensione groesse taille',
  id: 'id itemid iid',
}

/** Says nothing by itself: `folder.id`, `start.$date`, `type.value`. */
const GENERIC = new Set(
  'id value val v key code text string str raw content date time at ms millis seconds sec epoch epochsecond epochmillis numberlong long int number ref uuid address addr email mail name nm n display digest hash path sha256 base64 instant'.split(
    ' ',
  ),
)

/** Keys of a pair of start and end. */
const PERIODS = new Set(
  'validity valid range period interval lifetime life span timespan time times dates gueltigkeit gultigkeit zeitraum periodo validita intervallo periode validite intervalle vigencia state'.split(
    ' ',
  ),
)

/** Values under such keys are never a blob's digest, whatever they look like. */
const SECRET_WORDS = new Set(
  'password passwd pwd pass secret ssha token auth cookie credential credentials totp salt apikey privatekey passwort kennwort'.split(
    ' ',
  ),
)

export function plain(key: string): string {
  return key
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

/** The words of a key: split at case changes, digits kept, separators dropped. */
export function wordsOf(key: string): string[] {
  return key
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

const exact = new Map<string, { role: Role; score: number }[]>()
const words = new Map<string, Role[]>()
for (const role of ROLES) {
  const names = [...new Set(EXACT[role].split(' ').map(plain))]
  names.forEach((name, index) => {
    const list = exact.get(name) ?? []
    // One letter can mean many things.
    const weight = name.length === 1 ? 0.75 : 1
    list.push({ role, score: (1 - (0.3 * index) / names.length) * weight })
    exact.set(name, list)
  })
  for (const word of WORDS[role].split(' ')) words.set(word, [...(words.get(word) ?? []), role])
}

export interface RoleScore {
  role: Role
  /** 0 to 1. */
  score: number
}

export function isSecretKey(segment: string): boolean {
  return wordsOf(segment).some((word) => SECRET_WORDS.has(word)) || SECRET_WORDS.has(plain(segment))
}

function offer(best: Map<Role, number>, role: Role, score: number): void {
  if (score > (best.get(role) ?? 0)) best.set(role, score)
}

/** Segments that say where in a structure one is, not what it is. */
export function isIndexSegment(segment: string): boolean {
  return (
    segment === '[]' ||
    segment === '^' ||
    segment.startsWith('#') ||
    segment.startsWith('$json') ||
    segment === '$benc'
  )
}

/**
 * Roles that the names along a path suggest, best first. `segments` runs from the state down to the value;
 * `prefix` is what all keys of this Backup Path begin with.
 */
export function rolesByName(segments: readonly string[], prefix = ''): RoleScore[] {
  const names = segments
    .filter((segment) => !isIndexSegment(segment))
    .map((segment) => (prefix !== '' && segment.startsWith(prefix) ? segment.slice(prefix.length) : segment))
  const last = names.at(-1)
  const position = segments.at(-1)
  if (last !== undefined && (position === '#0' || position === '#1') && PERIODS.has(plain(last))) {
    return [{ role: position === '#0' ? 'start' : 'end', score: 0.9 }]
  }
  if (last === undefined || names.some(isSecretKey)) return []
  const best = new Map<Role, number>()
  const parent = names.at(-2)
  const own = plain(last)
  // Deep inside something else a bare `id` or `name` belongs to that thing.
  const depth = names.length > 3 ? 0.8 : 1
  for (const { role, score } of exact.get(own) ?? []) {
    offer(
      best,
      role,
      score * depth * (parent !== undefined && GENERIC.has(own) ? 0.45 : parent === undefined ? 1 : 0.9),
    )
  }
  if (parent !== undefined) {
    const above = plain(parent)
    for (const { role, score } of exact.get(above + own) ?? []) offer(best, role, score * 0.95 * depth)
    if (GENERIC.has(own)) {
      const weight =
        own === 'name' || own === 'nm' || own === 'display' || own === 'path' || own === 'uuid' ? 0.8 : 0.92
      for (const { role, score } of exact.get(above) ?? []) offer(best, role, score * weight * depth)
      for (const role of rolesInWords(wordsOf(parent))) offer(best, role, 0.5 * depth)
    }
  }
  for (const role of rolesInWords(wordsOf(last))) offer(best, role, 0.6 * depth)
  // Keys run together: `zxfolderid`, `itemstartdate`.
  if (best.size === 0 && own.length > 5) {
    for (const [name, list] of exact) {
      if (name.length >= 4 && own.endsWith(name))
        for (const { role, score } of list) offer(best, role, score * 0.5 * depth)
    }
  }
  return [...best].map(([role, score]) => ({ role, score })).sort((a, b) => b.score - a.score)
}

function rolesInWords(found: readonly string[]): Role[] {
  const roles = new Set<Role>()
  for (const word of found) for (const role of words.get(word) ?? []) roles.add(role)
  // `startDate`, `deletedDate`, `blobSize`, `folderName`, `tagId`: the more telling word wins.
  if (roles.has('start') || roles.has('end') || roles.has('deleted')) roles.delete('date')
  if (roles.has('size')) roles.delete('digest')
  if (roles.has('type')) roles.delete('id')
  if (roles.size > 1) roles.delete('id')
  if (roles.has('flags') && roles.has('deleted')) roles.delete('flags')
  if (roles.has('flags') && roles.has('unread')) roles.delete('flags')
  return [...roles]
}
