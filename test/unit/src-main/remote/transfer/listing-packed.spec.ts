import { describe, expect, it } from 'vitest'
import { emptyListing, type Listing } from '../../../../../src-main/remote/transfer/listing.ts'
import {
  buffersOf,
  packListing,
  unpackListing,
} from '../../../../../src-main/remote/transfer/listing-packed.ts'

/** As a thread would get it. */
function sent(listing: Listing): Listing {
  const packed = packListing(listing)
  return unpackListing(structuredClone(packed, { transfer: buffersOf(packed) }))
}

describe('a listing handed from thread to thread', () => {
  it('is the same on the other side: sizes, fractions of seconds, modes, names of any bytes', () => {
    const names = ['a', 'with blank', 'two\nlines', '\\', 'caf\xc3\xa9', '\xff\xfe', '-rf', "it's", '\u0001']
    const listing: Listing = {
      files: names.map((name, index) => ({
        path: `items/${name}`,
        size: index * 2 ** 40,
        mtime: 1_700_000_000.123456 - index * 1e9,
        mode: 0o7777 >> index,
      })),
      folders: names.map((name) => ({ path: name, mtime: -0.5, mode: 0o755 })),
      odd: [{ path: 'link', kind: 'link' }],
      errors: ['items/x: no permission to read it'],
    }
    expect(sent(listing)).toEqual(listing)
  })

  it('may be empty', () => {
    expect(sent(emptyListing())).toEqual(emptyListing())
  })
})
