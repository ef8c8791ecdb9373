import type { BackupSource } from '../../../contract/recovery.ts'
import { words } from '../../cases/words.ts'
import { check, ok } from '../../restore/look.ts'
import type { Step, StepContext } from '../../types.ts'

/** A transaction so shortly after the snapshot may be one that the snapshot itself made, ms. */
const SLACK_MS = 60_000

const SNAPSHOT_STEP = 'backup-not-in-snapshot'

/** When the snapshot was taken, ms UTC; null when it is not filled in or no date. */
export function snapshotAt(context: StepContext): number | null {
  const fields = context.step === SNAPSHOT_STEP ? context.fields : context.fieldsOf(SNAPSHOT_STEP)
  const value = fields['taken']
  const at = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isFinite(at) ? at : null
}

export function dayOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** What the newest transaction of a Backup Path says about it having been rolled back with the VM. */
export function comparedWithSnapshot(
  newest: number | null,
  taken: number | null,
  where: string,
): ReturnType<typeof ok> {
  if (taken === null || newest === null) {
    const missing =
      taken === null
        ? words('the date of the snapshot is not filled in', 'la data dello snapshot non è compilata')
        : words(
            `the newest change of ${where} is not known`,
            `la modifica più recente di ${where} non è nota`,
          )
    return {
      verdict: 'unknown',
      evidence: words(`Could not be told: ${missing.en}`, `Non verificabile: ${missing.it}`),
      next: words(
        'Fill in the date; let the sources of the case be looked at.',
        'Compilare la data; far esaminare le sorgenti del caso.',
      ),
    }
  }
  const days = Math.floor(Math.abs(newest - taken) / 86_400_000)
  if (newest > taken + SLACK_MS) {
    return ok(
      `${where} goes on ${String(days)} days after the snapshot: newest transaction ${dayOf(newest)}, snapshot ${dayOf(taken)}.`,
      `${where} prosegue ${String(days)} giorni dopo lo snapshot: ultima transazione ${dayOf(newest)}, snapshot ${dayOf(taken)}.`,
    )
  }
  return {
    verdict: 'red',
    evidence: words(
      `${where} ends with the snapshot: newest transaction ${dayOf(newest)}, snapshot ${dayOf(taken)}. It was part of the snapshot or was rolled back with it; it brings nothing that the clone has not.`,
      `${where} finisce con lo snapshot: ultima transazione ${dayOf(newest)}, snapshot ${dayOf(taken)}. Faceva parte dello snapshot o è stato riportato indietro; non porta nulla che il clone non abbia.`,
    ),
    next: words(
      'Do not roll back anything more. Take the Backup Path from another disk: an Independent Persistent disk, an offsite copy, an external backup; add it as a source.',
      'Non riportare indietro altro. Prendere il Backup Path da un altro disco: un disco Independent Persistent, una copia esterna, un backup esterno; aggiungerlo come sorgente.',
    ),
  }
}

const nameOf = ({ place }: BackupSource): string => place.path

export const backupNotInSnapshot: Step = {
  id: SNAPSHOT_STEP,
  title: words('The Backup Path is not part of the snapshot', 'Il Backup Path non fa parte dello snapshot'),
  why: words(
    'A snapshot brings the server back as it was; the mail since then is only in the Backup Path. If that was on a disk of the snapshot, restoring it overwrites the last trace of this mail: its disk must be Independent Persistent, or somewhere else.',
    'Uno snapshot riporta il server com’era; la posta successiva è solo nel Backup Path. Se era su un disco dello snapshot, il ripristino cancella l’ultima traccia di quella posta: il disco dev’essere Independent Persistent, o altrove.',
  ),
  risk: words(
    'None here. Rolling back a VM with the Backup Path inside cannot be undone.',
    'Nessuno qui. Riportare indietro una VM che contiene il Backup Path non si può annullare.',
  ),
  repeatable: false,
  page: null,
  primary: words('Compare both dates', 'Confronta le due date'),
  fields: [
    {
      id: 'taken',
      label: words('When the snapshot was taken', 'Quando è stato preso lo snapshot'),
      help: words(
        'As the hypervisor shows it, with its time zone (2026-11-01T04:00Z). It is compared with the newest transaction of the backup.',
        'Come la mostra l’hypervisor, con il fuso orario (2026-11-01T04:00Z). Viene confrontata con l’ultima transazione del backup.',
      ),
      kind: 'date',
      required: true,
      advanced: false,
    },
  ],
  checks: [
    check(
      'newer-than-snapshot',
      words('The backup is newer than the snapshot', 'Il backup è più nuovo dello snapshot'),
      true,
      (context) => {
        const { source } = context
        const where = source === null ? 'the backup' : nameOf(source)
        return Promise.resolve(comparedWithSnapshot(source?.newest ?? null, snapshotAt(context), where))
      },
    ),
  ],
  confirmations: [
    {
      id: 'not-rolled-back',
      label: words(
        'The disk of the Backup Path is no part of what is rolled back (Independent Persistent, another datastore, or detached)',
        'Il disco del Backup Path non fa parte di ciò che viene riportato indietro (Independent Persistent, altro datastore, o staccato)',
      ),
    },
  ],
}
