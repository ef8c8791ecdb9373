import type { SecretSource } from './login.ts'
import { hopName, type Hop } from './profile.ts'
import type { NewQuestion, QuestionDesk } from './question-desk.ts'
import type { SecretName, SecretVault } from './secret-vault.ts'

/**
 * Secrets of one connection: what was typed for it, then what is remembered, then the person is asked. What is not to
 * be remembered is known here for as long as the connection is wanted, so that re-making it does not ask again.
 * @param server whose questions these are; id null when its profile is not saved
 */
export function askingSecrets(
  server: { id: string | null; name: string },
  desk: QuestionDesk,
  vault: SecretVault,
  signal?: AbortSignal,
): SecretSource {
  const typed = new Map<string, string>()
  const refused = new Set<string>()
  const asking = new Map<string, Promise<string | null>>()
  const about = (hop: Hop) => ({ serverId: server.id, serverName: server.name, hop: hopName(hop) })

  function secret(name: SecretName, question: (wrong: boolean) => NewQuestion): Promise<string | null> {
    const key = JSON.stringify(name)
    const known = typed.get(key)
    if (known !== undefined) return Promise.resolve(known)
    // Several commands may want the same password at once: one question answers them all.
    const open = asking.get(key)
    if (open) return open
    const answer = find(name, key, question).finally(() => asking.delete(key))
    asking.set(key, answer)
    return answer
  }

  async function find(
    name: SecretName,
    key: string,
    question: (wrong: boolean) => NewQuestion,
  ): Promise<string | null> {
    const remembered = refused.has(key) ? null : await vault.get(name)
    if (remembered !== null) return remembered
    const given = await desk.ask(question(refused.has(key)), signal)
    if (given.kind !== 'secret') return null
    typed.set(key, given.secret)
    if (given.remember !== 'once') await vault.remember(name, given.secret, given.remember)
    return given.secret
  }

  const name = (hop: Hop, kind: SecretName['kind'], keyFile: string | null = null): SecretName => ({
    hop: hopName(hop),
    kind,
    keyFile,
  })

  return {
    password: (hop) =>
      secret(name(hop, 'password'), (wrong) => ({ kind: 'password', ...about(hop), wrong, use: 'login' })),
    passphrase: (hop, keyFile) =>
      secret(name(hop, 'passphrase', keyFile), (wrong) => ({
        kind: 'passphrase',
        ...about(hop),
        wrong,
        keyFile,
      })),
    privilege: (hop, use) =>
      secret(name(hop, use), (wrong) => ({ kind: 'password', ...about(hop), wrong, use })),
    answers: async (hop, questions) => {
      const given = await desk.ask({ kind: 'answers', ...about(hop), prompts: [...questions] }, signal)
      return given.kind === 'answers' ? given.answers : null
    },
    rejected: (hop, kind, keyFile) => {
      // Kept in the keychain all the same: a dying server refuses right passwords too. A new answer replaces it.
      const key = JSON.stringify(name(hop, kind, keyFile))
      typed.delete(key)
      refused.add(key)
    },
  }
}
