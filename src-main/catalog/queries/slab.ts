/**
 * Memory for large typed arrays. The C library keeps freed pieces of a few megabytes for itself, and columns that are loaded
 * again and again left 150 MB of them behind for a million rows. What is larger than its limit for mappings (32 MB) goes
 * back to the system at once; pages that nobody touches cost nothing.
 */
const MAPPED = 33 * 1024 * 1024
/** Smaller ones are not worth a mapping of their own. */
const SMALL = 512 * 1024

/** A zeroed buffer of at least `bytes`. */
export function slab(bytes: number): ArrayBuffer {
  return new ArrayBuffer(bytes < SMALL ? bytes : Math.max(bytes, MAPPED))
}

/** Gives the memory of a buffer back at once; nobody may use it any more. Older engines leave it to the collector. */
export function giveBack(buffer: ArrayBufferLike): void {
  const { transfer } = buffer as { transfer?: (length: number) => ArrayBuffer }
  transfer?.call(buffer, 0)
}
