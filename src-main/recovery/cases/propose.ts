import type { BackupSource, Words } from '../../contract/recovery.ts'
import { words } from './words.ts'

/** Two sources whose newest transactions are so near are of the same age, ms. */
const SAME_AGE_MS = 5 * 60_000

/**
 * The best of several sources, with the reasons: it can be read, it is the newest, it has most of what there is, and
 * least of it is damaged. Null when none was looked at with success.
 */
export function proposeSource(sources: readonly BackupSource[]): { id: string; reasons: Words[] } | null {
  const readable = sources.filter(({ lookedAt, error }) => lookedAt !== null && error === null)
  const [best, ...others] = [...readable].sort(compare)
  if (!best) return null
  const alone = others.length === 0
  const reasons: Words[] = []
  if (best.newest !== null) {
    const at = `${new Date(best.newest).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    const newer = others.every(({ newest }) => newest === null || newest <= best.newest! + SAME_AGE_MS)
    reasons.push(
      newer && !alone
        ? words(
            `Newest: its last transaction is of ${at}`,
            `Il più recente: l’ultima transazione è del ${at}`,
          )
        : words(`Its last transaction is of ${at}`, `L’ultima transazione è del ${at}`),
    )
  }
  if (best.items !== null) {
    const most = others.every(({ items }) => items === null || items <= best.items!)
    const [en, it] = [best.items.toLocaleString('en-US'), best.items.toLocaleString('it-IT')]
    reasons.push(
      most && !alone
        ? words(`Complete: no other has more items (${en})`, `Completo: nessun altro ha più elementi (${it})`)
        : words(`It has ${en} items`, `Ha ${it} elementi`),
    )
  }
  reasons.push(
    best.damaged === null
      ? words(
          'Its health is not known: it was never checked',
          'Lo stato non è noto: non è mai stato verificato',
        )
      : best.damaged === 0
        ? words('Healthy: its last check found no damage', 'Integro: l’ultima verifica non ha trovato danni')
        : words(
            `Its last check found ${best.damaged} damages`,
            `L’ultima verifica ha trovato ${best.damaged} danni`,
          ),
  )
  if (best.onlyCopy)
    reasons.push(
      words('It is the only copy: nothing may write to it', 'È l’unica copia: non va mai modificata'),
    )
  if (alone && sources.length === 1)
    reasons.push(words('There is no other source', 'Non ci sono altre sorgenti'))
  return { id: best.id, reasons }
}

function compare(a: BackupSource, b: BackupSource): number {
  const [newA, newB] = [a.newest ?? 0, b.newest ?? 0]
  if (Math.abs(newA - newB) > SAME_AGE_MS) return newB - newA
  const [itemsA, itemsB] = [a.items ?? 0, b.items ?? 0]
  if (itemsA !== itemsB) return itemsB - itemsA
  const [badA, badB] = [a.damaged ?? 0.5, b.damaged ?? 0.5]
  if (badA !== badB) return badA - badB
  // What lies here can be looked into; what is an only copy is better left alone.
  if (a.onlyCopy !== b.onlyCopy) return a.onlyCopy ? 1 : -1
  return a.place.kind === b.place.kind ? 0 : a.place.kind === 'local' ? -1 : 1
}
