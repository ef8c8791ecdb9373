/** Come said.ts: come il motore ha capito una ricerca, parte per parte. */
const PLACES = {
  'subject, addresses, text or attachment names contain':
    'oggetto, indirizzi, testo o nomi degli allegati contengono',
  'the sender contains': 'il mittente contiene',
  'a recipient contains': 'un destinatario contiene',
  'the subject contains': 'l’oggetto contiene',
  'the name of an attachment contains': 'il nome di un allegato contiene',
}

const places = Object.fromEntries(
  Object.entries(PLACES).flatMap(([english, italian]) => [
    [`${english} “{text}”`, `${italian} «{text}»`],
    [`${english} a word that begins with “{text}”`, `${italian} una parola che comincia con «{text}»`],
  ]),
)

/** I tipi di elemento come li scrive il motore, senza il trattino basso. */
const TYPES = {
  folder: 'cartella',
  searchfolder: 'cartella di ricerca',
  tag: 'etichetta',
  conversation: 'conversazione',
  message: 'messaggio',
  contact: 'contatto',
  invite: 'invito',
  document: 'documento',
  note: 'nota',
  flag: 'contrassegno',
  appointment: 'appuntamento',
  'virtual conversation': 'conversazione',
  mountpoint: 'cartella condivisa',
  wiki: 'pagina wiki',
  task: 'attività',
  chat: 'chat',
  'calendar group': 'gruppo di calendari',
  comment: 'commento',
  link: 'collegamento',
  unknown: 'ignoto',
}

const types = Object.fromEntries(
  Object.entries(TYPES).map(([english, italian]) => [`it is of type ${english}`, `è di tipo ${italian}`]),
)

export const saidSearch: Record<string, string> = {
  ...places,
  ...types,
  'not: {meaning}': 'non: {meaning}',
  'it lies in the folder “{name}” or below it': 'è nella cartella «{name}» o sotto di essa',
  "the account's address, alias or name contains “{name}”":
    'indirizzo, alias o nome dell’account contengono «{name}»',
  'it has an attachment': 'ha un allegato',
  'it carries the tag “{name}”': 'porta l’etichetta «{name}»',
  'it is deleted': 'è eliminato',
  'it is unread': 'non è letto',
  'it is read': 'è letto',
  'it is flagged': 'è contrassegnato',
  'it was answered': 'ha avuto risposta',
  'it was forwarded': 'è stato inoltrato',
  'it is a draft': 'è una bozza',
  'it was sent by the account itself': 'è stato inviato dall’account stesso',
  'no readable metadata claims it': 'nessun metadato leggibile vi fa riferimento',
  'its blob is damaged': 'il suo blob è danneggiato',
  'its blob is missing': 'il suo blob manca',
  'its item id is {id}': 'il suo id di elemento è {id}',
  'it is larger than {n} bytes': 'è più grande di {n} byte',
  'it is smaller than {n} bytes': 'è più piccolo di {n} byte',
  'it is larger than {size}': 'è più grande di {size}',
  'it is smaller than {size}': 'è più piccolo di {size}',
  'its date is from {from} on': 'la sua data è dal {from} in poi',
  'its date is before {until}': 'la sua data è prima del {until}',
  'its date is from {from} on and before {until}': 'la sua data è dal {from} in poi e prima del {until}',
  'nothing is asked yet': 'non chiede ancora nulla',
  'signs without letters or digits cannot be searched': 'segni senza lettere o cifre non si possono cercare',
}
