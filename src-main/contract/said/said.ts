/**
 * Le frasi che il motore dice a una persona (errori, titoli delle attività, rimedi), per la frase inglese. Le parti tra
 * graffe sono quelle che cambiano. Una prova tiene insieme questo elenco e le frasi delle stanze del motore.
 */
export const said: Record<string, string> = {
  // cartelle e dischi
  'There is no folder dialog here': 'Qui non c’è una finestra per scegliere cartelle',
  'Lifeboat runs in a browser, which may not look at the disk.':
    'Lifeboat è aperto in un browser, che non può accedere al disco.',
  "Choose the folder in Lifeboat's own list.": 'Scegliere la cartella nell’elenco di Lifeboat.',
  'The folder {path} cannot be listed': 'La cartella {path} non può essere elencata',
  'There is no such folder; perhaps the disk was taken out.':
    'La cartella non esiste; forse il disco è stato scollegato.',
  'This is a file.': 'È un file.',
  'Choose another folder, or connect the disk and try again.':
    'Scegliere un’altra cartella, o collegare il disco e riprovare.',
  'The disk is full{where}': 'Il disco è pieno{where}',
  'Nothing more could be written; what was finished before is complete.':
    'Non si è potuto scrivere altro; ciò che era finito prima è completo.',
  'Make space or choose another disk, then start the same again: it goes on where it stopped.':
    'Liberare spazio o scegliere un altro disco, poi avviare di nuovo la stessa cosa: riprende da dove si era fermata.',
  'Cannot write{where}': 'Impossibile scrivere{where}',
  'The file system is mounted read-only.': 'Il file system è montato in sola lettura.',
  'Choose a folder on a writable disk.': 'Scegliere una cartella su un disco scrivibile.',
  'No permission{where}': 'Permesso negato{where}',
  'The system refused access to this user.': 'Il sistema ha negato l’accesso a questo utente.',
  'Choose another folder, or give this user access to it.':
    'Scegliere un’altra cartella, o dare a questo utente l’accesso.',
  'This was not foreseen: it is a fault in Lifeboat.': 'Non era previsto: è un difetto di Lifeboat.',
  "Report it with the log from Lifeboat's data folder.":
    'Segnalarlo con il registro della cartella dei dati di Lifeboat.',
  'Something happened that Lifeboat did not foresee (report {id}).':
    'È successo qualcosa che Lifeboat non prevedeva (segnalazione {id}).',
  'This is a fault in Lifeboat, not in the backup.': 'È un difetto di Lifeboat, non del backup.',
  'Try again. If it happens again, look for {id} in the log: {file}':
    'Riprovare. Se succede ancora, cercare {id} nel registro: {file}',
  'The {what} lies inside the backup path ({place})': '{what}: si trova dentro il Backup Path ({place})',
  'A backup path is evidence: Lifeboat never writes anything under it.':
    'Un Backup Path è una prova: Lifeboat non vi scrive mai nulla.',
  'Choose a folder elsewhere, best on another disk.':
    'Scegliere una cartella altrove, meglio su un altro disco.',
  'The {what} contains the backup path ({place})': '{what}: contiene il Backup Path ({place})',
  'New files would lie around the backup and could be taken for a part of it.':
    'I nuovi file starebbero attorno al backup e potrebbero sembrarne una parte.',
  'Choose or create a folder of its own, best on another disk.':
    'Scegliere o creare una cartella apposita, meglio su un altro disco.',
  folder: 'La cartella',
  'data folder': 'La cartella dei dati',
  'export folder': 'La cartella di esportazione',
  'The folder cannot be shown from here': 'La cartella non si può mostrare da qui',
  'Lifeboat runs in a browser, which may not open the file manager.':
    'Lifeboat è aperto in un browser, che non può aprire il gestore dei file.',
  'Copy its path and open it yourself.': 'Copiare il percorso e aprirla a mano.',
  'Choose another folder.': 'Scegliere un’altra cartella.',
  '{path} is not a folder': '{path} non è una cartella',
  'A file or something else of that name is in the way.': 'C’è già un file o qualcos’altro con questo nome.',

  // Backup Path, catalogo, messaggi
  '{path} is not a Backup Path': '{path} non è un Backup Path',
  '{path} cannot be read': '{path} non si può leggere',
  'It is a file, not a folder.': 'È un file, non una cartella.',
  'Choose the folder that holds accounts/ and items/.':
    'Scegliere la cartella che contiene accounts/ e items/.',
  'Reason: {reason}.': 'Motivo: {reason}.',
  'Check the permissions.': 'Controllare i permessi.',
  'Check the spelling and that the disk is connected and mounted.':
    'Controllare come è scritto e che il disco sia collegato e montato.',
  'Open it through a read-only bind mount that maps the owner, or run "sudo lifeboat serve". Lifeboat never changes permissions.':
    'Aprirlo attraverso un bind mount in sola lettura che mappa il proprietario, o avviare «sudo lifeboat serve». Lifeboat non cambia mai i permessi.',
  '{n} backup paths lie below it: {names}.': 'Sotto di essa ci sono {n} Backup Path: {names}.',
  'Open one of them.': 'Aprire uno di questi.',
  'It is a part of the backup path {above}.': 'Fa parte del Backup Path {above}.',
  'Open {above}.': 'Aprire {above}.',
  'It holds neither accounts/ nor items/, and no folder up to three levels below does.':
    'Non contiene né accounts/ né items/, e nemmeno una cartella fino a tre livelli sotto.',
  'Choose the folder that holds accounts/ and items/, on a server usually /opt/zextras/backup/zextras.':
    'Scegliere la cartella che contiene accounts/ e items/, su un server di solito /opt/zextras/backup/zextras.',
  'These files belong to {owner} and only let their owner read them, which is normal for a Backup Path. Open it through a read-only bind mount that maps the owner to you, or run "sudo lifeboat serve". Do not change the permissions: the mail server needs them.':
    'Questi file sono di {owner} e solo il proprietario può leggerli, come è normale per un Backup Path. Aprirlo attraverso un bind mount in sola lettura che mappa il proprietario sull’utente attuale, o avviare «sudo lifeboat serve». Non cambiare i permessi: servono al server di posta.',
  'The catalog is in use': 'Il catalogo è in uso',
  'An export of this backup path is running.': 'È in corso un’esportazione di questo Backup Path.',
  'Stop the export or let it finish, then remove the catalog.':
    'Fermare l’esportazione o lasciarla finire, poi rimuovere il catalogo.',
  'The catalog {file} cannot be used.': 'Il catalogo {file} non si può usare.',
  'It was written by a newer version of Lifeboat.': 'È stato scritto da una versione più nuova di Lifeboat.',
  'Start the newer version, or run `lifeboat forget PATH` and index again.':
    'Avviare la versione più nuova, o eseguire `lifeboat forget PATH` e rileggere.',
  'The catalog of {path} was not finished': 'Il catalogo di {path} non è stato finito',
  'It was stopped.': 'È stato fermato.',
  'Let it be indexed again: it goes on where it was.': 'Farlo leggere di nuovo: riprende da dove era.',
  'The sample backup was not written': 'Il backup di esempio non è stato scritto',
  'Writing it was stopped.': 'La scrittura è stata fermata.',
  'Ask for it again.': 'Chiederlo di nuovo.',
  'This item is not in the catalog any more': 'Questo elemento non è più nel catalogo',
  'Its row {key} is gone: the backup path changed, or the catalog was built anew.':
    'La sua riga {key} non c’è più: il Backup Path è cambiato, o il catalogo è stato rifatto.',
  'Load the list again.': 'Ricaricare l’elenco.',
  'The metadata file {path} cannot be read': 'Il file di metadati {path} non si può leggere',
  'The system answered {code}.': 'Il sistema ha risposto {code}.',
  'Look whether the disk is still there and lets you read it.':
    'Controllare se il disco c’è ancora e si può leggere.',
  'There is no message to show': 'Non c’è un messaggio da mostrare',
  'The metadata names no blob for it: contacts, appointments and folders often have none.':
    'I metadati non indicano un blob: contatti, appuntamenti e cartelle spesso non ne hanno.',
  'Look at its metadata.': 'Controllare i suoi metadati.',
  'The content of this message is not in the backup': 'Il contenuto di questo messaggio non è nel backup',
  'The metadata names the blob {digest}, but there is no such file.':
    'I metadati indicano il blob {digest}, ma questo file non c’è.',
  'Another copy of the backup may have it: heal from there.':
    'Un’altra copia del backup può averlo: riparare da lì.',
  'The content of this message is not in the backup any more':
    'Il contenuto di questo messaggio non è più nel backup',
  'There is no file {path}.': 'Non c’è il file {path}.',
  'Read the backup path again: something was removed from it.':
    'Rileggere il Backup Path: qualcosa è stato tolto.',
  'The content of this message cannot be read': 'Il contenuto di questo messaggio non si può leggere',
  'Its blob is damaged ({status}).': 'Il suo blob è danneggiato ({status}).',
  'Its blob: {detail}.': 'Il suo blob: {detail}.',
  'Mount the backup read-only in a way that lets you read it, or start Lifeboat with sudo lifeboat serve.':
    'Montare il backup in sola lettura in modo da poterlo leggere, o avviare Lifeboat con sudo lifeboat serve.',
  'Another copy of the backup may have it whole: heal from there.':
    'Un’altra copia del backup può averlo intero: riparare da lì.',
  'This backup path is not open': 'Questo Backup Path non è aperto',
  'It was closed, or Lifeboat was started anew.': 'È stato chiuso, o Lifeboat è stato riavviato.',
  'Open it again from the first screen.': 'Riaprirlo dalla prima schermata.',
  'This backup path is being indexed already': 'Questo Backup Path è già in lettura',
  'Another task reads it at this moment.': 'Un’altra attività lo sta leggendo.',
  'Nothing has to be done.': 'Non c’è nulla da fare.',
  'There is no time zone "{zone}"': 'Non esiste il fuso orario «{zone}»',
  'Zones are named like Europe/Rome.': 'I fusi si chiamano come Europe/Rome.',
  'Choose one of the list.': 'Sceglierne uno dell’elenco.',

  // motore e attività
  "Lifeboat's own database {file} cannot be opened": 'Il database di Lifeboat {file} non si può aprire',
  'Move the file away (it holds settings and the list of tasks, no mail) and start again.':
    'Spostare il file (contiene opzioni ed elenco delle attività, nessun messaggio) e riavviare.',
  'The data folder belongs to a newer Lifeboat': 'La cartella dei dati è di un Lifeboat più nuovo',
  'Its database has version {version}, this Lifeboat knows {known}.':
    'Il suo database ha la versione {version}, questo Lifeboat conosce la {known}.',
  'Start the newer Lifeboat, or name another data folder with --data DIR.':
    'Avviare il Lifeboat più nuovo, o indicare un’altra cartella con --data DIR.',
  'The data folder {folder} cannot be used': 'La cartella dei dati {folder} non si può usare',
  'Name another one with --data DIR or the environment variable LIFEBOAT_DATA.':
    'Indicarne un’altra con --data DIR o con la variabile d’ambiente LIFEBOAT_DATA.',
  'This task cannot be resumed': 'Questa attività non si può riprendere',
  'It is finished, belongs to another running Lifeboat, or is of a kind that starts anew.':
    'È finita, è di un altro Lifeboat in esecuzione, o è di un tipo che ricomincia da capo.',
  'Start it again from where it was started.': 'Riavviarla da dove era stata avviata.',
  'There is no such task': 'Questa attività non esiste',
  'It was removed, or belongs to another data folder.': 'È stata rimossa, o è di un’altra cartella dei dati.',
  'Reload the list of tasks.': 'Ricaricare l’elenco delle attività.',
  'This task is not running here': 'Questa attività non è in corso qui',
  'It belongs to another running Lifeboat.': 'È di un altro Lifeboat in esecuzione.',
  'Its state is {state}.': 'Il suo stato è {state}.',
  'Stop it there.': 'Fermarla lì.',
  'Lifeboat is closing': 'Lifeboat si sta chiudendo',
  'No new task can be started now.': 'Ora non si può avviare una nuova attività.',
  'Open Lifeboat again.': 'Riaprire Lifeboat.',
  'Writing the sample backup': 'Scrittura del backup di esempio',
  'Indexing {path}': 'Lettura di {path}',
  'Indexed {path}': 'Letto {path}',
  'Looking for accounts in {path}': 'Ricerca degli account in {path}',
  'Reading the items of {path}': 'Lettura degli elementi di {path}',
  'Reading the messages of {path}': 'Lettura dei messaggi di {path}',
  'Sorting the catalog of {path}': 'Riordino del catalogo di {path}',
  'Exporting{what} to {out}': 'Esportazione{what} in {out}',
  'Exporting {n} item to {out}': 'Esportazione di {n} elemento in {out}',
  'Exporting {n} items to {out}': 'Esportazione di {n} elementi in {out}',
  'Checking {path}': 'Verifica di {path}',
  'Checking{what} {path}': 'Verifica{what} {path}',
  'Checking {n} random blobs of {path}': 'Verifica di {n} blob a caso di {path}',
  'Healing {path} into {out}': 'Copia riparata di {path} in {out}',
  'Comparing {from} with {to}': 'Confronto di {from} con {to}',
  'Copying {from} to {to}': 'Copia di {from} in {to}',
  'Cannot listen on 127.0.0.1:{port}': 'Impossibile ascoltare su 127.0.0.1:{port}',
  'Another program uses this port.': 'Un altro programma usa questa porta.',
  'This port needs more rights.': 'Questa porta richiede più diritti.',
  'Choose another port, or leave it out to get a free one.':
    'Scegliere un’altra porta, o non indicarla per averne una libera.',

  // esportazione
  'The export cannot be written there': 'L’esportazione non si può scrivere lì',
  '{folder} leads out of the export folder': '{folder} porta fuori dalla cartella di esportazione',
  'A link on its way points to {place}.': 'Un collegamento sul percorso porta a {place}.',
  'Remove the link, or choose an empty folder.': 'Togliere il collegamento, o scegliere una cartella vuota.',
  'The export folder cannot be written ({path})':
    'Nella cartella di esportazione non si può scrivere ({path})',
  'Not enough room in {folder}': 'Spazio insufficiente in {folder}',
  'The export needs about {need}, the disk has {free} free.':
    'L’esportazione richiede circa {need}, sul disco sono liberi {free}.',
  'Make space, choose another disk, or export less at a time.':
    'Liberare spazio, scegliere un altro disco, o esportare meno alla volta.',
  'The export folder {out} cannot be used': 'La cartella di esportazione {out} non si può usare',
  '{path} could not be written: {why}': '{path} non si è potuto scrivere: {why}',
  'the disk is full, or a quota or the largest file size of its file system is reached{detail}.':
    'il disco è pieno, o è raggiunta una quota o la dimensione massima dei file{detail}.',
  'Make room or choose another folder, then start the export again: it goes on where it was.':
    'Liberare spazio o scegliere un’altra cartella, poi riavviare l’esportazione: riprende da dove era.',
  'the folder does not let this user write there{detail}.':
    'la cartella non permette a questo utente di scrivere{detail}.',
  'Choose a folder of your own, or let its owner give you the right to write.':
    'Scegliere una propria cartella, o farsi dare dal proprietario il permesso di scrivere.',
  'its file system does not accept the name{detail}.': 'il suo file system non accetta il nome{detail}.',
  'Export to another disk, or as a zip or mbox file.': 'Esportare su un altro disco, o come file zip o mbox.',
  'the bytes read back are not those that were to be written{detail}.':
    'i byte riletti non sono quelli da scrivere{detail}.',
  'Do not trust this disk: check it, and export to another one.':
    'Questo disco non è affidabile: controllarlo, ed esportare su un altro.',
  'the message could not be read to its end{detail}.':
    'il messaggio non si è potuto leggere fino in fondo{detail}.',
  'See the reason; the other messages are not concerned.':
    'Controllare il motivo; gli altri messaggi non sono coinvolti.',
  'the disk answered with an error{detail}.': 'il disco ha risposto con un errore{detail}.',
  'Check the disk and its cable, then start the export again: it goes on where it was.':
    'Controllare il disco e il cavo, poi riavviare l’esportazione: riprende da dove era.',
  'a thousand files of that name exist.': 'esistono già mille file con quel nome.',
  'Export into an empty folder.': 'Esportare in una cartella vuota.',
  'a link of this name is there, and what is exported must not leave the folder.':
    'c’è un collegamento con questo nome, e ciò che si esporta non deve uscire dalla cartella.',
  'Remove the link or choose an empty folder, then start the export again.':
    'Togliere il collegamento o scegliere una cartella vuota, poi riavviare l’esportazione.',

  // verifica e copia riparata
  'This result of a check cannot be read': 'Questo risultato di una verifica non si può leggere',
  'The file {file} is missing or damaged.': 'Il file {file} manca o è danneggiato.',
  'Run the check again.': 'Ripetere la verifica.',
  'Another copy is a Backup Path, a mailstore or a folder of messages.':
    'Un’altra copia è un Backup Path, un mailstore o una cartella di messaggi.',
  'Name the folder itself.': 'Indicare la cartella stessa.',
  'The folder {out} is not empty': 'La cartella {out} non è vuota',
  'A repaired copy is made in a folder of its own, so that nothing is mixed or overwritten.':
    'Una copia riparata si fa in una cartella apposita, così nulla viene mescolato o sovrascritto.',
  'Name a new folder; an interrupted heal goes on when it is started with the same folders again.':
    'Indicare una cartella nuova; una riparazione interrotta riprende se riavviata con le stesse cartelle.',
  'The repaired copy holds nothing': 'La copia riparata non contiene nulla',
  'Nothing in the backup path could be read, and no other copy had it.':
    'Nel Backup Path non si è potuto leggere nulla, e nessun’altra copia lo aveva.',
  'Check the disk of the backup path, and name other copies with --from.':
    'Controllare il disco del Backup Path, e indicare altre copie con --from.',
  'The disk no longer answers': 'Il disco non risponde più',
  '{n} files, the last one {path}, could not be read within the time limit.':
    '{n} file, l’ultimo {path}, non si sono potuti leggere entro il tempo limite.',
  'Copy the disk with a tool for failing disks (ddrescue), then start again on the copy; what was read is kept.':
    'Copiare il disco con uno strumento per dischi guasti (ddrescue), poi ricomincia sulla copia; ciò che è stato letto resta.',
}
