import { createI18n } from 'vue-i18n'
import { en } from '../i18n/en/index.ts'
import { it } from '../i18n/it/index.ts'

/** The words of the screens. Keys are flat and readable; a test holds that both languages have the same ones. */
export function makeI18n() {
  return createI18n({
    legacy: false,
    locale: 'en',
    fallbackLocale: 'en',
    flatJson: false,
    messageResolver: (messages, key) => (messages as Record<string, string>)[key] ?? null,
    messages: { en, it },
    missingWarn: false,
    fallbackWarn: false,
  })
}
