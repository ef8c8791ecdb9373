// without its utility classes, four fifths of its styles: the screens use none
import 'vuetify/styles/core'
import { createVuetify } from 'vuetify'
import { en, it } from 'vuetify/locale'
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg'
import '../styles/index.css'

/** Colours that Vuetify's own components use: the same as styles/tokens.css. */
const light = {
  background: '#F3F5F7',
  surface: '#FFFFFF',
  'on-surface': '#1B262D',
  'on-background': '#1B262D',
  'surface-variant': '#33434D',
  'on-surface-variant': '#F3F5F7',
  primary: '#0B6286',
  'on-primary': '#FFFFFF',
  secondary: '#53626C',
  success: '#1A7040',
  warning: '#875300',
  error: '#B3261E',
  info: '#0B6286',
}
const dark = {
  background: '#11171B',
  surface: '#182025',
  'on-surface': '#E3EAEE',
  'on-background': '#E3EAEE',
  'surface-variant': '#C9D3D9',
  'on-surface-variant': '#11171B',
  primary: '#7CC4E8',
  'on-primary': '#06222F',
  secondary: '#9FB0BA',
  success: '#74CF9B',
  warning: '#EEBB65',
  error: '#F59A92',
  info: '#7CC4E8',
}
const variables = { 'high-emphasis-opacity': 1, 'medium-emphasis-opacity': 0.78 }

/** Vuetify with our palette; `nonce` lets its theme style pass the strict CSP (the host put it into the page). */
export function makeVuetify(nonce: string | undefined) {
  return createVuetify({
    theme: {
      defaultTheme: 'system',
      ...(nonce ? { cspNonce: nonce } : {}),
      themes: {
        light: { dark: false, colors: light, variables },
        dark: { dark: true, colors: dark, variables },
      },
    },
    icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
    locale: { locale: 'en', fallback: 'en', messages: { en, it } },
    defaults: {
      VBtn: { ripple: false, variant: 'text' },
      VBtnToggle: { density: 'compact', mandatory: true },
      VTextField: { density: 'compact', variant: 'outlined', hideDetails: true },
      VTextarea: { density: 'compact', variant: 'outlined', hideDetails: true },
      VSelect: {
        density: 'compact',
        variant: 'outlined',
        hideDetails: true,
        menuProps: { transition: false },
      },
      VAutocomplete: {
        density: 'compact',
        variant: 'outlined',
        hideDetails: true,
        menuProps: { transition: false },
      },
      VMenu: { transition: false, offset: 4 },
      VDialog: { transition: false },
      VTooltip: { openDelay: 400, location: 'bottom', transition: false },
      VCheckbox: { density: 'compact', hideDetails: true, ripple: false },
      VRadio: { density: 'compact', ripple: false },
      VList: { density: 'compact' },
      VIcon: { size: 18 },
    },
  })
}
