import type { RememberedSecret, SecretStorage } from '../contract/servers.ts'
import type { AppDatabase } from '../engine/app-database.ts'

/** The operating system's keychain as the desktop hands it in; the other hosts have none. */
export interface Keychain {
  /** `weak`: what it seals can be opened by anybody who can read the files of this account (Electron's `basic_text`). */
  strength(): Promise<'available' | 'weak' | 'none'>
  /** `gnome_libsecret`, `kwallet5`, `basic_text`, `keychain`, `dpapi`; null when there is none. */
  backend(): string | null
  seal(text: string): Promise<Buffer>
  /** @throws when it was sealed by another account or machine */
  open(sealed: Buffer): Promise<string>
}

/** Which secret: of a hop (`user@host:port`), and of which use. */
export interface SecretName {
  hop: string
  kind: RememberedSecret['kind']
  /** Path of the private key of a passphrase; null otherwise. */
  keyFile: string | null
}

const INSIST_SETTING = 'weakKeychain'

/**
 * Keeps secrets: in memory until Lifeboat ends, or sealed by the system's keychain. A secret is never written
 * anywhere unsealed, and the weak keychain is used only when the person insists.
 */
export class SecretVault {
  readonly #db: AppDatabase
  readonly #keychain: Keychain | null
  readonly #memory = new Map<string, { name: SecretName; secret: string }>()

  constructor(db: AppDatabase, keychain: Keychain | null) {
    this.#db = db
    this.#keychain = keychain
  }

  /** What this machine offers, with the warning to show. */
  async storage(): Promise<SecretStorage> {
    const keychain = await this.#strength()
    const backend = keychain === 'none' ? null : (this.#keychain?.backend() ?? null)
    return { keychain, backend, warning: warningOf(keychain), insisted: this.#insisted() }
  }

  /** Allows the weak keychain, or forbids it and deletes what it holds. */
  insist(insist: boolean): Promise<SecretStorage> {
    this.#db
      .prepare(
        'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      )
      .run(INSIST_SETTING, JSON.stringify(insist))
    if (!insist) this.#db.prepare('DELETE FROM sealed_secrets WHERE weak = 1').run()
    return this.storage()
  }

  /** @returns null when nothing is remembered, or the keychain does not open it (any more) */
  async get(name: SecretName): Promise<string | null> {
    const remembered = this.#memory.get(keyOf(name))
    if (remembered) return remembered.secret
    const row = this.#db
      .prepare('SELECT sealed FROM sealed_secrets WHERE hop = ? AND kind = ? AND key_file = ?')
      .get(name.hop, name.kind, name.keyFile ?? '') as { sealed: Buffer } | undefined
    if (!row || !this.#keychain || (await this.#strength()) === 'none') return null
    try {
      return await this.#keychain.open(row.sealed)
    } catch {
      return null
    }
  }

  /**
   * Remembers a secret. Where the keychain is asked for but there is none, or only a weak one on which nobody
   * insisted, it is kept in memory instead.
   * @returns where it is kept now
   */
  async remember(
    name: SecretName,
    secret: string,
    where: 'session' | 'keychain',
  ): Promise<RememberedSecret['where']> {
    const strength = where === 'keychain' ? await this.#strength() : 'none'
    const usable = strength === 'available' || (strength === 'weak' && this.#insisted())
    const sealed = this.#keychain && usable ? await this.#keychain.seal(secret).catch(() => null) : null
    if (sealed) {
      this.#db
        .prepare(
          `INSERT INTO sealed_secrets (hop, kind, key_file, weak, sealed) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (hop, kind, key_file) DO UPDATE SET weak = excluded.weak, sealed = excluded.sealed`,
        )
        .run(name.hop, name.kind, name.keyFile ?? '', strength === 'weak' ? 1 : 0, sealed)
      this.#memory.delete(keyOf(name))
      return 'keychain'
    }
    this.#memory.set(keyOf(name), { name, secret })
    return 'session'
  }

  /** Forgets one secret, wherever it is. */
  forget(name: SecretName): void {
    this.#memory.delete(keyOf(name))
    this.#db
      .prepare('DELETE FROM sealed_secrets WHERE hop = ? AND kind = ? AND key_file = ?')
      .run(name.hop, name.kind, name.keyFile ?? '')
  }

  /** Forgets every secret of the hops, or all. */
  forgetHops(hops: readonly string[] | null): void {
    for (const { hop, kind, keyFile } of this.list()) {
      if (hops === null || hops.includes(hop)) this.forget({ hop, kind, keyFile })
    }
  }

  /** What is remembered, without the secrets. */
  list(): RememberedSecret[] {
    const rows = this.#db
      .prepare('SELECT hop, kind, key_file FROM sealed_secrets ORDER BY hop, kind')
      .all() as {
      hop: string
      kind: RememberedSecret['kind']
      key_file: string
    }[]
    return [
      ...rows.map(({ hop, kind, key_file }) => ({
        hop,
        kind,
        keyFile: key_file || null,
        where: 'keychain' as const,
      })),
      ...Array.from(this.#memory.values(), ({ name }) => ({ ...name, where: 'session' as const })),
    ]
  }

  async #strength(): Promise<SecretStorage['keychain']> {
    return this.#keychain ? this.#keychain.strength() : 'none'
  }

  #insisted(): boolean {
    const row = this.#db.prepare('SELECT value FROM settings WHERE key = ?').get(INSIST_SETTING) as
      { value: string } | undefined
    return row?.value === 'true'
  }
}

function keyOf({ hop, kind, keyFile }: SecretName): string {
  return JSON.stringify([hop, kind, keyFile])
}

function warningOf(strength: SecretStorage['keychain']): string | null {
  switch (strength) {
    case 'available':
      return null
    case 'weak':
      return 'This system has no keychain that Lifeboat could use: a stored password could be read by anybody who gets at the files of this account. Passwords are kept in memory until Lifeboat ends, unless you insist.'
    case 'none':
      return 'There is no keychain here: passwords are kept in memory until Lifeboat ends.'
  }
}
