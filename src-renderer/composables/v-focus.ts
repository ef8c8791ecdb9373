import type { Directive } from 'vue'

const FIELD = 'input, textarea'

/**
 * Gives the keyboard to a field (or the field inside a component) in the moment it appears. Vuetify obeys `autofocus` some
 * frames later, and takes the keyboard away from whoever types in the next field already. `v-focus="false"`: not this one.
 */
export const vFocus: Directive<HTMLElement, boolean | undefined> = {
  mounted(element, { value }) {
    if (value === false) return
    const field = element.matches(FIELD) ? element : element.querySelector<HTMLElement>(FIELD)
    field?.focus()
  },
}
