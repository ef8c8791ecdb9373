/** An iCalendar file made from an item's metadata (raw JSON, any spelling) and its blob; null when neither gives one. */
export function toIcalendar(item: { raw: unknown; blob: Buffer | null }): Buffer | null {
  return item.blob
}
