import type { FieldValue, FieldView } from '../../../src-main/contract/recovery.ts'

/** What the field stands at: what was set, else its standard. */
export function valueOf(field: FieldView): FieldValue {
  return field.value ?? field.standard
}

export function listOf(value: FieldValue): string[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: FieldValue): string {
  if (value === null || Array.isArray(value)) return ''
  return String(value)
}

/** True when somebody changed it, and not merely to the same. */
export function isChanged(field: FieldView): boolean {
  return field.value !== null && JSON.stringify(field.value) !== JSON.stringify(field.standard)
}

/** The value of a typed number; null: nothing typed; undefined: it is no number. */
export function numberOf(text: string): number | null | undefined {
  const plain = text.trim().replace(',', '.')
  if (plain === '') return null
  const value = Number(plain)
  return Number.isFinite(value) ? value : undefined
}

/** Options whose value, words or note hold every word of the search, in their order. */
export function matching<T extends { value: string; words: string }>(
  options: readonly T[],
  search: string,
): T[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean)
  return options.filter(({ value, words }) => {
    const text = `${value} ${words}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}
