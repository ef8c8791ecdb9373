/** Come said.ts: i comandi di Carbonio, perché non sono riusciti e che cosa fare. */

const MESSAGES: Record<string, string> = {
  'The command of Carbonio was not found on {host}': 'Il comando di Carbonio non è stato trovato su {host}',
  '{operation} had no right to run on {host}':
    '{operation} non ha potuto essere eseguito su {host} per mancanza di diritti',
  'Carbonio does not run on {host}': 'Carbonio non è in funzione su {host}',
  'The backup of Carbonio is not ready on {host}': 'Il backup di Carbonio non è pronto su {host}',
  '{host} does not know {operation}': '{host} non conosce {operation}',
  '{host} did not accept the parameters of {operation}': '{host} non ha accettato i parametri di {operation}',
  'The backup of Carbonio has no valid licence on {host}':
    'Il backup di Carbonio non ha una licenza valida su {host}',
  '{operation} did not find what it was asked for on {host}':
    '{operation} non ha trovato ciò che gli era stato chiesto su {host}',
  '{operation} was refused by {host}: it is already under way':
    '{operation} è stato rifiutato da {host}: è già in corso',
  '{operation} failed on {host} because of a disk':
    '{operation} non è riuscito su {host} a causa di un disco',
  '{operation} failed on {host}': '{operation} non è riuscito su {host}',
  '{operation} was stopped on {host}': '{operation} è stato fermato su {host}',
  '{operation} was taken out of the queue of {host}': '{operation} è stato tolto dalla coda di {host}',
  '{operation} was interrupted on {host}': '{operation} è stato interrotto su {host}',
  'The monitor of operation {id} ended with a failure on {host}':
    'Il monitor dell’operazione {id} è finito con un errore su {host}',
  'It is not known whether {operation} began on {host}': 'Non si sa se {operation} sia cominciato su {host}',
  '{operation} cannot be run with this {field}':
    '{operation} non si può eseguire con questo valore di {field}',
  '{operation} cannot be run with this input': '{operation} non si può eseguire con questi parametri',
  '{operation} cannot be run on this host': '{operation} non si può eseguire su questo host',

  // collegamenti: lo sguardo al server mette il perché nella stessa frase
  '{host} cannot be reached': '{host} non è raggiungibile',
  '{host} stopped answering': '{host} non risponde più',
  'The connection to {host} was lost': 'La connessione con {host} è caduta',
  'The connection to {host} was closed': 'La connessione con {host} è stata chiusa',
  '{host} opens no further session': '{host} non apre altre sessioni',
  '{host} cannot run commands as {user}': '{host} non può eseguire comandi come {user}',
  '{host} could not become {user} by {way}': '{host} non è riuscito a diventare {user} con {way}',
  '`{program}` did not end within {n} s': '`{program}` non è finito entro {n} s',
}

const messages = Object.fromEntries(
  Object.entries(MESSAGES).flatMap(([english, italian]) => [
    [english, italian],
    [`${english}: {why}`, `${italian}: {why}`],
  ]),
)

const WHY: Record<string, string> = {
  'The server has no such program in the PATH of its user, nor in /opt/zextras/bin.':
    'Il server non ha questo programma nel PATH del suo utente, né in /opt/zextras/bin.',
  'Commands of Carbonio must run as user zextras, and this one did not or was denied something.':
    'I comandi di Carbonio vanno eseguiti come utente zextras, e questo non lo era o gli è stato negato qualcosa.',
  'The command reached no running Carbonio on the server: it talks to the mailbox service.':
    'Il comando non ha trovato Carbonio in funzione sul server: parla con il servizio mailbox.',
  'The backup module of this server does not run or was never initialised.':
    'Il modulo di backup di questo server non è in funzione o non è mai stato inizializzato.',
  'This release of Carbonio does not know the operation, or only the Community Edition is installed.':
    'Questa versione di Carbonio non conosce l’operazione, o è installata solo la Community Edition.',
  'Carbonio did not accept the parameters; it prints its help page then.':
    'Carbonio non ha accettato i parametri; in quel caso scrive la sua pagina di aiuto.',
  'The server has no valid licence for its backup.': 'Il server non ha una licenza valida per il suo backup.',
  'Carbonio did not find what was named: account, item, path or operation.':
    'Carbonio non ha trovato ciò che era indicato: account, elemento, percorso o operazione.',
  'The same is already under way on the server.': 'Lo stesso è già in corso sul server.',
  'A disk of the server is full, read-only or failing.':
    'Un disco del server è pieno, in sola lettura o guasto.',
  'Carbonio reported a failure; its own words are in the output.':
    'Carbonio ha segnalato un errore; il suo messaggio è nell’output.',
  'Somebody or something stopped the operation before its end.':
    'Qualcuno o qualcosa ha fermato l’operazione prima della fine.',
  'The operation was taken out of the queue before it began.':
    'L’operazione è stata tolta dalla coda prima di cominciare.',
  'The operation was interrupted: the mailbox service was probably restarted.':
    'L’operazione è stata interrotta: probabilmente il servizio mailbox è stato riavviato.',
}

const why = Object.fromEntries(
  Object.entries(WHY).flatMap(([english, italian]) => [
    [english, italian],
    [`${english} It said: {said}`, `${italian} Ha detto: {said}`],
  ]),
)

export const saidCarbonio: Record<string, string> = {
  ...messages,
  ...why,
  'Lifeboat ended in the middle of this step. What runs on the server goes on; so does the step.':
    'Lifeboat è terminato durante questo passo. Ciò che è in corso sul server prosegue, e così il passo.',
  // ciò che un controllo dice in italiano finisce con il motivo che il motore dà in inglese
  'Non è stato possibile stabilirlo: {reason}': 'Non è stato possibile stabilirlo: {reason}',
  'Check that this is the node with the Mailstore & Provisioning component and that Carbonio is installed (ls /opt/zextras/bin).':
    'Controllare che sia il nodo con il componente Mailstore & Provisioning e che Carbonio sia installato (ls /opt/zextras/bin).',
  'Check how this profile becomes zextras (Test connection), and that zextras may read and write the path that is named.':
    'Controllare come questo profilo diventa zextras («Prova la connessione»), e che zextras possa leggere e scrivere il percorso indicato.',
  'Start it (carbonio-appserver.target with systemctl, or zmcontrol start on older releases), wait a minute, try again.':
    'Avviarlo (carbonio-appserver.target con systemctl, o zmcontrol start nelle versioni più vecchie), attendere un minuto, riprovare.',
  'Look at getServices and start the service "module"; a new server is initialised by its first SmartScan.':
    'Controllare getServices e avviare il servizio «module»; un server nuovo viene inizializzato dal suo primo SmartScan.',
  'Look at `carbonio help backup` on the server; older and newer releases spell some operations in another way.':
    'Controllare `carbonio help backup` sul server; versioni più vecchie e più nuove scrivono alcune operazioni in un altro modo.',
  'Compare the command with the help page in the output; releases differ in their parameters.':
    'Confrontare il comando con la pagina di aiuto nell’output; i parametri cambiano tra le versioni.',
  'Activate one (carbonio core activate-license TOKEN, then carbonio core getLicenseInfo); the mails themselves can be taken out of the Backup Path without it.':
    'Attivarne una (carbonio core activate-license TOKEN, poi carbonio core getLicenseInfo); i messaggi si possono estrarre dal Backup Path anche senza.',
  'Check the spelling and the Backup Path; for deleted accounts use the id instead of the name.':
    'Controllare come è scritto e il Backup Path; per gli account eliminati usare l’id al posto del nome.',
  'Look at its queue (getAllOperations) and wait, or stop that operation first.':
    'Controllare la sua coda (getAllOperations) e attendere, o prima fermare quell’operazione.',
  'Look at df and at the kernel log of the server before anything else is tried.':
    'Prima di provare altro controllare df e il registro del kernel del server.',
  'Read the output, and the log /opt/zextras/log/mailbox.log on the server.':
    'Leggere l’output, e il registro /opt/zextras/log/mailbox.log sul server.',
  'Look at its notification; what was restored until then stays. Start it again to go on.':
    'Controllare la sua notifica; ciò che era già ripristinato resta. Riavviarla per proseguire.',
  'Start it again when the queue is as it should be.': 'Riavviarla quando la coda è come deve essere.',
  'Check that Carbonio runs, then start it again; what was restored until then stays.':
    'Controllare che Carbonio sia in funzione, poi riavviarla; ciò che era già ripristinato resta.',
  'That says nothing about the operation itself.': 'Questo non dice nulla dell’operazione stessa.',
  'Read the queue (getAllOperations) to see whether it still runs.':
    'Leggere la coda (getAllOperations) per vedere se è ancora in corso.',
  'No answer came back: {reason}': 'Non è tornata nessuna risposta: {reason}',
  'It ended by signal {signal}.': 'È finito per il segnale {signal}.',
  'Read the queue of the server (getAllOperations) before it is started again.':
    'Leggere la coda del server (getAllOperations) prima di riavviarla.',

  // parametri
  'Correct it. Nothing was run.': 'Correggerlo. Non è stato eseguito nulla.',
  'The parameters do not fit.': 'I parametri non sono validi.',
  'The name of a node holds letters, digits, dots and hyphens only.':
    'Il nome di un nodo contiene solo lettere, cifre, punti e trattini.',
  'It must not be empty.': 'Non deve essere vuoto.',
  'It must not be blank.': 'Non deve essere fatto di soli spazi.',
  'It holds a NUL character, which no argument can carry.':
    'Contiene un carattere NUL, che nessun argomento può portare.',
  'It begins with --, which Carbonio would read as an option.':
    'Comincia con --, che Carbonio leggerebbe come opzione.',
  'It holds a comma, at which Carbonio would cut it in two. Use the id instead of the name.':
    'Contiene una virgola, su cui Carbonio lo dividerebbe in due. Usare l’id al posto del nome.',
  'The list must not be empty.': 'L’elenco non deve essere vuoto.',
  'No address and no id is so long.': 'Nessun indirizzo e nessun id è così lungo.',
  'It must be an absolute path on the server.': 'Deve essere un percorso assoluto sul server.',
  'It must be the id of an operation, such as {id}.': 'Deve essere l’id di un’operazione, come {id}.',
  'It must be a date of the form dd/MM/yyyy HH:mm:ss, in the time zone of the server.':
    'Deve essere una data nella forma dd/MM/yyyy HH:mm:ss, nel fuso orario del server.',
  'There is no such day or time.': 'Questo giorno o quest’ora non esistono.',
  'It must be a mail address.': 'Deve essere un indirizzo di posta.',

  // risposte non comprese
  'It printed nothing.': 'Non ha scritto nulla.',
  'Its output has none of the forms that are known of {operation}.':
    'Il suo output non ha nessuna delle forme note di {operation}.',
  'The output is longer than Lifeboat reads; it was cut.':
    'L’output è più lungo di quanto Lifeboat legga; è stato tagliato.',
  'It has more lines than Lifeboat reads as text.': 'Ha più righe di quante Lifeboat legga come testo.',
  'Its JSON is torn.': 'Il suo JSON è interrotto.',
  'It holds several replies.': 'Contiene più risposte.',
  'A restore is in the queue, but its state "{state}" is not known.':
    'In coda c’è un ripristino, ma il suo stato «{state}» non è noto.',
  '{name} waits in the queue{behind}.': '{name} è in attesa in coda{behind}.',
  ' behind {other}': ' dietro {other}',
  'No restore is in the queue of this server.': 'Nella coda di questo server non ci sono ripristini.',
  'The queue of {host} was not understood: {why}': 'La coda di {host} non è comprensibile: {why}',
  'The server knows the attribute backupEnabled of a COS.':
    'Il server conosce l’attributo backupEnabled di una COS.',
  'The server has no COS called "{cos}".': 'Il server non ha una COS di nome «{cos}».',
  'The server knows getCOSBackupStatus, the older syntax.':
    'Il server conosce getCOSBackupStatus, la sintassi più vecchia.',
  'It could not be told: {notes}': 'Non si è potuto sapere: {notes}',

  // ciò che Lifeboat rifiuta
  'doCoherencyCheck is not run with {what} on the only copy of a backup':
    'doCoherencyCheck non si esegue con {what} sull’unica copia di un backup',
  'It would move or rewrite files of the backup, and its findings are not always right: what it takes away could be the only mail that is left.':
    'Sposterebbe o riscriverebbe file del backup, e ciò che trova non è sempre giusto: quello che toglie potrebbe essere l’unica posta rimasta.',
  'Copy the Backup Path first (lifeboat copy) and verify the copy, then run it on one of the two. Without the fix it can be run now.':
    'Prima copiare il Backup Path (lifeboat copy) e verificare la copia, poi eseguirlo su uno dei due. Senza riparazione si può eseguire subito.',
  'The backup of a COS or account is not switched with a bare config set':
    'Il backup di una COS o di un account non si cambia con un semplice config set',
  'Accounts whose backup is off are treated as deleted, and their backup data is purged after the retention time: this is said every time before it is done.':
    'Gli account senza backup vengono trattati come eliminati, e i loro dati di backup si cancellano dopo il tempo di conservazione: lo si dice ogni volta prima di farlo.',
  'Use the operation for the backup of a COS, which shows the warning first.':
    'Usare l’operazione per il backup di una COS, che prima mostra l’avviso.',
  'No map file is deleted on the only copy of a backup':
    'Sull’unica copia di un backup non si elimina nessun file di mappa',
  'The map tells which account became which at an earlier import; it cannot be made again.':
    'La mappa dice quale account è diventato quale in un’importazione precedente; non si può rifare.',
  'Copy the Backup Path first (lifeboat copy), verify the copy, and delete the map in one of the two.':
    'Prima copiare il Backup Path (lifeboat copy), verificare la copia, ed eliminare la mappa in uno dei due.',
  'The backup of the COS "{cos}" is not switched off without its warning':
    'Il backup della COS «{cos}» non si spegne senza il suo avviso',
  'Show the warning for this COS and server and have it confirmed; each confirmation is good for one time.':
    'Mostrare l’avviso per questa COS e questo server e farlo confermare; ogni conferma vale una volta.',
  'Switching off the backup of the COS "{cos}" on {host} makes Carbonio treat all its accounts as deleted: the RealTime Scanner ignores them, exports leave them out, and all their backup data is purged {when}. Switching it on again before that marks them as active again; what was purged is gone.':
    'Se si spegne il backup della COS «{cos}» su {host}, Carbonio tratta tutti i suoi account come eliminati: il RealTime Scanner li ignora, le esportazioni li tralasciano, e tutti i loro dati di backup vengono cancellati {when}. Riaccenderlo prima li segna di nuovo come attivi; ciò che è stato cancellato è perduto.',
  'after the retention time of deleted accounts (30 days unless it was changed)':
    'dopo il tempo di conservazione degli account eliminati (30 giorni se non è stato cambiato)',
  'as soon as the retention time of deleted accounts is no longer "for ever" (it is 0 now)':
    'appena il tempo di conservazione degli account eliminati non è più «per sempre» (ora è 0)',
  'after the retention time of deleted accounts, which is {n} days on this server':
    'dopo il tempo di conservazione degli account eliminati, che su questo server è di {n} giorni',
}
