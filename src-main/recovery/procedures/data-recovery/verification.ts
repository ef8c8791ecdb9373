import { translated, words } from '../../cases/words.ts'
import { zmlocalconfigGet } from '../../../remote/carbonio/zmlocalconfig-get.ts'
import type { Step } from '../../types.ts'
import { attention, ofFact, okay, probed, red } from '../probed.ts'

export const verification: Step = {
  id: 'verification',
  title: words('Verification', 'Verifica'),
  why: words(
    'What was recovered is proved by counting, and by people who use it. Nothing that was changed for the recovery may stay so.',
    'Ciò che è stato ripristinato si prova contando, e da chi lo usa. Nulla di ciò che è stato cambiato per il ripristino deve restare così.',
  ),
  risk: words('None: the server is only looked at.', 'Nessuno: il server viene solo esaminato.'),
  repeatable: false,
  page: 'report',
  primary: words('Take the recovery as proved', 'Considera riuscito il ripristino'),
  checks: [
    {
      id: 'pendings',
      label: words('Everything is put back', 'Tutto è rimesso a posto'),
      guard: true,
      run: async ({ pendings }) =>
        pendings.length === 0
          ? okay('Nothing is changed for a while', 'Nulla è cambiato temporaneamente')
          : red(
              `Still changed: ${pendings.map(({ what, host }) => `${what.en} (${host})`).join('; ')}`,
              `Ancora cambiato: ${pendings.map(({ what, host }) => `${what.it} (${host})`).join('; ')}`,
              words(
                'Put it back; the list at the top has the command.',
                'Rimetterlo a posto; l’elenco in alto ha il comando.',
              ),
            ),
    },
    {
      id: 'validator',
      label: words('The LMTP validator is on', 'Il validatore LMTP è attivo'),
      guard: false,
      run: async (context) => {
        const answer = await context.carbonio('new', zmlocalconfigGet, {
          key: 'zimbra_lmtp_validate_messages',
        })
        if (!answer.understood) return { verdict: 'unknown', evidence: translated(answer.why) }
        if (!/false/i.test(answer.value.value))
          return okay(
            'zimbra_lmtp_validate_messages is not false',
            'zimbra_lmtp_validate_messages non è false',
          )
        return attention(
          'zimbra_lmtp_validate_messages is false: mail is taken that may break clients',
          'zimbra_lmtp_validate_messages è false: si accetta posta che può rompere i client',
          words('Set it back to true.', 'Rimetterlo a true.'),
        )
      },
    },
    {
      id: 'scanner',
      label: words('The RealTime Scanner is on', 'Il RealTime Scanner è attivo'),
      guard: false,
      run: async (context) =>
        ofFact((await probed(context, 'new')).backup.realTimeScanner, (on) =>
          on
            ? okay('ZxBackup_RealTimeScanner is TRUE', 'ZxBackup_RealTimeScanner è TRUE')
            : attention(
                'ZxBackup_RealTimeScanner is FALSE: new mail is not backed up',
                'ZxBackup_RealTimeScanner è FALSE: la nuova posta non viene salvata',
                words('Switch it on.', 'Attivarlo.'),
              ),
        ),
    },
    {
      id: 'services',
      label: words('All services run', 'Tutti i servizi sono attivi'),
      guard: true,
      run: async (context) =>
        ofFact((await probed(context, 'new')).carbonio.components, (components) => {
          const stopped = components.filter(({ running }) => running === false).map(({ name }) => name)
          return stopped.length === 0
            ? okay(`${components.length} run`, `${components.length} attivi`)
            : red(
                `Not running: ${stopped.join(', ')}`,
                `Non attivi: ${stopped.join(', ')}`,
                words('Start them.', 'Avviarli.'),
              )
        }),
    },
  ],
  confirmations: [
    {
      id: 'user',
      label: words(
        'A user has logged in and found mail, contacts and appointments',
        'Un utente ha effettuato l’accesso e ha trovato posta, contatti e appuntamenti',
      ),
    },
    {
      id: 'flow',
      label: words(
        'A mail from outside arrived, and one to the outside was delivered',
        'Un messaggio dall’esterno è arrivato e uno verso l’esterno è stato consegnato',
      ),
    },
  ],
  fields: [],
}
