const told: Readonly<Record<string, string>> = {
  'Item {id} of {account} is not on the list': 'L’elemento {id} di {account} non è nell’elenco',
  'The list was made anew, or the item belongs to another case.':
    'L’elenco è stato rifatto, o l’elemento appartiene a un altro caso.',
  'Look at the list again.': 'Controllare di nuovo l’elenco.',
  'There is no catalog of the Backup Path on this computer':
    'Su questo computer non c’è un catalogo del Backup Path',
  'Items are exported from it.': 'Gli elementi si esportano da esso.',
  'Add a copy of the Backup Path on this computer to the sources of the case.':
    'Aggiungere alle sorgenti del caso una copia del Backup Path su questo computer.',
  'getItem names no state': 'getItem non indica alcuno stato',
  'Look at its output in the journal.': 'Controllare il suo output nel registro.',
  'Owner and mode are not changed on an only copy':
    'Proprietario e permessi non si cambiano su un’unica copia',
  '{path} is the only copy of this mail that is left.': '{path} è l’unica copia rimasta di questa posta.',
  'Copy it or lay an overlay over it (mount -t overlay), and restore from that.':
    'Copiarla o stendervi un overlay (mount -t overlay), e ripristinare da quello.',
  '{program} did not succeed on {path}': '{program} non è riuscito su {path}',
  'It ended with code {code}.': 'È terminato con codice {code}.',
  'A network share takes no owners: copy the Backup Path to a local volume by rsync.':
    'Una condivisione di rete non accetta proprietari: copiare il Backup Path su un volume locale con rsync.',
  'zextras still cannot read {n} files': 'zextras non può ancora leggere {n} file',
  'Look for ACLs, SELinux and the options of the mount.': 'Controllare ACL, SELinux e le opzioni del mount.',
  'Restored again; the report of operation {id} no longer lists it':
    'Ripristinato di nuovo; il rapporto dell’operazione {id} non lo elenca più',
  'The file holds its latest whole state, verified':
    'Il file contiene il suo ultimo stato integro, verificato',
  'The file holds it, verified': 'Il file lo contiene, verificato',
  'No report of a restore is known': 'Non si conosce alcun rapporto di un ripristino',
  'The notification of the end was neither found on the server nor pasted.':
    'La notifica della fine non è stata trovata sul server né incollata.',
  'Paste it in the step “Reconcile”.': 'Incollarla nel passo «Confrontare».',
  'The LMTP validator could not be set to {value}':
    'Non è stato possibile impostare il validatore LMTP su {value}',
  'After the change it still reads {key} = {now}.': 'Dopo la modifica risulta ancora {key} = {now}.',
  'Set it by hand as zextras: {command}': 'Impostarlo a mano come zextras: {command}',
  'The notification {path} cannot be read': 'La notifica {path} non si può leggere',
  'it is longer than any report': 'è più lunga di qualsiasi rapporto',
  'It is longer than any report.': 'È più lunga di qualsiasi rapporto.',
  'Choose the file again, or paste its text.': 'Scegliere di nuovo il file, o incollarne il testo.',
  'This is not the report of the end of a restore': 'Questo non è il rapporto della fine di un ripristino',
  'It has neither a section "- stats -" nor "- unrestored items -".':
    'Non ha né una sezione "- stats -" né "- unrestored items -".',
  'Paste the whole text of the mail “Operation Ended”, or drop it as .eml.':
    'Incollare tutto il testo della mail «Operation Ended», o trascinarla come .eml.',
  '{what} is in the queue': '{what} è in coda',
  'The queue of the backup does one thing after the other; the restore would wait behind it without a word.':
    'La coda del backup esegue un’operazione alla volta; il ripristino attenderebbe il suo turno senza avvisare.',
  'Wait for its end or stop it, then go on with this step.':
    'Attenderne la fine o fermarla, poi continuare con questo passo.',
  'No restore of this case is in the queue of the server':
    'Nessun ripristino di questo caso è nella coda del server',
  'It has ended meanwhile, was stopped elsewhere, or has not come into the queue yet.':
    'Nel frattempo è finito, è stato fermato altrove, o non è ancora arrivato in coda.',
  'Look at the queue of operations; the step tells how the restore ended.':
    'Controllare la coda delle operazioni; il passo dice come è finito il ripristino.',
  'The restore was told to stop and is still in the queue':
    'Al ripristino è stato detto di fermarsi ed è ancora in coda',
  'The server still lists operation {id} after {n} seconds.':
    'Dopo {n} secondi il server elenca ancora l’operazione {id}.',
  'It may finish the account it is at first. Look at the queue of operations again.':
    'Forse finisce prima l’account in corso. Controllare di nuovo la coda delle operazioni.',
  'The restore failed': 'Il ripristino è fallito',
  'The restore was stopped': 'Il ripristino è stato fermato',
  'The restore was taken out of the queue': 'Il ripristino è stato tolto dalla coda',
  'Its own words are in the notification.': 'Il suo messaggio è nella notifica.',
  'The server says: {why}': 'Il server dice: {why}',
  'Do this step again: what was restored stays and is skipped, the rest is brought.':
    'Ripetere questo passo: ciò che è stato ripristinato resta e viene saltato, il resto viene portato.',
  'Nothing can be compared': 'Nulla si può confrontare',
  'There is no catalog of this Backup Path on this computer.':
    'Su questo computer non c’è un catalogo di questo Backup Path.',
  'Add a copy of it to the sources of the case. Or skip this step with a reason: the report is kept, and “Unrestored items” works from it.':
    'Aggiungerne una copia alle sorgenti del caso. Oppure saltare questo passo con un motivo: il rapporto resta, e «Elementi non ripristinati» lavora con esso.',
}

/** Ciò che dicono l’External Restore e gli elementi non ripristinati: errori, esiti, motivi. */
export const saidRestore: Record<string, string> = {
  ...told,
  // nel motivo di un passo fallito l’errore è una frase, con il suo punto
  ...Object.fromEntries(
    Object.entries(told).flatMap(([en, it]) => (/[.}]$/.test(en) ? [] : [[`${en}.`, `${it}.`]])),
  ),
}
