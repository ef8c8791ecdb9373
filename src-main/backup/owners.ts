/** Whose mailbox a mail without metadata came from: a guess from its own headers. */

export interface KnownOwners {
  /** Lower-case main addresses and aliases to account id. */
  accounts: ReadonlyMap<string, string>
  /** Lower-case domains of known accounts. */
  domains: ReadonlySet<string>
}

export interface OwnerGuess {
  /** Id of the known account, null when no address is known. */
  account: string | null
  /** The address it was judged by; null when no header names a plausible one. */
  owner: string | null
}

const ADDRESS_RE = /^[^\s@<>"(),;:\\]{1,64}@[^\s@<>"(),;:\\]{1,255}$/
/** Addresses of machines and lists say nothing about whose mailbox it was. */
const MACHINE_RE =
  /^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|undisclosed)(?:[+.-].*)?@|^undisclosed/i

/** The address without `+detail`: `anna+shop@example.com` is delivered to `anna@example.com`. */
function withoutDetail(address: string): string {
  const at = address.lastIndexOf('@')
  const plus = address.indexOf('+')
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : address
}

/**
 * Guesses the owner of an unclaimed mail. `owners` are the addresses of its headers, most telling first (Delivered-To,
 * X-Original-To, Envelope-To, To, Cc). Known addresses and aliases win, then addresses in a known domain, then the
 * first plausible one.
 */
export function guessOwner(owners: readonly string[], known: KnownOwners): OwnerGuess {
  const addresses: string[] = []
  for (const owner of owners) {
    const address = owner
      .trim()
      .replace(/^<|>$/g, '')
      .replace(/^mailto:/i, '')
      .toLowerCase()
    if (ADDRESS_RE.test(address)) addresses.push(address)
  }
  for (const address of addresses) {
    const account = known.accounts.get(address) ?? known.accounts.get(withoutDetail(address))
    if (account !== undefined) return { account, owner: address }
  }
  const people = addresses.filter((address) => !MACHINE_RE.test(address))
  const local = people.find((address) => inKnownDomain(address, known.domains))
  return { account: null, owner: local ?? people[0] ?? addresses[0] ?? null }
}

function inKnownDomain(address: string, domains: ReadonlySet<string>): boolean {
  return domains.has(address.slice(address.lastIndexOf('@') + 1))
}
