import type { Language } from '../../contract/recovery.ts'
import type { StepRecord } from '../cases/state.ts'

/** The page's own words. What the journal says comes from there, see journal/entry-words.ts. */
export interface PageWords {
  title: (name: string) => string
  made: (when: string, version: string) => string
  of: (id: string, procedure: string) => string
  noProcedure: string
  extent: (entries: number, from: string, to: string, minutes: number) => string
  commands: (all: number, failed: number) => string
  lastHash: string
  verify: string
  stillChanged: string
  done: string
  recovered: string
  lost: string
  nothingLost: string
  exported: string
  overrides: string
  decisions: string
  files: string
  journal: string
  entries: (n: number) => string
  output: string
  exitCode: string
  none: string
  column: Readonly<
    Record<
      | 'step'
      | 'state'
      | 'begun'
      | 'took'
      | 'reason'
      | 'account'
      | 'item'
      | 'what'
      | 'why'
      | 'file'
      | 'when'
      | 'who'
      | 'name'
      | 'bytes'
      | 'where'
      | 'undo'
      | 'local',
      string
    >
  >
  state: Readonly<Record<StepRecord['state'], string>>
}

const EN: PageWords = {
  title: (name) => `${name}: report of the recovery`,
  made: (when, version) => `Report of the recovery, made ${when} by Lifeboat ${version}.`,
  of: (id, procedure) => `Case ${id}, procedure: ${procedure}.`,
  noProcedure: 'none chosen',
  extent: (entries, from, to, minutes) => `${entries} entries from ${from} to ${to} (${minutes} min).`,
  commands: (all, failed) => `${all} commands on servers, ${failed} of them with an exit code other than 0.`,
  lastHash: 'Last hash of the journal',
  verify: 'proves that the journal below is unbroken and that this page says what it says.',
  stillChanged: 'Still changed on servers',
  done: 'What was done',
  recovered: 'What was recovered',
  lost: 'What was lost',
  nothingLost: 'Nothing is named as lost.',
  exported: 'What was written as files instead',
  overrides: 'Overrides and skipped steps',
  decisions: 'Decisions',
  files: 'Files of the case',
  journal: 'Journal',
  entries: (n) => `All ${n} entries`,
  output: 'output',
  exitCode: 'exit code',
  none: 'None.',
  column: {
    step: 'Step',
    state: 'State',
    begun: 'Begun',
    took: 'Took',
    reason: 'Reason',
    account: 'Account',
    item: 'Item',
    what: 'What',
    why: 'Why',
    file: 'File',
    when: 'When',
    who: 'Who',
    name: 'Name',
    bytes: 'Bytes',
    where: 'Where',
    undo: 'Command that puts it back',
    local: 'When (local, UTC offset)',
  },
  state: {
    'to-do': 'to do',
    doing: 'interrupted',
    done: 'done',
    skipped: 'skipped',
    failed: 'failed',
    stopped: 'stopped',
  },
}

const IT: PageWords = {
  title: (name) => `${name}: rapporto del ripristino`,
  made: (when, version) => `Rapporto del ripristino, redatto il ${when} da Lifeboat ${version}.`,
  of: (id, procedure) => `Caso ${id}, procedura: ${procedure}.`,
  noProcedure: 'nessuna scelta',
  extent: (entries, from, to, minutes) => `${entries} voci dal ${from} al ${to} (${minutes} min).`,
  commands: (all, failed) =>
    `${all} comandi sui server, ${failed} dei quali con codice di uscita diverso da 0.`,
  lastHash: 'Ultimo hash del registro',
  verify: 'dimostra che il registro qui sotto è integro e che questa pagina dice ciò che dice il registro.',
  stillChanged: 'Ancora modificato sui server',
  done: 'Che cosa è stato fatto',
  recovered: 'Che cosa è stato recuperato',
  lost: 'Che cosa è andato perso',
  nothingLost: 'Nulla risulta perso.',
  exported: 'Che cosa è stato scritto come file',
  overrides: 'Controlli forzati e passi saltati',
  decisions: 'Decisioni',
  files: 'File del caso',
  journal: 'Registro',
  entries: (n) => `Tutte le ${n} voci`,
  output: 'output',
  exitCode: 'codice di uscita',
  none: 'Nulla.',
  column: {
    step: 'Passo',
    state: 'Stato',
    begun: 'Inizio',
    took: 'Durata',
    reason: 'Motivo',
    account: 'Account',
    item: 'Elemento',
    what: 'Che cosa',
    why: 'Perché',
    file: 'File',
    when: 'Quando',
    who: 'Chi',
    name: 'Nome',
    bytes: 'Byte',
    where: 'Dove',
    undo: 'Comando che lo ripristina',
    local: 'Quando (ora locale, scarto da UTC)',
  },
  state: {
    'to-do': 'da fare',
    doing: 'interrotto',
    done: 'fatto',
    skipped: 'saltato',
    failed: 'non riuscito',
    stopped: 'fermato',
  },
}

export const PAGE_WORDS: Readonly<Record<Language, PageWords>> = { en: EN, it: IT }
