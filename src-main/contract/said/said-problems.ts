/** Come said.ts: che cosa si è trovato in un file del Backup Path (catalogo, verifica, copia riparata, esportazione). */

/** Di un blob: la verifica e l’esportazione lo dicono così, il catalogo con la maiuscola e il punto. */
const blob: Record<string, string> = {
  'the file is not there': 'il file non c’è',
  'the file has no bytes': 'il file non ha byte',
  'the file name is no digest': 'il nome del file non è un digest',
  'the file holds only zero bytes': 'il file contiene solo byte zero',
  'the file is not gzip, and its bytes do not fit the digest':
    'il file non è gzip, e i suoi byte non corrispondono al digest',
  'the file does not begin with a gzip header': 'il file non comincia con un’intestazione gzip',
  'the file ends inside the gzip header': 'il file finisce dentro l’intestazione gzip',
  'the file ends inside the gzip trailer': 'il file finisce dentro la coda gzip',
  'the gzip header is damaged; the content is whole':
    'l’intestazione gzip è danneggiata; il contenuto è integro',
  'the CRC does not fit the content': 'il CRC non corrisponde al contenuto',
  'the size in the gzip trailer does not fit the content':
    'la dimensione nella coda gzip non corrisponde al contenuto',
  'the compressed data ends too early': 'i dati compressi finiscono troppo presto',
  'the compressed data is damaged': 'i dati compressi sono danneggiati',
  'zero bytes follow the end of the compressed data': 'dopo la fine dei dati compressi ci sono byte zero',
  '{n} bytes follow the end of the compressed data': '{n} byte seguono la fine dei dati compressi',
  'the content does not fit the digest in the file name':
    'il contenuto non corrisponde al digest nel nome del file',
  'stored uncompressed; the content is whole': 'conservato non compresso; il contenuto è integro',
  'compressed with zlib instead of gzip': 'compresso con zlib invece che con gzip',
  'compressed twice': 'compresso due volte',
  'compressed twice, and the content does not fit the digest':
    'compresso due volte, e il contenuto non corrisponde al digest',
  'compressed twice; {detail}': 'compresso due volte; {detail}',
  'too large for this version of Node (over 64 MiB uncompressed)':
    'troppo grande per questa versione di Node (oltre 64 MiB decompresso)',
  'over 64 MiB uncompressed: read it from a file': 'oltre 64 MiB decompresso: va letto da un file',
  'unpacks to more than {n} GiB; not read further': 'decompresso supera {n} GiB; non letto oltre',
  'no permission to read it': 'manca il permesso di leggerlo',
  'no permission to read it ({owner})': 'manca il permesso di leggerlo ({owner})',
  'it is not there': 'non c’è',
  'it is a link; links are not followed': 'è un collegamento; i collegamenti non vengono seguiti',
  'it is not a regular file': 'non è un file normale',
  'it is a folder': 'è una cartella',
  'the disk reports a read error (EIO)': 'il disco segnala un errore di lettura (EIO)',
  'reading failed ({code})': 'lettura non riuscita ({code})',
  'reading failed ({code}) ({owner})': 'lettura non riuscita ({code}) ({owner})',
  'reading it did not end within {n} s, twice: the disk is failing there':
    'la lettura non è finita entro {n} s, due volte: lì il disco si sta guastando',
}

const upper = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

const asSentences = Object.fromEntries(
  Object.entries(blob).map(([english, italian]) => [upper(english), upper(italian)]),
)

export const saidProblems: Record<string, string> = {
  ...blob,
  ...asSentences,
  'owner uid {uid}, mode {mode}': 'proprietario uid {uid}, permessi {mode}',
  'it is missing': 'manca',
  'it is empty': 'è vuoto',
  'it is truncated': 'è troncato',
  'it is corrupt': 'è danneggiato',
  'it is unreadable': 'non è leggibile',
  'it is not gzip': 'non è gzip',
  'it is double gzip': 'è compresso due volte',
  'it is digest mismatch': 'non corrisponde al digest',

  // blob nel catalogo
  'It was compressed twice; the message is whole.': 'Era compresso due volte; il messaggio è integro.',
  'Its content does not fit its name.': 'Il contenuto non corrisponde al nome.',
  'The file is not there any more.': 'Il file non c’è più.',
  'The file is empty.': 'Il file è vuoto.',
  'It is not a gzip file.': 'Non è un file gzip.',
  'It ends too early.': 'Finisce troppo presto.',
  'Its compressed data are damaged.': 'I suoi dati compressi sono danneggiati.',
  'It cannot be read.': 'Non si può leggere.',
  'It cannot be used.': 'Non si può usare.',
  'A line of {n} bytes: over LMTP a server refuses more than {most}.':
    'Una riga di {n} byte: via LMTP un server ne rifiuta più di {most}.',
  'A line is longer than 10,240 bytes: the LMTP validator would refuse this message in a restore.':
    'Una riga supera 10.240 byte: il controllo LMTP rifiuterebbe questo messaggio in un ripristino.',
  'The metadata names this blob, but the file is not there.':
    'I metadati indicano questo blob, ma il file non c’è.',
  'No readable metadata names this blob; it is listed as unclaimed mail.':
    'Nessun metadato leggibile fa riferimento a questo blob; è elencato tra gli orfani.',
  'No readable metadata names this blob; its message can be exported as unclaimed mail.':
    'Nessun metadato leggibile fa riferimento a questo blob; il suo messaggio si può esportare come orfano.',
  'An item names this blob, and no file has it.':
    'Un elemento fa riferimento a questo blob, e nessun file lo contiene.',
  'The message names no blob in any of its states.':
    'Il messaggio non indica un blob in nessuno dei suoi stati.',
  'The healed item names this blob.': 'L’elemento riparato fa riferimento a questo blob.',
  'It belongs into {folder}/, which was merged with {other}/ by a case-insensitive file system.':
    'Va in {folder}/, fusa con {other}/ da un file system che non distingue le maiuscole.',
  'It belongs into {folder}/ as {digest}.': 'Va in {folder}/ come {digest}.',

  // metadati
  'The metadata cannot be read: {reason}.': 'I metadati non si possono leggere: {reason}.',
  'The item file cannot be read: {reason}.': 'Il file dell’elemento non si può leggere: {reason}.',
  'The folder cannot be read: {reason}.': 'La cartella non si può leggere: {reason}.',
  'It cannot be read: {reason}.': 'Non si può leggere: {reason}.',
  'Not readable: {reason}.': 'Non leggibile: {reason}.',
  'Its content says that it is item {id}.': 'Il suo contenuto dice di essere l’elemento {id}.',
  'The file says item {id}, its name says {other}.': 'Il file dice elemento {id}, il suo nome dice {other}.',
  'A second metadata file of item {id}; {path} is used.':
    'Un secondo file di metadati dell’elemento {id}; si usa {path}.',
  'Item {id} belongs into the folder {folder}; it was read all the same.':
    'L’elemento {id} va nella cartella {folder}; è stato letto comunque.',
  'No state was recognised in it.': 'Non vi è stato riconosciuto nessuno stato.',
  'The file has no bytes.': 'Il file non ha byte.',
  'The file holds only blanks.': 'Il file contiene solo spazi.',
  'The file holds no state.': 'Il file non contiene stati.',
  'The file holds no state that can be recognised.': 'Il file non contiene stati riconoscibili.',
  'The file holds a single value instead of states.': 'Il file contiene un solo valore invece di stati.',
  'The file is damaged: {damage}.': 'Il file è danneggiato: {damage}.',
  'unpacks to more than 64 MiB': 'decompresso supera 64 MiB',
  'its gzip is cut off': 'il suo gzip è interrotto',
  'its gzip is damaged': 'il suo gzip è danneggiato',
  'it holds only zero bytes': 'contiene solo byte zero',
  'zero bytes follow its end': 'dopo la sua fine ci sono byte zero',
  'its JSON is broken or breaks off': 'il suo JSON è guasto o si interrompe',
  'it is nested too deep or holds too many values': 'è annidato troppo o contiene troppi valori',
  'it holds {n} states; the first and last {m} were read':
    'contiene {n} stati; sono stati letti i primi e gli ultimi {m}',
  'it is neither JSON nor lines of attributes': 'non è né JSON né righe di attributi',
  'a key stands twice in one state, and only the last one counts':
    'in uno stato una chiave compare due volte, e vale solo l’ultima',

  // account
  'There is no account_info; the account is known by its UUID and a guess from its mail.':
    'Non c’è account_info; l’account è noto dal suo UUID e da ciò che si deduce dalla sua posta.',
  'It is empty.': 'È vuoto.',
  'It is damaged or tells no address.': 'È danneggiato o non dice un indirizzo.',
  'The account has no account_info: its name and settings are unknown, its mail is not touched by this.':
    'L’account non ha account_info: nome e impostazioni non sono noti, la sua posta non ne è toccata.',
  "The account's metadata cannot be read: {reason}.":
    'I metadati dell’account non si possono leggere: {reason}.',
  "The account's metadata cannot be understood; its mail is not touched by this.":
    'I metadati dell’account non si possono interpretare; la sua posta non ne è toccata.',

  // ciò che sta in mezzo
  'A link; links are not followed.': 'Un collegamento; i collegamenti non vengono seguiti.',
  'A link; it was not followed.': 'Un collegamento; non è stato seguito.',
  '{name} is a link that leads out of the backup path; it was not followed. Open its target instead.':
    '{name} è un collegamento che porta fuori dal Backup Path; non è stato seguito. Aprire invece ciò a cui punta.',
  'Neither a file nor a folder (a pipe, socket or device); not opened.':
    'Né un file né una cartella (pipe, socket o dispositivo); non aperto.',
  'A folder that does not belong to a backup path.': 'Una cartella che non fa parte di un Backup Path.',
  'A file that does not belong to a backup path.': 'Un file che non fa parte di un Backup Path.',
  'A file among the accounts.': 'Un file tra gli account.',
  'A folder among the accounts that is no account.': 'Una cartella tra gli account che non è un account.',
  'Does not belong into an account’s folder.': 'Non fa parte della cartella di un account.',
  'A folder among the item files; not looked into.':
    'Una cartella tra i file degli elementi; non vi si è guardato.',
  'Its name is not an item id.': 'Il suo nome non è l’id di un elemento.',
  'A folder among the blobs.': 'Una cartella tra i blob.',
  'Its name is not a digest.': 'Il suo nome non è un digest.',
  'It could not be copied: {reason}.': 'Non si è potuto copiare: {reason}.',
  'reading it did not end': 'la lettura non è finita',

  // esportazione
  'it cannot be used': 'non si può usare',
  "nothing in the item's metadata can be read": 'nei metadati dell’elemento non si può leggere nulla',
  "metadata-ok: nothing in the item's metadata can be read":
    'metadata-ok: nei metadati dell’elemento non si può leggere nulla',
  'the metadata of this {type} names no blob': 'i metadati di questo elemento ({type}) non indicano un blob',
  '{reason}; what could be read of it was not saved':
    '{reason}; ciò che se ne poteva leggere non è stato salvato',
  'name-refused: {why}': 'nome rifiutato: {why}',
  'written-bytes-differ: {why}': 'i byte scritti sono diversi: {why}',
}
