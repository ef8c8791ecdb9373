import { shallowRef } from 'vue'
import { useApp } from '../stores/app.ts'

const italian = shallowRef<((text: string) => string) | null>(null)
let asked = false

/** Loaded only where Italian is read: the first screen must not wait for it. */
async function load(): Promise<void> {
  asked = true
  const { inItalian } = await import('../../src-main/contract/said/in-italian.ts')
  italian.value = inItalian
}

/**
 * What the engine says (errors, titles of tasks, remedies) in the language of the screens; English where it has no
 * translation. The result follows the setting when used in a template.
 */
export function useSaid(): (text: string) => string {
  const app = useApp()
  return (text) => {
    if (app.language !== 'it') return text
    // a page built before the last update may miss the file: English is better than nothing
    if (!asked) load().catch(() => undefined)
    return italian.value?.(text) ?? text
  }
}
