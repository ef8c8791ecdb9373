import { createApp } from 'vue'
import App from './app.vue'
import { connect, isDesktop } from './client.ts'
import { whenPainted } from './composables/when-painted.ts'
import { installPlugins } from './plugins/index.ts'

// Vuetify writes its theme into a <style>: the strict CSP lets it pass by the nonce the host put into the page
const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce

// behind a browser the engine runs already; the window's is started by this
if (!isDesktop) connect()

const app = createApp(App)
const router = installPlugins(app, nonce)
// mounted with its first screen, not around an empty place; a screen that cannot be fetched says so in the frame
void router
  .isReady()
  .catch(() => undefined)
  .then(() => {
    app.mount('#app')
    if (isDesktop) whenPainted(connect)
  })
