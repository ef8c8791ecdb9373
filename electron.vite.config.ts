import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type UserConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import vuetify from 'vite-plugin-vuetify'

const root = import.meta.dirname
/** Worker threads are started by URL, so nothing imports them: each `…worker.ts` is an entry of its own. */
const workers = readdirSync(resolve(root, 'src-main'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('worker.ts'))
  .map((file) => `src-main/${file}`)

/**
 * electron-vite declares `require`, `__filename` and `__dirname` in every module that seems to use them, which clashes
 * with a module that makes its own `require`. Ours are ES modules and need none of these.
 */
const noCommonJsNames: Plugin = {
  name: 'no-common-js-names',
  configResolved(config) {
    const shim = config.plugins.find((plugin) => plugin.name === 'vite:esm-shim')
    if (!shim) throw new Error('electron-vite no longer has vite:esm-shim: this plugin can go')
    delete shim.renderChunk
  },
}

const main: UserConfig['main'] = {
  plugins: [noCommonJsNames],
  build: {
    outDir: 'out/main',
    sourcemap: true,
    rolldownOptions: {
      input: ['src-main/electron.ts', ...workers].map((file) => resolve(root, file)),
      output: {
        format: 'es',
        // one file per source file, in the same folders: a worker's URL is right in both
        preserveModules: true,
        preserveModulesRoot: resolve(root, 'src-main'),
        entryFileNames: '[name].js',
      },
    },
  },
}

const preload: UserConfig['preload'] = {
  build: {
    outDir: 'out/preload',
    // a sandboxed preload is one CommonJS file and can load nothing
    externalizeDeps: false,
    rolldownOptions: {
      input: resolve(root, 'src-main/preload.ts'),
      output: { format: 'cjs', entryFileNames: '[name].cjs' },
    },
  },
}

// the browser host needs the page only (src-main/hosts/build.ts)
const pageOnly = process.env['LIFEBOAT_BUILD'] === 'page'

export default defineConfig({
  ...(pageOnly ? {} : { main, preload }),
  renderer: {
    root: 'src-renderer',
    // replaced by a fresh nonce each time the page is served (src-main/hosts/page.ts)
    html: { cspNonce: '__CSP_NONCE__' },
    plugins: [vue(), vuetify({ autoImport: true })],
    build: {
      outDir: 'out/renderer',
      minify: true,
      chunkSizeWarningLimit: 1500,
      rolldownOptions: {
        input: resolve(root, 'src-renderer/index.html'),
        // one file of what the first screen needs: each file costs a way to the main process and back
        output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } },
      },
    },
  },
})
