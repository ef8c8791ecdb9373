/** Come said.ts: la prova della connessione, diventare root o zextras, lo sguardo al server, l’importazione da ssh. */

/** Ciò che un comando ha risposto segue spesso una spiegazione. */
const ELEVATION: Record<string, string> = {
  'sudo wants a password there.': 'Lì sudo vuole una password.',
  'The sudo rules of the server do not allow it to this user.':
    'Le regole sudo del server non lo permettono a questo utente.',
  'The server allows it only from a terminal (requiretty).':
    'Il server lo permette solo da un terminale (requiretty).',
  'There is no such user on this server.': 'Questo utente non esiste sul server.',
  'The program for it is not installed there.': 'Il programma che serve non è installato lì.',
  'The account or its password has expired.': 'L’account o la sua password sono scaduti.',
  'The server can no longer write to its own disk.': 'Il server non può più scrivere sul proprio disco.',
  'It ended with code {code}.': 'È terminato con il codice {code}.',
}

const elevation = Object.fromEntries(
  Object.entries(ELEVATION).flatMap(([english, italian]) => [
    [english, italian],
    [`${english} It said: “{said}”`, `${italian} Ha detto: «{said}»`],
  ]),
)

export const saidServers: Record<string, string> = {
  ...elevation,

  // prova della connessione
  'port {port} answers': 'la porta {port} risponde',
  '{user}, by key {file}': '{user}, con la chiave {file}',
  '{user}, by agent': '{user}, con l’agente',
  '{user}, by password': '{user}, con la password',
  '{user}, by keyboard-interactive': '{user}, con keyboard-interactive',
  'commands arrive as they are sent': 'i comandi arrivano come vengono inviati',
  'The login shell does not run commands as a POSIX shell does':
    'La shell di accesso non esegue i comandi come una shell POSIX',
  'Use a user whose login shell is sh, bash, dash or zsh (getent passwd NAME).':
    'Usare un utente la cui shell di accesso sia sh, bash, dash o zsh (getent passwd NOME).',
  'The command id failed': 'Il comando id non è riuscito',
  'Try it by hand.': 'Provarlo a mano.',
  'Try it by hand on the server.': 'Provarlo a mano sul server.',
  'Try again.': 'Riprovare.',
  'The profile says that this login is root, but it is not':
    'Il profilo dice che questo accesso è root, ma non lo è',
  'Choose sudo or su in the profile, or log in as root.':
    'Scegliere sudo o su nel profilo, o accedere come root.',
  'The profile says that this login is zextras, but it is not':
    'Il profilo dice che questo accesso è zextras, ma non lo è',
  'Choose sudo or su in the profile, or log in as zextras.':
    'Scegliere sudo o su nel profilo, o accedere come zextras.',
  'There is no user zextras here: this is no Carbonio server.':
    'Qui non c’è l’utente zextras: non è un server Carbonio.',
  'There is no user zextras here': 'Qui non c’è l’utente zextras',
  'Check that this is the right server and that Carbonio is installed on it.':
    'Controllare che sia il server giusto e che Carbonio vi sia installato.',
  'Commands cannot be run as zextras': 'Non si possono eseguire comandi come zextras',
  'Look at the login shell and the home folder of zextras (getent passwd zextras).':
    'Controllare la shell di accesso e la cartella home di zextras (getent passwd zextras).',
  'There is no carbonio command here.': 'Qui non c’è il comando carbonio.',
  'There is no carbonio command': 'Non c’è il comando carbonio',
  'zextras does not find it in its PATH.': 'zextras non lo trova nel suo PATH.',
  'Check that Carbonio is installed on this server; a node without the mailbox role has no backup either.':
    'Controllare che Carbonio sia installato su questo server; un nodo senza il ruolo mailbox non ha nemmeno il backup.',
  '{path} is there, but did not answer: {reason}': '{path} c’è, ma non ha risposto: {reason}',
  '{path} is there, but getVersion ended with {code}: {said}':
    '{path} c’è, ma getVersion è finito con {code}: {said}',
  'It ended with code {code} and said: “{said}”': 'È terminato con il codice {code} e ha detto: «{said}»',
  'The server is slow, or a disk or network mount there hangs.':
    'Il server è lento, o lì un disco o un volume di rete è bloccato.',

  // diventare un altro utente
  'The profile says that this login is root already and knows no way to another user.':
    'Il profilo dice che questo accesso è già root e non conosce un modo per diventare un altro utente.',
  'The profile says that this login is zextras already and knows no way to another user.':
    'Il profilo dice che questo accesso è già zextras e non conosce un modo per diventare un altro utente.',
  'Choose “sudo with password” in the profile.': 'Scegliere «sudo con password» nel profilo.',
  'Log in as a user who may, or choose “su -” with the password of root.':
    'Accedere con un utente che può, o scegliere «su -» con la password di root.',
  'Take requiretty off for this user (visudo), or log in as root.':
    'Togliere requiretty a questo utente (visudo), o accedere come root.',
  'Without the user zextras there is no Carbonio here: check that it is the right server.':
    'Senza l’utente zextras qui non c’è Carbonio: controllare che sia il server giusto.',
  'Choose another way to become root in the profile, or log in as root.':
    'Scegliere nel profilo un altro modo per diventare root, o accedere come root.',
  'Log in on the console and renew it.': 'Accedere dalla console e rinnovarla.',
  'Log in as root directly: that writes less.': 'Accedere direttamente come root: così si scrive meno.',
  'The password was refused.': 'La password è stata rifiutata.',
  'Type the password of root again.': 'Digitare di nuovo la password di root.',
  'Type the password of this user again.': 'Digitare di nuovo la password di questo utente.',
  'A password is needed and none was given.': 'Serve una password e non ne è stata data nessuna.',
  'Start it again and type the password.': 'Riavviare e digitare la password.',
  '{way} fell silent: the server may be overloaded, or its directory service does not answer.':
    '{way} non dice più nulla: il server può essere sovraccarico, o il suo servizio di directory non risponde.',
  '{way} fell silent after “{said}”: the server may be overloaded, or its directory service does not answer.':
    '{way} non dice più nulla dopo «{said}»: il server può essere sovraccarico, o il suo servizio di directory non risponde.',
  'Try again; or log in as root directly.': 'Riprovare; oppure accedere direttamente come root.',

  // che cosa si sa di un server
  'it was not asked yet': 'non è stato ancora chiesto',
  '`{program}` is not there': '`{program}` non c’è',
  '`{program}` was refused: {said}': '`{program}` è stato rifiutato: {said}',
  '`{program}` ended with code {code}': '`{program}` è terminato con il codice {code}',
  '`{program}` ended with code {code}: {said}': '`{program}` è terminato con il codice {code}: {said}',
  '`{program}` printed “{said}”': '`{program}` ha scritto «{said}»',
  '`stat` told no sizes': '`stat` non ha detto le dimensioni',
  '`stat` left out a file system': '`stat` ha tralasciato un file system',
  '`findmnt` printed no file systems': '`findmnt` non ha scritto file system',
  '`lsblk` printed no devices': '`lsblk` non ha scritto dispositivi',
  '`date` did not answer': '`date` non ha risposto',
  'the server did not answer in 10 s': 'il server non ha risposto in 10 s',
  'the server was not asked': 'il server non è stato interrogato',
  'the server names none': 'il server non ne indica',
  'the server does not say': 'il server non lo dice',
  'the table of mounts does not name its file system':
    'la tabella dei volumi montati non contiene il suo file system',
  'the table of mounts has no root': 'la tabella dei volumi montati non ha la radice',
  'there is {name}, and no {other}': 'c’è {name}, e non {other}',
  '{name} and {other} are two': '{name} e {other} sono due cose distinte',
  '{name} and {other} are the same': '{name} e {other} sono la stessa cosa',
  'the path holds neither items nor accounts, and nothing is written there to find out':
    'il percorso non contiene né items né accounts, e non vi si scrive nulla per scoprirlo',
  'nothing was counted within {n} s': 'entro {n} s non si è contato nulla',
  '{path} is not there, or does not answer': '{path} non c’è, o non risponde',
  '/etc/os-release holds no NAME': '/etc/os-release non contiene NAME',
  '/proc/uptime is not understood': '/proc/uptime non è comprensibile',
  '/proc/loadavg is not understood': '/proc/loadavg non è comprensibile',
  'there is no user zextras: this is no Carbonio server, or its directory of users is broken':
    'non c’è l’utente zextras: non è un server Carbonio, o il suo elenco degli utenti è danneggiato',
  'no package called carbonio… is installed': 'non è installato nessun pacchetto carbonio…',
  'there are neither systemd targets of Carbonio nor its zmcontrol':
    'non ci sono né i target systemd di Carbonio né il suo zmcontrol',
  '{manager} names no component of Carbonio': '{manager} non elenca componenti di Carbonio',
  'the name under which Carbonio knows this server is not known':
    'non è noto il nome con cui Carbonio conosce questo server',
  '{version} (package {name})': '{version} (pacchetto {name})',
  'the answer of `{command}` was not understood: {why}':
    'la risposta di `{command}` non è comprensibile: {why}',
  'neither its service nor its setting is known here':
    'qui non sono noti né il suo servizio né la sua impostazione',
  'neither its service nor its schedule is known here':
    'qui non sono noti né il suo servizio né la sua pianificazione',
  'its schedule could not be told': 'non si è potuta sapere la sua pianificazione',
  'ZxBackup_DataRetentionDays is not a number of days':
    'ZxBackup_DataRetentionDays non è un numero di giorni',
  'ZxBackup_DestPath is set to nothing': 'ZxBackup_DestPath è vuoto',
  'ZxBackup_DestPath is “{value}”, which is no absolute path':
    'ZxBackup_DestPath è «{value}», che non è un percorso assoluto',
  'a usual place; Carbonio did not tell ({because})':
    'una posizione abituale; Carbonio non lo ha detto ({because})',
  'It was valid.': 'Era valida.',
  'It was valid until {day}.': 'Era valida fino al {day}.',
  'Valid.': 'Valida.',
  'Valid until {day}.': 'Valida fino al {day}.',
  'The server says that it is not valid.': 'Il server dice che non è valida.',
  'The server says that its backup has no valid licence.':
    'Il server dice che il suo backup non ha una licenza valida.',
  'The backup module runs.': 'Il modulo di backup è in funzione.',

  // importazione dalla configurazione ssh
  '{name} is not followed by Lifeboat.': '{name} non viene seguito da Lifeboat.',
  'Match sections of the file are not followed.': 'Le sezioni Match del file non vengono seguite.',
  'The jump host “{name}” is not understood.': 'L’host intermedio «{name}» non è comprensibile.',
  'There is no such file.': 'Il file non esiste.',
  'Choose another file, or add the server by hand.':
    'Scegliere un altro file, o aggiungere il server a mano.',
  'The SSH configuration is not understood': 'La configurazione SSH non è comprensibile',
  'Add the server by hand.': 'Aggiungere il server a mano.',
  'The answer does not fit the question': 'La risposta non è adatta alla domanda',
  'A question of the kind {kind} was answered with {answer}.':
    'A una domanda di tipo {kind} si è risposto con {answer}.',
  'Answer again.': 'Rispondere di nuovo.',
}
