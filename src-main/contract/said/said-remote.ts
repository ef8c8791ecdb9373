/** Come said.ts: le frasi su collegamenti, server e copie. */
export const saidRemote: Record<string, string> = {
  // collegamenti
  'The machine answers, but nothing listens on this port.':
    'La macchina risponde, ma su questa porta non ascolta nulla.',
  'Check the port, and whether sshd runs there (systemctl status ssh).':
    'Controllare la porta, e se lì è attivo sshd (systemctl status ssh).',
  'Nothing answered in time: the machine is off, or a firewall drops the packets.':
    'Nessuna risposta in tempo: la macchina è spenta, o un firewall scarta i pacchetti.',
  'Ping it, check cable, VPN and firewall, and try from its own network.':
    'Provare con ping, controllare cavo, VPN e firewall, e provare dalla sua rete.',
  'There is no route to this address.': 'Non c’è una route verso questo indirizzo.',
  'Check the network, the VPN and the address.': 'Controllare la rete, la VPN e l’indirizzo.',
  'The laptop has no network that leads there.': 'Questo computer non ha una rete che porti lì.',
  'Check cable, Wi-Fi and VPN of the laptop.': 'Controllare cavo, Wi-Fi e VPN di questo computer.',
  'The name could not be resolved: in an outage the name server may be gone as well.':
    'Il nome non si è potuto risolvere: in un guasto può mancare anche il server dei nomi.',
  'Use the IP address instead of the name.': 'Usare l’indirizzo IP al posto del nome.',
  'The name server does not answer.': 'Il server dei nomi non risponde.',
  'The other side closed the connection: sshd may refuse this address, or have too many connections.':
    'L’altra parte ha chiuso la connessione: sshd può rifiutare questo indirizzo, o avere troppe connessioni.',
  'Wait a moment and try again; look at the log of sshd on the server.':
    'Attendere un momento e riprovare; controllare il registro di sshd sul server.',
  'The connection could not be made.': 'La connessione non è riuscita.',
  'Check host name, port and network.': 'Controllare nome, porta e rete.',
  'The connection stands, but nothing came back in time: the server may be overloaded or its disk may hang.':
    'La connessione è attiva, ma la risposta non è arrivata in tempo: il server può essere sovraccarico o il suo disco bloccato.',
  'Try again; if it stays so, look at the console of the server.':
    'Riprovare; se resta così, controllare la console del server.',
  '{host} and this laptop could not agree on how to encrypt':
    '{host} e questo computer non si accordano sulla cifratura',
  'What answers on this port does not speak SSH as expected.':
    'Ciò che risponde su questa porta non parla SSH come previsto.',
  'Check that the port is that of SSH; a very old server may offer only outdated algorithms.':
    'Controllare che la porta sia quella di SSH; un server molto vecchio può offrire solo algoritmi superati.',
  'It was closed by the other side.': 'È stato chiuso dall’altra parte.',
  'Lifeboat connects again by itself; if that fails, check network and server.':
    'Lifeboat si riconnette da solo; se non riesce, controllare rete e server.',
  '{host} refused the login': '{host} ha rifiutato l’accesso',
  'No method of login could be tried.': 'Non si è potuto provare nessun modo di accesso.',
  'No method of login could be tried. The server takes: {allowed}.':
    'Non si è potuto provare nessun modo di accesso. Il server accetta: {allowed}.',
  'Tried in this order: {tried}.': 'Provati in questo ordine: {tried}.',
  'Tried in this order: {tried}. The server takes: {allowed}.':
    'Provati in questo ordine: {tried}. Il server accetta: {allowed}.',
  'The agent offered too many keys: name one key file in the profile.':
    'L’agente ha offerto troppe chiavi: indicare un solo file di chiave nel profilo.',
  'Add to the profile a method that the server takes.':
    'Aggiungere al profilo un modo che il server accetta.',
  'Check user name and secret; the log of sshd on the server tells more (journalctl -u ssh).':
    'Controllare utente e segreto; il registro di sshd sul server dice di più (journalctl -u ssh).',
  'It was closed here.': 'È stato chiuso da qui.',
  'Connect again.': 'Connettersi di nuovo.',
  'The server said: {said}.': 'Il server ha detto: {said}.',
  'Too many may be open already (MaxSessions of its sshd); let what runs there end first.':
    'Forse ce ne sono già troppe (MaxSessions del suo sshd); lasciare prima finire ciò che è in corso.',
  '{next} cannot be reached through {hop}': '{next} non è raggiungibile attraverso {hop}',
  'Check that {hop} may forward (AllowTcpForwarding) and can itself reach {next}.':
    'Controllare che {hop} possa inoltrare (AllowTcpForwarding) e che raggiunga lui stesso {next}.',
  'The host key of {host} was not accepted': 'La chiave di {host} non è stata accettata',
  'Nobody has confirmed yet that {key} ({type}) belongs to this server.':
    'Nessuno ha ancora confermato che {key} ({type}) appartenga a questo server.',
  'Compare it on the console of the server ({command}), then accept it.':
    'Confrontarla sulla console del server ({command}), poi accettarla.',
  'The host key of {host} has changed': 'La chiave di {host} è cambiata',
  'Known was {expected} (line {line} of {file}), the server shows {shown}. Another machine answers under this address, or the server was installed anew.':
    'Era nota {expected} (riga {line} di {file}), il server mostra {shown}. A questo indirizzo risponde un’altra macchina, o il server è stato reinstallato.',
  'Do not go on before you know why. If the server was installed anew, compare the fingerprint on its console and remove the old line: {command}':
    'Non proseguire prima di sapere perché. Se il server è stato reinstallato, confrontare l’impronta sulla sua console e togliere la riga vecchia: {command}',
  'The host key of {host} is revoked': 'La chiave di {host} è revocata',
  'Line {line} of {file} marks {shown} as revoked: it must not be trusted any more.':
    'La riga {line} di {file} segna {shown} come revocata: non è più affidabile.',
  'Ask whoever marked it; give the server a new host key.':
    'Chiedere a chi l’ha segnata; dare al server una nuova chiave.',
  'This server is not in the list any more': 'Questo server non è più nell’elenco',
  'Its profile was removed.': 'Il suo profilo è stato rimosso.',
  'Add it again under Servers.': 'Aggiungerlo di nuovo in Server.',
  'This question is not open any more': 'Questa domanda non è più aperta',
  'It was answered elsewhere, took too long, or what asked it was stopped.':
    'Ha già avuto risposta, è scaduta, o l’attività che la poneva è stata fermata.',
  'Start again what asked it.': 'Riavviare l’attività che la poneva.',

  // copie
  'There is no account {name}': 'Non c’è l’account {name}',
  'No account of this backup path has that address, alias or UUID.':
    'Nessun account di questo Backup Path ha quell’indirizzo, alias o UUID.',
  'See `lifeboat accounts PATH` on a machine that has the path, or name the UUIDs under accounts/.':
    'Vedere `lifeboat accounts PATH` su una macchina che ha il percorso, o indicare gli UUID sotto accounts/.',
  'Source and target are the same folder': 'Origine e destinazione sono la stessa cartella',
  'The target lies inside the source': 'La destinazione è dentro l’origine',
  'A backup path is evidence: Lifeboat never writes anything under it, nor around it.':
    'Un Backup Path è una prova: Lifeboat non scrive mai nulla al suo interno, né attorno.',
  'Name another target, best on another disk.': 'Indicare un’altra destinazione, meglio su un altro disco.',
  'The target cannot keep names apart that differ only in case':
    'La destinazione non distingue nomi che differiscono solo per maiuscole',
  'It would write {one} and {other} into the same place, and half of the mail would be lost.':
    'Scriverebbe {one} e {other} nello stesso posto, e metà della posta andrebbe persa.',
  'Choose a disk with ext4, xfs or another file system that keeps case (on a Mac: APFS, case-sensitive).':
    'Scegliere un disco con ext4, xfs o un altro file system che distingue le maiuscole (su Mac: APFS case-sensitive).',
  'The target has too little room': 'La destinazione ha troppo poco spazio',
  '{needed} are still to come, {free} are free.': 'Devono ancora arrivare {needed}, sono liberi {free}.',
  'Choose another disk or make room; --accounts takes only some accounts.':
    'Scegliere un altro disco o liberare spazio; con «Solo questi account» se ne prendono alcuni.',
  'The target cannot hold so many files': 'La destinazione non può contenere tanti file',
  '{needed} files are still to come, its file system has {free} inodes left.':
    'Devono ancora arrivare {needed} file, al suo file system restano {free} inode.',
  'Choose another disk, or format it with more inodes.':
    'Scegliere un altro disco, o formattarlo con più inode.',
  'This copy is not running here': 'Questa copia non è in corso qui',
  'It is over, or belongs to another running Lifeboat.': 'È finita, o è di un altro Lifeboat in esecuzione.',
  'The connection was lost while the files were listed':
    'La connessione è caduta mentre si elencavano i file',
  'The listing ended without an exit code.': 'L’elenco è finito senza un codice di uscita.',
  '{text} cannot be understood as a place': '{text} non si può leggere come una posizione',
  'Write a local path, or ssh://user@host:port/path with odd characters percent-encoded.':
    'Scrivere un percorso locale, o ssh://utente@host:porta/percorso con i caratteri speciali codificati con %.',
  'The target has newer metadata than the source: {path}':
    'La destinazione ha metadati più recenti della sorgente: {path}',
  'Something stands in the way at the target: {path}': 'Nella destinazione c’è un ostacolo: {path}',
  'The target {where} is a file': 'La destinazione {where} è un file',
  'A copy becomes a folder.': 'Una copia diventa una cartella.',
  'Name a new folder.': 'Indicare una cartella nuova.',
  'The target {where} holds something else': 'La destinazione {where} contiene altro',
  'It is neither empty nor a backup path, and what is there would be mixed with the copy.':
    'Non è vuota né un Backup Path, e ciò che contiene si mescolerebbe con la copia.',
  'Name a new folder; an interrupted copy goes on when it is started with the same folders again.':
    'Indicare una cartella nuova; una copia interrotta riprende se riavviata con le stesse cartelle.',
  '{host} cannot run tar': '{host} non può eseguire tar',
  'The program was not found there.': 'Il programma non è stato trovato.',
  'Install tar on the server.': 'Installare tar sul server.',
  'The disk of the target is full ({where})': 'Il disco della destinazione è pieno ({where})',
  'The target {where} cannot be written': 'Nella destinazione {where} non si può scrivere',
  'The server did not say why.': 'Il server non ha indicato il motivo.',
  'The server says: {said}': 'Il server dice: {said}',
  'Make space there, then start the same copy again: it goes on where it stopped.':
    'Liberare spazio lì, poi riavviare la stessa copia: riprende da dove si era fermata.',
  'Choose another folder, or log in as a user who may write there (root or zextras).':
    'Scegliere un’altra cartella, o accedere con un utente che può scrivere lì (root o zextras).',
  'Check the spelling, and that its disk is mounted on the server (findmnt).':
    'Controllare come è scritto, e che il disco sia montato sul server (findmnt).',
  'The server does not let this user in.': 'Il server non fa entrare questo utente.',
  'Log in as root or as zextras, whose files these are.':
    'Accedere come root o come zextras, di cui sono i file.',
  'Name the folder that holds accounts/ and items/.': 'Indicare la cartella che contiene accounts/ e items/.',
  'It holds neither accounts/ nor items/.': 'Non contiene né accounts/ né items/.',
  'Name the folder that holds them, on a server usually /opt/zextras/backup/zextras.':
    'Indicare la cartella che li contiene, su un server di solito /opt/zextras/backup/zextras.',
  'Another transfer to {where} is running': 'È in corso un altro trasferimento verso {where}',
  'Wait until it is done, or stop it first.': 'Attendere che finisca, o prima fermarlo.',
  'A command there ended without an exit code.': 'Un comando è finito lì senza un codice di uscita.',
  'The transfer ended without an exit code.': 'Il trasferimento è finito senza un codice di uscita.',
}
