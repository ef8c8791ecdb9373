import type { Words } from '../../contract/recovery.ts'
import { RESTORE_PARAMETERS } from '../../remote/carbonio/restore-parameters.ts'

/** Label, what it does, when to change it: Italian words of the parameters of doExternalRestore. */
const ITALIAN: Readonly<Record<string, readonly [label: string, does: string, change: string]>> = {
  sourcePath: [
    'Backup Path da ripristinare',
    'La cartella sul nuovo server che contiene il backup di quello vecchio.',
    'Sempre. Non deve essere il Backup Path del nuovo server, e zextras deve poterla leggere e scrivere.',
  ],
  accounts: [
    'Account',
    'Vengono ripristinati solo questi account.',
    'Per ripetere singoli account. Vuoto: tutti.',
  ],
  inputFile: [
    'File con gli account',
    'Un file sul server con un account per riga, al posto dell’elenco.',
    'Per più account di quanti ne entrano in una riga di comando.',
  ],
  domains: [
    'Domini',
    'Vengono ripristinati solo gli account di questi domini.',
    'Quando più domini passano a server diversi, o uno dopo l’altro. Vuoto: tutti.',
  ],
  filterDeleted: [
    'Tralasciare ciò che era eliminato',
    'Elementi e account eliminati sul vecchio server non vengono ripristinati.',
    'Impostare a no se la posta è stata eliminata dal guasto stesso o da un attacco; gli utenti riavranno anche ciò che avevano eliminato di proposito.',
  ],
  skipSystemAccounts: [
    'Tralasciare gli account di sistema',
    'Gli account di spam, ham, quarantena e sincronizzazione GAL non vengono ripristinati.',
    'Quasi mai: il nuovo server ha i propri. Impostare a no se servono lo spam addestrato o una quarantena.',
  ],
  skipAliases: [
    'Tralasciare gli alias',
    'Gli altri indirizzi degli account non vengono creati.',
    'Se esistono già sul nuovo server o lì appartengono ad altri account.',
  ],
  skipDistributionLists: [
    'Tralasciare le liste di distribuzione',
    'Le liste e i loro membri non vengono creati.',
    'Per un server di prova, perché nulla parta verso liste reali.',
  ],
  skipCoses: [
    'Tralasciare le classi di servizio',
    'Le COS non vengono create; gli account ricevono quella predefinita.',
    'Se il nuovo server ha COS proprie che devono valere.',
  ],
  skipAccountProvisioning: [
    'Non creare account',
    'Vengono ripristinati solo gli elementi, in account che esistono già.',
    'Per una seconda esecuzione che aggiunge solo elementi, o se gli account vengono da un’altra directory.',
  ],
  skipDomainProvisioning: [
    'Non toccare i domini',
    'I domini e le loro impostazioni (COS, GAL, quota) restano come sono sul nuovo server.',
    'Quando singoli account vengono ripristinati in un dominio in uso.',
  ],
  provisioningOnly: [
    'Creare soltanto gli account',
    'Domini, COS, liste e account vengono creati, ma nessun elemento viene ripristinato.',
    'Per far inviare e ricevere subito; la posta segue con un secondo ripristino.',
  ],
  notifications: [
    'Invia i rapporti a',
    'Questi indirizzi ricevono i rapporti di inizio, fase 1 e fine.',
    'Sempre, con un indirizzo che funziona durante il guasto: il rapporto finale elenca ciò che non è stato ripristinato.',
  ],
  concurrentAccounts: [
    'Account contemporanei',
    'Quanti account vengono ripristinati in parallelo.',
    'Aumentare a passi (2, 4, 8 …) finché processore, memoria e dischi del nuovo server hanno margine.',
  ],
  maxFileSize: [
    'Elemento più grande',
    'Gli elementi più grandi vengono tralasciati. L’unità non è documentata: confrontare con il rapporto.',
    'Solo se elementi enormi rallentano tutto; vanno ripristinati dopo.',
  ],
  restoreDatasource: [
    'Account esterni',
    'Vengono ripristinati anche gli account di posta altrove da cui gli utenti scaricano.',
    'Impostare a no su un server di prova: scaricherebbe e forse eliminerebbe posta presso i fornitori.',
  ],
  forceAsExternalRestore: [
    'Tratta come altro server',
    'Il ripristino avviene anche se il backup sembra venire da questo stesso server.',
    'Dopo una reinstallazione con lo stesso id di server. Su un server in uso raddoppia la posta.',
  ],
  blobsArchive: [
    'Archivio con i blob',
    'Dove si trovano i blob se il backup stava su un archivio esterno.',
    'Se il vecchio server teneva i blob su S3 o su un volume montato e non sono sotto il Backup Path.',
  ],
}

/** The words of one parameter in both languages. */
export function parameterWords(field: string): { label: Words; help: Words } {
  const parameter = RESTORE_PARAMETERS.find((one) => one.field === field)
  const [label = field, does = '', change = ''] = ITALIAN[field] ?? []
  return {
    label: { en: parameter?.label ?? field, it: label },
    help: {
      en: `${parameter?.does ?? ''} ${parameter?.change ?? ''}`.trim(),
      it: `${does} ${change}`.trim(),
    },
  }
}
