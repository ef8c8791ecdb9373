import type { Words } from '../../contract/recovery.ts'
import { words } from '../cases/words.ts'

/** Seconds that something is expected to take; in words why that cannot be told. Null: nobody expects to know. */
export type Expected = number | Words | null

/**
 * How long an amount takes at a rate that this case has measured, seconds. Nothing is invented before that.
 * @param amount items, bytes; null without a catalog that counts them
 * @param rate the same a second, as a step kept it; anything but a figure above zero is no rate
 */
export function expectedTime(amount: number | null | undefined, rate: unknown): Exclude<Expected, null> {
  if (typeof rate !== 'number' || !Number.isFinite(rate) || rate <= 0) {
    return words(
      'Time not known yet: this case has not measured a rate',
      'Tempo non ancora noto: in questo caso non è stata misurata alcuna velocità',
    )
  }
  if (amount == null) {
    return words(
      'Time not known: no catalog on this computer counts what is to come',
      'Tempo non noto: nessun catalogo su questo computer conta ciò che deve arrivare',
    )
  }
  return Math.ceil(amount / rate)
}
