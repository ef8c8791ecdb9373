import { readFileSync } from 'node:fs'
import type { FoundRefusal } from './protocol.ts'

let names: Map<number, string> | null = null

/** Name of a user of this machine; the evidence usually comes from another one, so a number is normal. */
function ownerName(uid: number | null): string {
  if (uid === null) return 'unknown'
  if (names === null) {
    names = new Map()
    try {
      for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
        const [name, , id] = line.split(':')
        if (name !== undefined && id !== undefined) names.set(Number(id), name)
      }
    } catch {
      // No such file on this system.
    }
  }
  const name = names.get(uid)
  return name === undefined ? `uid ${String(uid)}` : `${name} (uid ${String(uid)})`
}

/** Whose files refuse us, and what a person can do: the mode of the files is never changed. */
export function refusalText(refusal: FoundRefusal): { owner: string; mode: string; remedy: string } {
  const owner = ownerName(refusal.uid)
  const mode = refusal.mode === null ? 'unknown' : refusal.mode.toString(8).padStart(4, '0')
  const remedy =
    `These files belong to ${owner} and only let their owner read them, which is normal for a Backup Path. ` +
    'Open it through a read-only bind mount that maps the owner to you, or run "sudo lifeboat serve". ' +
    'Do not change the permissions: the mail server needs them.'
  return { owner, mode, remedy }
}
