import { createPinia } from 'pinia'
import type { App } from 'vue'
import type { Router } from 'vue-router'
import { makeRouter } from '../router.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { makeI18n } from './i18n.ts'
import { makeVuetify } from './vuetify.ts'

/** Everything the app is built on. `nonce` is the page's style nonce. Returns the router, which is on its way to the first screen. */
export function installPlugins(app: App, nonce: string | undefined): Router {
  const router = makeRouter()
  app.use(createPinia())
  app.use(makeI18n())
  app.use(router)
  app.use(makeVuetify(nonce))
  tellUnexpected(app)
  return router
}

/** What no screen caught becomes the one dialog that can be copied, and stays in the console for developers. */
function tellUnexpected(app: App): void {
  const dialogs = useDialogs()
  app.config.errorHandler = (error) => {
    console.error(error)
    dialogs.fail(error)
  }
  window.addEventListener('unhandledrejection', (event) => {
    dialogs.fail(event.reason)
  })
}
