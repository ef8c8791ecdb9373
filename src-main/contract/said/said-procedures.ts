/** Come said.ts: le procedure di ripristino, l’isolamento di un clone, ciò che non si è potuto stabilire. */
export const saidProcedures: Record<string, string> = {
  // isolamento
  'No firewall change was planned': 'Non è stata preparata alcuna modifica del firewall',
  'The port of SSH is not known: a rule could lock everybody out.':
    'La porta di SSH non è nota: una regola potrebbe chiudere fuori tutti.',
  'Log in again, then look at the step once more.': 'Accedere di nuovo, poi ricontrollare il passo.',
  'No port is left to close.': 'Non resta alcuna porta da chiudere.',
  'Name at least one port that is not that of SSH.': 'Indicare almeno una porta che non sia quella di SSH.',
  'The firewall change was refused': 'La modifica del firewall è stata rifiutata',
  'A rule would close the port of SSH: {rule}': 'Una regola chiuderebbe la porta di SSH: {rule}',
  'This is a fault in Lifeboat. Close the ports by hand and report it.':
    'È un difetto di Lifeboat. Chiudere le porte a mano e segnalarlo.',
  'The firewall of the server was not changed': 'Il firewall del server non è stato modificato',
  'No timer could be set that takes the change back (systemd-run: {systemd}; at: {at}).':
    'Non si è potuto impostare un timer che annulli la modifica (systemd-run: {systemd}; at: {at}).',
  'Close the ports in the network of the hypervisor instead, then look at the checks again.':
    'Chiudere invece le porte nella rete dell’hypervisor, poi ripetere i controlli.',
  'None of nft, firewall-cmd, ufw and iptables can be used there by this login.':
    'Con questo accesso lì non si può usare nessuno tra nft, firewall-cmd, ufw e iptables.',
  'Close the ports in the network of the hypervisor, or log in as root, then do the step again.':
    'Chiudere le porte nella rete dell’hypervisor, o accedere come root, poi ripetere il passo.',
  'The firewall change was taken back': 'La modifica del firewall è stata annullata',
  'After it a new connection to the SSH port {port} of {host} was not answered any more.':
    'Dopo la modifica una nuova connessione alla porta SSH {port} di {host} non ha più avuto risposta.',
  'Close the ports in the network of the hypervisor instead.':
    'Chiudere invece le porte nella rete dell’hypervisor.',
  'The rules are not in force: {command} printed {output}':
    'Le regole non sono attive: {command} ha stampato {output}',
  'The command ended with code {code}: {command}': 'Il comando è terminato con codice {code}: {command}',
  'It printed nothing.': 'Non ha stampato nulla.',
  'Run it by hand to see more, then do the step again: it goes on where it stopped.':
    'Eseguirlo a mano per vedere di più, poi ripetere il passo: riprende da dove si era fermato.',
  'none of {tools} is on the server': 'sul server non c’è nessuno tra {tools}',
  "{tools} did not even reach the server's own SSH port ({ports})":
    '{tools} non ha raggiunto nemmeno la porta SSH del server stesso ({ports})',
  '`{program}` is not on the server': '`{program}` non è sul server',

  // server, dischi e cartelle
  '{server} does not answer': '{server} non risponde',
  'the settings saved in the Backup Path name the lists alone':
    'le impostazioni salvate nel Backup Path indicano solo i nomi delle liste',
  'what `zmprov -l gadl -v` printed was not understood':
    'l’output di `zmprov -l gadl -v` non è stato compreso',
  'Look at the server under Servers: connection, host key, login.':
    'Controllare il server in Server: connessione, chiave host, accesso.',
  'The case has no old server': 'Il caso non ha un vecchio server',
  'Its ports can only be closed over SSH.': 'Le sue porte si possono chiudere solo via SSH.',
  'Add it to the case, or switch it off and say so here.':
    'Aggiungerlo al caso, o spegnerlo e confermarlo qui.',
  '{path} is no Backup Path': '{path} non è un Backup Path',
  'There is no folder accounts/ in it that zextras can see.':
    'Non c’è una cartella accounts/ che zextras possa vedere.',
  'Look at the folder below the mount, then do the step again.':
    'Controllare la cartella sotto il mount, poi ripetere il passo.',
  'It did not work: {what}': 'Non ha funzionato: {what}',
  'The answer of {command}: {output}': 'La risposta di {command}: {output}',
  'Look at the disk with lsblk and dmesg on the clone, then do the step again.':
    'Controllare il disco con lsblk e dmesg sul clone, poi ripetere il passo.',
  'Carbonio did not start on the clone': 'Carbonio non si è avviato sul clone',
  'Look at: systemctl status {unit}; then do this step again.':
    'Controllare con systemctl status {unit}; poi ripetere questo passo.',
  'Start directory and mailbox by hand (ldap start, zmmailboxdctl start), never zmcontrol start: that starts the MTA too.':
    'Avviare directory e mailbox a mano (ldap start, zmmailboxdctl start), mai zmcontrol start: avvierebbe anche l’MTA.',
  '{services} came up with the others': '{services}: avviati insieme agli altri',
  'The start of the clone started them; the clone is no longer isolated.':
    'Li ha avviati l’avvio di Carbonio; il clone non è più isolato.',
  'Open the step “Isolate the clone” again.': 'Riaprire il passo «Isolare il clone».',

  // stesso server
  'There is no procedure “{id}”': 'Non esiste la procedura «{id}»',
  'A case goes one of these ways: {list}.': 'Un caso segue una di queste procedure: {list}.',
  'Choose one of them, then begin.': 'Sceglierne una, poi cominciare.',
  'No account was brought back': 'Nessun account è stato riportato',
  'Open the step again, choose others or another way.':
    'Riaprire il passo, sceglierne altri o un altro modo.',
  'Nothing is in {accounts}': 'Non c’è nulla in {accounts}',
  'The restore reported items, but the mailbox holds none.':
    'Il ripristino ha riportato elementi, ma la casella non ne contiene.',
  'Look at the log of the mailbox service, then restore these accounts again.':
    'Controllare il log del servizio mailbox, poi ripristinare di nuovo questi account.',
  '{setting} was not changed': '{setting} non è stato modificato',
  'What it is set to now could not be read on {server}, so it could not be put back.':
    'Non si è potuto leggere su {server} il valore attuale, quindi non si potrebbe rimetterlo.',
  'Read it with: carbonio config get server {server} {setting}':
    'Leggerlo con: carbonio config get server {server} {setting}',
  '{setting} was not put back': '{setting} non è stato rimesso com’era',
  'This case does not know what it was before: Lifeboat did not change it.':
    'Questo caso non sa com’era prima: non lo ha modificato Lifeboat.',
  'Look at it by hand, then go on.': 'Controllarlo a mano, poi proseguire.',
  '{setting} is not what it was set to': '{setting} non ha il valore impostato',
  'The server took the command, but still says “{found}” instead of “{wanted}”.':
    'Il server ha accettato il comando, ma indica ancora «{found}» invece di «{wanted}».',
  'Look at the log of the server, then do the step again.':
    'Controllare il log del server, poi ripetere il passo.',
  'No schedule was stopped': 'Nessuna pianificazione è stata fermata',
  'Among the services of the backup (getServices) none is named like the schedule of SmartScan or purge.':
    'Tra i servizi del backup (getServices) nessuno ha il nome della pianificazione di SmartScan o del purge.',
  'Switch both off in the Admin Panel (Backup, Service status), then skip this step with what you did as the reason.':
    'Disattivarle entrambe nell’Admin Panel (Backup, Service status), poi saltare questo passo indicando come motivo ciò che è stato fatto.',
  'The Backup Path is not {path}': 'Il Backup Path non è {path}',
  'The server took the command, but {setting} is still “{found}”.':
    'Il server ha accettato il comando, ma {setting} è ancora «{found}».',
  'Set it in the Admin Panel (Backup, Server config), empty the field, then do the step again.':
    'Impostarlo nell’Admin Panel (Backup, Server config), svuotare il campo, poi ripetere il passo.',
  'The SmartScan was not started': 'Lo SmartScan non è stato avviato',
  'The server took the command, but neither its queue nor its last scan shows anything of it.':
    'Il server ha accettato il comando, ma né la coda né l’ultima scansione ne mostrano traccia.',
  'Look at its notifications and its log, then do the step again.':
    'Controllare le notifiche e il log del server, poi ripetere il passo.',
  'The SmartScan did not come to its end: {state}': 'Lo SmartScan non è arrivato alla fine: {state}',
  'The server gives no reason.': 'Il server non indica il motivo.',
  'Until one ends, what was restored is in no backup. Mend the reason, then do the step again.':
    'Finché non ne finisce uno, ciò che è stato ripristinato non è in alcun backup. Eliminare la causa, poi ripetere il passo.',

  // ciò che non si è potuto stabilire
  'no Backup Path to restore from is named yet': 'non è ancora indicato un Backup Path da cui ripristinare',
  'the path was not counted to its end ({n} and more)':
    'il percorso non è stato contato fino in fondo ({n} e oltre)',
  'neither /opt/zextras/store nor /opt/zextras tells its free space':
    'né /opt/zextras/store né /opt/zextras indicano lo spazio libero',
  'there is no catalog of this Backup Path on this computer':
    'su questo computer non c’è un catalogo di questo Backup Path',
  'the list is longer than Lifeboat reads': 'l’elenco è più lungo di quanto Lifeboat legga',
  'the path of the backup is not known': 'il percorso del backup non è noto',
  'the settings saved in the Backup Path name no list':
    'le impostazioni salvate nel Backup Path non contengono liste',
  'the case has no old server to ask': 'il caso non ha un vecchio server da interrogare',
  'looking at {path} ended with code {code}: {output}':
    'l’esame di {path} è terminato con codice {code}: {output}',
  'df does not tell the volume of {path}': 'df non indica il volume di {path}',
  'the case has no old server': 'il caso non ha un vecchio server',
  'the old server does not tell its version: {why}': 'il vecchio server non indica la sua versione: {why}',
  '`zmmailbox gaf` printed no folders': '`zmmailbox gaf` non ha stampato cartelle',
  'more than {n} messages are not compared one by one':
    'più di {n} messaggi non vengono confrontati uno a uno',
  '`zmmailbox search` printed nothing that could be read':
    '`zmmailbox search` non ha stampato nulla di leggibile',
  '`zmmailbox search` printed no hits': '`zmmailbox search` non ha stampato risultati',
  'the restore was sent, but it is not in the queue; look at the notifications of the server':
    'il ripristino è stato inviato, ma non è in coda; controllare le notifiche del server',
}
