import { join } from 'node:path'
import type { ConnectionState, ConnectionTest, Question, ServerDraft } from '../contract/servers.ts'
import type { ServerReport } from '../contract/server-report.ts'
import type { AppDatabase } from '../engine/app-database.ts'
import { askingSecrets } from './asking-secrets.ts'
import { testConnection } from './connection-test.ts'
import type { UnknownHostKey } from './host-key-check.ts'
import { COMPARE_COMMAND } from './host-key-check.ts'
import { HostKeys, OWN_KNOWN_HOSTS } from './host-keys.ts'
import { hopName, type ServerProfile } from './profile.ts'
import { ProfileStore } from './profiles.ts'
import { QuestionDesk } from './question-desk.ts'
import { SecretVault, type Keychain } from './secret-vault.ts'
import { openSession, type Session } from './session.ts'

export interface ServersOptions {
  db: AppDatabase
  /** Lifeboat's own; accepted host keys are kept there. */
  dataFolder: string
  /** Null where the host has none. */
  keychain: Keychain | null
  onQuestions: (questions: Question[]) => void
  onConnections: (states: ConnectionState[]) => void
}

/** The servers of a recovery: profiles, secrets, host keys, and one shared connection per profile. */
export class Servers {
  readonly profiles: ProfileStore
  readonly vault: SecretVault
  readonly desk: QuestionDesk
  readonly hostKeys: HostKeys
  readonly #sessions = new Map<string, Session>()
  readonly #states = new Map<string, ConnectionState>()
  readonly #onConnections: ServersOptions['onConnections']

  constructor({ db, dataFolder, keychain, onQuestions, onConnections }: ServersOptions) {
    this.profiles = new ProfileStore(db)
    this.vault = new SecretVault(db, keychain)
    this.desk = new QuestionDesk(onQuestions)
    this.hostKeys = new HostKeys(join(dataFolder, OWN_KNOWN_HOSTS))
    this.#onConnections = onConnections
  }

  /**
   * The one session of a server; it connects when it is first used.
   * @throws ExpectedError NOT_FOUND
   */
  session(id: string): Session {
    const open = this.#sessions.get(id)
    if (open) return open
    const profile = this.profiles.get(id)
    const abort = new AbortController()
    const secrets = askingSecrets({ id, name: profile.name }, this.desk, this.vault, abort.signal)
    const session = openSession({
      profile,
      knownHosts: () => this.hostKeys.lines(),
      acceptHostKey: (key) => this.#askHostKey(key, { id, name: profile.name }, abort.signal),
      secrets,
      onState: (state) => {
        this.#states.set(id, { serverId: id, ...state })
        this.#tell()
      },
    })
    const closing = {
      ...session,
      get state() {
        return session.state
      },
      close: () => {
        abort.abort()
        session.close()
      },
    }
    this.#sessions.set(id, closing)
    return closing
  }

  /** Closes the connection of a server, if it has one. What was typed for it is forgotten. */
  disconnect(id: string): void {
    this.#sessions.get(id)?.close()
    this.#sessions.delete(id)
    if (this.#states.delete(id)) this.#tell()
  }

  /** Saves a profile. A connection made with the old one is closed. */
  save(draft: ServerDraft): ServerProfile {
    const saved = this.profiles.save(draft)
    this.disconnect(saved.id)
    return saved
  }

  /** Removes a profile with its connection and its secrets, those of jump hosts that another profile uses excepted. */
  remove(id: string): void {
    this.disconnect(id)
    this.forgetSecrets(id, true)
    this.profiles.remove(id)
  }

  /** Forgets the secrets of a server and its jump hosts; all of them without an id. */
  forgetSecrets(id?: string, onlyOwn = false): void {
    if (id === undefined) {
      for (const open of [...this.#sessions.keys()]) this.disconnect(open)
      return this.vault.forgetHops(null)
    }
    const others = this.profiles.list().filter((profile) => onlyOwn && profile.id !== id)
    const used = new Set(others.flatMap(hopsOf))
    this.disconnect(id)
    this.vault.forgetHops(hopsOf(this.profiles.get(id)).filter((hop) => !used.has(hop)))
  }

  /** Tries a profile, saved or not, on a connection of its own. */
  test(
    draft: ServerDraft,
    onChange: (test: ConnectionTest) => void,
    signal: AbortSignal,
  ): Promise<ConnectionTest> {
    const profile: ServerProfile = { ...draft, id: draft.id ?? 'draft' }
    const server = { id: draft.id ?? null, name: draft.name }
    return testConnection({
      profile,
      knownHosts: () => this.hostKeys.lines(),
      acceptHostKey: (key) => this.#askHostKey(key, server, signal),
      secrets: askingSecrets(server, this.desk, this.vault, signal),
      signal,
      onChange,
    })
  }

  /**
   * Looks at a server through its shared connection and keeps the finished report.
   * @throws ConnectionError when it cannot be reached
   */
  async probe(
    id: string,
    onChange: (report: ServerReport) => void,
    signal: AbortSignal,
  ): Promise<ServerReport> {
    const session = this.session(id)
    await session.connection(signal)
    // Loaded when first wanted: the app starts quicker without.
    const { probeServer } = await import('./probe/probe.ts')
    const report = await probeServer(session.shell, { onChange, signal })
    this.profiles.keepReport(id, report)
    return report
  }

  /** Closes everything; open questions are cancelled. */
  close(): void {
    this.desk.close()
    for (const id of [...this.#sessions.keys()]) this.disconnect(id)
  }

  async #askHostKey(
    { hop, key, keyType, fingerprint, otherTypes }: UnknownHostKey,
    server: { id: string | null; name: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    const answer = await this.desk.ask(
      {
        kind: 'host-key',
        serverId: server.id,
        serverName: server.name,
        hop: hopName(hop),
        host: hop.host,
        port: hop.port,
        keyType,
        fingerprint,
        otherTypes,
        compareWith: COMPARE_COMMAND,
      },
      signal,
    )
    const accepted = answer.kind === 'host-key' && answer.accept
    if (accepted) this.hostKeys.accept(hop, key)
    return accepted
  }

  #tell(): void {
    this.#onConnections([...this.#states.values()])
  }
}

function hopsOf(profile: ServerProfile): string[] {
  return [profile, ...profile.jumps].map(hopName)
}
