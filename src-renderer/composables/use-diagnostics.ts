import { useRoute } from 'vue-router'
import { client } from '../client.ts'
import type { ShownError } from '../format/shown-error.ts'
import { useApp } from '../stores/app.ts'

/** An engine that does not answer must not hold up the copy: the clipboard is open to us for a moment only, ms. */
const PATIENCE_MS = 2500
const cut = (text: string, max = 10_000): string => text.slice(0, max)

/**
 * The text that is sent to somebody who helps: the engine adds system, task and log and takes out secrets. Where it does
 * not answer, what is seen on the screen must do.
 */
export function useDiagnostics() {
  const route = useRoute()
  const app = useApp()

  async function diagnostics(error: ShownError | null, taskId: string | null, at?: number): Promise<string> {
    const screen = cut(String(route.name ?? ''), 100)
    const seen = at ?? error?.at ?? Date.now()
    try {
      const answer = await client.log.diagnostics(
        {
          screen,
          at: seen,
          error: error && {
            code: error.code,
            what: cut(error.what),
            why: error.why === null ? null : cut(error.why),
            next: error.next === null ? null : cut(error.next),
            details: cut(error.details, 50_000),
          },
          taskId,
        },
        { signal: AbortSignal.timeout(PATIENCE_MS) },
      )
      return answer.text
    } catch {
      const info = app.info ? `${app.info.version} · ${app.info.host} · ${app.info.platform}` : ''
      return [
        `Lifeboat ${info}`,
        `Screen ${screen} · seen at ${new Date(seen).toISOString()}`,
        'The engine did not answer: its log is not in here.',
        error ? `Error ${error.code ?? 'nobody expected'}: ${error.what}` : '',
        error?.why ?? '',
        error?.next ?? '',
      ]
        .filter(Boolean)
        .join('\n')
    }
  }

  /** Puts it on the clipboard. */
  async function copy(error: ShownError | null, taskId: string | null, at?: number): Promise<void> {
    await navigator.clipboard.writeText(await diagnostics(error, taskId, at))
  }

  return { copy }
}
