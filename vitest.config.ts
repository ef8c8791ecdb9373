import vue from '@vitejs/plugin-vue'
import vuetify from 'vite-plugin-vuetify'
import { defineConfig } from 'vitest/config'

/** Everything that starts programs or measures itself runs one file after the other. */
// long runs against kills and full disks
const thorough = process.env['LIFEBOAT_THOROUGH'] === '1'
const oneAtATime = { fileParallelism: false, testTimeout: 90_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    reporters: ['default'],
    // what is waited for may take its time on a busy machine; vitest's own limit is a second
    expect: { poll: { timeout: 20_000 } },
    // two cores are the machine this project promises to be quick on
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/unit/**/*.spec.ts', 'test/fuzz/**/*.spec.ts'],
          exclude: ['test/unit/src-renderer/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [vue(), vuetify({ autoImport: true })],
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          include: ['test/unit/src-renderer/**/*.spec.ts'],
          testTimeout: 15_000,
          server: { deps: { inline: ['vuetify'] } },
        },
      },
      {
        test: {
          name: 'acceptance',
          environment: 'node',
          include: ['test/acceptance/**/*.spec.ts', ...(thorough ? ['test/chaos/**/*.spec.ts'] : [])],
          ...oneAtATime,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.spec.ts'],
          globalSetup: ['test/e2e/support/global-setup.ts'],
          ...oneAtATime,
        },
      },
    ],
  },
})
