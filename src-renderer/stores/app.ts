import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AppInfo, Settings } from '../../src-main/contract/app.ts'
import { client } from '../client.ts'
import { toShownError, type ShownError } from '../format/shown-error.ts'

export type Language = 'en' | 'it'

const DEFAULTS: Settings = {
  theme: 'system',
  density: 'comfortable',
  displayZone: null,
  exportFormat: 'eml',
  language: 'system',
  jobs: null,
}

/** What the host put into the page: it looks right from its first picture on, before the engine can be asked. */
function seenAtOnce(): Partial<Settings> {
  const { theme, language } = document.documentElement.dataset
  return {
    ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
    ...(language === 'en' || language === 'it' ? { language } : {}),
  }
}

function laptopZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** The language of a list of wishes that we speak; English otherwise. */
export function chooseLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const short = wish.slice(0, 2).toLowerCase()
    if (short === 'it' || short === 'en') return short
  }
  return 'en'
}

/** The app itself: what it runs on, and the settings. */
export const useApp = defineStore('app', () => {
  const info = shallowRef<AppInfo | null>(null)
  const settings = ref<Settings>({ ...DEFAULTS, ...seenAtOnce() })
  const loadError = shallowRef<ShownError | null>(null)

  const zone = computed(() => settings.value.displayZone ?? info.value?.zone ?? laptopZone())
  const language = computed<Language>(() => {
    const chosen = settings.value.language
    return chosen === 'en' || chosen === 'it' ? chosen : chooseLanguage(navigator.languages)
  })
  /** Locale for dates and figures: the person's own form of the language of the screens. */
  const locale = computed(
    () =>
      navigator.languages.find((wish) => wish.toLowerCase().startsWith(`${language.value}-`)) ??
      (language.value === 'it' ? 'it-IT' : 'en-GB'),
  )
  const isDesktop = computed(() => info.value?.host === 'desktop')

  async function load(): Promise<void> {
    try {
      const [facts, saved] = await Promise.all([client.app.info(), client.app.settings()])
      info.value = facts
      settings.value = { ...DEFAULTS, ...saved }
      loadError.value = null
    } catch (error) {
      loadError.value = toShownError(error)
    }
  }

  /** Shows the change at once and takes it back when it could not be saved (then rejects). */
  async function save(patch: Partial<Settings>): Promise<void> {
    const before = settings.value
    settings.value = { ...before, ...patch }
    try {
      settings.value = { ...DEFAULTS, ...(await client.app.saveSettings(patch)) }
    } catch (error) {
      settings.value = before
      throw error
    }
  }

  return { info, settings, zone, language, locale, isDesktop, loadError, load, save }
})
