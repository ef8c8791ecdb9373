import { createApp } from 'vue'
import App from './app.vue'
import { installPlugins } from './plugins/index.ts'

// Vuetify writes its theme into a <style>: the strict CSP lets it pass by the nonce the host put into the page
const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce

const app = createApp(App)
installPlugins(app, nonce)
app.mount('#app')
