import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'vuetify/styles'
import { createVuetify } from 'vuetify'
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg'
import App from './app.vue'

// Vuetify writes its theme into a <style>: the strict CSP lets it pass by the nonce the host put into the page
const cspNonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce

createApp(App)
  .use(createPinia())
  .use(
    createVuetify({
      theme: { defaultTheme: 'system', ...(cspNonce ? { cspNonce } : {}) },
      icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
    }),
  )
  .mount('#app')
