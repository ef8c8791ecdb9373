import { onBeforeUnmount, onMounted } from 'vue'

/** True while a key press belongs to a field the person is typing into. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

/** Names a key press: `ctrl+e`, `shift+?` is `?`, `Escape` stays. Command on a Mac counts as ctrl. */
export function keyName(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return event.ctrlKey || event.metaKey ? `ctrl+${key}` : key
}

/** Keys for the whole window while the component is there. A handler that returns false lets the key pass. */
export function useShortcuts(keys: Record<string, (event: KeyboardEvent) => boolean | undefined>): void {
  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey) return
    const name = keyName(event)
    const handler = keys[name]
    if (!handler || (isTyping(event) && !name.startsWith('ctrl+'))) return
    // a dialog has the keyboard to itself
    if (document.querySelector('.v-dialog.v-overlay--active') && name !== 'Escape') return
    if (handler(event) !== false) event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}
