/** Come said.ts: montare un backup, ciò che una copia nota, la copia diretta tra due server. */
/** `{detail}` di un blob danneggiato già all’origine, con e senza ciò che ne dice il digest. */
const AS_IS = 'it is so at the source and was copied as it is'
const COM_E = 'è così anche all’origine ed è stato copiato com’è'

export const saidCopy: Record<string, string> = {
  // montare
  'A folder to mount on': 'Una cartella su cui montare',
  'A folder of its own: not the Backup Path of the new server, which its own backup writes to.':
    'Una cartella a sé: non il Backup Path del nuovo server, in cui scrive il suo backup.',
  'The backup is mounted read-only': 'Il backup viene montato in sola lettura',
  'The export is mounted read-only; `soft` lets a lost server end in an error instead of a hanging restore.':
    'La cartella esportata è montata in sola lettura; con `soft` un server perso dà un errore invece di un ripristino bloccato.',
  'Mounted by root with allow_other, so that zextras sees it; read-only, and with the ids of zextras.':
    'Montato da root con allow_other, perché zextras lo veda; in sola lettura, e con gli id di zextras.',
  'The device is made read-only': 'Il dispositivo viene messo in sola lettura',
  'Even a read-only mount of ext4 or xfs replays the journal and so writes to the disk.':
    'Anche montando ext4 o xfs in sola lettura il journal viene riapplicato, e così si scrive sul disco.',
  'Read-only and without replaying the journal.': 'In sola lettura e senza riapplicare il journal.',
  'The file of the virtual disk is mounted through a read-only loop device. (A qcow2 or vmdk is converted, or attached with qemu-nbd --read-only, first.)':
    'Il file del disco virtuale viene montato con un dispositivo loop in sola lettura. (Un qcow2 o vmdk va prima convertito, o collegato con qemu-nbd --read-only.)',
  'Folders for the overlay': 'Cartelle per l’overlay',
  'What the restore writes goes there, on a disk of the new server.':
    'Ciò che il ripristino scrive va lì, su un disco del nuovo server.',
  'They belong to zextras': 'Appartengono a zextras',
  'The restore runs as that user.': 'Il ripristino viene eseguito come quell’utente.',
  'The overlay is mounted above the read-only path':
    'L’overlay viene montato sopra il percorso in sola lettura',
  'The restore may write; the only copy below it stays untouched.':
    'Il ripristino può scrivere; l’unica copia sotto di esso resta intatta.',
  'It is really mounted, and read-only': 'È davvero montato, e in sola lettura',
  'Without the mount the folder is merely empty, and a restore would find nothing.':
    'Se non è montato, la cartella è semplicemente vuota, e un ripristino non troverebbe nulla.',
  'zextras can read it': 'zextras può leggerlo',
  'The restore runs as zextras: files of another owner are skipped without a word.':
    'Il ripristino viene eseguito come zextras: i file di un altro proprietario vengono saltati senza avviso.',
  'zextras can write above it': 'zextras può scrivere sopra di esso',
  'An External Restore leaves a map file in the path.':
    'Un External Restore lascia un file di mappa nel percorso.',
  'This is the only copy and it is mounted read-only: a restore that wants to write there fails. Take the overlay, or copy it first.':
    'Questa è l’unica copia ed è montata in sola lettura: un ripristino che vuole scriverci fallisce. Usare l’overlay, o prima copiarla.',
  'The restore is as slow and as safe as the network in between; a copy restores faster and survives the old server.':
    'Il ripristino è lento e sicuro quanto la rete in mezzo; una copia si ripristina più in fretta e sopravvive al vecchio server.',
  'NFS shows the numeric owners of the old server: where zextras has another id on the new one, it cannot read. The last check tells.':
    'NFS mostra i proprietari numerici del vecchio server: se sul nuovo zextras ha un altro id, non può leggere. Lo dice l’ultimo controllo.',
  'The file system is not known: read-only is kept by the device alone (blockdev --setro).':
    'Il file system non è noto: la sola lettura è garantita solo dal dispositivo (blockdev --setro).',
  'A journal that was not replayed may hide the last seconds before the crash; a copy of the disk can be repaired, the original must not be.':
    'Un journal non riapplicato può nascondere gli ultimi secondi prima del guasto; una copia del disco si può riparare, l’originale non si deve.',
  '{path} is no folder to mount on': '{path} non è una cartella su cui montare',
  'It must be an absolute path without . and .. parts.':
    'Deve essere un percorso assoluto senza parti . e ..',
  '{path} belongs to the backup of the new server': '{path} fa parte del backup del nuovo server',
  'A foreign path mounted there would hide its own, or be written to.':
    'Un percorso estraneo montato lì nasconderebbe il suo, o vi si scriverebbe dentro.',
  '{path} is no folder below the mount': '{path} non è una cartella sotto il punto di mount',
  'It must have no . and .. parts.': 'Non deve avere parti . e ..',
  'A name of the source cannot be used': 'Un nome dell’origine non si può usare',
  'It begins with a dash, or holds a newline.': 'Comincia con un trattino, o contiene un a capo.',
  'A path holds a comma': 'Un percorso contiene una virgola',
  'sshfs takes its options divided by commas.': 'sshfs prende le opzioni separate da virgole.',
  'A path holds a comma, colon or backslash': 'Un percorso contiene virgola, due punti o barra rovesciata',
  'The options of an overlay are divided by them.': 'Con questi si separano le opzioni di un overlay.',
  'Choose another one, such as /mnt/lifeboat.': 'Sceglierne un altro, come /mnt/lifeboat.',

  // ciò che una copia nota
  '1 link at the source not copied ({path}): what they stand for is missing at the target.':
    '1 collegamento all’origine non è stato copiato ({path}): ciò a cui porta manca nella destinazione.',
  '{n} links at the source not copied ({path}, …): what they stand for is missing at the target.':
    '{n} collegamenti all’origine non sono stati copiati ({path}, …): ciò a cui portano manca nella destinazione.',
  'The target does not keep upper and lower case apart: a restore needs a disk that does (ext4, xfs).':
    'La destinazione non distingue maiuscole e minuscole: per un ripristino serve un disco che lo faccia (ext4, xfs).',
  'The connection to {host} was lost before a line could be taken out of ~/.ssh/authorized_keys there (it ends with {mark}). The server removes it by itself as soon as it notices; its key is gone, and it is valid until {end} UTC at the latest.':
    'La connessione con {host} è caduta prima che si potesse togliere una riga da ~/.ssh/authorized_keys (finisce con {mark}). Il server la toglie da sé appena se ne accorge; la sua chiave non c’è più, e vale al più tardi fino a {end} UTC.',
  'link, not copied: a Backup Path has none of its own. Copy what it points to as a source of its own':
    'collegamento, non copiato: un Backup Path non ne ha di suoi. Copiare ciò a cui punta come origine a sé',
  'it is neither a file nor a folder (a socket, pipe or device)':
    'non è né un file né una cartella (socket, pipe o dispositivo)',
  'it keeps changing at the source: run the copy again': 'all’origine continua a cambiare: ripetere la copia',
  'it changed while it was read': 'è cambiato mentre veniva letto',
  'it is not a regular file any more': 'non è più un file normale',
  'the disk of the target gave other bytes back': 'il disco della destinazione ha restituito altri byte',
  'the server did not send it': 'il server non lo ha inviato',
  'every reading gave other bytes: the disk of the source may be failing':
    'ogni lettura ha dato altri byte: il disco dell’origine si sta forse guastando',
  [`{detail}; ${AS_IS}`]: `{detail}; ${COM_E}`,
  [`{detail} (the message itself is whole); ${AS_IS}`]: `{detail} (il messaggio in sé è integro); ${COM_E}`,

  // errori di una copia
  'Nothing was removed from the target': 'Dalla destinazione non è stato tolto nulla',
  '{reason}. Everything else of the copy is done.': '{reason}. Il resto della copia è fatto.',
  'The listing of the source is not complete': 'L’elenco dell’origine non è completo',
  '{n} files and folders would go, more than 5 % of what is there (the first: {path})':
    'Sparirebbero {n} file e cartelle, più del 5 % di ciò che c’è (il primo: {path})',
  'Look at what is different; copy without --delete, or into a new folder.':
    'Controllare che cosa è diverso; copiare senza --delete, o in una cartella nuova.',
  'There the file is larger and was changed later; the copy would put an older state over it.':
    'Lì il file è più grande ed è stato modificato dopo; la copia lo sostituirebbe con uno stato più vecchio.',
  'See whether source and target are mixed up. If not, copy into an empty folder, or move this file away.':
    'Verificare se sorgente e destinazione sono scambiate. Altrimenti copiare in una cartella vuota, o spostare altrove questo file.',
  'The source has {what} of this name, the target has something else (links are not followed).':
    'L’origine ha {what} con questo nome, la destinazione ha altro (i collegamenti non vengono seguiti).',
  'a folder': 'una cartella',
  'a file': 'un file',
  'The source lies inside the target': 'L’origine è dentro la destinazione',
  'Look at it, move it away ({path}), and start the copy again.':
    'Controllarlo, spostarlo altrove ({path}) e riavviare la copia.',
  'the top folder': 'la cartella superiore',
  'The server did not answer as a shell does.': 'Il server non ha risposto come fa una shell.',
  'The server did not answer as a shell does: {said}.':
    'Il server non ha risposto come fa una shell: {said}.',
  'Check that this user has an ordinary shell there.':
    'Controllare che lì questo utente abbia una shell comune.',
  'Process {pid} of this machine holds {file}.': 'Il processo {pid} di questa macchina tiene {file}.',
  'It holds {path} there.': 'Lì tiene {path}.',
  '{host} has no sha256sum': '{host} non ha sha256sum',
  'What was written there could not be read back and compared.':
    'Ciò che vi è scritto non si potrebbe rileggere e confrontare.',
  'Install coreutils on that server.': 'Installare coreutils su quel server.',
  'Install tar there, or log in as a user who may run it.':
    'Installare tar lì, o accedere con un utente che può eseguirlo.',
  'The program was not found.': 'Il programma non è stato trovato.',
  'The server sent a file that was not asked for': 'Il server ha inviato un file che non era stato chiesto',
  'Its tar sent {name}. A sound server does not do that; nothing of it was kept.':
    'Il suo tar ha inviato {name}. Un server sano non lo fa; non ne è stato conservato nulla.',
  'Find out what runs as tar there before going on.':
    'Prima di proseguire, accertare che cosa lì viene eseguito come tar.',
  'What {host} sends cannot be read as tar': 'Ciò che {host} invia non si può leggere come tar',
  '{reason}, several times in a row.': '{reason}, più volte di seguito.',
  'An archive goes on behind its end': 'Un archivio prosegue oltre la sua fine',
  'The check sum of a header does not fit': 'La somma di controllo di un’intestazione non corrisponde',
  'A name is too long': 'Un nome è troppo lungo',
  'A sparse file': 'Un file sparse',
  'A number is too large': 'Un numero è troppo grande',
  'A number in a header cannot be read': 'Un numero in un’intestazione non si può leggere',
  'An extended header cannot be read': 'Un’intestazione estesa non si può leggere',
  'Look whether its login prints anything (.bashrc), and what runs as tar there.':
    'Controllare se il suo accesso scrive qualcosa (.bashrc), e che cosa lì viene eseguito come tar.',

  // copia diretta
  'A direct copy goes from one server to another': 'Una copia diretta va da un server a un altro',
  'One end of this copy is on this computer.': 'Un’estremità di questa copia è su questo computer.',
  'Leave out --direct.': 'Togliere --direct.',
  'Copy through this computer instead (without --direct): it needs no space here.':
    'Copiare invece attraverso questo computer (senza --direct): qui non serve spazio.',
  '{host} finds another machine behind {where}': '{host} trova un’altra macchina dietro {where}',
  'The host key that answers there is not the one that this computer knows of the target.':
    'La chiave che risponde lì non è quella che questo computer conosce della destinazione.',
  'Name the address by which the old server reaches the new one (--direct-to HOST:PORT). {relay}':
    'Indicare l’indirizzo con cui il vecchio server raggiunge il nuovo (--direct-to HOST:PORTA). {relay}',
  'Open the way, or name the address by which the old server reaches the new one (--direct-to HOST:PORT). {relay}':
    'Aprire il percorso di rete, o indicare l’indirizzo con cui il vecchio server raggiunge il nuovo (--direct-to HOST:PORTA). {relay}',
  '{where} does not let {host} in': '{where} non fa entrare {host}',
  'The one-time key in ~/.ssh/authorized_keys was not accepted ({said}): its sshd may read another file (AuthorizedKeysFile), allow no keys for this user, or be older than OpenSSH 7.7.':
    'La chiave monouso in ~/.ssh/authorized_keys non è stata accettata ({said}): il suo sshd forse legge un altro file (AuthorizedKeysFile), non permette chiavi a questo utente, o è più vecchio di OpenSSH 7.7.',
  '{host} cannot reach {where}': '{host} non può raggiungere {where}',
  'It says: {said}': 'Dice: {said}',
  'It says: {said} ({cause}).': 'Dice: {said} ({cause}).',
  'the port is closed for it': 'per lui la porta è chiusa',
  'it does not know that name': 'non conosce quel nome',
  'a firewall or a missing route is between them': 'c’è un firewall o manca una route',
  'ssh gave no clearer reason': 'ssh non ha detto di più',
  'ssh ended without a word.': 'ssh è terminato senza alcun messaggio.',
  '{host} has no ssh': '{host} non ha ssh',
  'The program that would send the files was not found there.':
    'Lì non è stato trovato il programma che invierebbe i file.',
  '{host} has no GNU tar': '{host} non ha GNU tar',
  'A direct copy needs it to send exactly the listed files.':
    'Una copia diretta ne ha bisogno per inviare esattamente i file elencati.',
  '{host} takes no agent forwarding': '{host} non accetta l’inoltro dell’agente',
  'Its sshd forbids it (AllowAgentForwarding, DisableForwarding or a restricted key). Without it a private key would have to lie there, and that is not done.':
    'Il suo sshd lo vieta (AllowAgentForwarding, DisableForwarding o una chiave limitata). Altrimenti lì servirebbe una chiave privata, e questo non si fa.',
  'The one-time key cannot be let in at {host}': 'La chiave monouso non si può far entrare in {host}',
  'Its date(1) cannot tell when the permission would end.':
    'Il suo date(1) non sa calcolare la scadenza del permesso.',
  '{host} could not be made ready for a direct copy':
    '{host} non si è potuto preparare per una copia diretta',
  'It did not say why.': 'Non ha indicato il motivo.',
  'Look whether the login may write into /tmp there; or copy through this computer (without --direct).':
    'Controllare se l’accesso può scrivere lì in /tmp; o copiare attraverso questo computer (senza --direct).',
  'A connection was lost': 'Una connessione è caduta',
}
