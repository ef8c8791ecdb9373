/** Forms of tu and voi that are nothing else in Italian: never said to a person. */
const ALWAYS = [
  'tu te ti tuo tua tuoi tue voi vostro vostra vostri vostre',
  // what you do, have, can
  'hai puoi vuoi devi sai confermi preferisci dici avete siete potete volete dovete sapete vedete fate dite',
  'scegliete aprite riaprite scrivete leggete prendete mettete aggiungete chiudete chiedete togliete tenete attendete ripetete',
  'eseguitelo eseguitela apritelo copiatelo provatelo fermatelo spegnetelo spostatelo usatelo controllatelo indicatelo',
].join(' ')

/** The same of what is done: on a button or in a menu they tell Lifeboat what to do, elsewhere the person. */
const ORDERS = [
  'apri riapri chiudi leggi rileggi scrivi scegli togli aggiungi prendi riprendi vedi premi metti rimetti rimuovi togli ripeti',
  'esegui attendi chiedi richiedi accedi correggi fai vai tieni segui prosegui scopri accendi spegni trattieni riprova',
  'aprilo aprila aprili riaprilo leggilo leggila sceglilo sceglila scegline toglilo toglila aggiungilo aggiungila aggiungine',
  'prendilo copialo copiala copiali fermalo fermala guardalo guardala guardale controllalo controllala cercalo cercala cercali',
  'impostalo impostala mostrane mostrale lascialo lasciala eliminali ricordala riprovalo ripetilo eseguilo eseguila segnalalo',
  'indicalo indicala indicane creala crealo creali creale attivane accendilo riaccendilo spegnilo aumentalo allegalo rendili',
  'confrontala accettala incollala incollane trascinala spostalo spostati rimettilo riavvialo riavviala provalo provala usalo usala',
  'tienila tienilo archivialo abbandonalo formattalo assegnagli assegnala tralasciali permettilo attendine fidarti collegati',
].join(' ')

/** Words that are also nouns, or what a program does: an order only where a sentence begins with them. */
const AT_THE_START = [
  'copia verifica guarda controlla avvia riavvia libera prova indica usa ferma monta esporta sposta cerca crea confronta incolla',
  'salta mostra ripristina collega imposta lascia abbandona trascina installa assegna ingrandisci aggiorna annulla conferma digita',
  'seleziona salva avvisa elimina nascondi osserva esamina isola rinomina importa forza connetti disconnetti escludi rispondi aspetta',
  'attiva disattiva archivia dimentica',
  'eseguite provate indicate installate guardate controllate spostate usate copiate verificate avviate fermate confrontate',
].join(' ')

/** Mostly what Lifeboat does; an order on a label only. */
const ON_LABELS = 'continua comincia porta torna modifica riporta considera inizia conta'

const either = (words: string): string => words.split(' ').join('|')
const NOT_BEFORE = '(?<![\\p{L}\\d_.@/’{-])'
const NOT_BEHIND = '(?![\\p{L}\\d_@/’(-]|\\.\\p{L})'
const always = new RegExp(`${NOT_BEFORE}(?:${either(ALWAYS)}|di’)${NOT_BEHIND}`, 'giu')
const orders = new RegExp(`${NOT_BEFORE}(?:${either(ORDERS)})${NOT_BEHIND}`, 'giu')
const noun = '(?!\\s*$|\\s+(?:de[il]|dell|ne[igl]|di(?! nuovo)|in corso|diretta|riparata|e\\s)|[:.…{])'
const atTheStart = new RegExp(
  `(?:^|[.;:!?] |, poi |, o | oppure )(?:${either(AT_THE_START)})${NOT_BEHIND}${noun}`,
  'giu',
)
const beginsAsOrder = new RegExp(
  `^(?:${either(`${ORDERS} ${AT_THE_START} ${ON_LABELS}`)})${NOT_BEHIND}`,
  'iu',
)

/** Names of buttons and screens, code, and what Markdown has in bold: they are quoted, not said to the person. */
const QUOTED = /«[^»]*»|\*\*[^*]*\*\*|`[^`]*`|^```[\s\S]*?^```/gm

/** A label begins with what Lifeboat is to do and is no sentence: `Apri un caso`, `Copia {n} riga | Copia {n} righe`. */
export function isOrderLabel(text: string): boolean {
  return beginsAsOrder.test(text) && !/[.:!?]$|[.;!?] /.test(text)
}

/** The forms of tu and voi in an Italian text; with `label` the text may be an order to the program. */
export function addressIn(text: string, label = false): string[] {
  const bare = text.replaceAll(QUOTED, '«»')
  const asOrder = label && isOrderLabel(bare)
  return [always, ...(asOrder ? [] : [orders, atTheStart])].flatMap((form) => bare.match(form) ?? [])
}
