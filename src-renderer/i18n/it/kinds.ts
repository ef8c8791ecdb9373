/** Ogni tipo di problema: il nome, che cosa significa, che cosa fare. */
export const kinds = {
  'kind.blob-missing.title': 'Messaggio mancante',
  'kind.blob-missing.meaning':
    'Un elemento indica un messaggio il cui file non è in questa copia. Per contatti e appuntamenti può essere normale, per i messaggi è una perdita.',
  'kind.blob-missing.next':
    'Cercare il file in un’altra copia del backup, o nel volume dove i blob sono conservati esternamente.',
  'kind.blob-empty.title': 'File del messaggio vuoto',
  'kind.blob-empty.meaning':
    'Il file c’è ma ha 0 byte: la copia o il disco si sono interrotti prima di scriverne il contenuto.',
  'kind.blob-empty.next': 'Copiare di nuovo il file dall’originale, o prenderlo da una copia più vecchia.',
  'kind.blob-not-gzip.title': 'Il file del messaggio è estraneo',
  'kind.blob-not-gzip.meaning':
    'Il file non è compresso come lo scrive il backup; l’inizio è stato sovrascritto, o è un altro file.',
  'kind.blob-not-gzip.next':
    'Prendere il file da un’altra copia. Il suo contenuto viene esportato così com’è in «Damaged».',
  'kind.blob-truncated.title': 'Messaggio troncato',
  'kind.blob-truncated.meaning':
    'Il file finisce troppo presto. Ciò che precede l’interruzione si può leggere.',
  'kind.blob-truncated.next':
    'Prendere il file da un’altra copia. L’esportazione salva l’inizio leggibile in «Damaged».',
  'kind.blob-corrupt.title': 'Messaggio danneggiato',
  'kind.blob-corrupt.meaning': 'Alcuni byte del file sono errati: il controllo interno non corrisponde.',
  'kind.blob-corrupt.next':
    'Prendere il file da un’altra copia e controllare il disco. L’esportazione salva la parte leggibile in «Damaged».',
  'kind.blob-digest-mismatch.title': 'Il messaggio non corrisponde al nome',
  'kind.blob-digest-mismatch.meaning':
    'Il file è integro secondo il controllo interno, ma il contenuto non è quello che il nome promette.',
  'kind.blob-digest-mismatch.next':
    'Leggere il messaggio prima di farvi affidamento. L’esportazione lo mette in «Damaged» e lo elenca.',
  'kind.blob-double-gzip.title': 'Messaggio compresso due volte',
  'kind.blob-double-gzip.meaning':
    'Un difetto noto di versioni più vecchie. Il contenuto è integro e Lifeboat lo legge.',
  'kind.blob-double-gzip.next':
    'Per un’esportazione, nulla. Il Coherency Check del server ripara questi file con «fixDoubleGzip fix».',
  'kind.blob-misplaced.title': 'Messaggio nella cartella sbagliata',
  'kind.blob-misplaced.meaning':
    'Il file è in una cartella diversa da quella indicata dal suo nome. Lifeboat lo trova, un server no.',
  'kind.blob-misplaced.next':
    'Per un’esportazione, nulla. Prima di un ripristino su un server il file va spostato nella sua cartella.',
  'kind.blob-unreadable.title': 'Messaggio non leggibile',
  'kind.blob-unreadable.meaning':
    'Il sistema ha rifiutato di leggere il file: permessi, o un guasto del disco.',
  'kind.blob-unreadable.next':
    'Seguire il rimedio indicato per il suo proprietario. Se il disco è guasto, copiarlo prima con uno strumento di recupero.',
  'kind.blob-orphan.title': 'Messaggio orfano',
  'kind.blob-orphan.meaning':
    'Un messaggio a cui nessun metadato leggibile fa riferimento. Il contenuto è integro.',
  'kind.blob-orphan.next':
    'In «Orfani» i messaggi sono raggruppati per proprietario probabile e si possono esportare.',
  'kind.metadata-unreadable.title': 'Metadati non leggibili',
  'kind.metadata-unreadable.meaning':
    'Il sistema ha rifiutato di leggere il file di un elemento. Il suo messaggio può comparire tra gli orfani.',
  'kind.metadata-unreadable.next': 'Seguire il rimedio indicato per il suo proprietario, poi rileggere.',
  'kind.metadata-empty.title': 'Metadati vuoti',
  'kind.metadata-empty.meaning':
    'Il file di un elemento ha 0 byte: cartella, contrassegni e storia di questo elemento sono perduti.',
  'kind.metadata-empty.next':
    'Il suo messaggio, se c’era, è tra gli orfani. Un’altra copia può avere il file.',
  'kind.metadata-broken.title': 'Metadati interrotti',
  'kind.metadata-broken.meaning':
    'Il file di un elemento non è completo. Ciò che precede l’interruzione è stato letto.',
  'kind.metadata-broken.next':
    'Controllare cartella e data dell’elemento. Un’altra copia può avere il file intero.',
  'kind.account-info-broken.title': 'Dati dell’account illeggibili',
  'kind.account-info-broken.meaning':
    'Nome e impostazioni dell’account non si sono potuti leggere; la sua posta non ne è toccata.',
  'kind.account-info-broken.next':
    'Controllare il nome che Lifeboat ha dedotto dalla posta prima di esportare per account.',
  'kind.id-mismatch.title': 'Elemento nel posto sbagliato',
  'kind.id-mismatch.meaning':
    'Il file di un elemento dice un id diverso da quello del suo nome e della sua cartella.',
  'kind.id-mismatch.next':
    'Lifeboat si basa sulla posizione. Se è importante, confrontare con un’altra copia.',
  'kind.link.title': 'Collegamento',
  'kind.link.meaning':
    'Un collegamento dentro il Backup Path. Lifeboat non segue collegamenti che portano fuori.',
  'kind.link.next': 'Se contiene posta, aprire la cartella a cui punta come Backup Path a sé.',
  'kind.unexpected-file.title': 'File inatteso',
  'kind.unexpected-file.meaning':
    'Un file che non appartiene a un Backup Path, spesso lasciato dal gestore di file o dalla copia.',
  'kind.unexpected-file.next': 'Nulla. Non è stato letto.',
  'kind.case-folded.title': 'Copiato senza maiuscole e minuscole',
  'kind.case-folded.meaning':
    'Cartelle che differiscono solo per maiuscole e minuscole sono state fuse, perché il disco non le distingue.',
  'kind.case-folded.next':
    'Per un’esportazione, nulla. Per un ripristino, copiare di nuovo su un disco che distingue maiuscole e minuscole.',
  'kind.lmtp-line-too-long.title': 'Riga troppo lunga per la consegna',
  'kind.lmtp-line-too-long.meaning':
    'Il messaggio ha una riga oltre 10.240 byte. Un server con l’impostazione abituale rifiuta di ripristinarlo.',
  'kind.lmtp-line-too-long.next':
    'Per un’esportazione, nulla. Prima di un ripristino, impostare zimbra_lmtp_validate_messages a false sul server.',
} as const
