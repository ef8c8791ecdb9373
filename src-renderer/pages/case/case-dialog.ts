/** The dialogs of a case; one is open at a time. */
export type CaseDialog =
  'servers' | 'sources' | 'notes' | 'procedure' | 'rename' | 'export' | 'report' | 'close'
