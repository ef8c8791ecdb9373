/** Come said.ts: casi, registro, passi, rapporti e impostazioni di un ripristino. */
export const saidCases: Record<string, string> = {
  // elementi dal catalogo
  'Item {id} of {account} has no state with this blob':
    'L’elemento {id} di {account} non ha uno stato con questo blob',
  'No state of it names {blob}.': 'Nessun suo stato indica {blob}.',
  'Choose one of the states that are listed.': 'Scegliere uno degli stati elencati.',
  'The catalog has no item {id} of {account}': 'Nel catalogo non c’è l’elemento {id} di {account}',
  'There is no metadata file of that number in this account of the Backup Path.':
    'In questo account del Backup Path non c’è un file di metadati con questo numero.',
  'Look whether the catalog belongs to the Backup Path that was restored from.':
    'Controllare se il catalogo è del Backup Path da cui si è ripristinato.',
  'No state of item {id} is whole': 'Nessuno stato dell’elemento {id} è integro',
  'Every state of it has lost its blob, or the blob is damaged.':
    'A ogni suo stato manca il blob, o il blob è danneggiato.',
  'Look for it in another copy of the Backup Path, or give it up with a reason.':
    'Cercarlo in un’altra copia del Backup Path, o abbandonarlo con un motivo.',
  '{path} lies outside the export folder': '{path} è fuori dalla cartella di esportazione',
  'A link leads out of it.': 'Un collegamento porta fuori da essa.',
  'Item {id} could not be exported whole': 'L’elemento {id} non si è potuto esportare integro',
  'Nothing of it can be written as a file.': 'Non c’è nulla che si possa scrivere come file.',
  'Choose an older state, look for it in another copy, or give it up with a reason.':
    'Scegliere uno stato più vecchio, cercarlo in un’altra copia, o abbandonarlo con un motivo.',
  'The task ended as {state}.': 'L’attività è finita nello stato {state}.',
  'Try again: it goes on where it was.': 'Riprovare: riprende da dove era.',

  // casi
  'The case cannot be closed yet': 'Il caso non si può ancora chiudere',
  'This is still changed on a server: {list}.': 'Su un server è ancora modificato: {list}.',
  'Put it back first.': 'Prima rimetterlo com’era.',
  'This case has no such source': 'Questo caso non ha questa sorgente',
  'It was taken out.': 'È stata tolta.',
  'There is no folder {path}': 'Non c’è la cartella {path}',
  'The file was to be written into it.': 'Il file andava scritto lì.',
  'Make it, or choose another one.': 'Crearla, o sceglierne un’altra.',
  '{path} is there already': '{path} esiste già',
  'A case is never written over another file.': 'Un caso non viene mai scritto sopra un altro file.',
  'Choose another name.': 'Scegliere un altro nome.',
  'This case went on in two places': 'Questo caso è proseguito in due posti',
  'The case {id} is here already, and from entry {n} on the file says something else.':
    'Il caso {id} è già qui, e dalla voce {n} in poi il file dice altro.',
  'Go on with one of them. The other can be read with `lifeboat case import --data` into a folder of its own.':
    'Proseguire con uno dei due. L’altro si può leggere con `lifeboat case import --data` in una cartella a sé.',
  'This case was altered': 'Questo caso è stato alterato',
  'Ask for the file again; compare its SHA-256 with that of who exported it.':
    'Richiedere il file; confrontare il suo SHA-256 con quello di chi lo ha esportato.',
  '{path} cannot be attached': '{path} non si può allegare',
  'Choose another file.': 'Scegliere un altro file.',
  'There is no such case': 'Questo caso non esiste',
  'No case {id} is in {folder}.': 'Il caso {id} non è in {folder}.',
  'See the list of cases.': 'Controllare l’elenco dei casi.',
  'There is no case “{name}”': 'Non esiste il caso «{name}»',
  '“{name}” could be {n} cases': '«{name}» può indicare {n} casi',
  'No id and no name is like this.': 'Nessun id e nessun nome è così.',
  'Name one by its id: `lifeboat case list` shows them.':
    'Indicarne uno con l’id: li mostra `lifeboat case list`.',
  'There is no file {name}': 'Non c’è il file {name}',
  'Choose another.': 'Sceglierne un altro.',
  'This case was exported by a newer Lifeboat': 'Questo caso è stato esportato da un Lifeboat più nuovo',
  'Its format has version {version}.': 'Il suo formato ha la versione {version}.',
  'Update Lifeboat.': 'Aggiornare Lifeboat.',
  'This is not the file of a case': 'Questo non è il file di un caso',
  'Take a file that “Export case” of Lifeboat wrote. Nothing of this one was kept.':
    'Prendere un file scritto da «Esporta il caso» di Lifeboat. Di questo non è stato conservato nulla.',

  // registro
  'The journal is broken at entry {n}': 'Il registro è interrotto alla voce {n}',
  'Take the case from an export or a backup of the data folder; this one proves nothing any more.':
    'Prendere il caso da un’esportazione o da un backup della cartella dei dati; questo non dimostra più nulla.',
  'This line is not JSON.': 'Questa riga non è JSON.',
  'This line is too long.': 'Questa riga è troppo lunga.',
  'This line is not written as Lifeboat writes it.': 'Questa riga non è scritta come la scrive Lifeboat.',
  'This entry does not have the form of one.': 'Questa voce non ha la forma di una voce.',
  'Here stands entry {n}: entries are missing, or in another order.':
    'Qui si trova la voce {n}: mancano voci, o sono in un altro ordine.',
  'It does not follow the entry before: that one was altered, taken out or put in.':
    'Non segue la voce precedente: quella è stata alterata, tolta o inserita.',
  'Its content does not fit its hash: it was altered.':
    'Il suo contenuto non corrisponde al suo hash: è stata alterata.',
  'It was written meanwhile.': 'Nel frattempo è stato scritto.',
  'The journal became shorter while it was open: it was cut.':
    'Il registro si è accorciato mentre era aperto: è stato tagliato.',
  'It is not the entry that stood here when the journal was last written.':
    'Non è la voce che stava qui quando il registro è stato scritto l’ultima volta.',
  'It had {n} entries when it was last written, and has {now} now: its end was cut off.':
    'Aveva {n} voci quando è stato scritto l’ultima volta, e ora ne ha {now}: la fine è stata tagliata.',
  'This is too long for the journal': 'È troppo lungo per il registro',
  'The entry would have {n} bytes.': 'La voce avrebbe {n} byte.',
  'Attach it as a file instead.': 'Allegarlo come file.',
  'The case is being written by another Lifeboat': 'Un altro Lifeboat sta scrivendo il caso',
  'Process {pid} holds {file}.': 'Il processo {pid} tiene {file}.',
  'Wait a moment and try again, or close the other one.':
    'Attendere un momento e riprovare, o chiudere l’altro.',

  // rapporto e la sua prova
  'Entry {n}: {why}': 'Voce {n}: {why}',
  'The journal does not end with the hash that the report names: its end was cut off.':
    'Il registro non finisce con l’hash indicato dal rapporto: la fine è stata tagliata.',
  'The journal does not begin with the opening of a case.':
    'Il registro non comincia con l’apertura di un caso.',
  'The figures of the report are not those of its journal.':
    'Le cifre del rapporto non sono quelle del suo registro.',
  'It is in no language that Lifeboat writes reports in.':
    'Non è in una lingua in cui Lifeboat scrive rapporti.',
  'The page was made by Lifeboat {version}: whether its text was altered can be told by that version, or from the JSON beside it.':
    'La pagina è stata fatta da Lifeboat {version}: se il testo è stato alterato lo può dire quella versione, o il JSON accanto.',
  'The text of the page is not what its journal says: it was altered.':
    'Il testo della pagina non è ciò che dice il suo registro: è stato alterato.',
  'The journal is unbroken, its figures are those of the report, and the page says what it says.':
    'Il registro è integro, le sue cifre sono quelle del rapporto, e la pagina dice ciò che dice il registro.',
  'The journal is unbroken, and its figures are those of the report.':
    'Il registro è integro, e le sue cifre sono quelle del rapporto.',
  'Name the HTML or JSON file of a report.': 'Indicare il file HTML o JSON di un rapporto.',
  'It has {n} bytes: more than any report.': 'Ha {n} byte: più di qualsiasi rapporto.',
  '{file} is no report of Lifeboat': '{file} non è un rapporto di Lifeboat',
  'It holds no journal.': 'Non contiene un registro.',
  'Name the HTML or JSON file that “Report” wrote.': 'Indicare il file HTML o JSON scritto da «Rapporto».',
  'It is no report of Lifeboat, and is not overwritten.':
    'Non è un rapporto di Lifeboat, e non viene sovrascritto.',

  // impostazioni
  'Choose one of another day.': 'Sceglierne uno di un altro giorno.',
  'No settings were read yet': 'Non è stata ancora letta alcuna impostazione',
  'Lifeboat was started since, or nobody read them.': 'Lifeboat è stato riavviato, o nessuno le ha lette.',
  'Read both sides.': 'Leggere entrambi i lati.',
  '{path} holds no saved configuration': '{path} non contiene una configurazione salvata',
  'There is no folder server/ in it.': 'Non vi è una cartella server/.',
  'Take the settings from the old server itself, or from another copy.':
    'Prendere le impostazioni dal vecchio server stesso, o da un’altra copia.',
  'There is no archive {name}': 'Non c’è l’archivio {name}',
  'It is not in {folder}.': 'Non è in {folder}.',
  'The server gave no reason.': 'Il server non ha detto il motivo.',
  'Look at owner and mode of the folder server/.':
    'Controllare proprietario e permessi della cartella server/.',
  'The queue was not understood': 'La coda non è stata compresa',
  'Look at it yourself: {command}': 'Controllarla a mano: {command}',
  '{operation} is no longer in the queue': '{operation} non è più in coda',
  'It ended, or somebody stopped it.': 'È finita, o qualcuno l’ha fermata.',
  'Look at the queue again.': 'Controllare di nuovo la coda.',
  'The settings of {server} were not understood': 'Le impostazioni di {server} non sono state comprese',
  'Look at them yourself: {command}': 'Controllarle a mano: {command}',

  // passi
  'Stopped by a person.': 'Fermato da una persona.',
  'It is repeated.': 'Viene ripetuto.',
  'This case has no server “{role}”': 'Questo caso non ha un server «{role}»',
  'Nobody said yet which server it is.': 'Nessuno ha ancora detto quale server sia.',
  'Choose it among the servers of the case.': 'Sceglierlo tra i server del caso.',
  'There is no step “{step}” now': 'Ora non c’è un passo «{step}»',
  'The procedure of the case is “{procedure}”.': 'La procedura del caso è «{procedure}».',
  'Look at the plan of the case again.': 'Controllare di nuovo il piano del caso.',
  '“{step}” cannot go on': '«{step}» non può proseguire',
  'Do this first; the step says what it waits for.': 'Prima serve altro; il passo dice che cosa attende.',
  '“{check}” does not stop anything': '«{check}» non blocca nulla',
  'Only a guard that stops the procedure can be overridden.':
    'Si può forzare solo un controllo che blocca la procedura.',
  'A step of this case is being done': 'Un passo di questo caso è in corso',
  'It runs in another window or another Lifeboat on this computer.':
    'È in corso in un’altra finestra o in un altro Lifeboat su questo computer.',
  'Wait until it is over, or stop it there.': 'Attendere che finisca, o fermarlo lì.',
  'This case is closed': 'Questo caso è chiuso',
  'A person closed it.': 'Lo ha chiuso una persona.',
  '“{step}” is being done': '«{step}» è in corso',
  'It runs at this moment.': 'È in corso in questo momento.',
  'Wait until it is over, or stop it.': 'Attendere che finisca, o fermarlo.',
  'This step has no {what} “{id}”': 'Questo passo non ha {what} «{id}»',
  'The plan of the case changed.': 'Il piano del caso è cambiato.',
  'Look at the step again.': 'Controllare di nuovo il passo.',
  'A person stopped it.': 'Lo ha fermato una persona.',
  'It did not come to its end.': 'Non è arrivato alla fine.',
  'Go on with this step: it continues where it was.': 'Proseguire con questo passo: riprende da dove era.',
  'It could not be put back: {what}': 'Non si è potuto rimettere com’era: {what}',
  'Run it on {host} yourself, then try again: {command}':
    'Eseguirlo a mano su {host}, poi riprovare: {command}',
  'It was not answered in time': 'Non c’è stata risposta in tempo',
  'Nothing came back in {n} s.': 'In {n} s non è arrivato nulla.',
  'Look at the connection, then look again.': 'Controllare la connessione, poi riprovare.',
}
