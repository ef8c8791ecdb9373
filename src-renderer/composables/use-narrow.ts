import { computed, type ComputedRef } from 'vue'
import { useDisplay } from 'vuetify'

/** Whether the window has as little room as a small screen at 200 % zoom; as `max-width: 860px` in the styles. */
export function useNarrow(): ComputedRef<boolean> {
  const { width } = useDisplay()
  return computed(() => width.value <= 860)
}
